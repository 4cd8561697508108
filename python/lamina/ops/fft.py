"""Fourier transforms: three operators that call NumPy's FFT, and the functions of `lamina.fft` over
them.

The operators take the dimensions to transform, how to scale (0 not at all, 1 by 1 / sqrt(n), 2 by 1
/ n, n the number of points) and give float32 and complex64 for single, float64 and complex128 for
double precision. Raises DtypeError for other dtypes. They cannot be traced; their derivatives are
transforms.
"""

from __future__ import annotations

import math

import numpy as np

from ..errors import DtypeError
from .eager_only import eager_only
from .registry import aten


def _scaled(x, points, normalization):
    if normalization == 0:
        return x
    factor = 1 / math.sqrt(points) if normalization == 1 else 1 / points
    return x * x.real.dtype.type(factor)


def _points(x, dims):
    return math.prod(x.shape[d] for d in dims)


def _transformed(x, dims, forward):
    """The unscaled complex transform over dims, one after the other."""
    for d in dims:
        x = np.fft.fft(x, axis=d) if forward else np.fft.ifft(x, axis=d, norm="forward")
    return x


def _laid_out(result, x, dims):
    """The result with the transformed dimensions innermost, the others in the order of the
    operand's memory.
    """
    dims = [d % x.ndim for d in dims]
    if dims == list(range(x.ndim - len(dims), x.ndim)) and x.flags.c_contiguous:
        return np.ascontiguousarray(result)
    batch = sorted((d for d in range(x.ndim) if d not in dims), key=lambda d: -x.strides[d])
    order = [*batch, *dims]
    return np.array(result.transpose(order), order="C").transpose(np.argsort(order))


@eager_only(
    "_fft_c2c(Tensor self, SymInt[] dim, int normalization, bool forward) -> Tensor",
    tags=("own_layout",),
    vjp={
        "self": lambda grad, dim, normalization, forward: aten._fft_c2c(
            grad, dim, normalization, not forward
        )
    },
)
def _fft_c2c(self, dim, normalization, forward):
    """The transform of a complex tensor over dim, with exponent -i if forward and +i if not."""
    if self.dtype.name not in ("complex64", "complex128"):
        raise DtypeError(f"needs a complex tensor, got {self.dtype}")
    if not dim or self.size == 0:
        return np.array(self)
    if len(dim) > 1:
        dim = sorted((d % self.ndim for d in dim), key=lambda d: -self.strides[d])
    raw = _transformed(self, dim, forward)
    return _laid_out(_scaled(raw, _points(self, dim), normalization), self, dim)


def _r2c_vjp(grad, self_meta, dim, normalization, onesided):
    missing = self_meta.sizes[dim[-1]] - grad.shape[dim[-1]]
    if onesided and missing:
        after = (grad.ndim - 1 - dim[-1] % grad.ndim) * 2
        grad = aten.constant_pad_nd(grad, [0] * after + [0, missing])
    return aten._fft_c2c(grad, dim, normalization, False).real


@eager_only(
    "_fft_r2c(Tensor self, int[] dim, int normalization, bool onesided) -> Tensor",
    tags=("own_layout",),
    vjp={"self": _r2c_vjp},
)
def _fft_r2c(self, dim, normalization, onesided):
    """The forward transform of a real tensor over dim; if onesided only the first n // 2 + 1
    elements of the last of them, which determine the others.
    """
    if self.dtype.name not in ("float32", "float64"):
        raise DtypeError(f"needs a real tensor of float32 or float64, got {self.dtype}")
    if onesided:
        raw = _transformed(np.fft.rfft(self, axis=dim[-1]), dim[:-1], True)
    else:
        raw = _transformed(self, dim, True)
    return _laid_out(_scaled(raw, _points(self, dim), normalization), self, dim)


def _c2r_vjp(grad, dim, normalization):
    half = aten._fft_r2c(grad, dim, normalization, True)
    # Every element but the first (and the last, of an even number) stands for two.
    twice = grad.shape[dim[-1]] - half.shape[dim[-1]]
    size = half.shape[dim[-1]]
    weights = aten.ones([size], dtype=grad.dtype)
    if twice > 0:
        weights = aten.cat([weights[:1], weights[:twice] * 2, weights[: size - 1 - twice]])
    after = half.ndim - 1 - dim[-1] % half.ndim
    return half * weights.reshape([size] + [1] * after)


@eager_only(
    "_fft_c2r(Tensor self, int[] dim, int normalization, SymInt last_dim_size) -> Tensor",
    tags=("own_layout",),
    vjp={"self": _c2r_vjp},
)
def _fft_c2r(self, dim, normalization, last_dim_size):
    """The real transform with exponent +i of a complex tensor over dim; of the last of them it
    holds the first last_dim_size // 2 + 1 elements, the others being their conjugates.
    """
    if self.dtype.name not in ("complex64", "complex128"):
        raise DtypeError(f"needs a complex tensor, got {self.dtype}")
    sizes = [self.shape[d] for d in dim[:-1]] + [last_dim_size]
    raw = _transformed(self, dim[:-1], False)
    raw = np.fft.irfft(raw, last_dim_size, axis=dim[-1], norm="forward")
    return _laid_out(_scaled(raw, math.prod(sizes), normalization), self, dim)
