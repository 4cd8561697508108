"""Geometry rules: the sizes, strides and offset of a view, from those of what it views.

Pure functions on `Geometry`, one per view operator, with the bounds checks of the operator. They are all
that an eager view needs, and give a traced view its strides. Nothing here touches memory.
"""

from __future__ import annotations

import operator
from math import prod

from ..errors import DimError, ShapeError, ValueError_
from ..storage import Geometry


def wrap_dim(dim: int, rank: int) -> int:
    """A dimension counted from the front. Raises DimError when out of range; a 0-d tensor has dimension 0."""
    dim = operator.index(dim)
    span = rank or 1
    if not -span <= dim < span:
        raise DimError(
            f"dimension out of range (expected to be in [{-span}, {span - 1}], got {dim})"
        )
    return dim + span if dim < 0 else dim


def wrap_dims(dims, rank: int) -> tuple:
    """Several dimensions counted from the front. Raises ValueError_ when one appears twice."""
    wrapped = tuple([wrap_dim(d, rank) for d in dims])
    if len(set(wrapped)) != len(wrapped):
        raise ShapeError(
            f"dimension {max(wrapped, key=wrapped.count)} appears more than once in {list(dims)}"
        )
    return wrapped


def infer_size(shape, numel: int) -> tuple:
    """`shape` with its one -1 filled in. Raises ShapeError when it cannot hold `numel` elements."""
    shape = tuple([operator.index(s) for s in shape])
    unknown = [i for i, s in enumerate(shape) if s == -1]
    if len(unknown) > 1:
        raise ShapeError(f"only one dimension can be inferred, got shape {list(shape)}")
    if any(s < -1 for s in shape):
        raise ShapeError(f"invalid shape {list(shape)}: sizes cannot be negative")
    known = prod(s for s in shape if s != -1)
    if unknown:
        if known == 0:
            raise ShapeError(
                f"cannot reshape a tensor of {numel} elements into {list(shape)}: the size of -1 is ambiguous"
            )
        if numel % known == 0:
            return _replaced(shape, unknown[0], numel // known)
    if known != numel or unknown:
        raise ShapeError(f"shape {list(shape)} is invalid for a tensor of {numel} elements")
    return shape


def view_strides(g: Geometry, shape: tuple) -> tuple | None:
    """Strides under which `shape` sees the same memory in the same order, or None when there are none."""
    numel = prod(g.sizes)
    if numel == 0:
        if tuple(shape) == tuple(g.sizes):
            return g.strides
        strides, step = [], 1
        for size in reversed(shape):
            strides.append(step)
            step *= max(size, 1)
        return tuple(reversed(strides))
    strides = [1] * len(shape)
    at = len(shape) - 1
    base_stride = g.strides[-1] if g.strides else 1
    chunk = 1
    for d in range(len(g.sizes) - 1, -1, -1):
        chunk *= g.sizes[d]
        if d > 0 and (g.sizes[d - 1] == 1 or g.strides[d - 1] == chunk * base_stride):
            continue
        filled = 1
        while at >= 0 and (filled < chunk or shape[at] == 1):
            strides[at] = filled * base_stride
            filled *= shape[at]
            at -= 1
        if filled != chunk:
            return None
        if d > 0:
            chunk = 1
            base_stride = g.strides[d - 1]
    for rest in range(at, -1, -1):
        strides[rest] = strides[rest + 1] * shape[rest + 1] if rest + 1 < len(shape) else 1
    return tuple(strides)


def alias(g: Geometry) -> Geometry:
    """The same geometry."""
    return g


def view(g: Geometry, size) -> Geometry:
    """The same elements as `size`; one size may be -1. Raises ShapeError when strides cannot say it."""
    shape = infer_size(size, prod(g.sizes))
    strides = view_strides(g, shape)
    if strides is None:
        raise ShapeError(
            f"view of size {list(g.sizes)} and strides {list(g.strides)} cannot be {list(shape)} without a copy "
            "(a dimension spans memory that is not evenly strided); use reshape(...) instead"
        )
    return Geometry(shape, strides, g.offset)


def permute(g: Geometry, dims) -> Geometry:
    """Dimensions in the order `dims`. Raises ShapeError unless it is a permutation."""
    if len(dims) != len(g.sizes):
        raise ShapeError(
            f"permute of a tensor of {len(g.sizes)} dimensions got {len(dims)}: {list(dims)}"
        )
    order = wrap_dims(dims, len(g.sizes))
    return Geometry(
        tuple([g.sizes[d] for d in order]), tuple([g.strides[d] for d in order]), g.offset
    )


def transposed_order(rank: int, dim0: int, dim1: int) -> tuple:
    """The permutation that swaps two dimensions."""
    dim0, dim1 = wrap_dim(dim0, rank), wrap_dim(dim1, rank)
    order = list(range(rank))
    if rank:
        order[dim0], order[dim1] = order[dim1], order[dim0]
    return tuple(order)


def transpose(g: Geometry, dim0: int, dim1: int) -> Geometry:
    """Two dimensions swapped."""
    return permute(g, transposed_order(len(g.sizes), dim0, dim1))


def t(g: Geometry) -> Geometry:
    """A matrix transposed. Raises ShapeError above two dimensions."""
    if len(g.sizes) > 2:
        raise ShapeError(f"t() expects at most 2 dimensions, got {len(g.sizes)}")
    return Geometry(g.sizes[::-1], g.strides[::-1], g.offset)


def expanded_shape(sizes: tuple, size) -> tuple:
    """The shape that expand(size) gives. Raises ShapeError."""
    size = tuple([operator.index(s) for s in size])
    lead = len(size) - len(sizes)
    if lead < 0:
        raise ShapeError(
            f"expand to {list(size)}: fewer sizes than the tensor's {len(sizes)} dimensions"
        )
    shape = []
    for i, wanted in enumerate(size):
        have = sizes[i - lead] if i >= lead else None
        if wanted == -1:
            if have is None:
                raise ShapeError(
                    f"expand to {list(size)}: -1 is not allowed in a new leading dimension {i}"
                )
            wanted = have
        if have is not None and have not in (1, wanted):
            raise ShapeError(
                f"the expanded size ({wanted}) must match the existing size ({have}) at dimension {i}; "
                f"target sizes {list(size)}, tensor sizes {list(sizes)}"
            )
        if wanted < 0:
            raise ShapeError(f"expand to {list(size)}: sizes cannot be negative")
        shape.append(wanted)
    return tuple(shape)


def expand(g: Geometry, size, implicit: bool = False) -> Geometry:
    """Broadcast to `size`, with stride 0 where a size of 1 grew."""
    shape = expanded_shape(g.sizes, size)
    if not g.sizes:
        return Geometry(shape, (0,) * len(shape), g.offset)
    lead = len(shape) - len(g.sizes)
    strides = []
    for i, wanted in enumerate(shape):
        if i >= lead and (g.sizes[i - lead] == wanted):
            strides.append(g.strides[i - lead])
        else:
            strides.append(0)
    for i in range(lead - 1, -1, -1):
        if shape[i] == 1:
            strides[i] = shape[i + 1] * strides[i + 1] if i + 1 < len(shape) else 1
    return Geometry(shape, tuple(strides), g.offset)


def slice_bounds(size: int, start, end, step: int) -> tuple[int, int]:
    """Start and stop within [0, size], as Python slices clamp them. Raises ValueError_ for step < 1."""
    if step < 1:
        raise ValueError_(f"slice step must be positive, got {step}")
    start = 0 if start is None else operator.index(start)
    end = size if end is None else operator.index(end)
    start = min(max(start + size if start < 0 else start, 0), size)
    end = min(max(end + size if end < 0 else end, start), size)
    return start, end


def slice(g: Geometry, dim: int = 0, start=None, end=None, step: int = 1) -> Geometry:
    """Elements start, start+step, ... below end of a dimension; bounds are clamped."""
    if not g.sizes:
        raise DimError("slice() cannot be applied to a 0-d tensor")
    dim = wrap_dim(dim, len(g.sizes))
    start, end = slice_bounds(g.sizes[dim], start, end, step)
    sizes = _replaced(g.sizes, dim, (end - start + step - 1) // step)
    return Geometry(
        sizes, _replaced(g.strides, dim, g.strides[dim] * step), g.offset + start * g.strides[dim]
    )


def select_index(sizes: tuple, dim: int, index: int) -> tuple[int, int]:
    """Dimension and index counted from the front. Raises DimError."""
    if not sizes:
        raise DimError("select() cannot be applied to a 0-d tensor")
    dim, index = wrap_dim(dim, len(sizes)), operator.index(index)
    size = sizes[dim]
    if not -size <= index < size:
        raise DimError(f"index {index} is out of bounds for dimension {dim} with size {size}")
    return dim, index + size if index < 0 else index


def select(g: Geometry, dim: int, index: int) -> Geometry:
    """One index of a dimension, which goes away."""
    dim, index = select_index(g.sizes, dim, index)
    return Geometry(
        _without(g.sizes, dim), _without(g.strides, dim), g.offset + index * g.strides[dim]
    )


def squeezed_dims(sizes: tuple, dims) -> tuple:
    """Which of `dims` (None: all) have size 1 and go away."""
    if dims is None:
        return tuple([d for d, s in enumerate(sizes) if s == 1])
    return tuple([d for d in sorted(wrap_dims(dims, len(sizes))) if sizes and sizes[d] == 1])


def squeeze(g: Geometry, dims=None) -> Geometry:
    """Without the dimensions of size 1 (among `dims`, when given)."""
    gone = squeezed_dims(g.sizes, (dims,) if isinstance(dims, int) else dims)
    return Geometry(
        tuple([s for d, s in enumerate(g.sizes) if d not in gone]),
        tuple([s for d, s in enumerate(g.strides) if d not in gone]),
        g.offset,
    )


def unsqueeze(g: Geometry, dim: int) -> Geometry:
    """With a dimension of size 1 at `dim` of the result."""
    dim = wrap_dim(dim, len(g.sizes) + 1)
    stride = g.sizes[dim] * g.strides[dim] if dim < len(g.sizes) else 1
    return Geometry(
        (*g.sizes[:dim], 1, *g.sizes[dim:]), (*g.strides[:dim], stride, *g.strides[dim:]), g.offset
    )


def diagonal(g: Geometry, offset: int = 0, dim1: int = 0, dim2: int = 1) -> Geometry:
    """The diagonal of two dimensions, as the last dimension."""
    rank = len(g.sizes)
    first, second = wrap_dim(dim1, rank), wrap_dim(dim2, rank)
    if first == second:
        raise ShapeError(f"diagonal dimensions cannot be identical: {dim1}, {dim2}")
    rows, columns = g.sizes[first], g.sizes[second]
    length = max(min(rows, columns - offset) if offset >= 0 else min(rows + offset, columns), 0)
    start = g.offset
    if length:
        start += offset * g.strides[second] if offset >= 0 else -offset * g.strides[first]
    keep = [d for d in range(rank) if d not in (first, second)]
    return Geometry(
        (*[g.sizes[d] for d in keep], length),
        (*[g.strides[d] for d in keep], g.strides[first] + g.strides[second]),
        start,
    )


def as_strided(g: Geometry, size, stride, storage_offset=None) -> Geometry:
    """The given geometry over the storage. Raises ShapeError for negative strides or offset."""
    size, stride = tuple(map(operator.index, size)), tuple(map(operator.index, stride))
    if len(size) != len(stride):
        raise ShapeError(
            f"as_strided: mismatch in length of sizes {list(size)} and strides {list(stride)}"
        )
    if any(s < 0 for s in stride):
        raise ShapeError(f"as_strided: negative strides are not supported, got {list(stride)}")
    offset = g.offset if storage_offset is None else operator.index(storage_offset)
    if offset < 0:
        raise ShapeError(f"as_strided: the storage offset must not be negative, got {offset}")
    return Geometry(size, stride, offset)


def unfold(g: Geometry, dimension: int, size: int, step: int) -> Geometry:
    """Windows of `size` every `step` along a dimension, as the last dimension."""
    dim = wrap_dim(dimension, len(g.sizes))
    extent = g.sizes[dim] if g.sizes else 1
    stride = g.strides[dim] if g.sizes else 1
    if not 0 <= size <= extent:
        raise ShapeError(f"unfold: window size {size} must be in [0, {extent}] at dimension {dim}")
    if step <= 0:
        raise ShapeError(f"unfold: step must be positive, got {step}")
    count = (extent - size) // step + 1
    sizes = (count,) if not g.sizes else _replaced(g.sizes, dim, count)
    strides = (stride * step,) if not g.sizes else _replaced(g.strides, dim, stride * step)
    if not g.sizes:
        return Geometry((size,), (1,), g.offset)
    return Geometry((*sizes, size), (*strides, stride), g.offset)


def split_sizes(size: int, split_size: int) -> tuple:
    """Lengths of the pieces of at most `split_size` that make up `size`."""
    if split_size < 0:
        raise ShapeError(f"split: the piece size must not be negative, got {split_size}")
    if split_size == 0:
        if size:
            raise ShapeError(f"split: a piece size of 0 needs a dimension of size 0, got {size}")
        return (0,)
    return tuple([min(split_size, size - at) for at in range(0, size, split_size)]) or (0,)


def split(g: Geometry, split_size: int, dim: int = 0) -> list[Geometry]:
    """Pieces of `split_size` along a dimension."""
    _check_divisible("split", g)
    return split_with_sizes(g, split_sizes(_size_at(g, dim), split_size), dim)


def split_with_sizes(g: Geometry, split_sizes, dim: int = 0) -> list[Geometry]:
    """Pieces of the given sizes along a dimension. Raises ShapeError unless they add up."""
    _check_divisible("split", g)
    size = _size_at(g, dim)
    if sum(split_sizes) != size or any(s < 0 for s in split_sizes):
        raise ShapeError(
            f"split: pieces {list(split_sizes)} do not add up to size {size} of dimension {dim}"
        )
    pieces, at = [], 0
    for length in split_sizes:
        pieces.append(slice(g, dim, at, at + length))
        at += length
    return pieces


def unbind(g: Geometry, dim: int = 0) -> list[Geometry]:
    """The slices along a dimension, which goes away."""
    return [select(g, dim, i) for i in range(_size_at(g, dim))]


def _check_divisible(name: str, g: Geometry) -> None:
    if not g.sizes:
        raise ShapeError(f"{name} expects at least a 1-dimensional tensor, got a 0-d one")


def _size_at(g: Geometry, dim: int) -> int:
    if not g.sizes:
        raise DimError("a 0-d tensor has no dimension to divide")
    return g.sizes[wrap_dim(dim, len(g.sizes))]


def _replaced(values: tuple, at: int, value: int) -> tuple:
    return (*values[:at], value, *values[at + 1 :])


def _without(values: tuple, at: int) -> tuple:
    return values[:at] + values[at + 1 :]
