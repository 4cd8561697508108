"""Type promotion: the dtype an operator computes in, from the dtypes of its operands.

The lattice has four categories, bool < integral < floating < complex. Tensors with dimensions
decide; 0-d tensors raise the result only when their category is higher, Python scalars only when
theirs is higher still, and then as little as possible (a Python float makes an integer tensor the
default dtype).

Works on array handles (anything with `.dtype` and `.shape`) and Python scalars, eagerly and in a
trace.
"""

from __future__ import annotations

from functools import cache

import ml_dtypes
import numpy as np

from .. import dtypes
from ..errors import DtypeError, ShapeError

BOOL, INTEGRAL, FLOATING, COMPLEX = range(4)

_HALF = np.dtype(np.float16)
_BFLOAT = np.dtype(ml_dtypes.bfloat16)
_FLOAT8 = frozenset((np.dtype(ml_dtypes.float8_e4m3fn), np.dtype(ml_dtypes.float8_e5m2)))
_CATEGORY = {d.np: d.category for d in dtypes.ALL}
_INT64 = np.dtype(np.int64)
_BOOL = np.dtype(np.bool_)
_FLOAT32 = np.dtype(np.float32)


def category(dtype: np.dtype) -> int:
    """BOOL, INTEGRAL, FLOATING or COMPLEX."""
    return _CATEGORY[dtype]


def is_floating(dtype: np.dtype) -> bool:
    """Whether dtype is a real floating one."""
    return _CATEGORY[dtype] == FLOATING


def is_complex(dtype: np.dtype) -> bool:
    """Whether dtype is complex."""
    return _CATEGORY[dtype] == COMPLEX


def is_integral(dtype: np.dtype) -> bool:
    """Whether dtype is an integer or bool."""
    return _CATEGORY[dtype] <= INTEGRAL


@cache
def promote_types(a: np.dtype, b: np.dtype) -> np.dtype:
    """The smallest dtype that both convert to. Raises DtypeError for an 8-bit float with
    another dtype.
    """
    if a == b:
        return a
    if a in _FLOAT8 or b in _FLOAT8:
        raise DtypeError(f"no promotion between {a} and {b}; cast 8-bit floats explicitly")
    low, high = sorted((a, b), key=_CATEGORY.get)
    if _CATEGORY[low] < _CATEGORY[high]:
        return np.dtype(np.complex128) if low == np.float64 and is_complex(high) else high
    if {a, b} == {_HALF, _BFLOAT}:
        return _FLOAT32
    if _CATEGORY[a] == FLOATING:
        return a if a.itemsize > b.itemsize else b
    return np.promote_types(a, b)


@cache
def to_complex(dtype: np.dtype) -> np.dtype:
    """The complex dtype for a real one."""
    return dtypes.from_numpy(dtype).to_complex().np


@cache
def to_real(dtype: np.dtype) -> np.dtype:
    """The dtype of the real part."""
    return dtypes.from_numpy(dtype).to_real().np


def default_float() -> np.dtype:
    """The dtype of a Python float as a tensor."""
    return dtypes.get_default_dtype().np


def scalar_dtype(value) -> np.dtype:
    """The dtype a Python scalar would have as a tensor."""
    if isinstance(value, bool):
        return _BOOL
    if isinstance(value, int):
        return _INT64
    if isinstance(value, float):
        return default_float()
    if isinstance(value, complex):
        return dtypes.get_default_dtype().to_complex().np
    raise DtypeError(f"expected a tensor or a Python number, got {type(value).__name__}")


def result_dtype(*operands) -> np.dtype:
    """The promoted dtype of array handles and Python scalars. Raises DtypeError where none
    exists.
    """
    dimensioned = zero_dim = weak = None
    for operand in operands:
        if not hasattr(operand, "dtype"):
            weak = _join(weak, scalar_dtype(operand))
        elif operand.shape:
            dimensioned = _join(dimensioned, operand.dtype)
        else:
            zero_dim = _join(zero_dim, operand.dtype)
    return _raise_category(dimensioned, _raise_category(zero_dim, weak))


def promote(p, *operands):
    """The operands in their promoted dtype; Python scalars stay as they are (they are weak in
    `p`).

    Raises ShapeError when the shapes do not broadcast, DtypeError when the dtypes have no
    promotion.
    """
    check_broadcast(*operands)
    first = getattr(operands[0], "dtype", None)
    if first is not None and all(getattr(x, "dtype", None) is first for x in operands[1:]):
        return operands
    return cast_all(p, result_dtype(*operands), *operands)


def cast_all(p, dtype: np.dtype, *operands):
    """The operands with every array cast to dtype."""
    return [cast(p, x, dtype) if hasattr(x, "dtype") else x for x in operands]


def cast(p, x, dtype: np.dtype):
    """x in `dtype`, x itself when it has it already."""
    return x if x.dtype == dtype else p.cast(x, dtype)


def int_to_float(p, x):
    """x, with integers and bools cast to the default float dtype."""
    return p.cast(x, default_float()) if _CATEGORY[x.dtype] <= INTEGRAL else x


def float_dtype(*operands) -> np.dtype:
    """The promoted dtype, or the default float dtype if that is integral."""
    dtype = result_dtype(*operands)
    return default_float() if _CATEGORY[dtype] <= INTEGRAL else dtype


def accumulate_dtype(dtype: np.dtype) -> np.dtype:
    """The dtype multi-step formulas (softmax, variance) compute in: float32 for floats below it."""
    return _FLOAT32 if _CATEGORY[dtype] == FLOATING and dtype.itemsize < 4 else dtype


def as_array(p, x, dtype: np.dtype):
    """x as an array of dtype: a Python scalar becomes a 0-d one."""
    return cast(p, x, dtype) if hasattr(x, "dtype") else p.full((), x, dtype)


def check_broadcast(*operands) -> None:
    """Raises ShapeError unless the shapes of the array operands broadcast together."""
    first = None
    for operand in operands:
        shape = getattr(operand, "shape", ())
        if first is None or not first:
            first = shape
        elif shape and shape != first:
            first = broadcast_shapes(first, shape)


def expands_to(shape: tuple, sizes: tuple) -> bool:
    """Whether an operand of this shape broadcasts to these sizes."""
    lead = len(sizes) - len(shape)
    return lead >= 0 and all([n in (1, size) for n, size in zip(shape, sizes[lead:])])


def broadcast_shapes(*shapes) -> tuple:
    """The shape that all shapes expand to. Raises ShapeError, naming them, when there is none."""
    rank = max(map(len, shapes), default=0)
    out = [1] * rank
    for shape in shapes:
        for i, size in enumerate(shape, rank - len(shape)):
            if size == 1 or size == out[i]:
                continue
            if out[i] != 1:
                listed = " and ".join(str(tuple(s)) for s in shapes)
                raise ShapeError(f"shapes {listed} do not broadcast at dimension {i - rank}")
            out[i] = size
    return tuple(out)


def _join(a, b):
    return b if a is None else promote_types(a, b)


def _raise_category(strong, weak):
    """`strong`, raised by `weak` only if that is of a higher category."""
    if strong is None:
        return weak
    if weak is None:
        return strong
    if _CATEGORY[weak] <= _CATEGORY[strong]:
        return strong
    if _CATEGORY[strong] == FLOATING:
        return to_complex(strong)
    return weak
