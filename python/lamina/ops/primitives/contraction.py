"""Contractions: matrix product and convolution. Small floats accumulate in float32."""

import math

import numpy as np
from numpy.lib.stride_tricks import as_strided

from ._numeric import compute_dtype, quiet
from .indexing import pad

__all__ = ["convolution", "matmul"]


@quiet
def matmul(x, y):
    """x[B..., M, K] @ y[B..., K, N] -> [B..., M, N]."""
    dtype = compute_dtype(x.dtype)
    product = np.matmul(x.astype(dtype, copy=False), y.astype(dtype, copy=False))
    return np.asarray(product).astype(x.dtype, copy=False)


@quiet
def convolution(x, w, strides, padding, dilations, groups):
    """Cross-correlation of x[N, C, *S] with w[O, C/groups, *K] -> [N, O, *P].

    `padding` is (low0, high0, low1, high1, ...) zeros per spatial dimension, negative to crop. The
    windows of x are gathered into the columns of one matrix product per group (im2col).
    """
    kernel = w.shape[2:]
    lows, highs = [0, 0, *padding[0::2]], [0, 0, *padding[1::2]]
    if any(padding):
        x = pad(x, lows, highs, [0] * x.ndim, 0)
    batch, channels = x.shape[:2]
    out_channels = w.shape[0]
    reach = [(k - 1) * d + 1 for k, d in zip(kernel, dilations)]
    positions = [max(0, (s - r) // st + 1) for s, r, st in zip(x.shape[2:], reach, strides)]
    shape = (batch, out_channels, *positions)
    if 0 in shape or 0 in w.shape:
        return np.zeros(shape, x.dtype)

    dtype = compute_dtype(x.dtype)
    x = x.astype(dtype, copy=False)
    steps = x.strides[2:]
    windows = as_strided(
        x,
        (batch, channels, *kernel, *positions),
        (
            *x.strides[:2],
            *(s * d for s, d in zip(steps, dilations)),
            *(s * st for s, st in zip(steps, strides)),
        ),
        writeable=False,
    )
    taps = channels // groups * math.prod(kernel)
    columns = windows.reshape(batch, groups, taps, math.prod(positions))
    weights = w.astype(dtype, copy=False).reshape(groups, out_channels // groups, taps)
    return np.matmul(weights, columns).reshape(shape).astype(w.dtype, copy=False)
