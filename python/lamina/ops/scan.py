"""Running sums and products, sorting and selection along one dimension.

A 0-d tensor counts as one of one element. Raises DimError for a dimension out of range.
"""

from __future__ import annotations

import math

import numpy as np

from .. import dtypes
from ..dispatch.state import state
from ..errors import DimError, DtypeError, ShapeError
from . import layout
from .checks import wrap_dim
from .formulas import masked
from .promotion import BOOL, category, is_complex, is_integral
from .reduction import INT64, accumulated, kept, selected_vjp, whole_vjp
from .registry import aten, composite, op


def _reverse_cumsum(x, dim):
    return x.flip([dim]).cumsum(dim).flip([dim])


@op(
    "cumsum(Tensor self, int dim, *, ScalarType? dtype=None) -> Tensor",
    inplace=True,
    vjp={"self": lambda grad, dim: _reverse_cumsum(grad, dim) if grad.ndim else grad},
)
def cumsum(p, self, dim, dtype):
    """The running sum along dim; integers sum in int64 unless dtype says otherwise."""
    dim = wrap_dim(dim, self.ndim)
    self = accumulated(p, self, dtype)
    return p.cumsum(self, dim) if self.ndim else p.clone(self)


def _cumprod_vjp_to_all_orders(grad, self, dim):
    """The gradient from the running products without each element, which has derivatives at zeros, too."""
    x, grad = self.movedim(dim, -1), grad.movedim(dim, -1)
    n = x.shape[-1]
    itself = aten.eye(n, dtype=dtypes.bool, device=x.device)
    others = x.unsqueeze(-2).expand(*x.shape[:-1], n, n).masked_fill(itself, 1)
    products = others.cumprod(-1).triu()
    return (grad.unsqueeze(-2) * products.conj()).sum(-1).movedim(-1, dim)


def _cumprod_vjp(grad, self, result, dim):
    if self.ndim == 0:
        return grad
    if state.grad_enabled:
        return _cumprod_vjp_to_all_orders(grad, self, wrap_dim(dim, self.ndim))
    # Before the first zero divide by the element; at it, run the product as if it were one; after
    # it every product contains it, so nothing depends on what follows.
    is_zero = self == 0
    seen = is_zero.cumsum(dim)
    first = is_zero.logical_and(seen == 1)
    without = self.masked_fill(first, 1).cumprod(dim)
    divisor = self.masked_fill(is_zero, 1)
    before = _reverse_cumsum(grad * result.conj(), dim) / divisor.conj()
    at_first = _reverse_cumsum(masked(grad * without.conj(), seen > 0), dim)
    return masked(before, seen == 0) + masked(at_first, first)


@op(
    "cumprod(Tensor self, int dim, *, ScalarType? dtype=None) -> Tensor",
    inplace=True,
    vjp={"self": _cumprod_vjp},
)
def cumprod(p, self, dim, dtype):
    """The running product along dim; integers multiply in int64 unless dtype says otherwise."""
    dim = wrap_dim(dim, self.ndim)
    self = accumulated(p, self, dtype)
    return p.cumprod(self, dim) if self.ndim else p.clone(self)


def _permuted_vjp(grads, results, self_meta, dim):
    positions = results[1]
    if not self_meta.sizes:
        return grads[0]
    return grads[0].new_zeros(self_meta.sizes).scatter(dim, positions, grads[0])


def _sorted(p, self, dim, descending):
    if is_complex(self.dtype):
        raise DtypeError(f"complex numbers have no order ({self.dtype})")
    dim = wrap_dim(dim, self.ndim)
    if self.ndim == 0:
        return p.clone(self), p.full((), 0, INT64)
    return p.sort(self, dim, descending)


@op(
    "sort(Tensor self, int dim=-1, bool descending=False) -> (Tensor values, Tensor indices)",
    layout=layout.preserved(),
    vjp={"self": _permuted_vjp},
)
def sort(p, self, dim, descending):
    """(values, int64 indices) in order along dim, nan largest; equal elements keep their order."""
    return _sorted(p, self, dim, bool(descending))


