"""Distances between vectors, and rearrangements of channels: compositions of operators."""

from __future__ import annotations

from ..errors import ShapeError
from .registry import aten, composite


@composite
def cosine_similarity(x1, x2, dim=1, eps=1e-8):
    """The cosine of the angle between the vectors along dim of two tensors that broadcast; each
    norm is at least eps.
    """
    norms = [aten.linalg_vector_norm(x, 2, [dim], True).clamp_min(eps) for x in (x1, x2)]
    return (x1 / norms[0] * (x2 / norms[1])).sum(dim)


@composite
def pairwise_distance(x1, x2, p=2.0, eps=1e-6, keepdim=False):
    """The p-norm of x1 - x2 + eps along the last dimension; the operands broadcast."""
    return aten.linalg_vector_norm(x1 - x2 + eps, p, [-1], keepdim)


@composite
def pdist(input, p=2.0):
    """The p-norm distances between all pairs of rows of [N, M], i < j: a vector."""
    if input.ndim != 2:
        raise ShapeError(f"expected 2 dimensions, got shape {list(input.shape)}", op="pdist")
    rows, columns = aten.triu_indices(input.shape[0], input.shape[0], 1)
    return aten.linalg_vector_norm(input[rows] - input[columns], p, [-1], False)


def _channels(op, x, least):
    if x.ndim < least:
        raise ShapeError(f"expected at least {least} dimensions, got shape {list(x.shape)}", op=op)


@composite
def pixel_shuffle(input, upscale_factor):
    """[*, C * r * r, H, W] to [*, C, H * r, W * r]: channels become pixels."""
    _channels("pixel_shuffle", input, 3)
    *batch, channels, height, width = input.shape
    r = upscale_factor
    if r <= 0 or channels % (r * r):
        raise ShapeError(
            f"{channels} channels of shape {list(input.shape)} do not divide by {r} squared",
            op="pixel_shuffle",
        )
    at = len(batch)
    blocks = input.reshape(*batch, channels // (r * r), r, r, height, width)
    order = (*range(at), at, at + 3, at + 1, at + 4, at + 2)
    return blocks.permute(order).reshape(*batch, channels // (r * r), height * r, width * r)


@composite
def pixel_unshuffle(input, downscale_factor):
    """[*, C, H * r, W * r] to [*, C * r * r, H, W]: the inverse of pixel_shuffle."""
    _channels("pixel_unshuffle", input, 3)
    *batch, channels, height, width = input.shape
    r = downscale_factor
    if r <= 0 or height % r or width % r:
        raise ShapeError(
            f"height and width of shape {list(input.shape)} do not divide by {r}",
            op="pixel_unshuffle",
        )
    at = len(batch)
    blocks = input.reshape(*batch, channels, height // r, r, width // r, r)
    order = (*range(at), at, at + 2, at + 4, at + 1, at + 3)
    return blocks.permute(order).reshape(*batch, channels * r * r, height // r, width // r)


@composite
def channel_shuffle(input, groups):
    """[N, C, *] with the channels of all groups interleaved (Zhang et al., 2018)."""
    _channels("channel_shuffle", input, 3)
    batch, channels, *sizes = input.shape
    if groups <= 0 or channels % groups:
        raise ShapeError(
            f"{channels} channels do not split into {groups} groups", op="channel_shuffle"
        )
    split = input.reshape(batch, groups, channels // groups, *sizes)
    return split.transpose(1, 2).reshape(input.shape)
