"""Variance, standard deviation and norms."""

from __future__ import annotations

import math

import numpy as np

from ..dtypes import to_numpy
from ..errors import ArgumentError, DtypeError, RangeError, ShapeError, UnsupportedError
from . import primitives
from .checks import wrap_dim, wrap_dims
from .formulas import conj, masked, restore_dims, zeros
from .promotion import (
    FLOATING,
    accumulate_dtype,
    cast,
    category,
    is_complex,
    is_floating,
    promote,
    to_real,
)
from .reduction import INT64, count, kept, ordered
from .registry import aten, composite, op


def _spread(p, self, dims, correction):
    """(variance, mean) over dims in the accumulation dtype, by two passes."""
    if category(self.dtype) < FLOATING:
        raise DtypeError(f"needs a floating dtype, got {self.dtype}")
    x = cast(p, self, accumulate_dtype(self.dtype))
    size = count(self, dims)
    mean = p.div(p.sum(x, dims), size)
    apart = p.sub(x, p.unsqueeze(mean, dims) if dims else mean)
    squares = _squared_modulus(p, apart)
    return p.div(p.sum(squares, dims), max(size - correction, 0)), mean


def _squared_modulus(p, x):
    if not is_complex(x.dtype):
        return p.mul(x, x)
    re, im = p.real(x), p.imag(x)
    return p.add(p.mul(re, re), p.mul(im, im))


def _correction(value):
    return 1 if value is None else value


def _var_vjp(grad, self, dim, correction, keepdim):
    dims = wrap_dims(dim, self.ndim)
    freedom = math.prod(self.shape[d] for d in dims) - _correction(correction)
    apart = self - self.mean(dims, keepdim=True) if dims else self - self
    scale = 2 / freedom if freedom > 0 else math.inf
    return restore_dims(grad, dims, keepdim) * scale * apart


def _std_vjp(grad, self, result, dim, correction, keepdim):
    inner = masked(grad / (2 * result), result != 0)
    return _var_vjp(inner, self, dim, correction, keepdim)


@op(
    "var.correction(Tensor self, int[1]? dim=None, *, Scalar? correction=None, bool "
    "keepdim=False) -> Tensor",
    vjp={"self": _var_vjp},
)
def var(p, self, dim, correction, keepdim):
    """The variance over dim, dividing by N - correction (1 when None); real also of complex
    numbers.
    """
    dims = wrap_dims(dim, self.ndim)
    variance, _ = _spread(p, self, dims, _correction(correction))
    return kept(p, cast(p, variance, to_real(self.dtype)), dims, keepdim)


@op(
    "std.correction(Tensor self, int[1]? dim=None, *, Scalar? correction=None, bool "
    "keepdim=False) -> Tensor",
    vjp={"self": _std_vjp},
)
def std(p, self, dim, correction, keepdim):
    """The standard deviation over dim, dividing by N - correction (1 when None); real also of complex numbers."""
    dims = wrap_dims(dim, self.ndim)
    variance, _ = _spread(p, self, dims, _correction(correction))
    return kept(p, cast(p, p.sqrt(variance), to_real(self.dtype)), dims, keepdim)


def _var_mean_vjp(grads, self, dim, correction, keepdim):
    dims = wrap_dims(dim, self.ndim)
    size = math.prod(self.shape[d] for d in dims)
    of_mean = restore_dims(grads[1], dims, keepdim) / size
    return _var_vjp(grads[0], self, dim, correction, keepdim) + of_mean


@op(
    "var_mean.correction(Tensor self, int[1]? dim=None, *, Scalar? correction=None, bool "
    "keepdim=False)"
    " -> (Tensor, Tensor)",
    vjp={"self": _var_mean_vjp},
)
def var_mean(p, self, dim, correction, keepdim):
    """(variance, mean) over dim; the variance is real also of complex numbers, see var."""
    dims = wrap_dims(dim, self.ndim)
    variance, mean = _spread(p, self, dims, _correction(correction))
    return (
        kept(p, cast(p, variance, to_real(self.dtype)), dims, keepdim),
        kept(p, cast(p, mean, self.dtype), dims, keepdim),
    )


def _std_mean_vjp(grads, self, results, dim, correction, keepdim):
    variance = masked(grads[0] / (2 * results[0]), results[0] != 0)
    return _var_mean_vjp((variance, grads[1]), self, dim, correction, keepdim)


