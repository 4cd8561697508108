"""Gathering and scattering along one dimension, and lookups in tables of rows.

gather and scatter take an index of the result's (source's) shape, the others a vector of positions.
"""

from __future__ import annotations

import math

from ..errors import DtypeError, ShapeError, UnsupportedError
from . import layout
from .checks import fitting, integer_index, same_dtype, wrap_dim
from .promotion import broadcast_shapes, cast
from .reduction import INT64
from .registry import aten, composite, op


def _fits(x_name, x, dim, index):
    """Raises unless index has x's rank and is no larger beside dim."""
    integer_index("index", index)
    if max(x.ndim, 1) != max(index.ndim, 1):
        raise ShapeError(
            f"index and {x_name} must have as many dimensions, got {tuple(index.shape)} and "
            f"{tuple(x.shape)}"
        )
    if any(d != dim and n > size for d, (n, size) in enumerate(zip(index.shape, x.shape))):
        raise ShapeError(
            f"index of shape {tuple(index.shape)} is larger than {x_name} of shape "
            f"{tuple(x.shape)} "
            f"beside dimension {dim}"
        )


@op(
    "gather(Tensor self, int dim, Tensor index, *, bool sparse_grad=False) -> Tensor",
    vjp={
        "self": lambda grad, self, dim, index: grad.new_zeros(self.shape).scatter_add(
            dim, index, grad
        )
    },
)
def gather(p, self, dim, index, sparse_grad):
    """self's elements at `index` along dim, one for each element of index, whose shape the
    result has.
    """
    dim = wrap_dim(dim, self.ndim)
    if math.prod(index.shape) == 0:
        return p.full(tuple(index.shape), 0, self.dtype)
    _fits("self", self, dim, index)
    index = cast(p, index, INT64)
    if self.ndim and index.ndim:
        return p.gather(self, index, dim)
    found = p.gather(_as_vector(p, self), _as_vector(p, index), 0)
    return p.reshape(found, tuple(index.shape))


def _as_vector(p, x):
    """A 0-d array as its only element along one dimension."""
    return p.reshape(x, (1,)) if x.ndim == 0 else x


def scattered(p, self, dim, index, src, reduce):
    """self with src, an array or a number, combined in at index along dim by the primitive's
    reduce. Raises ShapeError where index does not fit self or src.
    """
    dim = wrap_dim(dim, self.ndim)
    if math.prod(index.shape) == 0:
        return p.clone(self)
    _fits("self", self, dim, index)
    if not hasattr(src, "dtype"):
        src = p.expand(p.full((), fitting(src, self.dtype), self.dtype), tuple(index.shape))
    same_dtype(("self", self), ("src", src))
    if len(src.shape) != len(index.shape) or any(
        n > size for n, size in zip(index.shape, src.shape)
    ):
        raise ShapeError(
            f"index of shape {tuple(index.shape)} is larger than src of shape {tuple(src.shape)}"
        )
    if tuple(src.shape) != tuple(index.shape):
        src = p.slice(src, [0] * src.ndim, list(index.shape), [1] * src.ndim)
    index = cast(p, index, INT64)
    if self.ndim and index.ndim:
        return p.scatter(self, index, src, dim, reduce)
    operands = [_as_vector(p, x) for x in (self, index, src)]
    return p.reshape(p.scatter(*operands, 0, reduce), tuple(self.shape))


def _source_vjp(grad, dim, index, src_meta):
    picked = grad.gather(dim, index)
    missing = [size - n for n, size in zip(index.shape, src_meta.sizes)]
    if not any(missing):
        return picked
    return aten.constant_pad_nd(picked, [a for more in reversed(missing) for a in (0, more)])


@op(
    "scatter.value(Tensor self, int dim, Tensor index, Scalar value) -> Tensor",
    grad_name="ScatterBackward1",
    inplace=True,
    tags={"scatters"},
    vjp={"self": lambda grad, dim, index: grad.scatter(dim, index, 0)},
)
def scatter_value(p, self, dim, index, value):
    """self with the elements at `index` along dim replaced by a number."""
    return scattered(p, self, dim, index, value, "set")


@op(
    "scatter.src(Tensor self, int dim, Tensor index, Tensor src) -> Tensor",
    inplace=True,
    tags={"scatters"},
    vjp={"self": lambda grad, dim, index: grad.scatter(dim, index, 0), "src": _source_vjp},
)
def scatter(p, self, dim, index, src):
    """self with the element at `index` along dim replaced by src's, for every element of index.
    Which one wins when an index repeats is not defined, nor is the gradient then.
    """
    return scattered(p, self, dim, index, src, "set")


