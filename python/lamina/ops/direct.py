"""Direct kernels: the NumPy function itself, where an operator is nothing else.

Promotion, checks and rounding of small floats matter to few calls, but cost more than the
arithmetic of small operands. An entry that declares a `ufunc` says: for ndarrays of one of these
dtypes, with its other arguments at their defaults, it is that function. All else goes through the
entry's own implementation.
"""

from __future__ import annotations

import contextvars
import functools
import threading
from collections.abc import Callable

import numpy as np

_DTYPES = frozenset(np.dtype(t) for t in (np.float32, np.float64, np.int32, np.int64))
_INT32 = np.dtype(np.int32)


class _Quiet(threading.local):
    """A context of this thread in which NumPy warns of nothing, entered by `run`."""

    def __init__(self):
        context = contextvars.Context()
        context.run(np.seterr, all="ignore")
        self.run = context.run


_quiet = _Quiet()


def kernel(ufunc: np.ufunc, general: Callable, defaults: tuple) -> Callable:
    """The eager kernel of an operator that is `ufunc`: direct where it can be, else `general`.

    `defaults` are those of the arguments after the operands.
    """
    allowed = _closed(ufunc)
    make = _unary if ufunc.nin == 1 else _binary
    return make(ufunc, general, defaults, allowed)


def write(ufunc: np.ufunc, defaults: tuple) -> Callable:
    """The direct in-place kernel: `run(handles)` writes into the first and says whether it
    could.
    """
    allowed = frozenset(d for d in _closed(ufunc) if d.char in _results(ufunc, d))
    operands = ufunc.nin

    def run(handles: list) -> bool:
        x = handles[0]
        # Dense memory is never written to twice.
        if (
            type(x) is not np.ndarray
            or x.dtype not in allowed
            or not x.flags.forc
            or tuple(handles[operands:]) != defaults
            or (operands == 2 and not _agrees(x.dtype, handles[1]))
        ):
            return False
        try:
            _call(ufunc, *handles[:operands], x)
        except ValueError:
            return False
        return True

    return run


def _unary(ufunc, general, defaults, allowed):
    def run(x, *rest):
        if type(x) is np.ndarray and x.dtype in allowed and rest == defaults:
            return _call(ufunc, x)
        return general(x, *rest)

    return run


def _binary(ufunc, general, defaults, allowed):
    def run(x, y, *rest):
        if (
            type(x) is np.ndarray
            and x.dtype in allowed
            and rest == defaults
            and _agrees(x.dtype, y)
        ):
            try:
                return _call(ufunc, x, y)
            except ValueError:
                # The general kernel says what does not fit.
                pass
        return general(x, y, *rest)

    return run


def _agrees(dtype: np.dtype, y) -> bool:
    """Whether `y` has this dtype or is a number that is weak beside it, in NumPy as here."""
    kind = type(y)
    if kind is np.ndarray:
        return y.dtype is dtype
    return (kind is float and dtype.kind == "f") or (kind is int and dtype != _INT32)


def _call(ufunc, *operands):
    try:
        return _quiet.run(ufunc, *operands)
    except RuntimeError:
        # The context is entered already: a finalizer runs inside of another call.
        with np.errstate(all="ignore"):
            return ufunc(*operands)


@functools.cache
def _closed(ufunc: np.ufunc) -> frozenset:
    """The dtypes that `ufunc` maps to themselves or to bool."""
    return frozenset(d for d in _DTYPES if _results(ufunc, d) & {d.char, "?"})


@functools.cache
def _results(ufunc: np.ufunc, dtype: np.dtype) -> set:
    takes = dtype.char * ufunc.nin
    return {t.partition("->")[2] for t in ufunc.types if t.partition("->")[0] == takes}