@op(
    "sort.stable(Tensor self, *, bool? stable, int dim=-1, bool descending=False) -> (Tensor "
    "values, Tensor indices)",
    layout=layout.preserved(),
    vjp={"self": _permuted_vjp},
)
def sort_stable(p, self, stable, dim, descending):
    """`sort` along dim; every sort here is stable, whatever `stable` says."""
    return _sorted(p, self, dim, bool(descending))


@composite(variants="function, method")
def argsort(self, dim=-1, descending=False, stable=False):
    """The int64 indices that sort self along dim."""
    return aten.sort.stable(self, stable=stable, dim=dim, descending=descending)[1]


def _first(p, x, k, dim):
    stops = [k if d == dim else n for d, n in enumerate(x.shape)]
    return p.clone(p.slice(x, [0] * x.ndim, stops, [1] * x.ndim))


@op(
    "topk(Tensor self, SymInt k, int dim=-1, bool largest=True, bool sorted=True)"
    " -> (Tensor values, Tensor indices)",
    vjp={"self": _permuted_vjp},
)
def topk(p, self, k, dim, largest, sorted):
    """(values, int64 indices) of the k largest (or smallest) along dim, always in order; nan is
    largest.
    """
    if category(self.dtype) == BOOL:
        raise DtypeError("not defined for bool")
    dim = wrap_dim(dim, self.ndim)
    size = self.shape[dim] if self.ndim else 1
    if not 0 <= k <= size:
        raise ShapeError(f"k must be between 0 and the size {size} of dimension {dim}, got {k}")
    values, positions = _sorted(p, self, dim, bool(largest))
    if self.ndim == 0:
        return values, positions
    return _first(p, values, k, dim), _first(p, positions, k, dim)


def _nth(p, self, dim, n, keepdim):
    values, positions = _sorted(p, self, dim, False)
    if self.ndim == 0:
        return values, positions
    dim = wrap_dim(dim, self.ndim)
    starts = [n if d == dim else 0 for d in range(self.ndim)]
    stops = [n + 1 if d == dim else size for d, size in enumerate(self.shape)]
    picked = (
        p.squeeze(p.slice(x, starts, stops, [1] * self.ndim), (dim,)) for x in (values, positions)
    )
    return tuple(kept(p, p.clone(x), (dim,), keepdim) for x in picked)


_SELECTED = {
    "self": lambda grads, results, self_meta, dim, keepdim: selected_vjp(
        grads[0], results[1], self_meta, dim, keepdim
    )
}


@op(
    "kthvalue(Tensor self, SymInt k, int dim=-1, bool keepdim=False) -> (Tensor values, Tensor "
    "indices)",
    vjp=_SELECTED,
)
def kthvalue(p, self, k, dim, keepdim):
    """(value, int64 index) of the k-th smallest element along dim, counting from 1."""
    size = self.shape[wrap_dim(dim, self.ndim)] if self.ndim else 1
    if not 1 <= k <= size:
        kind = ShapeError if size else DimError
        raise kind(f"k must be between 1 and the size {size}, got {k}")
    return _nth(p, self, dim, k - 1, keepdim)


