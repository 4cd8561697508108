"""Scattering that combines: every element of the source joins the element it lands on by a
reduction.
"""

from __future__ import annotations

import math

import numpy as np

from ..errors import UnsupportedError
from .binary import floor_divide
from .checks import wrap_dim
from .formulas import conj, masked
from .promotion import is_integral
from .registry import aten, op
from .scatter import scattered

_REDUCE = {"sum": "add", "mean": "add", "prod": "mul", "amax": "amax", "amin": "amin"}


def _narrowed(src, index):
    """The part of src that index, which may be smaller, picks."""
    for dim, size in enumerate(index.shape):
        src = src.narrow(dim, 0, size) if src.shape[dim] != size else src
    return src


def _padded(grad, sizes):
    """The gradient of a part at the front as that of the whole."""
    missing = [size - n for n, size in zip(grad.shape, sizes)]
    if not any(missing):
        return grad
    return aten.constant_pad_nd(grad, [a for more in reversed(missing) for a in (0, more)])


def _shifted(x, dim, step):
    """x moved by step towards the end of dim, with ones in front."""
    front = x.new_ones([step if d == dim else n for d, n in enumerate(x.shape)])
    return aten.cat([front, x.narrow(dim, 0, x.shape[dim] - step)], dim)


def _products_before(x, where, dim):
    """The product of all earlier elements along dim whose `where`, equal ones of which are
    neighbours, is the same.

    Doubles the reach of each product in every step, so that zeros need no division.
    """
    size = x.shape[dim]
    if size == 0:
        return x

    def earlier(values, step):
        apart = _shifted(where, dim, step) != where
        return _shifted(values, dim, step).masked_fill(apart, 1)

    product, step = earlier(x, 1), 1
    while step < size:
        product = product * earlier(product, step)
        step *= 2
    return product


def _products_of_others(src, dim, index):
    """For every element of src the product of all others that land where it does."""
    if not src.ndim:
        return aten.ones_like(src)
    dim = wrap_dim(dim, src.ndim)
    where, order = aten.sort.stable(index, stable=True, dim=dim)
    x = src.gather(dim, order)
    before = _products_before(x, where, dim)
    after = _products_before(x.flip([dim]), where.flip([dim]), dim).flip([dim])
    return aten.zeros_like(src).scatter(dim, order, before * after)


def _prod_vjp(grad, self, dim, index, src, include_self):
    products = aten.ones_like(self).scatter_reduce(dim, index, src, "prod")
    picked = grad.gather(dim, index) * conj(_products_of_others(src, dim, index))
    if include_self:
        picked = picked * conj(self.gather(dim, index))
    return grad * conj(products), picked


def _mean_vjp(grad, dim, index, include_self):
    count = aten.ones_like(grad) if include_self else aten.zeros_like(grad)
    count = count.scatter_add(dim, index, grad.new_ones(index.shape))
    share = grad / count.masked_fill(count == 0, 1)
    return share, share.gather(dim, index)


def _extremum_vjp(grad, self, result, dim, index, src, include_self):
    """Shared evenly by all elements that attain the extremum."""
    start = self if include_self else self.scatter(dim, index, math.nan)
    attains, hits = start == result, src == result.gather(dim, index)
    count = attains.to(grad.dtype).scatter_add(dim, index, hits.to(grad.dtype)).clamp_min(1)
    share = grad / count
    return masked(share, attains), masked(share.gather(dim, index), hits)


def _vjp(grad, self, result, dim, index, src, reduce, include_self):
    part = _narrowed(src, index)
    if reduce == "sum":
        of_self, of_src = grad, grad.gather(dim, index)
    elif reduce == "prod":
        of_self, of_src = _prod_vjp(grad, self, dim, index, part, include_self)
    elif reduce == "mean":
        of_self, of_src = _mean_vjp(grad, dim, index, include_self)
    else:
        of_self, of_src = _extremum_vjp(grad, self, result, dim, index, part, include_self)
    if not include_self:
        of_self = of_self.scatter(dim, index, 0)
    return of_self, _padded(of_src, src.shape)


@op(
    "scatter_reduce.two(Tensor self, int dim, Tensor index, Tensor src, str reduce, *, bool "
    "include_self=True) -> Tensor",
    inplace=True,
    tags={"scatters"},
    vjp={("self", "src"): _vjp},
)
def scatter_reduce(p, self, dim, index, src, reduce, include_self):
    """self with src's elements combined in at `index` along dim: "sum", "prod", "mean" (rounded
    down for integers), "amax" or "amin". Without include_self the places written to start from
    the neutral element and do not count in a mean.
    """
    if reduce not in _REDUCE:
        raise UnsupportedError(f"reduce must be one of {', '.join(_REDUCE)}, got {reduce!r}")
    start = self
    if not include_self:
        start = scattered(p, self, dim, index, _neutral(self.dtype, reduce), "set")
    result = scattered(p, start, dim, index, src, _REDUCE[reduce])
    return _divided(p, result, dim, index, include_self) if reduce == "mean" else result


def _divided(p, total, dim, index, include_self):
    """total by how many were added up at each place."""
    count = p.full(tuple(total.shape), int(include_self), total.dtype)
    count = scattered(p, count, dim, index, 1, "add")
    count = p.select(p.compare(count, 0, "eq"), 1, count)
    return floor_divide(p, total, count) if is_integral(total.dtype) else p.div(total, count)


def _neutral(dtype, reduce):
    """The value that changes nothing under `reduce`."""
    if _REDUCE[reduce] in ("add", "mul"):
        return 0 if _REDUCE[reduce] == "add" else 1
    if is_integral(dtype):
        limits = np.iinfo(dtype)
        return int(limits.min if reduce == "amax" else limits.max)
    return -math.inf if reduce == "amax" else math.inf


_OLD_REDUCE = {"add": "add", "multiply": "mul"}


@op(
    "scatter.reduce(Tensor self, int dim, Tensor index, Tensor src, *, str reduce) -> Tensor",
    inplace=True,
    tags={"scatters"},
)
@op(
    "scatter.value_reduce(Tensor self, int dim, Tensor index, Scalar value, *, str reduce) -> Tensor",
    inplace=True,
    tags={"scatters"},
)
def scatter_with(p, self, dim, index, src, reduce):
    """self with src's elements, or one number, added ("add") or multiplied ("multiply") in at
    `index` along dim. Has no derivative; see scatter_reduce.
    """
    if reduce not in _OLD_REDUCE:
        raise UnsupportedError(f"reduce must be add or multiply, got {reduce!r}")
    return scattered(p, self, dim, index, src, _OLD_REDUCE[reduce])
