"""One program, run on lamina and on torch: what can be seen of both runs must be the same.

A program is a function of the library `m`. What it returns (tensors, graph nodes, numbers, nested)
is compared piece by piece; `raised` turns an exception into something to compare.
"""

from __future__ import annotations

import re
from typing import NamedTuple

import lamina
import numpy as np
import pytest

_BUILTIN = (
    AssertionError,
    AttributeError,
    IndexError,
    NotImplementedError,
    RuntimeError,
    TypeError,
    ValueError,
)


class Raised(NamedTuple):
    """An exception: the built-in classes it belongs to, and the pattern found in its message,
    or the message.
    """

    kinds: frozenset
    message: str | None


def agree(program, rtol: float = 1e-5, atol: float = 1e-6) -> None:
    """Asserts that `program(lamina)` and `program(torch)` return the same."""
    torch = pytest.importorskip("torch")
    theirs, ours = _run(program, torch), _run(program, lamina)
    _compare(ours, theirs, "result", rtol, atol)


def _run(program, library):
    """What one run shows. A program that leaves a grad mode on must not change how the next
    one runs.
    """
    try:
        return _seen(program(library))
    finally:
        library.set_grad_enabled(True)
        library.autograd.set_detect_anomaly(False)


def program(fn):
    """The test that `fn(m)` runs the same on both libraries."""

    def test():
        agree(fn)

    test.__doc__, test.__name__ = fn.__doc__, fn.__name__
    return test


def raised(call, pattern: str | None = None):
    """What `call` raises, with whether `pattern` is found in the message; what it returns if
    it does not raise.
    """
    try:
        found = call()
    except Exception as error:
        kinds = frozenset(c.__name__ for c in _BUILTIN if isinstance(error, c))
        matches = pattern is None or re.search(pattern, str(error))
        return Raised(kinds, pattern if matches else str(error))
    return ("returned", found)


def graph(node, depth: int = 6) -> object:
    """The names of a node and of what it leads to, with output numbers."""
    if node is None or depth == 0:
        return None
    return (_name(node), [(graph(n, depth - 1), nr) for n, nr in node.next_functions])


def _name(node) -> str:
    return node.name().rpartition("::")[2]


def _seen(value):
    if isinstance(value, Raised):
        return value
    if hasattr(value, "untyped_storage"):
        return _tensor(value)
    if hasattr(value, "next_functions"):
        return ("node", _name(value))
    if isinstance(value, dict):
        return {k: _seen(v) for k, v in value.items()}
    if isinstance(value, (list, tuple)):
        return [_seen(v) for v in value]
    if isinstance(value, (str, int, float, complex, type(None))):
        return value
    return type(value).__name__


def _tensor(value) -> dict:
    inference = value.is_inference()
    return {
        "class": type(value).__name__,
        "shape": tuple(value.shape),
        "dtype": str(value.dtype).split(".")[1],
        "strides": [s for s, n in zip(value.stride(), value.shape) if n > 1],
        "inference": inference,
        "requires_grad": value.requires_grad,
        "is_leaf": value.is_leaf,
        "grad_fn": _name(value.grad_fn) if value.grad_fn is not None else None,
        "output_nr": value.output_nr,
        "values": _values(value),
    }


def _values(value):
    """The elements of a tensor, or what its inner tensors show."""
    if hasattr(value, "__tensor_flatten__"):
        return {name: _tensor(getattr(value, name)) for name in value.__tensor_flatten__()[0]}
    detached = value.detach()
    return np.array(
        detached.resolve_conj().numpy() if hasattr(value, "resolve_conj") else detached.numpy()
    )


def _compare(ours, theirs, at: str, rtol: float, atol: float) -> None:
    if isinstance(theirs, Raised):
        assert isinstance(ours, Raised), f"{at}: {ours} is not {theirs}"
        assert theirs.kinds <= ours.kinds, f"{at}: {ours} is not {theirs}"
        assert ours.message == theirs.message, f"{at}: {ours} is not {theirs}"
    elif isinstance(theirs, np.ndarray):
        np.testing.assert_allclose(ours, theirs, rtol=rtol, atol=atol, err_msg=at)
    elif isinstance(theirs, dict):
        assert isinstance(ours, dict), f"{at}: {ours} is not {theirs}"
        assert ours.keys() == theirs.keys(), f"{at}: {ours} is not {theirs}"
        for key in theirs:
            _compare(ours[key], theirs[key], f"{at}.{key}", rtol, atol)
    elif isinstance(theirs, list):
        assert isinstance(ours, list), f"{at}: {ours} is not {theirs}"
        assert len(ours) == len(theirs), f"{at}: {ours} is not {theirs}"
        for i, (one, other) in enumerate(zip(ours, theirs)):
            _compare(one, other, f"{at}[{i}]", rtol, atol)
    elif isinstance(theirs, float):
        assert ours == pytest.approx(theirs, rel=rtol, abs=atol), at
    else:
        assert ours == theirs, f"{at}: {ours!r} is not {theirs!r}"
