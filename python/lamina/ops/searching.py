"""Where values stand in sorted sequences, and whether they are in a set, by unrolled binary search."""

from __future__ import annotations

from ..errors import ArgumentError, ShapeError
from .promotion import cast, cast_all, result_dtype
from .reduction import INT64
from .registry import aten, composite, op


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


@op(
    "searchsorted.Tensor(Tensor sorted_sequence, Tensor self, *, bool out_int32=False, bool "
    "right=False, str? side=None, Tensor? sorter=None) -> Tensor",
    variants="",
    differentiable=False,
)
def searchsorted(p, sorted_sequence, self, out_int32, right, side, sorter):
    """The positions, int64 (int32 if out_int32), at which self[*, M] would have to be put into the
    ascending sorted_sequence[*, N] (or one [N] for all) to keep it so: before equal elements, or
    after them if right or side is "right". sorter: the int64 indices that sort the sequence.
    """
    right = _is_right(right, side)
    sequence, values = cast_all(p, result_dtype(sorted_sequence, self), sorted_sequence, self)
    if sorter is not None:
        sequence = p.gather(sequence, cast(p, sorter, INT64), sequence.ndim - 1)
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


@composite(name="searchsorted")
def _searchsorted(sorted_sequence, input, *, out_int32=False, right=False, side=None, sorter=None):
    """The positions at which input, a tensor or a number, keeps sorted_sequence ascending."""
    if not hasattr(input, "dtype"):
        input = aten.full([], input, dtype=sorted_sequence.dtype)
    return aten.searchsorted.Tensor(
        sorted_sequence, input, out_int32=out_int32, right=right, side=side, sorter=sorter
    )


@composite
def bucketize(input, boundaries, *, out_int32=False, right=False):
    """For each element the number of the interval between the ascending boundaries[N] it is in."""
    if boundaries.ndim != 1:
        raise ShapeError(
            f"boundaries must be a vector, got shape {tuple(boundaries.shape)}", op="bucketize"
        )
    return _searchsorted(boundaries, input, out_int32=out_int32, right=right)


@composite
def isin(elements, test_elements, *, assume_unique=False, invert=False):
    """Bool: whether each element, or a number, is among test_elements; the contrary if invert."""
    if not hasattr(elements, "dtype") and not hasattr(test_elements, "dtype"):
        raise ArgumentError("one of elements and test_elements must be a tensor", op="isin")
    if not hasattr(elements, "dtype"):
        found = (test_elements == elements).any()
    elif not hasattr(test_elements, "dtype"):
        found = elements == test_elements
    elif test_elements.numel() == 0:
        found = aten.zeros_like(elements).bool()
    else:
        ordered = test_elements.reshape(-1).sort()[0]
        at = _searchsorted(ordered, elements).clamp(max=ordered.shape[0] - 1)
        found = ordered[at] == elements
    return found.logical_not() if invert else found
