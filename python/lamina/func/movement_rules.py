"""Batching rules of views, copies and fills that are more than a dimension counted one further."""

from __future__ import annotations

from ..errors import UnsupportedError
from ..memory_format import contiguous_format, preserve_format
from ..ops.registry import aten, lookup
from .rules import batching, logical_ndim, padded, pointwise, shifted, shifted_dim


@batching("squeeze.default", inplace=True)
def squeeze_all(op, values: tuple, owned: list, size: int):
    """All dimensions of size 1 but the mapped one."""
    (x,) = values
    dims = tuple([d for d in range(1, x.ndim) if x.shape[d] == 1])
    by_dims = lookup("aten::squeeze_.dims" if op.writes else "aten::squeeze.dims")
    return by_dims.call((x, dims))


@batching("t", inplace=True)
def matrix_transpose(op, values: tuple, owned: list, size: int):
    """A swap of the last two dimensions, if there are two."""
    (x,) = values
    swap = lookup("aten::transpose_.int" if op.writes else "aten::transpose.int")
    return swap.call((x, 1, 2)) if x.ndim == 3 else swap.call((x, 0, 0))


@batching("permute")
def permute(op, values: tuple, owned: list, size: int):
    """The mapped dimension stays first."""
    x, dims = values
    return op.call((x, (0, *shifted_dim(tuple(dims), x.ndim - 1, True))) if dims else values)


@batching("expand")
def expand(op, values: tuple, owned: list, size: int):
    """New dimensions come after the mapped one."""
    x, sizes, implicit = values
    return op.call((padded(x, True, len(sizes)), (size, *sizes), implicit))


@batching("repeat")
def repeat(op, values: tuple, owned: list, size: int):
    """The mapped dimension is not repeated."""
    x, times = values
    return op.call((padded(x, True, len(times)), (1, *times)))


@batching("roll")
def roll(op, values: tuple, owned: list, size: int):
    """Without dimensions it is a roll of the flattened example."""
    x, shifts, dims = values
    if dims:
        return op.call((x, shifts, shifted_dim(tuple(dims), x.ndim - 1, True)))
    return op.call((x.reshape((size, -1)), shifts, (1,))).reshape(x.shape)


@batching("flip")
def flip(op, values: tuple, owned: list, size: int):
    """Without dimensions nothing is flipped."""
    x, dims = values
    return op.call((x, shifted_dim(tuple(dims), x.ndim - 1, True) if dims else ()))


@batching("cat")
def cat(op, values: tuple, owned: list, size: int):
    """Empty vectors join anything, and are left out."""
    tensors, dim = values
    pairs = list(zip(tensors, owned[0], strict=True))
    kept = [(t, o) for t, o in pairs if tuple(t.shape[o:]) != (0,)] or pairs
    return shifted(op, ([t for t, _ in kept], dim), [[o for _, o in kept], False], size)


@batching("fill.Tensor", inplace=True)
def fill(op, values: tuple, owned: list, size: int):
    """One value an example is a copy that broadcasts."""
    x, value = values
    if not owned[1]:
        return op.call(values)
    value = padded(value, True, logical_ndim(x, owned[0]))
    if op.writes:
        return x.copy_(value)
    return value.to(x.dtype).expand((size, *x.shape[owned[0] :])).clone()


@batching("masked_fill.Tensor", inplace=True)
def masked_fill(op, values: tuple, owned: list, size: int):
    """One value an example is a choice by `where`."""
    if not owned[2]:
        return pointwise(op, values, owned, size)
    x, mask, value = values
    ndim = max(logical_ndim(x, owned[0]), logical_ndim(mask, owned[1]))
    x, mask, value = [padded(v, o, ndim) for v, o in zip(values, owned, strict=True)]
    chosen = aten.where(mask, value.to(x.dtype), x)
    return values[0].copy_(chosen) if op.writes else chosen


@batching("clone")
def clone(op, values: tuple, owned: list, size: int):
    """Memory formats for images do not fit one more dimension, and are no part of the values."""
    x, memory_format = values
    keeps = memory_format in (None, contiguous_format, preserve_format)
    return op.call((x, memory_format if keeps else None))


@batching("view.dtype")
def view_dtype(op, values: tuple, owned: list, size: int):
    """The last dimension changes its size, which an example without dimensions does not have."""
    x, dtype = values
    if x.ndim == 1 and dtype.itemsize != x.dtype.itemsize:
        raise UnsupportedError("a 0-d tensor has no view of another element size", op=op.name)
    return op.call(values)


@batching(
    "nonzero", "masked_select", "_unique2", "unique_dim", "unique_consecutive", "where.default"
)
def of_unknown_size(op, values: tuple, owned: list, size: int):
    """Always an error: examples would give results of different sizes."""
    raise UnsupportedError(
        "vmap: the size of the result depends on values, and examples may differ", op=op.name
    )
