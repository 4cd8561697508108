"""Shrinking activations: zero around the origin. Pointwise on one tensor of a floating dtype."""

from __future__ import annotations

from ..errors import DtypeError, RangeError
from .formulas import zeros
from .promotion import FLOATING, category, promote
from .registry import aten, op


def _check(self, lambd=0):
    if category(self.dtype) != FLOATING:
        raise DtypeError(f"needs a floating dtype, got {self.dtype}")
    if lambd < 0:
        raise RangeError(f"lambd must not be negative, got {lambd}")


def _outside(p, x, lambd):
    return p.bitwise_or(p.compare(x, lambd, "gt"), p.compare(x, -lambd, "lt"))


@op(
    "hardshrink(Tensor self, Scalar lambd=0.5) -> Tensor",
    pointwise=True,
    vjp={"self": lambda grad, self, lambd: aten.hardshrink_backward(grad, self, lambd)},
)
def hardshrink(p, self, lambd):
    """self where it is outside of [-lambd, lambd], nan kept, 0 elsewhere."""
    _check(self)
    inside = p.bitwise_and(p.compare(self, -lambd, "ge"), p.compare(self, lambd, "le"))
    return p.select(inside, 0, self)


@op(
    "hardshrink_backward(Tensor grad_out, Tensor self, Scalar lambd) -> Tensor",
    pointwise=True,
    variants="",
    vjp={
        "grad_out": lambda grad, self, lambd: aten.hardshrink_backward(grad, self, lambd),
        "self": zeros,
    },
)
def hardshrink_backward(p, grad_out, self, lambd):
    """grad_out where self is outside of [-lambd, lambd], 0 elsewhere."""
    grad_out, self = promote(p, grad_out, self)
    inside = p.bitwise_and(p.compare(self, -lambd, "ge"), p.compare(self, lambd, "le"))
    return p.select(inside, 0, grad_out)


@op(
    "softshrink(Tensor self, Scalar lambd=0.5) -> Tensor",
    pointwise=True,
    variants="",
    vjp={"self": lambda grad, self, lambd: aten.softshrink_backward(grad, self, lambd)},
)
def softshrink(p, self, lambd):
    """self moved towards 0 by lambd, and 0 within. Raises RangeError for a negative lambd."""
    _check(self, lambd)
    moved = p.select(p.compare(self, 0, "gt"), p.sub(self, lambd), p.add(self, lambd))
    # A product keeps nan.
    return p.select(_outside(p, self, lambd), moved, p.mul(self, 0))


@op(
    "softshrink_backward(Tensor grad_output, Tensor self, Scalar lambd) -> Tensor",
    pointwise=True,
    variants="",
    vjp={
        "grad_output": lambda grad, self, lambd: aten.softshrink_backward(grad, self, lambd),
        "self": zeros,
    },
)
def softshrink_backward(p, grad_output, self, lambd):
    """grad_output where self is outside of [-lambd, lambd], 0 elsewhere."""
    grad_output, self = promote(p, grad_output, self)
    return p.select(_outside(p, self, lambd), grad_output, 0)
