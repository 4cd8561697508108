"""Runs one function on lamina and on torch and compares everything that can be seen.

A case is a function of the module (`lamina` or `torch`). What it returns, tensors in any nesting or plain
values, must agree in sizes, strides, offsets, dtypes, values, versions, view and leaf state, the sizes of
storages, and in which results share one; what it raises, in the built-in class.
"""

from __future__ import annotations

import warnings

import lamina
import numpy as np

_BUILTINS = (
    NotImplementedError,
    IndexError,
    TypeError,
    ValueError,
    AttributeError,
    BufferError,
    RuntimeError,
)
_WIDE = ("bfloat16", "float8_e4m3fn", "float8_e5m2")


def check(torch, case, ignore=()) -> None:
    """Asserts that `case(lamina)` does what `case(torch)` does, but for the facts named in `ignore`."""
    theirs, their_error = _run(case, torch)
    ours, our_error = _run(case, lamina)
    if their_error is not None or our_error is not None:
        _check_errors(our_error, their_error, ours, theirs)
        return
    our_tensors, their_tensors = _tensors(ours), _tensors(theirs)
    assert len(our_tensors) == len(their_tensors)
    if not their_tensors:
        assert repr(ours).replace("lamina.", "torch.") == repr(theirs)
        return
    for number, (mine, other) in enumerate(zip(our_tensors, their_tensors)):
        found, wanted = facts(mine), facts(other)
        for name in wanted.keys() - set(ignore):
            assert found[name] == wanted[name], (
                f"result {number}: {name} is {found[name]}, expected {wanted[name]}"
            )
        if "values" not in ignore:
            np.testing.assert_array_equal(values(mine), values(other), f"result {number}")
    if all(t.numel() for t in their_tensors):
        assert _sharing(our_tensors) == _sharing(their_tensors)


def facts(tensor) -> dict:
    """What one can see of a tensor of either library, as plain values."""
    return {
        "shape": tuple(tensor.shape),
        "strides": tuple(tensor.stride()),
        "offset": tensor.storage_offset(),
        "dtype": _dtype(tensor),
        "contiguous": tensor.is_contiguous(),
        "requires_grad": tensor.requires_grad,
        "leaf": tensor.is_leaf,
        "version": tensor._version,
        "view": tensor._is_view(),
        "storage bytes": tensor.untyped_storage().nbytes(),
    }


def values(tensor) -> np.ndarray:
    """A copy of the data, in a dtype that NumPy compares."""
    tensor = tensor.detach()
    if _dtype(tensor) in _WIDE:
        tensor = tensor.float()
    if not isinstance(tensor, lamina.Tensor):
        tensor = tensor.resolve_conj().resolve_neg()
    return np.array(tensor.numpy())


def _run(case, module):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return case(module), None
        except Exception as error:
            return None, error


def _check_errors(ours, theirs, our_result, their_result) -> None:
    assert theirs is not None, f"lamina raised {ours!r}, torch returned {their_result!r}"
    expected = next((cls for cls in _BUILTINS if isinstance(theirs, cls)), type(theirs))
    assert ours is not None, f"torch raised {theirs!r}, lamina returned {our_result!r}"
    assert isinstance(ours, expected), f"torch raised {theirs!r}, lamina {ours!r}"


def _tensors(result) -> list:
    if isinstance(result, (list, tuple)):
        return [t for part in result for t in _tensors(part)]
    return [result] if hasattr(result, "untyped_storage") else []


def _sharing(tensors) -> list:
    addresses = [t.untyped_storage().data_ptr() for t in tensors]
    return [[a == b for a in addresses] for b in addresses]


def _dtype(tensor) -> str:
    return str(tensor.dtype).partition(".")[2]
