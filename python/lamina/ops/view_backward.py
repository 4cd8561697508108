"""Where the gradient of a view goes: zeros with one region filled, and the region-replacing scatters.

The `*_backward` operators are linear in `grad_output`; the `*_scatter` ones are functional forms of writing
through a view. Index arithmetic is done on static geometry, so these are plain primitives in a trace too.
"""

from __future__ import annotations

import math

import numpy as np

from ..errors import ShapeError
from ..storage import Geometry, contiguous_strides, extent
from . import geometry as rules
from . import layout
from .registry import aten, op


def _region(sizes, dim, start, end, step):
    dim = rules.wrap_dim(dim, len(sizes))
    start, end = rules.slice_bounds(sizes[dim], start, end, step)
    starts, stops, steps = [0] * len(sizes), list(sizes), [1] * len(sizes)
    starts[dim], stops[dim], steps[dim] = start, end, step
    return {"starts": starts, "stops": stops, "steps": steps}


def _check(src, shape):
    if tuple(src.shape) != tuple(shape):
        raise ShapeError(f"expected a source of size {list(shape)}, got {list(src.shape)}")


def _zeros(p, like, sizes):
    return p.full(tuple(sizes), 0, like.dtype)


@op(
    "slice_backward(Tensor grad_output, SymInt[] input_sizes, int dim, SymInt? start, SymInt? end, SymInt step) -> Tensor",
    variants="",
    vjp={
        "grad_output": lambda grad, dim, start, end, step: aten.slice(grad, dim, start, end, step)
    },
)
def slice_backward(p, grad_output, input_sizes, dim, start, end, step):
    """Zeros of shape `input_sizes` whose slice is `grad_output`."""
    return p.slice_scatter(
        _zeros(p, grad_output, input_sizes),
        grad_output,
        **_region(input_sizes, dim, start, end, step),
    )


@op(
    "select_backward(Tensor grad_output, SymInt[] input_sizes, int dim, SymInt index) -> Tensor",
    variants="",
    vjp={"grad_output": lambda grad, dim, index: grad.select(dim, index)},
)
def select_backward(p, grad_output, input_sizes, dim, index):
    """Zeros of shape `input_sizes` with `grad_output` at `index` of a dimension."""
    dim, index = rules.select_index(tuple(input_sizes), dim, index)
    return p.slice_scatter(
        _zeros(p, grad_output, input_sizes),
        p.unsqueeze(grad_output, (dim,)),
        **_region(input_sizes, dim, index, index + 1, 1),
    )


@op(
    "diagonal_backward(Tensor grad_output, SymInt[] input_sizes, int offset, int dim1, int dim2) -> Tensor",
    variants="",
    vjp={"grad_output": lambda grad, offset, dim1, dim2: grad.diagonal(offset, dim1, dim2)},
)
def diagonal_backward(p, grad_output, input_sizes, offset, dim1, dim2):
    """Zeros of shape `input_sizes` whose diagonal is `grad_output`."""
    rank = len(input_sizes)
    return p.diagonal_scatter(
        _zeros(p, grad_output, input_sizes),
        grad_output,
        offset,
        rules.wrap_dim(dim1, rank),
        rules.wrap_dim(dim2, rank),
    )


def _positions(g: Geometry) -> np.ndarray:
    """Storage positions of the elements of a geometry, in row-major order."""
    positions = np.full((1,) * len(g.sizes), g.offset, np.int64)
    for d, (size, stride) in enumerate(zip(g.sizes, g.strides)):
        line = [1] * len(g.sizes)
        line[d] = size
        positions = positions + (np.arange(size, dtype=np.int64) * stride).reshape(line)
    return np.broadcast_to(positions, g.sizes).reshape(-1)


def _sums(p, grad, where: Geometry, length: int):
    """Memory [length] in which every element of grad is added at its place."""
    positions = p.constant(_positions(where))
    memory = p.full((length,), 0, grad.dtype)
    return p.scatter(memory, positions, p.reshape(grad, (positions.shape[0],)), 0, "add")


def _as_strided_backward_vjp(grad, length, size, stride, storage_offset):
    return aten.as_strided(aten._clone_strided(grad, (1,)), size, stride, storage_offset)


@op(
    "as_strided_backward(Tensor grad_output, SymInt length, SymInt[] size, SymInt[] stride, "
    "SymInt storage_offset) -> Tensor",
    variants="",
    vjp={"grad_output": _as_strided_backward_vjp},
)
def as_strided_backward(p, grad_output, length, size, stride, storage_offset):
    """The gradient of memory [length] of which as_strided(size, stride, storage_offset) was taken. Raises ShapeError
    unless grad_output has as many elements.
    """
    if math.prod(grad_output.shape) != math.prod(size):
        raise ShapeError(f"a gradient of shape {tuple(grad_output.shape)} is none of {tuple(size)}")
    return _sums(p, grad_output, Geometry(size, stride, storage_offset), length)


