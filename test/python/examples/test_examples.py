"""The small examples and the tutorial run as they stand."""

import os
import re
import runpy
from pathlib import Path

import pytest
from lamina import config

ROOT = Path(__file__).parents[3]


@pytest.fixture(autouse=True, params=["cpu"])
def backend(request):
    """What compiled programs run on."""
    with config.scope(backend=request.param):
        yield


@pytest.mark.parametrize(
    "name",
    ["ten_lines", "mutation_and_views", "custom_function", "custom_operator", "wrapper_tensor"],
)
def test_example_runs(name, capsys):
    runpy.run_path(str(ROOT / "examples" / f"{name}.py"), run_name="__main__")
    assert capsys.readouterr().out


def test_tutorial_runs(tmp_path, capsys):
    # A file per page, because capture reads source locations.
    blocks = re.findall(
        r"```python\n(.*?)```", (ROOT / "docs" / "tutorial.md").read_text(), re.DOTALL
    )
    page = tmp_path / "tutorial.py"
    page.write_text("\n".join(blocks))
    runpy.run_path(os.fspath(page), run_name="__main__")
    assert "tutorial.py:" in capsys.readouterr().out
