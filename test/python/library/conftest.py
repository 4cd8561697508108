"""Names for operators that no test has used, and the backends that compiled programs run on."""

import itertools

import pytest

_numbers = itertools.count()


@pytest.fixture
def name() -> str:
    """The name of an operator that is not registered yet."""
    return f"test_library::compiled{next(_numbers)}"


@pytest.fixture(params=["interpreter", "cpu"])
def backend(request) -> str:
    """Each backend in turn."""
    return request.param
