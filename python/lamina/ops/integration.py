"""Integrals by the trapezoidal rule, and covariances."""

from __future__ import annotations

from ..errors import ShapeError
from .geometry import wrap_dim
from .registry import aten, composite


def _trapezoids(y, x, dx, dim, name):
    """The areas between neighbours along dim."""
    dim = wrap_dim(dim, y.ndim)
    count = y.shape[dim]
    heights = y.narrow(dim, 1, max(count - 1, 0)) + y.narrow(dim, 0, max(count - 1, 0))
    if x is None:
        return heights * (dx / 2)
    if x.ndim == 1:
        if x.shape[0] != count:
            raise ShapeError(
                f"x of shape {tuple(x.shape)} does not fit y of shape {tuple(y.shape)}", op=name
            )
        x = x.reshape([count] + [1] * (y.ndim - 1 - dim))
    along = x.ndim - y.ndim + dim
    size = x.shape[along]
    return heights * (x.narrow(along, 1, size - 1) - x.narrow(along, 0, size - 1)) / 2


def _trapezoid(name):
    def integral(y, x=None, *, dx=1, dim=-1):
        if y.shape[dim] == 0:
            return y.sum(dim)
        return _trapezoids(y, x, dx, dim, name).sum(dim)

    integral.__name__ = integral.__qualname__ = name
    integral.__doc__ = (
        "The integral of y along dim, at places x or dx apart, by the trapezoidal rule."
    )
    composite(integral)


_trapezoid("trapezoid")
_trapezoid("trapz")


@composite
def cumulative_trapezoid(y, x=None, *, dx=1, dim=-1):
    """The integrals of y along dim from the start to each place but the first."""
    return _trapezoids(y, x, dx, dim, "cumulative_trapezoid").cumsum(dim)


@composite(variants="function, method")
def cov(self, *, correction=1, fweights=None, aweights=None):
    """The covariances [N, N] of the rows of self[N, M], M observations, counted fweights (integers)
    times and weighted by aweights. Raises ShapeError for other shapes.
    """
    if self.ndim > 2:
        raise ShapeError(f"expected at most a matrix, got shape {tuple(self.shape)}", op="cov")
    rows = self.reshape(1, -1) if self.ndim < 2 else self
    rows = rows if rows.is_floating_point() or rows.is_complex() else rows.to(aten.ones([]).dtype)
    weights = [w for w in (fweights, aweights) if w is not None]
    if any(tuple(w.shape) != (rows.shape[1],) for w in weights):
        raise ShapeError(f"weights must have shape ({rows.shape[1]},)", op="cov")
    real = rows.real if rows.is_complex() else rows
    weight = aten.ones([rows.shape[1]], dtype=real.dtype)
    for w in weights:
        weight = weight * w
    total = weight.sum()
    centred = rows - (rows * weight).sum(1, keepdim=True) / total
    spread = (weight * aweights).sum() / total if aweights is not None else 1
    freedom = (total - correction * spread).clamp(min=0)
    matrix = (centred * weight) @ (centred.mT.conj() if rows.is_complex() else centred.mT)
    return (matrix / freedom).squeeze() if self.ndim < 2 else matrix / freedom


@composite(variants="function, method")
def corrcoef(self):
    """The correlation coefficients [N, N] of the rows of self[N, M]."""
    matrix = cov(self)
    if self.ndim < 2:
        return matrix / matrix
    spread = matrix.diagonal()
    spread = (spread.real if spread.is_complex() else spread).sqrt()
    matrix = matrix / spread.unsqueeze(-1) / spread.unsqueeze(-2)
    return matrix if matrix.is_complex() else matrix.clamp(-1, 1)
