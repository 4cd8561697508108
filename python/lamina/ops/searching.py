"""Where values stand in sorted sequences, and whether they are in a set, by unrolled binary search."""

from __future__ import annotations

import math

import numpy as np

from ..errors import DtypeError, ShapeError
from .checks import rank
from .promotion import BOOL, COMPLEX, FLOATING, as_array, cast, category, result_dtype
from .reduction import INT64
from .registry import op


def _search(p, sequence, values, right):
    """For each of values[*, M] how many elements of the ascending sequence[*, N] stand before it."""
    count = sequence.shape[-1]
    low = p.full(tuple(values.shape), 0, INT64)
    high = p.full(tuple(values.shape), count, INT64)
    for _ in range(count.bit_length()):
        middle = p.div(p.add(low, high), 2)
        found = p.gather(sequence, p.minimum(middle, count - 1), sequence.ndim - 1)
        # Written so that every nan among the values goes to the end.
        after = p.bitwise_not(p.compare(found, values, "gt" if right else "ge"))
        after = p.bitwise_and(after, p.compare(low, high, "lt"))
        low = p.select(after, p.add(middle, 1), low)
        high = p.select(after, high, middle)
    return low


def _is_right(right, side):
    if side not in (None, "left", "right") or (side == "left" and right):
        raise ShapeError(f"side {side!r} and right={right} do not go together")
    return right or side == "right"


def _positions(p, sequence, values, out_int32, right):
    """searchsorted of values, an array or a number, in a vector or in as many sequences as values have rows."""
    dtype = result_dtype(sequence, values)
    sequence, values = cast(p, sequence, dtype), as_array(p, values, dtype)
    shape = tuple(values.shape)
    if sequence.ndim == 1:
        values = p.reshape(values, (values.size,))
    elif tuple(sequence.shape[:-1]) != shape[:-1]:
        raise ShapeError(
            f"sequences of shape {tuple(sequence.shape)} and values of shape {shape} differ beside "
            "the last dimension"
        )
    found = p.reshape(_search(p, sequence, values, right), shape)
    return p.cast(found, "int32") if out_int32 else found


@op(
    "searchsorted.Tensor(Tensor sorted_sequence, Tensor self, *, bool out_int32=False, bool "
    "right=False, str? side=None, Tensor? sorter=None) -> Tensor",
    variants="function",
    differentiable=False,
)
@op(
    "searchsorted.Scalar(Tensor sorted_sequence, Scalar self, *, bool out_int32=False, bool "
    "right=False, str? side=None, Tensor? sorter=None) -> Tensor",
    differentiable=False,
)
def searchsorted(p, sorted_sequence, self, out_int32, right, side, sorter):
    """The positions, int64 (int32 if out_int32), at which self[*, M], or a number, would have to be put into the
    ascending sorted_sequence[*, N] (or one [N] for all) to keep it so: before equal elements, or
    after them if right or side is "right". sorter: the int64 indices that sort the sequence.
    """
    right = _is_right(right, side)
    if sorter is not None:
        places = cast(p, sorter, INT64)
        sorted_sequence = p.gather(sorted_sequence, places, sorted_sequence.ndim - 1)
    return _positions(p, sorted_sequence, self, out_int32, right)


@op(
    "bucketize.Tensor(Tensor self, Tensor boundaries, *, bool out_int32=False, bool right=False) -> Tensor",
    variants="function",
    differentiable=False,
)
@op(
    "bucketize.Scalar(Scalar self, Tensor boundaries, *, bool out_int32=False, bool right=False) -> Tensor",
    differentiable=False,
)
def bucketize(p, self, boundaries, out_int32, right):
    """For each element, or a number, the number of the interval between the ascending boundaries[N] that it is in,
    int64 (int32 if out_int32); a boundary counts to the interval below, or above if right.
    """
    rank("boundaries", boundaries, 1)
    return _positions(p, boundaries, self, out_int32, right)


def _comparable(p, elements, others):
    """The operands of isin in one dtype, numbers as arrays. Raises DtypeError for bool and complex operands."""
    dtype = result_dtype(elements, others)
    for given in (getattr(elements, "dtype", dtype), getattr(others, "dtype", dtype)):
        if category(given) in (BOOL, COMPLEX):
            raise DtypeError(f"not defined for {given}")
    return as_array(p, elements, dtype), as_array(p, others, dtype)


@op(
    "isin.Tensor_Scalar(Tensor elements, Scalar test_element, *, bool assume_unique=False, "
    "bool invert=False) -> Tensor",
    variants="function",
    differentiable=False,
)
def is_number(p, elements, test_element, assume_unique, invert):
    """Bool, in the shape of elements: whether each is the number; the contrary if invert. Raises DtypeError for bool
    and complex.
    """
    elements, number = _comparable(p, elements, test_element)
    return p.compare(elements, number, "ne" if invert else "eq")


@op(
    "isin.Scalar_Tensor(Scalar element, Tensor test_elements, *, bool assume_unique=False, "
    "bool invert=False) -> Tensor",
    differentiable=False,
)
def is_number_among(p, element, test_elements, assume_unique, invert):
    """Bool, 0-d: whether the number is among test_elements; the contrary if invert. Raises DtypeError for bool and
    complex.
    """
    dims = tuple(range(test_elements.ndim))
    among = p.any(is_number(p, test_elements, element, False, False), dims)
    return p.bitwise_not(among) if invert else among


@op(
    "isin.Tensor_Tensor(Tensor elements, Tensor test_elements, *, bool assume_unique=False, "
    "bool invert=False) -> Tensor",
    differentiable=False,
)
def isin(p, elements, test_elements, assume_unique, invert):
    """Bool, in the shape of elements: whether each is among test_elements; the contrary if invert. Raises DtypeError
    for bool and complex.
    """
    elements, among = _comparable(p, elements, test_elements)
    sizes, count = tuple(elements.shape), among.size
    if count == 0:
        return p.full(sizes, bool(invert), np.dtype(bool))
    flat = p.reshape(elements, (elements.size,))
    among, _ = p.sort(p.reshape(among, (count,)), 0, False)
    # A search ends before what is not less, and nan, which stands at the end, is neither.
    ascending = among
    if category(among.dtype) == FLOATING:
        ascending = p.select(p.compare(among, among, "ne"), math.inf, among)
    at = p.minimum(_search(p, ascending, flat, False), count - 1)
    found = p.compare(p.gather(among, at, 0), flat, "ne" if invert else "eq")
    return p.reshape(found, sizes)
