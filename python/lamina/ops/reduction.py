"""Sums, means, products, extrema and truth over dimensions.

`dim` counts from the end when negative; None or an empty list means all. The reduced dimensions are
dropped, or kept at size 1 with `keepdim`. Raises DimError for a dimension out of range.
"""

from __future__ import annotations

import math

import numpy as np

from ..dtypes import to_numpy
from ..errors import DimError, DtypeError, ShapeError
from .checks import wrap_dim, wrap_dims
from .comparison import truth
from .extremum import extremum_of_two
from .formulas import conj, masked, restore_dims
from .promotion import (
    BOOL,
    COMPLEX,
    accumulate_dtype,
    cast,
    category,
    default_float,
    is_complex,
    is_integral,
)
from .registry import aten, op

INT64 = np.dtype(np.int64)


def count(x, dims) -> int:
    """How many elements each reduction over dims combines."""
    return math.prod(x.shape[d] for d in dims)


def kept(p, result, dims, keepdim):
    """result with the reduced dims back at size 1 if keepdim."""
    return p.unsqueeze(result, dims) if keepdim and dims else result


def accumulated(p, self, dtype):
    """self in the dtype it is summed in: the one asked for, or int64 for integers."""
    if dtype is not None:
        return cast(p, self, to_numpy(dtype))
    return cast(p, self, INT64) if is_integral(self.dtype) else self


@op(
    "sum(Tensor self, *, ScalarType? dtype=None) -> Tensor",
    vjp={"self": lambda grad, self_meta: grad.expand(self_meta.sizes)},
)
def sum_all(p, self, dtype):
    """The sum of all elements, 0-d; integers sum in int64 unless dtype says otherwise."""
    return p.sum(accumulated(p, self, dtype), wrap_dims(None, self.ndim))


def _sum_vjp(grad, self_meta, dim, keepdim):
    dims = wrap_dims(dim, len(self_meta.sizes))
    return restore_dims(grad, dims, keepdim).expand(self_meta.sizes)


@op(
    "sum.dim_IntList(Tensor self, int[1]? dim, bool keepdim=False, *, ScalarType? dtype=None) -> "
    "Tensor",
    grad_name="SumBackward1",
    vjp={"self": _sum_vjp},
)
def sum_dims(p, self, dim, keepdim, dtype):
    """The sum over dim; integers sum in int64 unless dtype says otherwise."""
    dims = wrap_dims(dim, self.ndim)
    return kept(p, p.sum(accumulated(p, self, dtype), dims), dims, keepdim)


@op(
    "nansum(Tensor self, int[1]? dim=None, bool keepdim=False, *, ScalarType? dtype=None) -> Tensor",
    vjp={
        "self": lambda grad, self, dim, keepdim: (
            _sum_vjp(grad, self, dim, keepdim) * self.isnan().logical_not()
        )
    },
)
def nansum(p, self, dim, keepdim, dtype):
    """The sum over dim, nan counting as zero; integers sum in int64 unless dtype says otherwise. Raises DtypeError
    for complex.
    """
    if is_complex(self.dtype):
        raise DtypeError(f"not defined for {self.dtype}")
    present = (
        p.select(p.compare(self, self, "eq"), self, 0) if not is_integral(self.dtype) else self
    )
    return sum_dims(p, present, dim, keepdim, dtype)


def _counted(p, self, dims):
    return p.sum(p.cast(truth(p, self), INT64), dims)


@op("count_nonzero.dim_IntList(Tensor self, int[] dim) -> Tensor", differentiable=False)
def count_nonzero_dims(p, self, dim):
    """How many elements over dims are not zero, in int64."""
    return _counted(p, self, wrap_dims(dim, self.ndim))


@op("count_nonzero(Tensor self, int? dim=None) -> Tensor", differentiable=False)
def count_nonzero(p, self, dim):
    """How many elements, over dim if it is given, are not zero, in int64."""
    return _counted(p, self, wrap_dims(dim, self.ndim))


