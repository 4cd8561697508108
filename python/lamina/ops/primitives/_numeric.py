"""What every array primitive needs: weak scalars, small floats, quiet floating point.

NumPy has no arithmetic for the 8-bit floats that rounds once, sums half floats in half precision
and warns on overflow; the functions here give the primitives one answer to each. No primitive
lives here.

Array functions are called through `numpy`, which forwards to the operands' own library (CuPy) by
the array protocols, so nothing here names a device.
"""

import contextvars
import functools
import threading

import ml_dtypes
import numpy as np

SMALL_FLOATS = frozenset(
    np.dtype(t)
    for t in (np.float16, ml_dtypes.bfloat16, ml_dtypes.float8_e4m3fn, ml_dtypes.float8_e5m2)
)
"""Float dtypes that are computed in float32 and rounded once."""


class _Silence(threading.local):
    """A context of this thread in which NumPy warns of nothing; entering it is much cheaper than np.errstate."""

    def __init__(self):
        context = contextvars.Context()
        context.run(np.seterr, all="ignore")
        self.enter = context.run
        self.entered = False


_silence = _Silence()


def quiet(function):
    """Decorator: IEEE results (inf, nan) are answers, not warnings."""

    @functools.wraps(function)
    def run(*operands, **params):
        if _silence.entered:
            return function(*operands, **params)
        _silence.entered = True
        try:
            return _silence.enter(function, *operands, **params)
        finally:
            _silence.entered = False

    return run


def coerce(x, y):
    """Both operands as arrays; a Python scalar is weak and takes the other operand's dtype."""
    if not hasattr(x, "dtype"):
        return scalar(x, y.dtype), y
    if not hasattr(y, "dtype"):
        return x, scalar(y, x.dtype)
    return x, y


def scalar(value, dtype):
    """A 0-d array of `dtype`; integers wrap, as a C cast would."""
    return np.asarray(value).astype(dtype)


def compute_dtype(dtype):
    """The dtype a reduction or contraction over `dtype` accumulates in."""
    return np.dtype(np.float32) if dtype in SMALL_FLOATS else dtype


def rounded_once(function):
    """Make a function of arrays compute small floats in float32 and round its result once."""

    @functools.wraps(function)
    def run(x, *operands, **params):
        dtype = x.dtype
        if dtype not in SMALL_FLOATS:
            return function(x, *operands, **params)
        wide = [o.astype(np.float32) if getattr(o, "dtype", None) == dtype else o for o in operands]
        return function(x.astype(np.float32), *wide, **params).astype(dtype)

    return run
