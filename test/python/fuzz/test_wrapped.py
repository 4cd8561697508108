"""Random programs on wrapper tensors do the same compiled as eagerly."""

import lamina
import pytest
from lamina.errors import UnsupportedError

from .generate import generate
from .wrapped import Eager, differences


@pytest.mark.parametrize("aliasing", [False, True], ids=["apart", "in one memory"])
@pytest.mark.parametrize("backend", ["interpreter", "cpu"])
def test_wrapped_programs(backend, aliasing):
    agreed = 0
    for seed in range(60):
        try:
            found = differences(generate(seed, lamina, aliasing), backend)
        except (Eager, UnsupportedError):
            continue
        if found is not None:
            pytest.fail(f"# seed {seed}\n{found}", pytrace=False)
        agreed += 1
    assert agreed > 30
