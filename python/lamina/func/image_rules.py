"""Batching rules of operators on images and of normalizations: the mapped dimension joins the one
of images, or that of channels.
"""

from __future__ import annotations

import math

from .rules import all_front, batching, front, looped

_SPATIAL = """
    max_pool2d_with_indices max_pool2d_with_indices_backward avg_pool2d avg_pool2d_backward
    max_pool3d_with_indices max_pool3d_with_indices_backward avg_pool3d avg_pool3d_backward
    _adaptive_avg_pool2d _adaptive_avg_pool2d_backward adaptive_max_pool2d
    adaptive_max_pool2d_backward _adaptive_avg_pool3d _adaptive_avg_pool3d_backward
    adaptive_max_pool3d adaptive_max_pool3d_backward
    reflection_pad1d reflection_pad1d_backward reflection_pad2d reflection_pad2d_backward
    reflection_pad3d reflection_pad3d_backward replication_pad1d replication_pad1d_backward
    replication_pad2d replication_pad2d_backward replication_pad3d replication_pad3d_backward
    upsample_nearest1d upsample_nearest2d upsample_nearest3d upsample_linear1d upsample_bilinear2d
    upsample_trilinear3d upsample_bicubic2d _upsample_nearest_exact1d _upsample_nearest_exact2d
    _upsample_nearest_exact3d _upsample_bilinear2d_aa _upsample_bicubic2d_aa
    upsample_nearest1d_backward upsample_nearest2d_backward upsample_nearest3d_backward
    upsample_linear1d_backward upsample_bilinear2d_backward upsample_trilinear3d_backward
    upsample_bicubic2d_backward _upsample_nearest_exact1d_backward
    _upsample_nearest_exact2d_backward _upsample_nearest_exact3d_backward
    _upsample_bilinear2d_aa_backward _upsample_bicubic2d_aa_backward im2col col2im
    grid_sampler_2d grid_sampler_2d_backward grid_sampler_3d grid_sampler_3d_backward
"""


@batching(*_SPATIAL.split())
def of_images(op, values: tuple, owned: list, size: int):
    """More images. Where the function sees a single one without a dimension of images, the mapped
    dimension takes its place.
    """
    whole = all_front(values, owned, size)
    tensors = [v for v, o in zip(whole, owned, strict=True) if hasattr(v, "_array")]
    if tensors[0].ndim == _full_ndim(op):
        return op.call(tuple(whole))
    images = tensors[0].shape[1]
    changed = []
    for argument, value in zip(op.schema.arguments, whole, strict=True):
        if hasattr(value, "_array"):
            value = value.reshape((size * images, *value.shape[2:]))
        elif argument.name == "input_size":
            value = (size * images, *value[1:])
        changed.append(value)
    return _unfolded(op.call(tuple(changed)), size)


def _full_ndim(op) -> int:
    """Dimensions of a batch of images: two and the spatial ones."""
    name = op.schema.name
    if name == "im2col":
        return 4
    if name == "col2im":
        return 3
    return 2 + int(next(c for c in "123" if f"{c}d" in name))


def _unfolded(result, size: int):
    if isinstance(result, tuple):
        return tuple([r if r is None else _unfolded(r, size) for r in result])
    return result.reshape((size, result.shape[0] // size, *result.shape[1:]))


@batching("convolution")
def convolution(op, values: tuple, owned: list, size: int):
    """One filter for all examples sees more images; filters of their own are groups."""
    x, weight, bias, *settings, groups = values
    if not owned[1] and not owned[2]:
        folded = x.reshape((size * x.shape[1], *x.shape[2:]))
        return _unfolded(op.call((folded, weight, bias, *settings, groups)), size)
    x, weight = front(x, owned[0], size), front(weight, owned[1], size)
    bias = bias if bias is None else front(bias, owned[2], size).reshape(-1)
    images, channels = x.shape[1:3]
    joined = x.movedim(0, 1).reshape((images, size * channels, *x.shape[3:]))
    filters = weight.reshape((size * weight.shape[1], *weight.shape[2:]))
    found = op.call((joined, filters, bias, *settings, groups * size))
    return found.reshape((images, size, found.shape[1] // size, *found.shape[2:])).movedim(1, 0)


@batching("native_layer_norm")
def layer_norm(op, values: tuple, owned: list, size: int):
    """Leading dimensions are free; weights of their own are applied afterwards."""
    x, shape, weight, bias, eps = values
    if not owned[2] and not owned[3]:
        return op.call(values)
    out, mean, rstd = op.call((front(x, owned[0], size), shape, None, None, eps))
    spread = (size, *(1,) * (out.ndim - 1 - len(shape)), *shape)
    if weight is not None:
        out = out * (weight.reshape(spread) if owned[2] else weight)
    if bias is not None:
        out = out + (bias.reshape(spread) if owned[3] else bias)
    return out, mean, rstd


@batching("native_group_norm")
def group_norm(op, values: tuple, owned: list, size: int):
    """More images, while they share weights."""
    x, weight, bias, images, *rest = values
    if owned[1] or owned[2]:
        return looped(op, values, owned, size)
    folded = x.reshape((math.prod(x.shape[:2]), *x.shape[2:]))
    found = op.call((folded, weight, bias, images * size, *rest))
    return tuple(_unfolded(found, size))
