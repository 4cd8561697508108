"""The functions and modules that programs written for torch use most (`top_ops.txt`) are here under the same names,
take the same parameters, or are left out for a reason that the documentation gives.
"""

import functools
import inspect
import pathlib

import lamina
import pytest
from lamina.errors import LeftOutError

ROOT = pathlib.Path(__file__).parents[3]
NAMES = (pathlib.Path(__file__).parent / "top_ops.txt").read_text().split()
PAGE = (ROOT / "docs" / "limitations.md").read_text()

# Parameters of torch without a meaning here, and signatures that say less than what is taken.
WITHOUT_MEANING = {
    "load": {"pickle_module", "mmap", "pickle_load_args"},
    "save": {
        "pickle_module",
        "pickle_protocol",
        "_use_new_zipfile_serialization",
        "_disable_byteorder_record",
    },
}
UNSPOKEN = {"args", "kwargs", "out", "input", "obj", "orig_func"}


def find(library, name):
    return functools.reduce(getattr, name.split("."), library)


@pytest.mark.parametrize("name", NAMES)
def test_is_there_or_says_why_not(name):
    try:
        assert find(lamina, name) is not None
    except LeftOutError as error:
        assert name.rpartition(".")[2] in str(error)
        assert f"`{name}`" in PAGE


def parameters(library, name):
    """The parameters that a signature in Python spells out, None where there is none."""
    try:
        found = inspect.signature(find(library, name)).parameters
    except (LeftOutError, TypeError, ValueError):
        return None
    return None if any(p.kind is p.VAR_KEYWORD for p in found.values()) else found


def comparable():
    """The names whose parameters both libraries spell out; none without torch."""
    try:
        import torch
    except ImportError:
        return []
    return [n for n in NAMES if parameters(lamina, n) and parameters(torch, n) is not None]


@pytest.mark.parametrize("name", comparable())
def test_parameters_have_torchs_names(name):
    import torch

    missing = parameters(torch, name).keys() - parameters(lamina, name).keys()
    assert not missing - UNSPOKEN - WITHOUT_MEANING.get(name, set())


def test_many_parameters_are_compared():
    pytest.importorskip("torch")
    assert len(comparable()) > len(NAMES) // 3
