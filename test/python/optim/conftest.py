"""Every test draws the same numbers, whatever ran before it."""

import pytest

import lamina


@pytest.fixture(autouse=True)
def seeded():
    """Seeds lamina."""
    lamina.manual_seed(0)