@op(
    "median.dim(Tensor self, int dim, bool keepdim=False) -> (Tensor values, Tensor indices)",
    grad_name="MedianBackward1",
    vjp=_SELECTED,
)
def median(p, self, dim, keepdim):
    """(value, int64 index) of the median along dim, the lower of two; nan if an element is."""
    dim = wrap_dim(dim, self.ndim)
    size = self.shape[dim] if self.ndim else 1
    if size == 0:
        raise DimError(f"a dimension of size 0 has no median (shape {tuple(self.shape)})")
    values, positions = _nth(p, self, dim, (size - 1) // 2, keepdim)
    if is_integral(self.dtype) or self.ndim == 0:
        return values, positions
    # nan sorts last, so the first nan is where argmax says.
    largest = kept(p, p.amax(self, (dim,)), (dim,), keepdim)
    where = kept(p, p.argmax(self, dim), (dim,), keepdim)
    is_nan = p.compare(largest, largest, "ne")
    return p.select(is_nan, largest, values), p.select(is_nan, where, positions)


@op(
    "mode(Tensor self, int dim=-1, bool keepdim=False) -> (Tensor values, Tensor indices)",
    vjp=_SELECTED,
)
def mode(p, self, dim, keepdim):
    """(the value that occurs most often along dim, the smallest of several; the int64 index of its
    last occurrence). Raises DimError over nothing.
    """
    values, positions = _sorted(p, self, dim, False)
    if self.ndim == 0:
        return values, positions
    dim = wrap_dim(dim, self.ndim)
    size = self.shape[dim]
    if size == 0:
        raise DimError(f"a dimension of size 0 has no mode (shape {tuple(self.shape)})")
    # Runs of equal values, numbered; how long each is; the first of the longest ones.
    run = p.cumsum(p.cast(_starts(p, values, dim), INT64), dim)
    run = p.sub(run, 1)
    ones = p.full(tuple(self.shape), 1, INT64)
    lengths = p.scatter(p.full(tuple(self.shape), 0, INT64), run, ones, dim, "add")
    lengths = p.gather(lengths, run, dim)
    first = p.unsqueeze(p.argmax(lengths, dim), (dim,))
    last = p.sub(p.add(first, p.gather(lengths, first, dim)), 1)
    picked = p.gather(values, first, dim), p.gather(positions, last, dim)
    return picked if keepdim else tuple(p.squeeze(x, (dim,)) for x in picked)


def _starts(p, values, dim):
    """Whether each of the sorted values differs from the one before it along dim."""
    sizes, ones = list(values.shape), [1] * values.ndim

    def part(start, stop):
        return p.slice(
            values,
            [start if d == dim else 0 for d in range(values.ndim)],
            [stop if d == dim else n for d, n in enumerate(sizes)],
            ones,
        )

    head = p.full(tuple(1 if d == dim else n for d, n in enumerate(sizes)), True, np.dtype(bool))
    changes = p.compare(part(1, sizes[dim]), part(0, sizes[dim] - 1), "ne")
    return p.concat([head, changes], dim)


@op(
    "nanmedian.dim(Tensor self, int dim, bool keepdim=False) -> (Tensor values, Tensor indices)",
    vjp=_SELECTED,
)
def nanmedian(p, self, dim, keepdim):
    """median of the elements that are not nan; nan where all are."""
    dim = wrap_dim(dim, self.ndim)
    values, positions = _sorted(p, self, dim, False)
    if self.ndim == 0:
        return values, positions
    if self.shape[dim] == 0:
        raise DimError(f"a dimension of size 0 has no median (shape {tuple(self.shape)})")
    present = p.sum(p.cast(p.compare(self, self, "eq"), INT64), (dim,))
    place = p.div(p.maximum(p.sub(present, 1), 0), 2)
    place = p.unsqueeze(place, (dim,))
    picked = p.gather(values, place, dim), p.gather(positions, place, dim)
    return picked if keepdim else tuple(p.squeeze(x, (dim,)) for x in picked)


@op("nanmedian(Tensor self) -> Tensor", vjp={"self": whole_vjp})
def nanmedian_all(p, self):
    """The median of all elements that are not nan, 0-d; nan where all are."""
    return nanmedian(p, p.reshape(self, (math.prod(self.shape),)), 0, False)[0]


@op(
    "median(Tensor self) -> Tensor",
    vjp={"self": whole_vjp},
)
def median_all(p, self):
    """The median of all elements, 0-d, the lower of two; nan if an element is."""
    flat = p.reshape(self, (math.prod(self.shape),))
    return median(p, flat, 0, False)[0]
