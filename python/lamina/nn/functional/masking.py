"""Dropout. The mask is drawn anew at each call, compiled or not."""

from __future__ import annotations

import math

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
    """Elements set to zero with probability p, the others divided by 1 - p; the input itself unless
    training.
    """
    return _dropped(input, tuple(input.shape), p, training, inplace, "dropout")


def _channels(rank: int, input, p, training, inplace):
    op = f"dropout{rank}d"
    if input.ndim not in (rank + 1, rank + 2):
        raise ShapeError(
            f"expected {rank + 1} or {rank + 2} dimensions, got shape {list(input.shape)}", op=op
        )
    sizes = (*input.shape[:-rank], *[1] * rank)
    return _dropped(input, sizes, p, training, inplace, op)


def _saturated(input, sizes: tuple, p: float, training: bool, inplace: bool, op: str):
    """Elements set to the value a SELU saturates at, then scaled to keep mean and variance."""
    if not 0 <= p <= 1:
        raise ValueError_(f"p must be in [0, 1], got {p}", op=op)
    if not training or p == 0:
        return input
    if p == 1:
        return input.mul_(0) if inplace else input * 0
    alpha = 1.7580993408473766
    scale = 1 / math.sqrt((alpha * alpha * p + 1) * (1 - p))
    # keep_mask divides by 1 - p, which this dropout does not.
    kept = distributions.keep_mask(sizes, input.dtype, p) * (1 - p)
    shift = (kept - 1) * (alpha * scale) + alpha * scale * p
    return input.mul_(kept * scale).add_(shift) if inplace else input * (kept * scale) + shift


def alpha_dropout(input, p=0.5, training=False, inplace=False):
    """The dropout of self-normalizing networks (Klambauer et al., 2017): mean and variance stay."""
    return _saturated(input, tuple(input.shape), p, training, inplace, "alpha_dropout")


def feature_alpha_dropout(input, p=0.5, training=False, inplace=False):
    """`alpha_dropout` of whole channels of [N, C, *]."""
    sizes = (*input.shape[:2], *[1] * (input.ndim - 2))
    return _saturated(input, sizes, p, training, inplace, "feature_alpha_dropout")


def dropout1d(input, p=0.5, training=True, inplace=False):
    """`dropout` of whole channels of [N, C, L]."""
    return _channels(1, input, p, training, inplace)


def dropout2d(input, p=0.5, training=True, inplace=False):
    """`dropout` of whole channels of [N, C, H, W]."""
    return _channels(2, input, p, training, inplace)


def dropout3d(input, p=0.5, training=True, inplace=False):
    """`dropout` of whole channels of [N, C, D, H, W]."""
    return _channels(3, input, p, training, inplace)
