"""View operators: another look at the same memory.

Each entry has a geometry rule (`lamina.ops.geometry`), which is all that runs eagerly, and an `impl` that
emits the view primitive while tracing. Derivatives put the view's gradient back where it came from. Views
under another dtype are in `lamina.ops.view_dtype`.
"""

from __future__ import annotations

from ..storage import Geometry
from . import geometry as rules
from .registry import aten, op
from .view_backward import as_strided_vjp


@op("alias(Tensor(a) self) -> Tensor(a)", geometry=rules.alias, vjp={"self": lambda grad: grad})
def alias(p, self):
    """Another tensor over the same elements."""
    return p.alias(self)


@op(
    "detach(Tensor(a) self) -> Tensor(a)",
    geometry=rules.alias,
    differentiable=False,
    variants="method, function",
)
def detach(p, self):
    """The same elements, cut off from the graph; never requires grad."""
    return p.alias(self)


@op(
    "view(Tensor(a) self, SymInt[] size) -> Tensor(a)",
    geometry=rules.view,
    variants="method",
    vjp={"self": lambda grad, self_meta: grad.reshape(self_meta.sizes)},
)
def view(p, self, size):
    """The same elements under another shape. Raises ShapeError when strides cannot say it."""
    return p.reshape(self, rules.infer_size(size, _numel(self.shape)))


@op(
    "_unsafe_view(Tensor(a) self, SymInt[] size) -> Tensor(a)",
    geometry=rules.view,
    variants="function",
    tags={"unlinked", "owned"},
    vjp={"self": lambda grad, self_meta: grad.reshape(self_meta.sizes)},
)
def _unsafe_view(p, self, size):
    """`view` under another shape of a tensor that nobody else can see."""
    return p.reshape(self, rules.infer_size(size, _numel(self.shape)))


@op(
    "permute(Tensor(a) self, int[] dims) -> Tensor(a)",
    geometry=rules.permute,
    vjp={"self": lambda grad, dims: grad.permute(_inverse(dims))},
)
def permute(p, self, dims):
    """Dimension i of the result is dimension dims[i] of self."""
    return p.permute(self, rules.wrap_dims(dims, self.ndim))


@op(
    "transpose.int(Tensor(a) self, int dim0, int dim1) -> Tensor(a)",
    inplace_view=True,
    inplace_grad_name="TransposeBackward1",
    geometry=rules.transpose,
    vjp={"self": lambda grad, dim0, dim1: grad.transpose(dim0, dim1)},
)
def transpose(p, self, dim0, dim1):
    """Two dimensions swapped."""
    return p.permute(self, rules.transposed_order(self.ndim, dim0, dim1))


@op(
    "t(Tensor(a) self) -> Tensor(a)",
    inplace_view=True,
    inplace_grad_name="TBackward1",
    geometry=rules.t,
    vjp={"self": lambda grad: grad.t()},
)
def t(p, self):
    """A matrix transposed; vectors and scalars as they are."""
    return p.permute(self, tuple(range(self.ndim))[::-1])


@op(
    "expand(Tensor(a) self, SymInt[] size, *, bool implicit=False) -> Tensor(a)",
    geometry=rules.expand,
    variants="method",
    # To the size of self the engine sums.
    vjp={"self": lambda grad, self_meta: grad if self_meta.sizes else grad.sum()},
)
def expand(p, self, size, implicit):
    """Broadcast to `size` without a copy; -1 keeps a size."""
    return p.expand(self, rules.expanded_shape(tuple(self.shape), size))


@op(
    "select.int(Tensor(a) self, int dim, SymInt index) -> Tensor(a)",
    geometry=rules.select,
    vjp={
        "self": lambda grad, self_meta, dim, index: aten.select_backward(
            grad, self_meta.sizes, dim, index
        )
    },
)
def select(p, self, dim, index):
    """The slice at `index` of a dimension, which goes away."""
    dim, index = rules.select_index(tuple(self.shape), dim, index)
    return p.squeeze(_slice(p, self, dim, index, index + 1, 1), (dim,))


