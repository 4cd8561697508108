"""Names left out on purpose say why, and are in the documentation."""

import pathlib

import lamina
import pytest
from lamina.left_out import REASONS

PAGE = pathlib.Path(__file__).parents[3] / "docs" / "limitations.md"


@pytest.mark.parametrize("name", REASONS)
def test_says_why(name):
    assert not hasattr(lamina, name)
    with pytest.raises(NotImplementedError, match=name):
        getattr(lamina, name)


@pytest.mark.parametrize("name", REASONS)
def test_is_documented(name):
    assert f"`{name}`" in PAGE.read_text()