@op(
    "scatter_add(Tensor self, int dim, Tensor index, Tensor src) -> Tensor",
    inplace=True,
    tags={"scatters"},
    vjp={"self": lambda grad: grad, "src": _source_vjp},
)
def scatter_add(p, self, dim, index, src):
    """self with src's elements added at `index` along dim; repeated indices add up."""
    return scattered(p, self, dim, index, src, "add")


def _lead(p, x, dim):
    """x with dimension dim in front."""
    return x if dim == 0 else p.permute(x, (dim, *(d for d in range(x.ndim) if d != dim)))


def _unlead(p, x, dim):
    return x if dim == 0 else p.permute(x, (*range(1, dim + 1), 0, *range(dim + 1, x.ndim)))


def _vector(name, index):
    integer_index(name, index)
    if len(index.shape) > 1:
        raise ShapeError(f"{name} must be a vector, got shape {tuple(index.shape)}")


def _rows(p, index):
    index = cast(p, index, INT64)
    return index if index.shape else p.unsqueeze(index, (0,))


@op(
    "index_select(Tensor self, int dim, Tensor index) -> Tensor",
    vjp={
        "self": lambda grad, self_meta, dim, index: grad.new_zeros(self_meta.sizes).index_add(
            dim, index, grad
        )
    },
)
def index_select(p, self, dim, index):
    """The slices of self at the positions `index` (a vector) along dim."""
    dim = wrap_dim(dim, self.ndim)
    _vector("index", index)
    if self.ndim == 0:
        return p.reshape(p.index(p.reshape(self, (1,)), [_rows(p, index)]), ())
    return _unlead(p, p.index(_lead(p, self, dim), [_rows(p, index)]), dim)


def _written(p, self, dim, index, source, accumulate):
    dim = wrap_dim(dim, self.ndim)
    _vector("index", index)
    same_dtype(("self", self), ("source", source))
    index = _rows(p, index)
    if self.ndim == 0:
        flat = p.index_put(
            p.reshape(self, (1,)), p.reshape(source, (index.shape[0],)), [index], accumulate
        )
        return p.reshape(flat, ())
    expected = (*self.shape[:dim], index.shape[0], *self.shape[dim + 1 :])
    if source.ndim == 0:
        source = p.expand(source, expected)
    if tuple(source.shape) != expected:
        raise ShapeError(f"source must have shape {expected}, got {tuple(source.shape)}")
    return _unlead(
        p, p.index_put(_lead(p, self, dim), _lead(p, source, dim), [index], accumulate), dim
    )


@op(
    "index_add(Tensor self, int dim, Tensor index, Tensor source, *, Scalar alpha=1) -> Tensor",
    inplace=True,
    tags={"scatters"},
    vjp={
        "self": lambda grad: grad,
        "source": lambda grad, dim, index, alpha: grad.index_select(dim, index) * alpha,
    },
)
def index_add(p, self, dim, index, source, alpha):
    """self with alpha * source's slices added at the positions `index` along dim; repeated ones
    add up.
    """
    return _written(p, self, dim, index, source if alpha == 1 else p.mul(source, alpha), True)


@op(
    "index_copy(Tensor self, int dim, Tensor index, Tensor source) -> Tensor",
    inplace=True,
    tags={"scatters"},
    vjp={
        "self": lambda grad, dim, index: grad.index_fill(dim, index, 0),
        "source": lambda grad, dim, index: grad.index_select(dim, index),
    },
)
def index_copy(p, self, dim, index, source):
    """self with its slices at the positions `index` along dim replaced by source's."""
    return _written(p, self, dim, index, source, False)


@op(
    "index_fill.int_Tensor(Tensor self, int dim, Tensor index, Tensor value) -> Tensor",
    layout=layout.preserved(),
    inplace=True,
    tags={"scatters"},
    vjp={
        "self": lambda grad, dim, index: grad.index_fill(dim, index, 0),
        "value": lambda grad, dim, index: (grad - grad.index_fill(dim, index, 0)).sum(),
    },
)
@op(
    "index_fill.int_Scalar(Tensor self, int dim, Tensor index, Scalar value) -> Tensor",
    layout=layout.preserved(),
    inplace=True,
    tags={"scatters"},
    vjp={"self": lambda grad, dim, index: grad.index_fill(dim, index, 0)},
)
def index_fill(p, self, dim, index, value):
    """self with its slices at the positions `index` along dim filled with value, a number or
    0-d tensor.
    """
    _vector("index", index)
    if isinstance(value, complex) and self.dtype.kind != "c":
        raise DtypeError(f"value must be real to fill a tensor of {self.dtype}, got {value}")
    rows = _rows(p, index).shape[0]
    at = wrap_dim(dim, self.ndim)
    sizes = (*self.shape[:at], rows, *self.shape[at + 1 :]) if self.ndim else (rows,)
    value = cast(p, value, self.dtype) if hasattr(value, "dtype") else p.full((), value, self.dtype)
    return _written(p, self, dim, index, p.expand(value, sizes), False)