@op(
    "std_mean.correction(Tensor self, int[1]? dim=None, *, Scalar? correction=None, bool "
    "keepdim=False)"
    " -> (Tensor, Tensor)",
    vjp={"self": _std_mean_vjp},
)
def std_mean(p, self, dim, correction, keepdim):
    """(standard deviation, mean) over dim; the first is real also of complex numbers, see std."""
    dims = wrap_dims(dim, self.ndim)
    variance, mean = _spread(p, self, dims, _correction(correction))
    return (
        kept(p, cast(p, p.sqrt(variance), to_real(self.dtype)), dims, keepdim),
        kept(p, cast(p, mean, self.dtype), dims, keepdim),
    )


def _unbiased_forms(name):
    """The older signatures, in which a bool says whether to divide by N - 1."""
    entry = getattr(aten, name).correction

    def function(self, dim=None, unbiased=None, keepdim=False, *, correction=None):
        if isinstance(dim, bool):
            dim, unbiased = None, dim
        if unbiased is not None and correction is not None:
            raise ArgumentError("unbiased and correction exclude each other", op=name)
        if unbiased is not None:
            correction = int(unbiased)
        return entry(self, dim, correction=correction, keepdim=keepdim)

    function.__name__ = function.__qualname__ = name
    function.__doc__ = entry.doc + " `unbiased` is correction 1 (True) or 0 (False)."
    composite(function, variants="function, method")


for _name in ("var", "std", "var_mean", "std_mean"):
    _unbiased_forms(_name)


def _norm_vjp(grad, self, result, ord, dim, keepdim):
    dims = wrap_dims(dim, self.ndim)
    grad, norm = restore_dims(grad, dims, keepdim), restore_dims(result, dims, keepdim)
    if ord == 0:
        return zeros(self)
    if ord == 1:
        return self.sgn() * grad
    if ord == 2:
        return self * masked(grad / norm, norm != 0)
    if math.isinf(ord):
        size = self.abs()
        attains = size == norm
        shares = attains.sum(dims, keepdim=True) if dims else 1
        return masked(self.sgn() * (grad / shares), attains)
    scale = masked(grad / norm ** (ord - 1), norm != 0)
    return masked(self.sgn() * self.abs() ** (ord - 1) * scale, self != 0)


@op(
    "linalg_vector_norm(Tensor self, Scalar ord=2, int[1]? dim=None, bool keepdim=False, *, "
    "ScalarType? dtype=None)"
    " -> Tensor",
    variants="",
    vjp={"self": _norm_vjp},
)
def linalg_vector_norm(p, self, ord, dim, keepdim, dtype):
    """The ord-norm of the vectors along dim: (sum |x|**ord)**(1/ord), the number of nonzeros
    for 0, the largest (smallest) |x| for inf (-inf). Floating or complex; the result is real.
    """
    if dtype is not None:
        self = cast(p, self, to_numpy(dtype))
    if category(self.dtype) < FLOATING:
        raise DtypeError(f"needs a floating dtype, got {self.dtype}")
    dims = wrap_dims(dim, self.ndim)
    real = to_real(self.dtype)
    x = cast(p, self, accumulate_dtype(self.dtype))
    if ord == 2:
        norm = p.sqrt(p.sum(_squared_modulus(p, x), dims))
    elif math.isinf(ord):
        size = p.abs(x)
        ordered(size, dims)
        norm = p.amax(size, dims) if ord > 0 else p.amin(size, dims)
    else:
        norm = _power_norm(p, p.abs(x), ord, dims)
    return kept(p, cast(p, norm, real), dims, keepdim)


def _power_norm(p, size, ord, dims):
    if ord == 0:
        return p.sum(p.cast(p.compare(size, 0, "ne"), size.dtype), dims)
    if ord == 1:
        return p.sum(size, dims)
    return p.pow(p.sum(p.pow(size, float(ord)), dims), 1 / ord)


def _dist_vjp(grad, self, other, result, p):
    turned = _norm_vjp(grad, self - other, result, p, None, False)
    return turned, -turned


@op("dist(Tensor self, Tensor other, Scalar p=2) -> Tensor", vjp={("self", "other"): _dist_vjp})
def dist(prims, self, other, p):
    """The p-norm of self - other, 0-d; see linalg_vector_norm. The operands broadcast."""
    self, other = promote(prims, self, other)
    return linalg_vector_norm(prims, prims.sub(self, other), p, None, False, None)