@op(
    "slice.Tensor(Tensor(a) self, int dim=0, SymInt? start=None, SymInt? end=None, SymInt step=1) -> Tensor(a)",
    geometry=rules.slice,
    variants="",
    vjp={
        "self": lambda grad, self_meta, dim, start, end, step: aten.slice_backward(
            grad, self_meta.sizes, dim, start, end, step
        )
    },
)
def slice(p, self, dim, start, end, step):
    """Elements start, start+step, ... below end of one dimension; bounds are clamped."""
    dim = rules.wrap_dim(dim, self.ndim)
    return _slice(p, self, dim, *rules.slice_bounds(self.shape[dim], start, end, step), step)


@op(
    "squeeze(Tensor(a) self) -> Tensor(a)",
    inplace_view=True,
    inplace_grad_name="SqueezeBackward3",
    geometry=rules.squeeze,
    vjp={"self": lambda grad, self_meta: _unsqueezed(grad, self_meta.sizes)},
)
def squeeze(p, self):
    """Without the dimensions of size 1."""
    return p.squeeze(self, rules.squeezed_dims(tuple(self.shape), None))


@op(
    "squeeze.dim(Tensor(a) self, int dim) -> Tensor(a)",
    grad_name="SqueezeBackward1",
    inplace_view=True,
    inplace_grad_name="SqueezeBackward4",
    geometry=rules.squeeze,
    vjp={"self": lambda grad, self_meta: _unsqueezed(grad, self_meta.sizes)},
)
def squeeze_dim(p, self, dim):
    """Without dimension `dim`, if its size is 1."""
    return p.squeeze(self, rules.squeezed_dims(tuple(self.shape), (dim,)))


@op(
    "squeeze.dims(Tensor(a) self, int[] dim) -> Tensor(a)",
    grad_name="SqueezeBackward2",
    inplace_view=True,
    inplace_grad_name="SqueezeBackward5",
    geometry=rules.squeeze,
    vjp={"self": lambda grad, self_meta: _unsqueezed(grad, self_meta.sizes)},
)
def squeeze_dims(p, self, dim):
    """Without those of the dimensions `dim` that have size 1."""
    return p.squeeze(self, rules.squeezed_dims(tuple(self.shape), dim))


@op(
    "unsqueeze(Tensor(a) self, int dim) -> Tensor(a)",
    inplace_view=True,
    inplace_grad_name="UnsqueezeBackward1",
    geometry=rules.unsqueeze,
    vjp={"self": lambda grad, self_meta: grad.reshape(self_meta.sizes)},
)
def unsqueeze(p, self, dim):
    """With a dimension of size 1 at position `dim` of the result."""
    return p.unsqueeze(self, (rules.wrap_dim(dim, self.ndim + 1),))


@op(
    "diagonal(Tensor(a) self, int offset=0, int dim1=0, int dim2=1) -> Tensor(a)",
    geometry=rules.diagonal,
    vjp={
        "self": lambda grad, self_meta, offset, dim1, dim2: aten.diagonal_backward(
            grad, self_meta.sizes, offset, dim1, dim2
        )
    },
)
def diagonal(p, self, offset, dim1, dim2):
    """The elements with index_dim2 - index_dim1 == offset, as the last dimension."""
    return p.diagonal(
        self, offset, rules.wrap_dim(dim1, self.ndim), rules.wrap_dim(dim2, self.ndim)
    )


@op(
    "as_strided(Tensor(a) self, SymInt[] size, SymInt[] stride, SymInt? storage_offset=None) -> Tensor(a)",
    inplace_view=True,
    geometry=rules.as_strided,
    tags={"of_storage"},
    vjp={"self": as_strided_vjp},
)
def as_strided(p, self, size, stride, storage_offset):
    """Any geometry over the storage. While tracing, self is the storage's root in memory order."""
    return p.as_strided(self, size, stride, storage_offset)


@op(
    "unfold(Tensor(a) self, int dimension, int size, int step) -> Tensor(a)",
    geometry=rules.unfold,
    variants="method",
    vjp={
        "self": lambda grad, self_meta, dimension, size, step: aten.unfold_backward(
            grad, self_meta.sizes, dimension, size, step
        )
    },
)
def unfold(p, self, dimension, size, step):
    """Windows of `size` every `step` along a dimension; the window is the last dimension."""
    if self.ndim == 0:
        return p.as_strided(self, (size,), (1,), 0)
    return p.unfold(self, rules.wrap_dim(dimension, self.ndim), size, step)