@op(
    "take(Tensor self, Tensor index) -> Tensor",
    vjp={
        "self": lambda grad, self_meta, index: (
            grad.new_zeros([math.prod(self_meta.sizes)])
            .index_add(0, index.reshape(-1), grad.reshape(-1))
            .reshape(self_meta.sizes)
        )
    },
)
def take(p, self, index):
    """self's elements, as if it were flat, at index, whose shape the result has."""
    integer_index("index", index)
    return p.index(p.reshape(self, (math.prod(self.shape),)), [cast(p, index, INT64)])


@composite(variants="function, method")
def take_along_dim(self, indices, dim=None):
    """gather with index and self broadcast against each other beside dim; flat when dim is None."""
    if dim is None:
        return self.reshape(-1).gather(0, indices.reshape(-1))
    dim = wrap_dim(dim, self.ndim)
    if self.ndim != indices.ndim:
        raise ShapeError(
            f"self and indices must have as many dimensions, got {tuple(self.shape)} and "
            f"{tuple(indices.shape)}",
            op="take_along_dim",
        )
    beside = broadcast_shapes(*((*x.shape[:dim], 1, *x.shape[dim + 1 :]) for x in (self, indices)))
    wide, index = ([*beside[:dim], x.shape[dim], *beside[dim + 1 :]] for x in (self, indices))
    return self.expand(wide).gather(dim, indices.expand(index))


@op(
    "embedding(Tensor weight, Tensor indices, SymInt padding_idx=-1, bool "
    "scale_grad_by_freq=False, "
    "bool sparse=False) -> Tensor",
    variants="function",
    vjp={
        "weight": lambda grad, weight_meta, indices, padding_idx, scale_grad_by_freq: (
            aten.embedding_dense_backward(
                grad, indices, weight_meta.sizes[0], padding_idx, scale_grad_by_freq
            )
        )
    },
)
def embedding(p, weight, indices, padding_idx, scale_grad_by_freq, sparse):
    """The rows of weight[V, *] at indices[*I] -> [*I, *]. Row padding_idx gets no gradient."""
    if sparse:
        raise UnsupportedError("sparse gradients are not offered")
    integer_index("indices", indices)
    if weight.ndim != 2:
        raise ShapeError(f"weight must be a matrix, got shape {tuple(weight.shape)}")
    return p.index(weight, [cast(p, indices, INT64)])


@op(
    "embedding_dense_backward(Tensor grad_output, Tensor indices, SymInt num_weights, SymInt "
    "padding_idx, "
    "bool scale_grad_by_freq) -> Tensor",
    variants="",
    vjp={
        "grad_output": lambda grad, indices, padding_idx, scale_grad_by_freq: _embedding_second(
            grad, indices, padding_idx, scale_grad_by_freq
        )
    },
)
def embedding_dense_backward(p, grad_output, indices, num_weights, padding_idx, scale_grad_by_freq):
    """The gradient of embedding at weight: rows of grad_output added up at their indices,
    divided by how often each occurs if scale_grad_by_freq.
    """
    count, width = math.prod(indices.shape), grad_output.shape[-1]
    rows = p.reshape(grad_output, (count, width))
    flat = p.reshape(cast(p, indices, INT64), (count,))
    if padding_idx >= 0:
        rows = p.select(p.unsqueeze(p.compare(flat, padding_idx, "eq"), (1,)), 0, rows)
    if scale_grad_by_freq:
        each = p.full((count,), 1, rows.dtype)
        often = p.index_put(p.full((num_weights,), 0, rows.dtype), each, [flat], True)
        rows = p.div(rows, p.unsqueeze(p.index(often, [flat]), (1,)))
    return p.index_put(p.full((num_weights, width), 0, rows.dtype), rows, [flat], True)


def _embedding_second(grad, indices, padding_idx, scale_grad_by_freq):
    if scale_grad_by_freq:
        raise UnsupportedError(
            "double backward of embedding with scale_grad_by_freq is not offered"
        )
    picked = aten.embedding(grad, indices)
    return (
        picked.masked_fill((indices == padding_idx).unsqueeze(-1), 0)
        if padding_idx >= 0
        else picked
    )
