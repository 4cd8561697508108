"""Every test draws the same numbers, whatever ran before it."""

import sys
from pathlib import Path

import lamina
import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).parent))


@pytest.fixture(autouse=True)
def seeded():
    """Seeds lamina."""
    lamina.manual_seed(0)


@pytest.fixture
def rng():
    """A NumPy generator of a fixed seed."""
    return np.random.default_rng(0)
