"""The vector product of vectors of three elements."""

from __future__ import annotations

from ..errors import ShapeError
from .checks import same_dtype, wrap_dim
from .formulas import conj
from .joining import roll
from .promotion import broadcast_shapes
from .registry import aten, composite, op


@op(
    "linalg_cross(Tensor self, Tensor other, *, int dim=-1) -> Tensor",
    variants="",
    vjp={
        "self": lambda grad, other, dim: aten.linalg_cross(conj(other), grad, dim=dim),
        "other": lambda grad, self, dim: aten.linalg_cross(grad, conj(self), dim=dim),
    },
)
def linalg_cross(p, self, other, dim):
    """The cross product of vectors of 3 elements along dim; the other dimensions broadcast.

    Raises ShapeError unless both have the same number of dimensions, and 3 elements along dim.
    """
    same_dtype(("self", self), ("other", other))
    if self.ndim != other.ndim or not self.ndim:
        raise ShapeError(f"needs equal ranks, got {tuple(self.shape)} and {tuple(other.shape)}")
    dim = wrap_dim(dim, self.ndim)
    if self.shape[dim] != 3 or other.shape[dim] != 3:
        raise ShapeError(
            f"dimension {dim} must have size 3, got {tuple(self.shape)} and {tuple(other.shape)}"
        )
    sizes = broadcast_shapes(tuple(self.shape), tuple(other.shape))
    self, other = p.expand(self, sizes), p.expand(other, sizes)
    ahead = p.mul(roll(p, self, (-1,), (dim,)), roll(p, other, (1,), (dim,)))
    return p.sub(ahead, p.mul(roll(p, self, (1,), (dim,)), roll(p, other, (-1,), (dim,))))


@composite(variants="function, method")
def cross(self, other, dim=None):
    """The vector product along dim, by default the first dimension of size 3. See linalg.cross."""
    if dim is None:
        dim = next((d for d, size in enumerate(self.shape) if size == 3), None)
        if dim is None:
            raise ShapeError(f"no dimension of {tuple(self.shape)} has size 3", op="cross")
    return aten.linalg_cross(self, other, dim=dim)
