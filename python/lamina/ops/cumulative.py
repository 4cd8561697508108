"""Running extrema and running log-sum-exp along one dimension, by doubling the reach of every
element.

After k steps an element combines the 2**k elements up to itself, so that a scan of n elements is
log2(n) pointwise operations. A 0-d tensor counts as one of one element. Raises DimError for a
dimension out of range, DtypeError for complex numbers.
"""

from __future__ import annotations

import math

from ..errors import DtypeError
from .checks import wrap_dim
from .promotion import accumulate_dtype, cast, is_complex, is_integral
from .reduction import INT64
from .registry import aten, op


def _earlier(p, x, step, dim):
    """x moved by `step` towards the end of dim; the elements in front stay as they are."""
    ones = [1] * x.ndim

    def part(stop):
        stops = [stop if d == dim else n for d, n in enumerate(x.shape)]
        return p.slice(x, [0] * x.ndim, stops, ones)

    return p.concat([part(step), part(x.shape[dim] - step)], dim)


def _steps(size):
    step = 1
    while step < size:
        yield step
        step *= 2


def _running_extremum(name, predicate, doc):
    def impl(p, self, dim):
        if is_complex(self.dtype):
            raise DtypeError(f"complex numbers have no order ({self.dtype})")
        dim = wrap_dim(dim, self.ndim)
        if self.ndim == 0:
            return p.clone(self), p.full((), 0, INT64)
        values, places = p.clone(self), p.iota(tuple(self.shape), dim, INT64)
        for step in _steps(self.shape[dim]):
            before, at = _earlier(p, values, step, dim), _earlier(p, places, step, dim)
            # The later one wins ties, and a nan wins over all that is not.
            stays = p.bitwise_or(
                p.compare(values, before, predicate), p.compare(values, values, "ne")
            )
            values, places = p.select(stays, values, before), p.select(stays, places, at)
        return values, places

    impl.__doc__ = (
        f"(the {doc} of the elements up to each one along dim, nan from the first nan on; the "
        "int64 index of its last occurrence among them)."
    )
    impl.__name__ = impl.__qualname__ = name
    op(
        f"{name}(Tensor self, int dim) -> (Tensor values, Tensor indices)",
        vjp={
            # What self holds is not needed here, but saved as in the usual formula, so that writes to it are noticed.
            "self": lambda grads, results, self, dim: (
                grads[0].new_zeros(self.sizes).scatter_add(dim, results[1], grads[0])
                if self.sizes
                else grads[0]
            )
        },
    )(impl)


_running_extremum("cummax", "ge", "largest")
_running_extremum("cummin", "le", "smallest")


def _logcumsumexp_vjp(grad, self, result, dim):
    """exp(self - result) times the sum over later j of grad[j] * exp(result - result[j]); results
    ascend, so no exponential overflows.
    """
    if not self.ndim:
        return grad
    size, total = self.shape[dim], grad
    for step in _steps(size):
        gap = result.narrow(dim, 0, size - step) - result.narrow(dim, step, size - step)
        # Infinite results that are equal have no gap.
        factor = gap.masked_fill(gap.isnan(), 0).exp()
        later = total.narrow(dim, step, size - step)
        head = total.narrow(dim, 0, size - step) + factor * later
        total = aten.cat([head, total.narrow(dim, size - step, step)], dim)
    share = self - result
    return total * share.masked_fill(share.isnan(), -math.inf).exp()


@op("logcumsumexp(Tensor self, int dim) -> Tensor", vjp={"self": _logcumsumexp_vjp})
def logcumsumexp(p, self, dim):
    """log(cumsum(exp(self))) along dim without overflow. Raises DtypeError unless self is floating."""
    if is_complex(self.dtype) or is_integral(self.dtype):
        raise DtypeError(f"needs a floating dtype, got {self.dtype}")
    dim = wrap_dim(dim, self.ndim)
    if self.ndim == 0:
        return p.clone(self)
    sums = cast(p, self, accumulate_dtype(self.dtype))
    places = p.iota(tuple(self.shape), dim, INT64)
    for step in _steps(self.shape[dim]):
        before = _earlier(p, sums, step, dim)
        before = p.select(p.compare(places, step, "lt"), -math.inf, before)
        larger, smaller = p.maximum(sums, before), p.minimum(sums, before)
        # Equal infinities have no difference; there the larger one is the sum.
        apart = p.select(p.compare(larger, smaller, "eq"), 0, p.sub(smaller, larger))
        sums = p.add(larger, p.log1p(p.exp(apart)))
    return cast(p, sums, self.dtype)
