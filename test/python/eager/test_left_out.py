"""Names left out on purpose say why, and are in the documentation."""

import pathlib

import lamina
import pytest
from lamina import func
from lamina.left_out import FUNC_REASONS, REASONS

PAGE = pathlib.Path(__file__).parents[3] / "docs" / "limitations.md"


@pytest.mark.parametrize("name", REASONS)
def test_says_why(name):
    assert not hasattr(lamina, name)
    with pytest.raises(NotImplementedError, match=name):
        getattr(lamina, name)


@pytest.mark.parametrize("name", REASONS)
def test_is_documented(name):
    assert f"`{name}`" in PAGE.read_text()


@pytest.mark.parametrize("name", FUNC_REASONS)
def test_transforms_say_why(name):
    with pytest.raises(NotImplementedError, match=name):
        getattr(func, name)
    assert f"`func.{name}`" in PAGE.read_text()
