"""Where the gradient of a view goes: zeros with one region filled, and the region-replacing scatters.

The `*_backward` operators are linear in `grad_output`; the `*_scatter` ones are functional forms of writing
through a view. Index arithmetic is done on static geometry, so these are plain primitives in a trace too.
"""

from __future__ import annotations

import numpy as np

from ..errors import ShapeError
from ..storage import Geometry, contiguous_strides
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
    """Zeros of `input_sizes` whose slice is `grad_output`."""
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
    """Zeros of `input_sizes` with `grad_output` at `index` of a dimension."""
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
    """Zeros of `input_sizes` whose diagonal is `grad_output`."""
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


def _transfer(p, grad, source: Geometry, target: Geometry, shared: Geometry | None = None):
    """The gradient seen through `target` of what was read through `source`, over one storage.

    A storage element that `shared` (the target by default) reaches several times divides its gradient evenly.
    """
    from_where, to_where = _positions(source), _positions(target)
    length = int(max(from_where.max(initial=-1), to_where.max(initial=-1))) + 1
    memory = p.full((length,), 0, grad.dtype)
    memory = p.scatter(
        memory, p.constant(from_where), p.reshape(grad, (from_where.size,)), 0, "add"
    )
    counts = np.bincount(_positions(shared or target), minlength=length)
    if counts.max(initial=0) > 1:
        memory = p.div(memory, p.cast(p.constant(np.maximum(counts, 1)), grad.dtype))
    return p.reshape(p.gather(memory, p.constant(to_where), 0), target.sizes)


@op(
    "as_strided_backward(Tensor grad_output, SymInt[] input_size, SymInt[] input_stride, SymInt input_offset, "
    "SymInt[] size, SymInt[] stride, SymInt storage_offset, bool transposed=False) -> Tensor",
    variants="",
    vjp={
        "grad_output": lambda grad, input_size, input_stride, input_offset, size, stride, storage_offset, transposed: (
            aten.as_strided_backward(
                grad,
                size,
                stride,
                storage_offset,
                input_size,
                input_stride,
                input_offset,
                not transposed,
            )
        )
    },
)
def as_strided_backward(
    p, grad_output, input_size, input_stride, input_offset, size, stride, storage_offset, transposed
):
    """The gradient of an input of the given geometry, of which as_strided(size, stride, offset) was taken.

    `transposed`: the transposed map, in which the roles of the two geometries are swapped.
    """
    viewed, whole = (
        Geometry(size, stride, storage_offset),
        Geometry(input_size, input_stride, input_offset),
    )
    return _transfer(p, grad_output, viewed, whole, viewed if transposed else whole)


@op(
    "unfold_backward(Tensor grad_in, SymInt[] input_sizes, int dim, int size, int step) -> Tensor",
    variants="",
    vjp={"grad_in": lambda grad, dim, size, step: grad.unfold(dim, size, step)},
)
def unfold_backward(p, grad_in, input_sizes, dim, size, step):
    """Overlapping windows added up into a tensor of `input_sizes`."""
    whole = Geometry(tuple(input_sizes), contiguous_strides(tuple(input_sizes)))
    return _transfer(p, grad_in, rules.unfold(whole, dim, size, step), whole)


@op(
    "slice_scatter(Tensor self, Tensor src, int dim=0, SymInt? start=None, SymInt? end=None, SymInt step=1) -> Tensor",
    layout=layout.preserved(),
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
    layout=layout.preserved(),
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
    layout=layout.preserved(),
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
    sizes = tuple(x.shape)
    return Geometry(sizes, contiguous_strides(sizes))
