"""Every test draws the same numbers, whatever ran before it."""

import lamina
import pytest


@pytest.fixture(autouse=True)
def seeded():
    """Seeds lamina."""
    lamina.manual_seed(0)
