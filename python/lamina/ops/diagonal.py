"""Diagonals of matrices: taken, summed, and put into matrices of zeros. The view itself is in `view`."""

from __future__ import annotations

from ..errors import ShapeError
from ..memory_format import contiguous_format
from .checks import rank, wrap_dim
from .reduction import accumulated
from .registry import aten, composite, op


@op(
    "trace(Tensor self) -> Tensor",
    vjp={
        "self": lambda grad, self_meta: aten.diagonal_backward(
            grad.expand((min(self_meta.sizes),)), self_meta.sizes, 0, 0, 1
        )
    },
)
def trace(p, self):
    """The sum of the diagonal of a matrix, 0-d; integers sum in int64. Raises ShapeError for other ranks."""
    rank("self", self, 2)
    return p.sum(accumulated(p, p.diagonal(self, 0, 0, 1), None), (0,))


@op(
    "diag_embed(Tensor self, int offset=0, int dim1=-2, int dim2=-1) -> Tensor",
    vjp={"self": lambda grad, offset, dim1, dim2: grad.diagonal(offset, dim1, dim2)},
)
def diag_embed(p, self, offset, dim1, dim2):
    """The last dimension on diagonals of zeros, which lie in dimensions dim1 and dim2 of the result.

    Raises ShapeError where dim1 is dim2, DimError where one is out of range, as one is for a 0-d tensor.
    """
    first, second = (wrap_dim(d, self.ndim + 1) for d in (dim1, dim2))
    if first == second:
        raise ShapeError(f"diagonal dimensions must differ, got {dim1} and {dim2}")
    sizes = list(self.shape[:-1])
    for d in sorted((first, second)):
        sizes.insert(d, self.shape[-1] + abs(offset))
    zeros = p.full(tuple(sizes), 0, self.dtype)
    return p.diagonal_scatter(zeros, self, offset, first, second)


@composite(variants="function, method")
def diag(self, diagonal=0):
    """A vector on the diagonal of a matrix of zeros, or the diagonal of a matrix."""
    if self.ndim == 1:
        return aten.diag_embed(self, diagonal)
    if self.ndim != 2:
        raise ShapeError(f"expected a vector or a matrix, got shape {tuple(self.shape)}", op="diag")
    return self.diagonal(diagonal).clone(memory_format=contiguous_format)
