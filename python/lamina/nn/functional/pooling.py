"""Pooling over windows of the spatial dimensions, with or without a batch dimension."""

from __future__ import annotations

import math

from ...errors import ShapeError, ValueError_
from ...ops.registry import aten
from ...random import distributions
from .convolution import expanded


def _options(kernel_size, stride, *rest, rank: int):
    stride = kernel_size if stride is None or stride == [] else stride
    return [expanded(v, rank) for v in (kernel_size, stride, *rest)]


def max_pool1d(
    input,
    kernel_size,
    stride=None,
    padding=0,
    dilation=1,
    ceil_mode=False,
    return_indices=False,
):
    """`max_pool2d` of [N, C, L] (or [C, L])."""
    (kernel,), (step,), (pad,), (apart,) = _options(kernel_size, stride, padding, dilation, rank=1)
    image = input.unsqueeze(-2)
    pooled = max_pool2d(
        image, (1, kernel), (1, step), (0, pad), (1, apart), ceil_mode, return_indices
    )
    return _without_row(pooled)


def _without_row(pooled):
    if isinstance(pooled, tuple):
        return tuple(part.squeeze(-2) for part in pooled)
    return pooled.squeeze(-2)


def max_pool2d(
    input,
    kernel_size,
    stride=None,
    padding=0,
    dilation=1,
    ceil_mode=False,
    return_indices=False,
):
    """The largest element of every window of [N, C, H, W] (or [C, H, W]); with return_indices also
    int64 places in the flattened plane.
    """
    options = _options(kernel_size, stride, padding, dilation, rank=2)
    found = aten.max_pool2d_with_indices(input, *options, ceil_mode)
    return found if return_indices else found[0]


def max_pool3d(
    input,
    kernel_size,
    stride=None,
    padding=0,
    dilation=1,
    ceil_mode=False,
    return_indices=False,
):
    """`max_pool2d` of [N, C, D, H, W] (or [C, D, H, W])."""
    options = _options(kernel_size, stride, padding, dilation, rank=3)
    found = aten.max_pool3d_with_indices(input, *options, ceil_mode)
    return found if return_indices else found[0]


def avg_pool1d(input, kernel_size, stride=None, padding=0, ceil_mode=False, count_include_pad=True):
    """`avg_pool2d` of [N, C, L] (or [C, L])."""
    (kernel,), (step,), (pad,) = _options(kernel_size, stride, padding, rank=1)
    image = input.unsqueeze(-2)
    pooled = avg_pool2d(image, (1, kernel), (1, step), (0, pad), ceil_mode, count_include_pad)
    return pooled.squeeze(-2)


def avg_pool2d(
    input,
    kernel_size,
    stride=None,
    padding=0,
    ceil_mode=False,
    count_include_pad=True,
    divisor_override=None,
):
    """The mean of every window of [N, C, H, W] (or [C, H, W]), or its sum over divisor_override."""
    options = _options(kernel_size, stride, padding, rank=2)
    return aten.avg_pool2d(input, *options, ceil_mode, count_include_pad, divisor_override)


def avg_pool3d(
    input,
    kernel_size,
    stride=None,
    padding=0,
    ceil_mode=False,
    count_include_pad=True,
    divisor_override=None,
):
    """`avg_pool2d` of [N, C, D, H, W] (or [C, D, H, W])."""
    options = _options(kernel_size, stride, padding, rank=3)
    return aten.avg_pool3d(input, *options, ceil_mode, count_include_pad, divisor_override)


def _sizes(input, output_size, rank: int, op: str) -> list:
    """The output size, with those of the input where it has None."""
    if input.ndim not in (rank + 1, rank + 2):
        raise ShapeError(
            f"expected {rank + 1} or {rank + 2} dimensions, got shape {list(input.shape)}", op=op
        )
    wanted = expanded(output_size, rank)
    return [have if want is None else want for have, want in zip(input.shape[-rank:], wanted)]


def adaptive_avg_pool1d(input, output_size):
    """`adaptive_avg_pool2d` of [N, C, L] (or [C, L])."""
    (length,) = _sizes(input, output_size, 1, "adaptive_avg_pool1d")
    return adaptive_avg_pool2d(input.unsqueeze(-2), (1, length)).squeeze(-2)


def adaptive_avg_pool2d(input, output_size):
    """Means of [N, C, H, W] (or [C, H, W]) over windows that divide it evenly into output_size;
    None keeps a size.
    """
    sizes = _sizes(input, output_size, 2, "adaptive_avg_pool2d")
    return aten._adaptive_avg_pool2d(input, sizes)


def adaptive_avg_pool3d(input, output_size):
    """`adaptive_avg_pool2d` of [N, C, D, H, W] (or [C, D, H, W])."""
    sizes = _sizes(input, output_size, 3, "adaptive_avg_pool3d")
    return aten._adaptive_avg_pool3d(input, sizes)


def adaptive_max_pool1d(input, output_size, return_indices=False):
    """`adaptive_max_pool2d` of [N, C, L] (or [C, L])."""
    (length,) = _sizes(input, output_size, 1, "adaptive_max_pool1d")
    return _without_row(adaptive_max_pool2d(input.unsqueeze(-2), (1, length), return_indices))


def adaptive_max_pool2d(input, output_size, return_indices=False):
    """The largest elements of [N, C, H, W] (or [C, H, W]) in windows that divide it evenly into
    output_size; None keeps a size. With return_indices also int64 places in the flattened plane.
    """
    sizes = _sizes(input, output_size, 2, "adaptive_max_pool2d")
    found = aten.adaptive_max_pool2d(input, sizes)
    return found if return_indices else found[0]