def _mean(p, self, dims, dtype):
    dtype = self.dtype if dtype is None else to_numpy(dtype)
    if is_integral(dtype):
        raise DtypeError(f"the mean of {dtype} is not {dtype}; pass a floating dtype")
    # Divide before rounding: a half-precision sum may overflow where the mean does not.
    total = p.sum(cast(p, self, accumulate_dtype(dtype)), dims)
    size = count(self, dims)
    return cast(p, p.mul(total, 1 / size) if _power_of_two(size) else p.div(total, size), dtype)


def _power_of_two(n: int) -> bool:
    return n > 0 and n & (n - 1) == 0


@op(
    "mean(Tensor self, *, ScalarType? dtype=None) -> Tensor",
    vjp={"self": lambda grad, self_meta: grad.expand(self_meta.sizes) / math.prod(self_meta.sizes)},
)
def mean_all(p, self, dtype):
    """The mean of all elements, 0-d; nan over none. Raises DtypeError for integers."""
    return _mean(p, self, wrap_dims(None, self.ndim), dtype)


def _mean_vjp(grad, self_meta, dim, keepdim):
    sizes = self_meta.sizes
    size = math.prod(sizes[d] for d in wrap_dims(dim, len(sizes)))
    return _sum_vjp(grad, self_meta, dim, keepdim) / size


@op(
    "mean.dim(Tensor self, int[1]? dim, bool keepdim=False, *, ScalarType? dtype=None) -> Tensor",
    grad_name="MeanBackward1",
    vjp={"self": _mean_vjp},
)
def mean_dims(p, self, dim, keepdim, dtype):
    """The mean over dim; nan over none. Raises DtypeError for integers."""
    dims = wrap_dims(dim, self.ndim)
    return kept(p, _mean(p, self, dims, dtype), dims, keepdim)


def _prod_dim_vjp(grad, self, result, dim, keepdim):
    # The result is not needed here, but saved as in the usual formula, so that writes to it are noticed.
    if self.ndim == 0:
        return grad
    dim = wrap_dim(dim, self.ndim)
    # The product of all others, from both sides, is right where an element is zero.
    ones = self.new_ones([1 if d == dim else n for d, n in enumerate(self.shape)])
    size = self.shape[dim]
    before = aten.cat([ones, self.narrow(dim, 0, max(size - 1, 0)).cumprod(dim)], dim).narrow(
        dim, 0, size
    )
    reverse = self.flip([dim])
    after = aten.cat([ones, reverse.narrow(dim, 0, max(size - 1, 0)).cumprod(dim)], dim).narrow(
        dim, 0, size
    )
    return restore_dims(grad, (dim,), keepdim) * (before * after.flip([dim])).conj()


@op(
    "prod(Tensor self, *, ScalarType? dtype=None) -> Tensor",
    vjp={
        "self": lambda grad, self, result: _prod_dim_vjp(
            grad, self.reshape(-1), result, 0, False
        ).reshape(self.shape)
    },
)
def prod_all(p, self, dtype):
    """The product of all elements, 0-d; integers multiply in int64 unless dtype says otherwise."""
    return p.prod(accumulated(p, self, dtype), wrap_dims(None, self.ndim))


@op(
    "prod.dim_int(Tensor self, int dim, bool keepdim=False, *, ScalarType? dtype=None) -> Tensor",
    grad_name="ProdBackward1",
    vjp={"self": _prod_dim_vjp},
)
def prod_dim(p, self, dim, keepdim, dtype):
    """The product over one dimension; integers multiply in int64 unless dtype says otherwise."""
    dims = wrap_dims(dim, self.ndim)
    return kept(p, p.prod(accumulated(p, self, dtype), dims), dims, keepdim)


def ordered(self, dims):
    """Raises unless self has an order and something to choose from along every one of dims."""
    if any(self.shape[d] == 0 for d in dims):
        raise DimError(
            f"a dimension of size 0 has no extremum (shape {tuple(self.shape)}, dims {dims})"
        )
    if is_complex(self.dtype):
        raise DtypeError(f"complex numbers have no order ({self.dtype})")