@op(
    "split.Tensor(Tensor(a -> *) self, SymInt split_size, int dim=0) -> Tensor(a)[]",
    geometry=rules.split,
    materialize=False,
    vjp={
        "self": lambda grads, self_meta, split_size, dim: _joined(
            grads, rules.split(_contiguous(self_meta), split_size, dim), self_meta, dim
        )
    },
)
def split(p, self, split_size, dim):
    """Pieces of `split_size` along a dimension, the last one possibly smaller."""
    dim = rules.wrap_dim(dim, self.ndim)
    return _pieces(p, self, rules.split_sizes(self.shape[dim], split_size), dim)


@op(
    "split_with_sizes(Tensor(a -> *) self, SymInt[] split_sizes, int dim=0) -> Tensor(a)[]",
    geometry=rules.split_with_sizes,
    materialize=False,
    vjp={
        "self": lambda grads, self_meta, split_sizes, dim: _joined(
            grads, rules.split_with_sizes(_contiguous(self_meta), split_sizes, dim), self_meta, dim
        )
    },
)
def split_with_sizes(p, self, split_sizes, dim):
    """Pieces of the given sizes along a dimension."""
    return _pieces(p, self, split_sizes, rules.wrap_dim(dim, self.ndim))


@op(
    "unsafe_split.Tensor(Tensor(a -> *) self, SymInt split_size, int dim=0) -> Tensor(a)[]",
    geometry=rules.split,
    materialize=False,
    tags={"unlinked"},
    vjp={
        "self": lambda grads, self_meta, split_size, dim: _joined(
            grads, rules.split(_contiguous(self_meta), split_size, dim), self_meta, dim
        )
    },
)
def unsafe_split(p, self, split_size, dim):
    """`split` along a dimension whose pieces autograd takes for tensors of their own."""
    return split(p, self, split_size, dim)


@op(
    "unsafe_split_with_sizes(Tensor(a -> *) self, SymInt[] split_sizes, int dim=0) -> Tensor(a)[]",
    geometry=rules.split_with_sizes,
    materialize=False,
    tags={"unlinked"},
    vjp={
        "self": lambda grads, self_meta, split_sizes, dim: _joined(
            grads, rules.split_with_sizes(_contiguous(self_meta), split_sizes, dim), self_meta, dim
        )
    },
)
def unsafe_split_with_sizes(p, self, split_sizes, dim):
    """`split_with_sizes` along a dimension whose pieces autograd takes for tensors of their own."""
    return split_with_sizes(p, self, split_sizes, dim)


@op(
    "unbind.int(Tensor(a -> *) self, int dim=0) -> Tensor(a)[]",
    geometry=rules.unbind,
    materialize=False,
    vjp={"self": lambda grads, self_meta, dim: _stacked(grads, self_meta, dim)},
)
def unbind(p, self, dim):
    """The slices along a dimension, which goes away."""
    dim = rules.wrap_dim(dim, self.ndim)
    return [p.squeeze(_slice(p, self, dim, i, i + 1, 1), (dim,)) for i in range(self.shape[dim])]


def _unsqueezed(grad, sizes):
    return grad if tuple(grad.shape) == tuple(sizes) else grad.reshape(sizes)


def _slice(p, x, dim, start, stop, step):
    starts, stops, steps = [0] * x.ndim, list(x.shape), [1] * x.ndim
    starts[dim], stops[dim], steps[dim] = start, stop, step
    return p.slice(x, starts, stops, steps)


def _pieces(p, x, sizes, dim):
    pieces, at = [], 0
    for size in sizes:
        pieces.append(_slice(p, x, dim, at, at + size, 1))
        at += size
    return pieces


def _inverse(dims):
    rank = len(dims)
    order = [0] * rank
    for i, d in enumerate(dims):
        order[d % rank] = i
    return tuple(order)


def _numel(shape) -> int:
    count = 1
    for size in shape:
        count *= size
    return count


def _contiguous(meta) -> Geometry:
    return Geometry(meta.sizes, meta.strides, 0)


def _zeros(meta, sizes):
    return aten.full(sizes, 0, dtype=meta.dtype, device=meta.device)


def _joined(grads, pieces, meta, dim):
    return aten.cat(
        [_zeros(meta, piece.sizes) if g is None else g for g, piece in zip(grads, pieces)], dim
    )


def _stacked(grads, meta, dim):
    piece = rules.select(_contiguous(meta), dim, 0).sizes if grads else ()
    return aten.stack([_zeros(meta, piece) if g is None else g for g in grads], dim)
