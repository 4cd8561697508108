"""Rearrangements of the channels of images: into pixels and back, and among groups."""

from __future__ import annotations

from ..errors import ShapeError
from .registry import aten, composite, op


def _check(name, x):
    if x.ndim < 3:
        raise ShapeError(f"expected at least 3 dimensions, got shape {list(x.shape)}", op=name)


@op(
    "pixel_shuffle(Tensor self, int upscale_factor) -> Tensor",
    variants="function",
    vjp={"self": lambda grad, upscale_factor: aten.pixel_unshuffle(grad, upscale_factor)},
)
def pixel_shuffle(p, self, upscale_factor):
    """[*, C * r * r, H, W] to [*, C, H * r, W * r]: channels become pixels. Raises ShapeError below three dimensions
    and unless r, the upscale_factor, is positive and its square divides the channels.
    """
    _check("pixel_shuffle", self)
    *batch, channels, height, width = self.shape
    r = upscale_factor
    if r <= 0 or channels % (r * r):
        raise ShapeError(
            f"{channels} channels of shape {list(self.shape)} do not divide by {r} squared"
        )
    at = len(batch)
    blocks = p.reshape(self, (*batch, channels // (r * r), r, r, height, width))
    pixels = p.permute(blocks, (*range(at), at, at + 3, at + 1, at + 4, at + 2))
    return p.reshape(pixels, (*batch, channels // (r * r), height * r, width * r))


@op(
    "pixel_unshuffle(Tensor self, int downscale_factor) -> Tensor",
    variants="function",
    vjp={"self": lambda grad, downscale_factor: aten.pixel_shuffle(grad, downscale_factor)},
)
def pixel_unshuffle(p, self, downscale_factor):
    """[*, C, H * r, W * r] to [*, C * r * r, H, W]: the inverse of pixel_shuffle. Raises ShapeError below three
    dimensions and unless r, the downscale_factor, is positive and divides both sides.
    """
    _check("pixel_unshuffle", self)
    *batch, channels, height, width = self.shape
    r = downscale_factor
    if r <= 0 or height % r or width % r:
        raise ShapeError(f"height and width of shape {list(self.shape)} do not divide by {r}")
    at = len(batch)
    blocks = p.reshape(self, (*batch, channels, height // r, r, width // r, r))
    planes = p.permute(blocks, (*range(at), at, at + 2, at + 4, at + 1, at + 3))
    return p.reshape(planes, (*batch, channels * r * r, height // r, width // r))


@composite
def channel_shuffle(input, groups):
    """[N, C, *] with the channels of all groups interleaved (Zhang et al., 2018)."""
    _check("channel_shuffle", input)
    batch, channels, *sizes = input.shape
    if groups <= 0 or channels % groups:
        raise ShapeError(
            f"{channels} channels do not split into {groups} groups", op="channel_shuffle"
        )
    split = input.reshape(batch, groups, channels // groups, *sizes)
    return split.transpose(1, 2).reshape(input.shape)
