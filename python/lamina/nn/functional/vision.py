"""Images: resampling, sampling at positions, windows as columns, and channels as pixels."""

from __future__ import annotations

import math

from ...errors import UnsupportedError, ValueError_
from ...ops import channels
from ...ops.registry import aten
from .convolution import expanded
from .pooling import adaptive_avg_pool1d, adaptive_avg_pool2d, adaptive_avg_pool3d

pixel_shuffle = aten.pixel_shuffle.function
pixel_unshuffle = aten.pixel_unshuffle.function
channel_shuffle = channels.channel_shuffle

_RESAMPLINGS = {
    ("nearest", 1): "upsample_nearest1d",
    ("nearest", 2): "upsample_nearest2d",
    ("nearest", 3): "upsample_nearest3d",
    ("nearest-exact", 1): "_upsample_nearest_exact1d",
    ("nearest-exact", 2): "_upsample_nearest_exact2d",
    ("nearest-exact", 3): "_upsample_nearest_exact3d",
    ("linear", 1): "upsample_linear1d",
    ("bilinear", 2): "upsample_bilinear2d",
    ("bicubic", 2): "upsample_bicubic2d",
    ("trilinear", 3): "upsample_trilinear3d",
}
_ANTIALIASED = {
    ("bilinear", 2): "_upsample_bilinear2d_aa",
    ("bicubic", 2): "_upsample_bicubic2d_aa",
}
_AREA = {1: adaptive_avg_pool1d, 2: adaptive_avg_pool2d, 3: adaptive_avg_pool3d}
_WITH_CORNERS = ("linear", "bilinear", "bicubic", "trilinear")


def interpolate(
    input,
    size=None,
    scale_factor=None,
    mode="nearest",
    align_corners=None,
    recompute_scale_factor=None,
    antialias=False,
):
    """[N, C, *S] resampled to the spatial `size`, or to that times `scale_factor`, rounded down.

    mode is nearest, nearest-exact, linear (3 dimensions), bilinear or bicubic (4), trilinear (5) or
    area. align_corners makes the centers of the corner pixels coincide. With a scale_factor the
    interpolation uses it, or with recompute_scale_factor the ratio of the sizes. antialias
    (bilinear and bicubic) widens the kernel where the image shrinks. Raises ValueError_ for options
    that contradict each other, UnsupportedError for a mode that does not go with the rank.
    """
    rank = input.ndim - 2
    sizes, factors = _target(input, size, scale_factor, recompute_scale_factor, rank)
    if mode not in _WITH_CORNERS and align_corners is not None:
        raise ValueError_(
            f"align_corners is for the modes {', '.join(_WITH_CORNERS)}, not for {mode!r}",
            op="interpolate",
        )
    if antialias and mode not in ("bilinear", "bicubic"):
        raise ValueError_(
            f"antialias is for the modes bilinear and bicubic, not for {mode!r}", op="interpolate"
        )
    if mode == "area" and rank in _AREA:
        return _AREA[rank](input, sizes)
    name = (_ANTIALIASED if antialias else _RESAMPLINGS).get((mode, rank))
    if name is None:
        raise UnsupportedError(
            f"mode {mode!r} does not go with an input of shape {list(input.shape)}",
            op="interpolate",
        )
    corners = (bool(align_corners),) if mode in _WITH_CORNERS else ()
    return getattr(aten, name)(input, sizes, *corners, *factors)


def _target(input, size, scale_factor, recompute, rank):
    """(Spatial sizes of the result, scale factors for the operator)."""
    if (size is None) == (scale_factor is None):
        raise ValueError_("takes one of size and scale_factor", op="interpolate")
    given = size if scale_factor is None else scale_factor
    given = tuple(given) if isinstance(given, (tuple, list)) else (given,) * rank
    if len(given) != rank:
        raise ValueError_(
            f"an input of shape {list(input.shape)} needs {rank} numbers, got {given}",
            op="interpolate",
        )
    if scale_factor is None:
        if recompute:
            raise ValueError_("recompute_scale_factor needs a scale_factor", op="interpolate")
        return given, (None,) * rank
    sizes = tuple(math.floor(n * float(f)) for n, f in zip(input.shape[2:], given))
    return sizes, (None,) * rank if recompute else tuple(float(f) for f in given)


