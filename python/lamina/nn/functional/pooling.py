"""Pooling over windows of the spatial dimensions, with or without a batch dimension."""

from __future__ import annotations

from ...errors import ShapeError
from ...ops.registry import aten
from .convolution import expanded


def max_pool2d(input, kernel_size, stride=None, padding=0, dilation=1, ceil_mode=False, return_indices=False):
    """The largest element of every window of [N, C, H, W] (or [C, H, W]); with return_indices also int64 places in
    the flattened plane."""
    stride = kernel_size if stride is None else stride
    options = [expanded(v, 2) for v in (kernel_size, stride, padding, dilation)]
    values, indices = aten.max_pool2d_with_indices(input, *options, ceil_mode)
    return (values, indices) if return_indices else values


def max_pool1d(input, kernel_size, stride=None, padding=0, dilation=1, ceil_mode=False, return_indices=False):
    """`max_pool2d` of [N, C, L] (or [C, L])."""
    stride = kernel_size if stride is None else stride
    (kernel,), (step,), (pad,), (apart,) = (expanded(v, 1) for v in (kernel_size, stride, padding, dilation))
    pooled = max_pool2d(input.unsqueeze(-2), (1, kernel), (1, step), (0, pad), (1, apart), ceil_mode, return_indices)
    return tuple(part.squeeze(-2) for part in pooled) if return_indices else pooled.squeeze(-2)


def avg_pool2d(
    input, kernel_size, stride=None, padding=0, ceil_mode=False, count_include_pad=True, divisor_override=None
):
    """The mean of every window of [N, C, H, W] (or [C, H, W]), or its sum over divisor_override."""
    stride = kernel_size if stride is None else stride
    options = [expanded(v, 2) for v in (kernel_size, stride, padding)]
    return aten.avg_pool2d(input, *options, ceil_mode, count_include_pad, divisor_override)


def avg_pool1d(input, kernel_size, stride=None, padding=0, ceil_mode=False, count_include_pad=True):
    """`avg_pool2d` of [N, C, L] (or [C, L])."""
    stride = kernel_size if stride is None else stride
    (kernel,), (step,), (pad,) = (expanded(v, 1) for v in (kernel_size, stride, padding))
    pooled = avg_pool2d(input.unsqueeze(-2), (1, kernel), (1, step), (0, pad), ceil_mode, count_include_pad)
    return pooled.squeeze(-2)


def adaptive_avg_pool2d(input, output_size):
    """Means of [N, C, H, W] (or [C, H, W]) over windows that divide it evenly into output_size; None keeps a size."""
    if input.ndim not in (3, 4):
        raise ShapeError(f"expected 3 or 4 dimensions, got shape {list(input.shape)}", op="adaptive_avg_pool2d")
    wanted = expanded(output_size, 2)
    sizes = [have if want is None else want for have, want in zip(input.shape[-2:], wanted)]
    return aten._adaptive_avg_pool2d(input, sizes)


def adaptive_avg_pool1d(input, output_size):
    """`adaptive_avg_pool2d` of [N, C, L] (or [C, L])."""
    (length,) = expanded(output_size, 1)
    return adaptive_avg_pool2d(input.unsqueeze(-2), (1, length)).squeeze(-2)
