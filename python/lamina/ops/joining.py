"""Joining, repeating, padding and rearranging: elements move, none is computed."""

from __future__ import annotations

import math

import numpy as np

from ..errors import ShapeError, ValueError_
from ..memory_format import contiguous_format
from . import layout, primitives
from .checks import wrap_dim
from .promotion import cast, result_dtype
from .reduction import INT64
from .registry import aten, composite, op


def _legacy_empty(x):
    """The empty vector that concatenation has always ignored."""
    return tuple(x.shape) == (0,)


def _cat_vjp(grad, tensors_meta, dim):
    shapes = [m.sizes for m in tensors_meta]
    rank = max(len(s) for s in shapes)
    dim = wrap_dim(dim, rank)
    grads, at = [], 0
    for sizes in shapes:
        if tuple(sizes) == (0,) and rank != 1:
            grads.append(grad.new_zeros((0,)))
            continue
        grads.append(grad.narrow(dim, at, sizes[dim]))
        at += sizes[dim]
    return grads


def _cat_kernel(tensors, dim):
    """`cat` over arrays: at once where nothing is promoted and NumPy finds nothing wrong."""
    dtype = tensors[0].dtype if tensors else None
    if all([x.dtype is dtype for x in tensors]):
        try:
            return np.concatenate(tensors, dim)
        except (ValueError, TypeError):
            # Said in full below.
            pass
    return cat(primitives, tensors, dim)


@op(
    "cat(Tensor[] tensors, int dim=0) -> Tensor",
    kernel=_cat_kernel,
    layout=layout.joined,
    tags={"casts_out"},
    vjp={"tensors": _cat_vjp},
)
def cat(p, tensors, dim):
    """The tensors, promoted to one dtype, end to end along dim; their other sizes must agree."""
    if not tensors:
        raise ShapeError("expected at least one tensor")
    if any(x.ndim == 0 for x in tensors):
        raise ShapeError("0-d tensors cannot be concatenated; use stack")
    dtype = result_dtype(*tensors)
    parts = [x for x in tensors if not _legacy_empty(x)] or [tensors[0]]
    dim = wrap_dim(dim, parts[0].ndim)
    first = tuple(parts[0].shape)
    for x in parts[1:]:
        sizes = tuple(x.shape)
        if (
            len(sizes) != len(first)
            or sizes[:dim] + sizes[dim + 1 :] != first[:dim] + first[dim + 1 :]
        ):
            raise ShapeError(f"sizes must agree beside dimension {dim}, got {first} and {sizes}")
    if len(parts) == 1:
        return p.clone(cast(p, parts[0], dtype))
    return p.concat([cast(p, x, dtype) for x in parts], dim)


@composite
def concat(tensors, dim=0, *, out=None):
    """The same as `cat`."""
    return aten.cat(tensors, dim) if out is None else aten.cat(tensors, dim, out=out)


composite(concat, name="concatenate")


@op(
    "stack(Tensor[] tensors, int dim=0) -> Tensor",
    layout=layout.stacked,
    tags={"casts_out"},
    vjp={"tensors": lambda grad, dim: list(grad.unbind(dim))},
)
def stack(p, tensors, dim):
    """Tensors of one shape as slices along a new dimension dim."""
    if not tensors:
        raise ShapeError("expected at least one tensor")
    first = tuple(tensors[0].shape)
    for x in tensors[1:]:
        if tuple(x.shape) != first:
            raise ShapeError(f"tensors must have one shape, got {first} and {tuple(x.shape)}")
    dim = wrap_dim(dim, len(first) + 1)
    dtype = result_dtype(*tensors)
    slices = [p.unsqueeze(cast(p, x, dtype), (dim,)) for x in tensors]
    return p.clone(slices[0]) if len(slices) == 1 else p.concat(slices, dim)