def as_strided_vjp(grad, self_meta, size, stride, storage_offset):
    """The gradient of `self` of which as_strided was taken, as a view of the gradient of its memory. An element of
    memory that self reaches several times divides its gradient evenly.
    """
    start = self_meta.offset if storage_offset is None else storage_offset
    first = min(start, self_meta.offset)
    view = Geometry(size, stride, start - first)
    base = Geometry(self_meta.sizes, self_meta.strides, self_meta.offset - first)
    if 0 in view.sizes or 0 in base.sizes:
        return aten.full(base.sizes, 0, dtype=grad.dtype, device=grad.device)
    length = max(g.offset + extent(g.sizes, g.strides) for g in (view, base))
    memory = aten.as_strided_backward(grad, length, *view)
    if np.bincount(_positions(base)).max() > 1:
        ones = aten.full(base.sizes, 1, device=grad.device)
        memory = memory / aten.as_strided_backward(ones, length, *base).clamp(min=1)
    return aten.as_strided(memory, *base)


@op(
    "unfold_backward(Tensor grad_in, SymInt[] input_sizes, int dim, int size, int step) -> Tensor",
    variants="",
    vjp={"grad_in": lambda grad, dim, size, step: grad.unfold(dim, size, step)},
)
def unfold_backward(p, grad_in, input_sizes, dim, size, step):
    """Overlapping windows added up into a tensor of `input_sizes`."""
    whole = _plain_geometry(tuple(input_sizes))
    windows = rules.unfold(whole, dim, size, step)
    return p.reshape(_sums(p, grad_in, windows, math.prod(whole.sizes)), whole.sizes)


@op(
    "slice_scatter(Tensor self, Tensor src, int dim=0, SymInt? start=None, SymInt? end=None, SymInt step=1) -> Tensor",
    layout=layout.with_gaps,
    vjp={
        "self": lambda grad, src_meta, dim, start, end, step: aten.slice_scatter(
            grad,
            aten.full(src_meta.sizes, 0, dtype=src_meta.dtype, device=src_meta.device),
            dim,
            start,
            end,
            step,
        ),
        "src": lambda grad, dim, start, end, step: aten.slice(grad, dim, start, end, step),
    },
)
def slice_scatter(p, self, src, dim, start, end, step):
    """A copy of self whose slice is `src`. Raises ShapeError when sizes differ."""
    region = _region(tuple(self.shape), dim, start, end, step)
    _check(src, rules.slice(_plain(self), dim, start, end, step).sizes)
    return p.slice_scatter(self, p.cast(src, self.dtype), **region)


@op(
    "select_scatter(Tensor self, Tensor src, int dim, SymInt index) -> Tensor",
    layout=layout.with_gaps,
    vjp={
        "self": lambda grad, src_meta, dim, index: aten.select_scatter(
            grad,
            aten.full(src_meta.sizes, 0, dtype=src_meta.dtype, device=src_meta.device),
            dim,
            index,
        ),
        "src": lambda grad, dim, index: grad.select(dim, index),
    },
)
def select_scatter(p, self, src, dim, index):
    """A copy of self with `src` at `index` of a dimension. Raises ShapeError when sizes differ."""
    dim, index = rules.select_index(tuple(self.shape), dim, index)
    _check(src, rules.select(_plain(self), dim, index).sizes)
    return p.slice_scatter(
        self,
        p.unsqueeze(p.cast(src, self.dtype), (dim,)),
        **_region(tuple(self.shape), dim, index, index + 1, 1),
    )


@op(
    "diagonal_scatter(Tensor self, Tensor src, int offset=0, int dim1=0, int dim2=1) -> Tensor",
    layout=layout.with_gaps,
    vjp={
        "self": lambda grad, src_meta, offset, dim1, dim2: aten.diagonal_scatter(
            grad,
            aten.full(src_meta.sizes, 0, dtype=src_meta.dtype, device=src_meta.device),
            offset,
            dim1,
            dim2,
        ),
        "src": lambda grad, offset, dim1, dim2: grad.diagonal(offset, dim1, dim2),
    },
)
def diagonal_scatter(p, self, src, offset, dim1, dim2):
    """A copy of self whose diagonal is `src`. Raises ShapeError when sizes differ."""
    _check(src, rules.diagonal(_plain(self), offset, dim1, dim2).sizes)
    return p.diagonal_scatter(
        self,
        p.cast(src, self.dtype),
        offset,
        rules.wrap_dim(dim1, self.ndim),
        rules.wrap_dim(dim2, self.ndim),
    )


def _plain(x) -> Geometry:
    return _plain_geometry(tuple(x.shape))


def _plain_geometry(sizes: tuple) -> Geometry:
    return Geometry(sizes, contiguous_strides(sizes))
