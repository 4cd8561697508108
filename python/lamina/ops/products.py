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
        if other.ndim == 1:
            return aten.dot(self, other)
        if other.ndim == 2:
            return aten.mm(self.unsqueeze(0), other).squeeze_(0)
    if self.ndim == 2 and other.ndim == 1:
        return aten.mv(self, other)
    if _should_fold(self, other):
        return _folded(self, other)
    if _is_alone(self, other) and self.requires_grad:
        return matmul(self.squeeze(0), other)
    if _is_alone(other, self) and other.requires_grad:
        return matmul(self, other.squeeze(0))
    return _batched(self, other)


def _is_alone(matrix, others) -> bool:
    """Whether a batch of one matrix meets a larger batch."""
    return matrix.ndim == others.ndim == 3 and matrix.shape[0] == 1 != others.shape[0]


def _should_fold(self, other) -> bool:
    """Whether the batch of the operand of higher rank becomes rows of one matrix: where the gradient of the other
    operand would have to be summed over the batch, and where it costs no copy.
    """
    large, small = (self, other) if self.ndim >= other.ndim else (other.mT, self)
    if large.ndim < 3 or small.ndim > 2:
        return False
    if small.requires_grad:
        return True
    if self.ndim == 2:
        return False
    sizes, strides = large.shape, large.stride()
    return large.numel() == 0 or all(
        strides[d] == strides[d + 1] * sizes[d + 1] for d in range(large.ndim - 2)
    )


def _folded(self, other):
    """The product with a matrix or a vector as one of fewer dimensions."""
    swapped = other.ndim > self.ndim
    large, small = (other.mT, self.t() if self.ndim == 2 else self) if swapped else (self, other)
    rows = large.reshape(math.prod(large.shape[:-1]), large.shape[-1])
    product = aten.mv(rows, small) if small.ndim == 1 else aten.mm(rows, small)
    found = aten._unsafe_view(product, (*large.shape[:-1], *small.shape[1:]))
    return found.mT.contiguous() if swapped and small.ndim == 2 else found


def _batched(self, other):
    """Vectors as matrices, batches broadcast and as one dimension."""
    row, column = self.ndim == 1, other.ndim == 1
    left = self.unsqueeze(0) if row else self
    batch = broadcast_shapes(tuple(left.shape[:-2]), tuple(other.shape[:-2]))
    count = math.prod(batch)
    left = left.expand(*batch, *left.shape[-2:]).reshape(count, *left.shape[-2:])
    kept = other.shape[-1:] if column else other.shape[-2:]
    right = other.expand(*batch, *kept).reshape(count, *kept)
    product = aten.bmm(left, right.unsqueeze(2) if column else right)
    sizes = (() if row else product.shape[1:2]) + (() if column else product.shape[2:])
    return aten._unsafe_view(product.squeeze(-1) if column else product, (*batch, *sizes))


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