def _ties_vjp(grad, self, result, dims, keepdim):
    """The gradient shared evenly by all elements that attain the extremum; nan where that is."""
    attains = self == restore_dims(result, dims, keepdim)
    shares = attains.sum(dims, keepdim=True) if dims else attains
    return restore_dims(grad, dims, keepdim) * attains / shares


def whole_vjp(grad, self, result):
    """The gradient shared evenly by all elements that are the extremum, nan being equal to nan."""
    attains = (self == result).logical_or(self.isnan().logical_and(result.isnan()))
    return masked(grad / attains.sum(), attains)


def _extremum(name, doc):
    def over_dims(p, self, dim, keepdim):
        if not dim and 0 in self.shape:
            raise ShapeError(f"the extremum of nothing, of shape {tuple(self.shape)}; give a dim")
        dims = wrap_dims(dim, self.ndim)
        ordered(self, dims)
        return kept(p, getattr(p, name)(self, dims), dims, keepdim)

    def over_all(p, self):
        return over_dims(p, self, None, False)

    short = name[1:]
    over_dims.__doc__ = f"The {doc} over dim, nan if one is. Raises DimError or ShapeError over nothing, DtypeError for complex."
    over_all.__doc__ = f"The {doc} of all elements, 0-d. Raises ShapeError for an empty tensor."
    op(
        f"{name}(Tensor self, int[1] dim=[], bool keepdim=False) -> Tensor",
        vjp={
            "self": lambda grad, self, result, dim, keepdim: _ties_vjp(
                grad, self, result, wrap_dims(dim, self.ndim), keepdim
            )
        },
    )(over_dims)
    op(
        f"{short}(Tensor self) -> Tensor",
        grad_name=f"{short.title()}Backward1",
        vjp={"self": whole_vjp},
    )(over_all)


_extremum("amax", "largest element")
_extremum("amin", "smallest element")


def _extremes_vjp(grads, self, results, dim, keepdim):
    dims = wrap_dims(dim, self.ndim)
    # Both are asked for, wanted or not, so that writes to either are noticed.
    pairs = zip(grads, list(results))
    parts = [
        _ties_vjp(grad, self, result, dims, keepdim) for grad, result in pairs if grad is not None
    ]
    return parts[0] if len(parts) == 1 else parts[0] + parts[1]


@op(
    "aminmax(Tensor self, *, int? dim=None, bool keepdim=False) -> (Tensor min, Tensor max)",
    vjp={"self": _extremes_vjp},
    materialize=False,
)
def aminmax(p, self, dim, keepdim):
    """(smallest, largest) over dim, or over all. Raises ShapeError for the extremes of nothing."""
    if dim is None and 0 in self.shape:
        raise ShapeError("aminmax over no elements has no answer")
    dims = wrap_dims(dim, self.ndim)
    ordered(self, dims)
    return kept(p, p.amin(self, dims), dims, keepdim), kept(p, p.amax(self, dims), dims, keepdim)


def _truth_reduction(name, doc):
    def over_dims(p, self, dim, keepdim):
        dims = wrap_dims(dim, self.ndim)
        result = kept(p, getattr(p, name)(truth(p, self), dims), dims, keepdim)
        return p.cast(result, self.dtype) if self.dtype.name == "uint8" else result

    def over_all(p, self):
        return over_dims(p, self, None, False)

    over_dims.__doc__ = f"Bool (uint8 of uint8): whether {doc} over dim is not zero."
    over_all.__doc__ = f"Bool (uint8 of uint8), 0-d: whether {doc} is not zero."
    op(f"{name}(Tensor self) -> Tensor", differentiable=False)(over_all)
    op(f"{name}.dim(Tensor self, int dim, bool keepdim=False) -> Tensor", differentiable=False)(
        over_dims
    )
    op(
        f"{name}.dims(Tensor self, int[]? dim=None, bool keepdim=False) -> Tensor",
        differentiable=False,
    )(over_dims)


_truth_reduction("any", "any element")
_truth_reduction("all", "every element")