def upsample(input, size=None, scale_factor=None, mode="nearest", align_corners=None):
    """`interpolate`, by its older name."""
    return interpolate(input, size, scale_factor, mode, align_corners)


def upsample_nearest(input, size=None, scale_factor=None):
    """`interpolate` in the mode nearest."""
    return interpolate(input, size, scale_factor, "nearest")


def upsample_bilinear(input, size=None, scale_factor=None):
    """`interpolate` in the mode bilinear with aligned corners."""
    return interpolate(input, size, scale_factor, "bilinear", True)


_INTERPOLATIONS = {"bilinear": 0, "nearest": 1, "bicubic": 2}
_PADDINGS = {"zeros": 0, "border": 1, "reflection": 2}


def grid_sample(input, grid, mode="bilinear", padding_mode="zeros", align_corners=None):
    """input [N, C, H, W] sampled at grid [N, H', W', 2] of (x, y) in [-1, 1]: [N, C, H', W'].

    With three spatial dimensions the grid is [N, D', H', W', 3]. mode is bilinear, nearest or (4
    dimensions) bicubic; positions outside see zeros, the border or a reflection (padding_mode).
    align_corners puts -1 and 1 at the centers of the corner pixels. Raises ValueError_ for other
    modes, ShapeError for shapes that do not fit.
    """
    if mode not in _INTERPOLATIONS or padding_mode not in _PADDINGS:
        raise ValueError_(
            f"mode must be one of {list(_INTERPOLATIONS)} and padding_mode one of "
            f"{list(_PADDINGS)}, got {mode!r} and {padding_mode!r}",
            op="grid_sample",
        )
    sampler = aten.grid_sampler_3d if input.ndim == 5 else aten.grid_sampler_2d
    return sampler(input, grid, _INTERPOLATIONS[mode], _PADDINGS[padding_mode], bool(align_corners))


def affine_grid(theta, size, align_corners=None):
    """The positions theta [N, 2, 3] maps those of an image [N, C, H, W] to: [N, H, W, 2].

    For size [N, C, D, H, W] theta is [N, 3, 4] and the grid [N, D, H, W, 3]. Raises ShapeError
    for other shapes, ValueError_ for a size that is not positive.
    """
    spatial = tuple(size)[2:]
    rank = len(spatial)
    if not theta.is_floating_point():
        raise ValueError_(f"theta must be floating point, got {theta.dtype}", op="affine_grid")
    if rank not in (2, 3):
        raise UnsupportedError(f"expected 4 or 5 sizes, got {list(size)}", op="affine_grid")
    if tuple(theta.shape) != (size[0], rank, rank + 1):
        raise ValueError_(
            f"theta for a size of {list(size)} must have shape {[size[0], rank, rank + 1]}, got "
            f"{list(theta.shape)}",
            op="affine_grid",
        )
    if min(size) <= 0:
        raise ValueError_(f"sizes must be positive, got {list(size)}", op="affine_grid")
    columns = [
        _centers(n, theta, align_corners).reshape(-1, *[1] * (rank - 1 - d)).expand(spatial)
        for d, n in enumerate(spatial)
    ]
    ones = aten.ones(spatial, dtype=theta.dtype, device=theta.device)
    base = aten.stack([*reversed(columns), ones], -1).reshape(1, -1, rank + 1)
    moved = aten.matmul(base.expand(size[0], *base.shape[1:]), theta.transpose(1, 2))
    return moved.reshape(size[0], *spatial, rank)


def _centers(count, like, align_corners):
    """The centers of `count` pixels in [-1, 1]."""
    if count <= 1:
        return aten.zeros((count,), dtype=like.dtype, device=like.device)
    edge = 1.0 if align_corners else (count - 1) / count
    return aten.linspace(-edge, edge, count, dtype=like.dtype, device=like.device)


def unfold(input, kernel_size, dilation=1, padding=0, stride=1):
    """Every window of [N, C, H, W] (or [C, H, W]) as a column: [N, C * kh * kw, windows]."""
    options = [expanded(v, 2) for v in (kernel_size, dilation, padding, stride)]
    return aten.im2col(input, *options)


def fold(input, output_size, kernel_size, dilation=1, padding=0, stride=1):
    """Columns [N, C * kh * kw, windows] added up into an image [N, C, *output_size]."""
    options = [expanded(v, 2) for v in (output_size, kernel_size, dilation, padding, stride)]
    return aten.col2im(input, *options)