@op(
    "constant_pad_nd(Tensor self, SymInt[] pad, Scalar value=0) -> Tensor",
    variants="function",
    layout=layout.suggested("self"),
    vjp={"self": lambda grad, pad: aten.constant_pad_nd(grad, [-amount for amount in pad], 0)},
)
def constant_pad_nd(p, self, pad, value):
    """self surrounded by `value`: pad is (before, after) of the last dimension, then of the one
    before it, and so on; negative amounts crop.
    """
    if len(pad) % 2 or len(pad) > 2 * self.ndim:
        raise ShapeError(
            f"pad must hold a pair for each of up to {self.ndim} dimensions, got {tuple(pad)}"
        )
    low, high = [0] * self.ndim, [0] * self.ndim
    for i in range(len(pad) // 2):
        low[self.ndim - 1 - i], high[self.ndim - 1 - i] = pad[2 * i], pad[2 * i + 1]
    if any(size + before + after < 0 for size, before, after in zip(self.shape, low, high)):
        raise ShapeError(f"pad {tuple(pad)} crops more than the shape {tuple(self.shape)} has")
    return p.pad(self, low, high, [0] * self.ndim, value)


@op(
    "flip(Tensor self, int[] dims) -> Tensor",
    layout=layout.preserved(),
    vjp={"self": lambda grad, dims: grad.flip(dims)},
)
def flip(p, self, dims):
    """self with the order of elements reversed along dims."""
    wrapped = [wrap_dim(d, self.ndim) for d in dims]
    if len(set(wrapped)) != len(wrapped):
        raise ShapeError(f"a dimension appears twice in {tuple(dims)}")
    return p.flip(self, tuple(wrapped)) if self.ndim and wrapped else p.clone(self)


@op(
    "rot90(Tensor self, int k=1, int[] dims=[0,1]) -> Tensor",
    layout=layout.rotated,
    vjp={"self": lambda grad, k, dims: grad.rot90(-k, dims)},
)
def rot90(p, self, k, dims):
    """self turned by k right angles in the plane of two dimensions, from the first to the second.

    Raises ShapeError for another number of dims than two and for the same one twice, DimError out of range.
    """
    if len(dims) != 2 or self.ndim < 2:
        raise ShapeError(
            f"expected two of at least two dimensions, got {tuple(dims)} of {self.ndim}"
        )
    first, second = (wrap_dim(d, self.ndim) for d in dims)
    if first == second:
        raise ShapeError(f"the dimensions of the plane must differ, got {tuple(dims)}")
    if k % 2 == 0:
        return p.flip(self, (first, second)) if k % 4 else p.clone(self)
    order = list(range(self.ndim))
    order[first], order[second] = second, first
    return p.flip(p.permute(self, tuple(order)), (first if k % 4 == 1 else second,))


def _rolled(p, x, shift, dim):
    size = x.shape[dim]
    shift = shift % size if size else 0
    if shift == 0:
        return x
    cut = size - shift
    starts, stops, steps = [0] * x.ndim, list(x.shape), [1] * x.ndim
    tail = p.slice(x, [cut if d == dim else 0 for d in range(x.ndim)], stops, steps)
    head = p.slice(x, starts, [cut if d == dim else n for d, n in enumerate(stops)], steps)
    return p.concat([tail, head], dim)


@op(
    "roll(Tensor self, SymInt[1] shifts, int[1] dims=[]) -> Tensor",
    layout=layout.suggested_or_kept,
    vjp={"self": lambda grad, shifts, dims: grad.roll([-s for s in shifts], dims)},
)
def roll(p, self, shifts, dims):
    """self's elements moved up by shifts along dims, those past the end re-entering; flat
    without dims.
    """
    if not dims:
        if len(shifts) != 1:
            raise ShapeError(f"one shift is expected without dims, got {tuple(shifts)}")
        flat = p.reshape(self, (math.prod(self.shape),))
        return p.clone(p.reshape(_rolled(p, flat, shifts[0], 0), tuple(self.shape)))
    if len(shifts) != len(dims):
        raise ShapeError(f"{len(shifts)} shifts for {len(dims)} dims")
    moved = self
    for shift, dim in zip(shifts, dims):
        moved = _rolled(p, moved, shift, wrap_dim(dim, self.ndim))
    return p.clone(self) if moved is self else moved


def _triangle(name, predicate, doc):
    def impl(p, self, diagonal):
        if self.ndim < 2:
            raise ShapeError(f"expected at least 2 dimensions, got shape {tuple(self.shape)}")
        sizes = tuple(self.shape[-2:])
        rows, columns = p.add(p.iota(sizes, 0, INT64), diagonal), p.iota(sizes, 1, INT64)
        keep = p.expand(p.compare(columns, rows, predicate), tuple(self.shape))
        return p.select(keep, self, 0)

    impl.__doc__ = (
        f"The {doc} of the last two dimensions, zeros elsewhere; diagonal moves the edge up."
    )
    op(
        f"{name}(Tensor self, int diagonal=0) -> Tensor",
        inplace=True,
        vjp={"self": lambda grad, diagonal: getattr(grad, name)(diagonal)},
    )(impl)


_triangle("tril", "le", "lower triangle")
_triangle("triu", "ge", "upper triangle")


def _repeat_vjp(grad, self_meta, repeats):
    sizes = self_meta.sizes
    lead = len(repeats) - len(sizes)
    if 0 in repeats:
        return aten.full(sizes, 0, dtype=grad.dtype, device=grad.device)
    for _ in range(lead):
        grad = grad.sum(0)
    blocks, copies = [], []
    for times, size in zip(repeats[lead:], sizes):
        if times != 1:
            copies.append(len(blocks))
            blocks.append(times)
        blocks.append(size)
    return grad.reshape(blocks).sum(copies) if copies else grad


@op("repeat(Tensor self, SymInt[] repeats) -> Tensor", variants="method", vjp={"self": _repeat_vjp})
def repeat(p, self, repeats):
    """Copies of self beside each other, repeats[d] of them along dimension d of the result."""
    lead = len(repeats) - self.ndim
    if lead < 0 or any(r < 0 for r in repeats):
        raise ShapeError(
            f"repeats {tuple(repeats)} must be at least as many as the dimensions of shape "
            f"{tuple(self.shape)}, and not negative"
        )
    sizes = (1,) * lead + tuple(self.shape)
    rank = len(sizes)
    blocks = p.reshape(self, tuple(n for size in sizes for n in (1, size)))
    spread = p.expand(blocks, tuple(n for r, size in zip(repeats, sizes) for n in (r, size)))
    return (
        p.reshape(p.clone(spread), tuple(r * size for r, size in zip(repeats, sizes)))
        if rank
        else p.clone(self)
    )


@composite(variants="function, method")
def tile(self, *repeats, dims=()):
    """repeat, with missing leading repeats taken as one."""
    dims = repeats or dims
    dims = tuple(dims[0]) if len(dims) == 1 and isinstance(dims[0], (list, tuple)) else dims
    return self.repeat((1,) * (self.ndim - len(dims)) + tuple(dims))


@composite(variants="function, method")
def repeat_interleave(self, repeats=None, dim=None, *, output_size=None):
    """Each slice along dim `repeats` times in a row; of the flattened tensor when dim is None.

    repeats is a number, or an integer tensor with one for each slice (eager only). A lone tensor is taken for
    repeats, of the slices' indices. Raises ShapeError unless repeats fit dim, ValueError_ for negative ones and
    where they do not add up to output_size.
    """
    if repeats is None:
        return aten.repeat_interleave.Tensor(self, output_size=output_size)
    if dim is None:
        return repeat_interleave(self.reshape(-1), repeats, 0, output_size=output_size)
    dim = wrap_dim(dim, self.ndim)
    if hasattr(repeats, "numel") and repeats.numel() != 1:
        if tuple(repeats.shape) != (self.shape[dim],):
            raise ShapeError(
                f"repeats {tuple(repeats.shape)} do not fit dimension {dim} of {tuple(self.shape)}",
                op="repeat_interleave",
            )
        places = aten.repeat_interleave.Tensor(repeats, output_size=output_size)
        return self.index_select(dim, places)
    repeats = int(repeats)
    if repeats < 0:
        raise ValueError_(f"repeats must not be negative, got {repeats}", op="repeat_interleave")
    wide = self.unsqueeze(dim + 1)
    sizes = [*self.shape[: dim + 1], repeats, *self.shape[dim + 1 :]]
    # A dimension of size 1 could be repeated without a copy, but the result has memory of its own.
    repeated = aten.clone(wide.expand(sizes), memory_format=contiguous_format)
    return repeated.view([*self.shape[:dim], self.shape[dim] * repeats, *self.shape[dim + 1 :]])


@composite
def hstack(tensors):
    """Joined along the second dimension, or the first of vectors."""
    tensors = [t.reshape(1) if t.ndim == 0 else t for t in tensors]
    return aten.cat(tensors, 0 if tensors[0].ndim == 1 else 1)


@composite
def vstack(tensors):
    """Joined along the first dimension; vectors become rows."""
    return aten.cat([t.reshape(1, -1) if t.ndim < 2 else t for t in tensors], 0)


@composite
def meshgrid(*tensors, indexing="ij"):
    """Vectors as the coordinates of a grid: one tensor of the grid's shape for each ("xy":
    first two swapped).
    """
    if len(tensors) == 1 and isinstance(tensors[0], (list, tuple)):
        tensors = tuple(tensors[0])
    if indexing not in ("ij", "xy"):
        raise ShapeError(f"indexing must be 'ij' or 'xy', got {indexing!r}", op="meshgrid")
    swap = indexing == "xy" and len(tensors) > 1
    order = (1, 0, *range(2, len(tensors))) if swap else tuple(range(len(tensors)))
    sizes = [tensors[i].numel() for i in order]
    grid = []
    for i, t in enumerate(tensors):
        line = [1] * len(tensors)
        line[order.index(i)] = t.numel()
        grid.append(t.reshape(line).expand(sizes))
    return tuple(grid)


@composite(variants="function")
def broadcast_tensors(*tensors):
    """The tensors expanded to their common shape."""
    from .promotion import broadcast_shapes

    sizes = broadcast_shapes(*(tuple(t.shape) for t in tensors))
    return tuple(t if tuple(t.shape) == sizes else t.expand(sizes) for t in tensors)


@composite(variants="function, method")
def broadcast_to(self, size):
    """self expanded to size."""
    return self.expand(size)
