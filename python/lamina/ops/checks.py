"""Argument checks that every operator family shares, with the wording of their errors in one place.

They look only at static facts (shape, dtype), so they hold eagerly and in a trace.
"""

from __future__ import annotations

import math

import numpy as np
from ml_dtypes import finfo

from ..errors import DtypeError, ShapeError
from .geometry import wrap_dim
from .promotion import BOOL, COMPLEX, FLOATING, category, to_real


def wrap_dims(dims, ndim: int, *, empty_means_all: bool = True) -> tuple:
    """Distinct dimensions in ascending order; None (and, by default, an empty list) means all."""
    if dims is None or (empty_means_all and not isinstance(dims, int) and len(dims) == 0):
        return tuple(range(ndim))
    wrapped = [wrap_dim(d, ndim) for d in ((dims,) if isinstance(dims, int) else dims)]
    if len(set(wrapped)) != len(wrapped):
        raise ShapeError(f"a dimension appears twice in {tuple(dims)}")
    return tuple(sorted(wrapped)) if ndim else ()


def same_dtype(*named) -> None:
    """`named` is (name, handle) pairs. Raises DtypeError unless all have the dtype of the first."""
    first_name, first = named[0]
    for name, x in named[1:]:
        if x is not None and x.dtype != first.dtype:
            raise DtypeError(
                f"{first_name} and {name} have different dtypes, {first.dtype} and {x.dtype}"
            )


def floating(name: str, x) -> None:
    """Raises DtypeError unless x is of a floating or complex dtype."""
    if category(x.dtype) < FLOATING:
        raise DtypeError(f"{name} must be of a floating dtype, got {x.dtype}")


def not_complex(name: str, x) -> None:
    """Raises DtypeError if x is complex."""
    if category(x.dtype) == COMPLEX:
        raise DtypeError(f"{name} must not be complex, got {x.dtype}")


def fitting(value, dtype):
    """A Python number as one of `dtype`: fractions are cut off, negative numbers wrap in unsigned dtypes.
    Raises DtypeError when it has no place there.
    """
    kind = category(dtype)
    if kind == BOOL:
        return bool(value)
    if kind == COMPLEX:
        parts = (value.real, value.imag) if isinstance(value, complex) else (value,)
        for part in parts:
            fitting(part, to_real(dtype))
        return value
    if isinstance(value, complex):
        if value.imag:
            raise _overflow(value, dtype)
        value = value.real
    if kind == FLOATING:
        if math.isfinite(value) and abs(value) > float(finfo(dtype).max):
            raise _overflow(value, dtype)
        return value
    limits = np.iinfo(dtype)
    low = -limits.max if dtype.kind == "u" and isinstance(value, int) else limits.min
    if math.isnan(value) or not low <= value <= limits.max:
        raise _overflow(value, dtype)
    return int(value) % (int(limits.max) + 1) if dtype.kind == "u" else int(value)


def assignable(value, dtype):
    """`fitting` for a number assigned to elements: what is too large for a float of 16 bits is infinite."""
    narrow = category(dtype) == FLOATING and dtype.itemsize == 2
    if not narrow or isinstance(value, complex) or abs(value) <= float(finfo(dtype).max):
        return fitting(value, dtype)
    return math.copysign(math.inf, value) if value == value else value


def _overflow(value, dtype) -> DtypeError:
    return DtypeError(f"value {value} cannot be converted to type {dtype} without overflow")


def integer_index(name: str, x) -> None:
    """Raises DtypeError unless x can index: int64 or int32."""
    if x.dtype.name not in ("int64", "int32"):
        raise DtypeError(f"{name} must be int64 or int32, got {x.dtype}")


def rank(name: str, x, *allowed: int) -> None:
    """Raises ShapeError unless x has one of the allowed numbers of dimensions."""
    if len(x.shape) not in allowed:
        wanted = " or ".join(map(str, allowed))
        raise ShapeError(f"{name} must have {wanted} dimensions, got shape {tuple(x.shape)}")


def shape(name: str, x, expected) -> None:
    """Raises ShapeError unless x (or None) has the expected shape."""
    if x is not None and tuple(x.shape) != tuple(expected):
        raise ShapeError(f"{name} must have shape {tuple(expected)}, got {tuple(x.shape)}")