@composite(variants="function, method")
def norm(self, p="fro", dim=None, keepdim=False, dtype=None):
    """The p-norm over dim (all by default); "fro" is the 2-norm, "nuc" the sum of the singular
    values of matrices. See linalg_vector_norm.
    """
    if p == "nuc":
        plane = (-2, -1) if dim is None else dim
        return aten.linalg_matrix_norm(self, p, plane, keepdim, dtype=dtype)
    if p not in ("fro", None) and isinstance(p, str):
        raise ShapeError(f"p must be a number, 'fro' or 'nuc', got {p!r}", op="norm")
    order = 2 if p in ("fro", None) else p
    return aten.linalg_vector_norm(self, order, dim, keepdim, dtype=dtype)


def _renorm_vjp(grad, self, p, dim, maxnorm):
    others = _all_but(dim, self.ndim)
    norm = aten.linalg_vector_norm(self, p, others, True)
    inverse = 1 / (norm + _EPSILON)
    along = (conj(self) * grad).sum(others, keepdim=True)
    along = along.real if along.is_complex() else along
    turned = _norm_vjp(along, self, norm, p, others, True)
    scaled = maxnorm * inverse * (grad - inverse * turned)
    return aten.where(norm > maxnorm, scaled, grad)


_EPSILON = 1e-7
"""Added to norms before dividing by them."""


def _all_but(dim, ndim):
    dim = wrap_dim(dim, ndim)
    return [d for d in range(ndim) if d != dim]


@op(
    "renorm(Tensor self, Scalar p, int dim, Scalar maxnorm) -> Tensor",
    inplace=True,
    vjp={"self": _renorm_vjp},
)
def renorm(prims, self, p, dim, maxnorm):
    """self with every slice along dim whose p-norm exceeds maxnorm scaled down to it. Raises
    RangeError below two dimensions, for p <= 0 and for a negative maxnorm.
    """
    if self.ndim < 2 or p <= 0 or maxnorm < 0:
        raise RangeError(
            f"needs at least 2 dimensions, p > 0 and maxnorm >= 0, got shape {tuple(self.shape)}, "
            f"p {p} and maxnorm {maxnorm}"
        )
    others = _all_but(dim, self.ndim)
    norm = linalg_vector_norm(prims, self, p, others, True, None)
    wide = cast(prims, norm, accumulate_dtype(norm.dtype))
    factor = prims.div(float(maxnorm), prims.add(wide, _EPSILON))
    factor = prims.select(prims.compare(wide, float(maxnorm), "gt"), factor, 1)
    return prims.mul(self, cast(prims, factor, self.dtype))


def _finite_range(self, bins, min, max):
    """histc of an array, whose range is checked."""
    if min == max and self.size and not np.isfinite([self.min(), self.max()]).all():
        raise RangeError(f"the range from {self.min()} to {self.max()} is not finite")
    return histc(primitives, self, bins, min, max)


@op(
    "histc(Tensor self, int bins=100, Scalar min=0, Scalar max=0) -> Tensor",
    kernel=_finite_range,
    differentiable=False,
)
def histc(p, self, bins, min, max):
    """How many elements fall into each of `bins` equal intervals from min to max, both included, or
    of the range of self if these are equal; [bins] in self's dtype. Raises UnsupportedError unless that
    is floating, RangeError for bins < 1 or max < min.
    """
    if not is_floating(self.dtype):
        raise UnsupportedError(f"not defined for {self.dtype}")
    if bins < 1 or max < min:
        raise RangeError(f"needs bins > 0 and max >= min, got {bins}, {min} and {max}")
    flat = p.reshape(self, (math.prod(self.shape),))
    wide = cast(p, flat, accumulate_dtype(self.dtype))
    low, high = (p.full((), float(v), wide.dtype) for v in (min, max))
    if min == max and flat.shape[0]:
        low, high = p.amin(wide, (0,)), p.amax(wide, (0,))
    if min == max:
        single = p.compare(low, high, "eq")
        low, high = p.select(single, p.sub(low, 1), low), p.select(single, p.add(high, 1), high)
    inside = p.bitwise_and(p.compare(wide, low, "ge"), p.compare(wide, high, "le"))
    place = p.div(p.mul(p.sub(wide, low), float(bins)), p.sub(high, low))
    place = p.cast(p.select(inside, place, 0), INT64)
    place = p.minimum(place, bins - 1)
    counts = p.full((bins,), 0, wide.dtype)
    counts = p.index_put(counts, p.cast(inside, wide.dtype), [place], True)
    return cast(p, counts, self.dtype)
