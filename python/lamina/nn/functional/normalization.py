"""Normalization by statistics of the batch, of trailing dimensions, or of groups of channels."""

from __future__ import annotations

import math

from ...autograd import no_grad
from ...dtypes import finfo
from ...errors import ShapeError, ValueError_
from ...ops.registry import aten


def batch_norm(
    input, running_mean, running_var, weight=None, bias=None, training=False, momentum=0.1, eps=1e-5
):
    """[N, C, *] normalized per channel: by the batch when training, which updates the running
    statistics in place, else by the running statistics. momentum may be a tensor. Raises
    ValueError_ for one value a channel in training.
    """
    if training:
        values = input.numel() // input.shape[1] if input.shape[1] else 0
        if values <= 1:
            raise ValueError_(
                f"training needs more than one value a channel, got shape {list(input.shape)}",
                op="batch_norm",
            )
        return _by_batch(input, running_mean, running_var, weight, bias, momentum, eps, values)
    if running_mean is None or running_var is None:
        raise ValueError_("evaluation needs running statistics", op="batch_norm")
    return aten.native_batch_norm(input, weight, bias, running_mean, running_var, False, 0.0, eps)[
        0
    ]


def _by_batch(input, running_mean, running_var, weight, bias, momentum, eps, values: int):
    result, mean, inverse_std = aten.native_batch_norm(
        input, weight, bias, None, None, True, 0.0, eps
    )
    if running_mean is not None:
        with no_grad():
            # The running variance is the unbiased one.
            variance = (inverse_std.detach() ** -2 - eps) * (values / (values - 1))
            running_mean.add_(momentum * (mean.detach() - running_mean))
            running_var.add_(momentum * (variance - running_var))
    return result


def layer_norm(input, normalized_shape, weight=None, bias=None, eps=1e-5):
    """Mean 0 and variance 1 over the trailing dimensions normalized_shape, times weight
    plus bias.
    """
    return aten.native_layer_norm(input, tuple(normalized_shape), weight, bias, eps)[0]


def rms_norm(input, normalized_shape, weight=None, eps=None):
    """input over its root mean square in the trailing dimensions normalized_shape, times weight;
    eps is by default the machine epsilon of the dtype.
    """
    sizes = tuple(normalized_shape)
    if tuple(input.shape[-len(sizes) :]) != sizes:
        raise ShapeError(
            f"input of shape {list(input.shape)} does not end in {list(sizes)}", op="rms_norm"
        )
    eps = finfo(input.dtype).eps if eps is None else eps
    mean_square = input.square().mean(tuple(range(-len(sizes), 0)), keepdim=True)
    normal = input * (mean_square + eps).rsqrt()
    return normal if weight is None else normal * weight


def group_norm(input, num_groups, weight=None, bias=None, eps=1e-5):
    """[N, C, *] with mean 0 and variance 1 in each group of channels, times weight plus bias of
    each channel.
    """
    batch, channels = input.shape[:2]
    if channels % num_groups:
        raise ShapeError(
            f"{channels} channels do not split into {num_groups} groups", op="group_norm"
        )
    area = math.prod(input.shape[2:])
    return aten.native_group_norm(input, weight, bias, batch, channels, area, num_groups, eps)[0]


def normalize(input, p=2.0, dim=1, eps=1e-12, out=None):
    """input over its p-norm along dim, the norm being at least eps."""
    norm = aten.linalg_vector_norm(input, p, dim, True).clamp(min=eps)
    result = input / norm
    return result if out is None else out.copy_(result)


def instance_norm(
    input,
    running_mean=None,
    running_var=None,
    weight=None,
    bias=None,
    use_input_stats=True,
    momentum=0.1,
    eps=1e-5,
):
    """[N, C, *] normalized per channel of every example (Ulyanov et al., 2016), times weight plus
    bias. Running statistics, where given, move towards the batch's mean of the examples'; without
    use_input_stats they normalize. Raises ValueError_ for one value a channel.
    """
    batch, channels, *sizes = input.shape
    if use_input_stats and math.prod(sizes) <= 1:
        raise ValueError_(
            f"training needs more than one value a channel, got shape {list(input.shape)}",
            op="instance_norm",
        )
    if not use_input_stats and (running_mean is None or running_var is None):
        raise ValueError_("evaluation needs running statistics", op="instance_norm")

    def repeated(x):
        return None if x is None else x.repeat(batch)

    # Every example's channels are channels of one example.
    mean, variance = repeated(running_mean), repeated(running_var)
    result = batch_norm(
        input.reshape(1, batch * channels, *sizes),
        mean,
        variance,
        repeated(weight),
        repeated(bias),
        use_input_stats,
        momentum,
        eps,
    )
    if use_input_stats:
        with no_grad():
            for running, moved in ((running_mean, mean), (running_var, variance)):
                if running is not None:
                    running.copy_(moved.reshape(batch, channels).mean(0))
    return result.reshape(input.shape)


def local_response_norm(input, size, alpha=1e-4, beta=0.75, k=1.0):
    """[N, C, *] over (k + alpha * mean of squares of `size` neighbouring channels) ** beta
    (Krizhevsky et al., 2012).
    """
    if input.ndim < 3:
        raise ValueError_(
            f"expected at least 3 dimensions, got shape {list(input.shape)}",
            op="local_response_norm",
        )
    if input.numel() == 0:
        return input
    squares = aten.constant_pad_nd(
        input.square(), [*[0] * (2 * (input.ndim - 2)), size // 2, (size - 1) // 2]
    )
    means = squares.unfold(1, size, 1).mean(-1)
    return input / (means * alpha + k).pow(beta)
