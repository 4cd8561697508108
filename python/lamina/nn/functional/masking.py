"""Dropout. The mask is drawn anew at each call, compiled or not."""

from __future__ import annotations

from ...errors import ShapeError, ValueError_
from ...random import distributions


def _dropped(input, sizes: tuple, p: float, training: bool, inplace: bool, op: str):
    if not 0 <= p <= 1:
        raise ValueError_(f"p must be in [0, 1], got {p}", op=op)
    if not training or p == 0:
        return input
    # A factor of 0 or 1 / (1 - p) for each element; the derivative is the same factor.
    factor = distributions.keep_mask(sizes, input.dtype, p)
    return input.mul_(factor) if inplace else input * factor


def dropout(input, p=0.5, training=True, inplace=False):
    """Elements set to zero with probability p, the others divided by 1 - p; the input itself unless training."""
    return _dropped(input, tuple(input.shape), p, training, inplace, "dropout")


def _channels(rank: int, input, p, training, inplace):
    op = f"dropout{rank}d"
    if input.ndim not in (rank + 1, rank + 2):
        raise ShapeError(f"expected {rank + 1} or {rank + 2} dimensions, got shape {list(input.shape)}", op=op)
    sizes = (*input.shape[:-rank], *[1] * rank)
    return _dropped(input, sizes, p, training, inplace, op)


def dropout1d(input, p=0.5, training=True, inplace=False):
    """`dropout` of whole channels of [N, C, L]."""
    return _channels(1, input, p, training, inplace)


def dropout2d(input, p=0.5, training=True, inplace=False):
    """`dropout` of whole channels of [N, C, H, W]."""
    return _channels(2, input, p, training, inplace)
