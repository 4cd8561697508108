"""Distances between vectors: compositions of operators."""

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