def adaptive_max_pool3d(input, output_size, return_indices=False):
    """`adaptive_max_pool2d` of [N, C, D, H, W] (or [C, D, H, W])."""
    sizes = _sizes(input, output_size, 3, "adaptive_max_pool3d")
    found = aten.adaptive_max_pool3d(input, sizes)
    return found if return_indices else found[0]


def _unpooled_size(input, output_size, kernel, stride, padding, op: str) -> list:
    """The spatial size that was pooled. Raises ValueError_ for one that is not possible."""
    rank = len(kernel)
    usual = [
        (n - 1) * s - 2 * p + k for n, s, p, k in zip(input.shape[-rank:], stride, padding, kernel)
    ]
    if output_size is None:
        return usual
    sizes = list(output_size)[-rank:]
    if len(output_size) not in (rank, rank + 1, rank + 2) or any(
        not n - s < size < n + s for size, n, s in zip(sizes, usual, stride)
    ):
        raise ValueError_(
            f"output_size {list(output_size)} is not within the stride of {usual}", op=op
        )
    return sizes


def max_unpool1d(input, indices, kernel_size, stride=None, padding=0, output_size=None):
    """`max_unpool2d` of [N, C, L] (or [C, L])."""
    options = _options(kernel_size, stride, padding, rank=1)
    (length,) = _unpooled_size(input, output_size, *options, "max_unpool1d")
    image = aten.max_unpool2d(input.unsqueeze(-1), indices.unsqueeze(-1), [length, 1])
    return image.squeeze(-1)


def max_unpool2d(input, indices, kernel_size, stride=None, padding=0, output_size=None):
    """The inverse of `max_pool2d`: the elements at the places its indices give, zeros elsewhere.
    output_size is that of the pooled image where the options leave a choice.
    """
    options = _options(kernel_size, stride, padding, rank=2)
    sizes = _unpooled_size(input, output_size, *options, "max_unpool2d")
    return aten.max_unpool2d(input, indices, sizes)


def max_unpool3d(input, indices, kernel_size, stride=None, padding=0, output_size=None):
    """The inverse of `max_pool3d`; see `max_unpool2d`."""
    options = _options(kernel_size, stride, padding, rank=3)
    sizes = _unpooled_size(input, output_size, *options, "max_unpool3d")
    return aten.max_unpool3d(input, indices, sizes, options[1], options[2])


def _fractional(
    rank, input, kernel_size, output_size, output_ratio, return_indices, random_samples
):
    op = f"fractional_max_pool{rank}d"
    if (output_size is None) == (output_ratio is None):
        raise ValueError_("takes one of output_size and output_ratio", op=op)
    if output_size is None:
        ratios = expanded(output_ratio, rank)
        output_size = [int(n * ratio) for n, ratio in zip(input.shape[-rank:], ratios)]
    if random_samples is None:
        batch = input.shape[0] if input.ndim == rank + 2 else 1
        channels = input.shape[-rank - 1]
        random_samples = distributions.rand(
            batch, channels, rank, dtype=input.dtype, device=input.device
        )
    pool = getattr(aten, op)
    found = pool(input, expanded(kernel_size, rank), expanded(output_size, rank), random_samples)
    return found if return_indices else found[0]


def fractional_max_pool2d(
    input,
    kernel_size,
    output_size=None,
    output_ratio=None,
    return_indices=False,
    _random_samples=None,
):
    """The largest elements of windows at random places (Graham, 2014) of [N, C, H, W] (or
    [C, H, W]): output_size of them, or output_ratio times the size.
    """
    return _fractional(
        2, input, kernel_size, output_size, output_ratio, return_indices, _random_samples
    )


def fractional_max_pool3d(
    input,
    kernel_size,
    output_size=None,
    output_ratio=None,
    return_indices=False,
    _random_samples=None,
):
    """`fractional_max_pool2d` of [N, C, D, H, W] (or [C, D, H, W])."""
    return _fractional(
        3, input, kernel_size, output_size, output_ratio, return_indices, _random_samples
    )


def _power_average(pools, input, norm_type, kernel_size, stride, ceil_mode):
    rank, pool, largest = pools
    if norm_type in (math.inf, -math.inf):
        sign = 1 if norm_type > 0 else -1
        return sign * largest(sign * input.abs(), kernel_size, stride, 0, 1, ceil_mode)
    count = math.prod(expanded(kernel_size, rank))
    means = pool(input.pow(norm_type), kernel_size, stride, 0, ceil_mode)
    # The sign and the clamp keep roots of sums that come out negative as torch has them.
    sums = means.sign() * aten.relu(means.abs()) * count
    return sums.pow(1.0 / norm_type)


def lp_pool1d(input, norm_type, kernel_size, stride=None, ceil_mode=False):
    """The root of order norm_type of the sum of powers in every window of [N, C, L] (or [C, L])."""
    return _power_average(
        (1, avg_pool1d, max_pool1d), input, norm_type, kernel_size, stride, ceil_mode
    )


def lp_pool2d(input, norm_type, kernel_size, stride=None, ceil_mode=False):
    """`lp_pool1d` of [N, C, H, W] (or [C, H, W])."""
    return _power_average(
        (2, avg_pool2d, max_pool2d), input, norm_type, kernel_size, stride, ceil_mode
    )


def lp_pool3d(input, norm_type, kernel_size, stride=None, ceil_mode=False):
    """`lp_pool1d` of [N, C, D, H, W] (or [C, D, H, W])."""
    return _power_average(
        (3, avg_pool3d, max_pool3d), input, norm_type, kernel_size, stride, ceil_mode
    )
