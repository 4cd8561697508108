"""Products of any rank, as plain Python over the matrix products: matmul, linear, outer, tensordot.

Nothing here has a derivative or IR of its own.
"""

from __future__ import annotations

import math

from ..errors import ShapeError
from .promotion import broadcast_shapes
from .registry import aten, composite


@composite(variants="function, method")
def matmul(self, other):
    """The matrix product over the last two dimensions, the others broadcast; a vector loses its
    dimension.

    Raises ShapeError for a 0-d operand or where sizes do not fit.
    """
    if self.ndim == 2 and other.ndim == 2:
        return aten.mm(self, other)
    if self.ndim == 0 or other.ndim == 0:
        raise ShapeError(
            f"both operands need at least one dimension, got {tuple(self.shape)} and "
            f"{tuple(other.shape)}",
            op="matmul",
        )
    if self.ndim == 1:
        return (
            aten.dot(self, other)
            if other.ndim == 1
            else matmul(self.unsqueeze(0), other).squeeze(-2)
        )
    if other.ndim == 1:
        return (
            aten.mv(self, other)
            if self.ndim == 2
            else _folded(self, other.unsqueeze(1)).squeeze(-1)
        )
    if other.ndim == 2:
        return aten.mm(self, other) if self.ndim == 2 else _folded(self, other)
    return _batched(self, other)


def _folded(self, matrix):
    """All leading dimensions of self as rows of one matrix."""
    rows = math.prod(self.shape[:-1])
    product = aten.mm(self.reshape(rows, self.shape[-1]), matrix)
    return aten._unsafe_view(product, (*self.shape[:-1], matrix.shape[-1]))


def _batched(self, other):
    batch = broadcast_shapes(tuple(self.shape[:-2]), tuple(other.shape[:-2]))
    count = math.prod(batch)
    left = self.expand(*batch, *self.shape[-2:]).reshape(count, *self.shape[-2:])
    right = other.expand(*batch, *other.shape[-2:]).reshape(count, *other.shape[-2:])
    product = aten.bmm(left, right)
    return aten._unsafe_view(product, (*batch, *product.shape[-2:]))


@composite
def linear(input, weight, bias=None):
    """input[..., K] @ weight[N, K].T + bias[N] -> [..., N]; also a weight vector [K], which
    gives [...].
    """
    if weight.ndim == 1:
        product = matmul(input, weight)
        return product if bias is None else product + bias
    if bias is None:
        return matmul(input, weight.t())
    if input.ndim == 2:
        return aten.addmm(bias, input, weight.t())
    if input.ndim < 2 or not input.is_contiguous():
        return matmul(input, weight.t()) + bias
    rows = math.prod(input.shape[:-1])
    product = aten.addmm(bias, input.view(rows, input.shape[-1]), weight.t())
    return product.view(*input.shape[:-1], weight.shape[0])


@composite(variants="function, method")
def outer(self, vec2):
    """self[M] and vec2[N] -> [M, N], every product. Raises ShapeError unless both are vectors."""
    if self.ndim != 1 or vec2.ndim != 1:
        raise ShapeError(
            f"expected two vectors, got {tuple(self.shape)} and {tuple(vec2.shape)}", op="outer"
        )
    return self.unsqueeze(1) * vec2


ger = composite(outer, variants="function, method", name="ger")


@composite(variants="function, method")
def inner(self, other):
    """Sums of products over both last dimensions."""
    if self.ndim == 0 or other.ndim == 0:
        return self * other
    return tensordot(self, other, ([-1], [-1]))


@composite
def tensordot(a, b, dims=2):
    """Sums of products over pairs of dimensions: the last `dims` of a with the first of b, or
    two lists.
    """
    if isinstance(dims, int):
        dims_a, dims_b = list(range(a.ndim - dims, a.ndim)), list(range(dims))
    else:
        dims_a, dims_b = ([d] if isinstance(d, int) else list(d) for d in dims)
    dims_a, dims_b = [d % a.ndim for d in dims_a], [d % b.ndim for d in dims_b]
    sizes_a, sizes_b = [a.shape[d] for d in dims_a], [b.shape[d] for d in dims_b]
    if sizes_a != sizes_b:
        raise ShapeError(f"contracted sizes differ: {sizes_a} and {sizes_b}", op="tensordot")
    free_a = [d for d in range(a.ndim) if d not in dims_a]
    free_b = [d for d in range(b.ndim) if d not in dims_b]
    inner_size = math.prod(sizes_a)
    left = a.permute(free_a + dims_a).reshape(math.prod(a.shape[d] for d in free_a), inner_size)
    right = b.permute(dims_b + free_b).reshape(inner_size, math.prod(b.shape[d] for d in free_b))
    return aten.mm(left, right).reshape([a.shape[d] for d in free_a] + [b.shape[d] for d in free_b])


@composite
def chain_matmul(*matrices):
    """The product of matrices, left to right."""
    product = matrices[0]
    for matrix in matrices[1:]:
        product = aten.mm(product, matrix)
    return product