def _position(name, doc):
    def impl(p, self, dim, keepdim):
        if category(self.dtype) in (BOOL, COMPLEX):
            raise DtypeError(f"{self.dtype} has no order to find an extremum in")
        if dim is None:
            flat = p.reshape(self, (math.prod(self.shape),))
            ordered(flat, (0,))
            found = getattr(p, name)(flat, 0)
            return p.unsqueeze(found, tuple(range(self.ndim))) if keepdim and self.ndim else found
        dims = wrap_dims(dim, self.ndim)
        ordered(self, dims)
        if not dims:
            return p.full((), 0, INT64)
        return kept(p, getattr(p, name)(self, dims[0]), dims, keepdim)

    impl.__doc__ = (
        f"int64 position of the first {doc} along dim, or in the flat tensor; the first nan wins."
    )
    op(f"{name}(Tensor self, int? dim=None, bool keepdim=False) -> Tensor", differentiable=False)(
        impl
    )


_position("argmax", "largest element")
_position("argmin", "smallest element")


def selected_vjp(grad, positions, self_meta, dim, keepdim):
    """Gradient of picking one element per row of dim: grad put back at the positions."""
    if not self_meta.sizes:
        return grad
    dims = (wrap_dim(dim, len(self_meta.sizes)),)
    grad, positions = restore_dims(grad, dims, keepdim), restore_dims(positions, dims, keepdim)
    return grad.new_zeros(self_meta.sizes).scatter(dims[0], positions, grad)


def _extremum_with_position(name, reduce, locate, doc):
    def impl(p, self, dim, keepdim):
        dims = wrap_dims(dim, self.ndim)
        ordered(self, dims)
        if not dims:
            return p.clone(self), p.full((), 0, INT64)
        values, positions = getattr(p, reduce)(self, dims), getattr(p, locate)(self, dims[0])
        return kept(p, values, dims, keepdim), kept(p, positions, dims, keepdim)

    impl.__doc__ = f"(values, int64 indices) of the first {doc} along dim."
    op(
        f"{name}.dim(Tensor self, int dim, bool keepdim=False) -> (Tensor values, Tensor indices)",
        tags={"casts_out"},
        vjp={
            "self": lambda grads, results, self_meta, dim, keepdim: selected_vjp(
                grads[0], results[1], self_meta, dim, keepdim
            )
        },
    )(impl)


_extremum_with_position("max", "amax", "argmax", "largest element")
_extremum_with_position("min", "amin", "argmin", "smallest element")
# After the overloads that take a dimension: the 0 of max(x, 0) is one, not an operand.
extremum_of_two("max.other", "maximum")
extremum_of_two("min.other", "minimum")


def _logsumexp_vjp(grad, self, result, dim, keepdim):
    dims = wrap_dims(dim, self.ndim)
    share = (self - restore_dims(result, dims, keepdim)).exp()
    return restore_dims(grad, dims, keepdim) * conj(share)


@op(
    "logsumexp(Tensor self, int[1] dim, bool keepdim=False) -> Tensor",
    tags={"casts_out"},
    vjp={"self": _logsumexp_vjp},
)
def logsumexp(p, self, dim, keepdim):
    """log(sum(exp(self))) over dim without overflow; -inf over nothing. Integers compute in the default float dtype."""
    dims = wrap_dims(dim, self.ndim)
    dtype = self.dtype if not is_integral(self.dtype) else default_float()
    wide = accumulate_dtype(dtype)
    x = cast(p, self, wide)
    if count(self, dims) == 0:
        result = p.log(p.sum(p.exp(x), dims))
        return kept(p, cast(p, result, dtype), dims, keepdim)
    peak = p.amax(p.real(x) if is_complex(wide) else x, dims)
    # Subtracting an infinite peak would make nan; zero is as good there.
    finite = cast(p, p.select(p.compare(p.abs(peak), math.inf, "eq"), 0, peak), wide)
    centred = p.sub(x, p.unsqueeze(finite, dims) if dims else finite)
    result = p.add(p.log(p.sum(p.exp(centred), dims)), finite)
    return kept(p, cast(p, result, dtype), dims, keepdim)
