"""lamina's native libraries beside packages that bring their own LLVM, in either import order."""

import importlib.util
import pathlib
import subprocess
import sys
import textwrap

import pytest

USE_LAMINA = """
import sys
sys.path.insert(0, {folder!r})
import numpy as np
from support import ADD, link
spec = ("f4", (4,), None)
add = link(ADD.format(n=4, t="f32"), "add", [spec, spec], [spec])
assert add(np.ones(4, "f4"), np.ones(4, "f4"))[0].tolist() == [2] * 4
"""
USE_OTHER = {
    "torch": "import torch; assert (torch.ones(64, 64) @ torch.ones(64, 64)).sum() == 64**3",
    "jax": "import jax; assert jax.jit(lambda x: x + 1)(1) == 2",
}


@pytest.mark.parametrize("first", ["lamina", "other"])
@pytest.mark.parametrize("package", USE_OTHER)
def test_both_work_in_one_process(package, first):
    if importlib.util.find_spec(package) is None:
        pytest.skip(f"{package} is not installed")
    lamina = textwrap.dedent(USE_LAMINA.format(folder=str(pathlib.Path(__file__).parent)))
    parts = [lamina, USE_OTHER[package]]
    if first == "other":
        parts.reverse()
    script = "\n".join([*parts, *parts])
    subprocess.run([sys.executable, "-c", script], check=True, capture_output=True, text=True)
