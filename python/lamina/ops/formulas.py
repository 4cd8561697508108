"""Small pieces that many VJP formulas share, written in Tensor operations.

A formula that appears in one entry stays in that entry.
"""

from __future__ import annotations

from .registry import aten


def conj(x):
    """Complex conjugate of a Tensor or number; real values pass as they are."""
    if hasattr(x, "is_complex"):
        return x.conj() if x.is_complex() else x
    return x.conjugate()


def zeros(grad):
    """The zero gradient of a piecewise constant function."""
    return aten.zeros_like(grad)


def zeros_at(grad, self_meta):
    """The zero gradient of an operand `self` that only says where gradients go."""
    return aten.full(self_meta.sizes, 0, dtype=grad.dtype, device=grad.device)


def masked(grad, mask):
    """grad where mask holds and zero elsewhere, also where grad is infinite or nan."""
    return aten.where(mask, grad, 0)


def restore_dims(x, dims, keepdim):
    """The result or gradient of a reduction over `dims` (ascending) with those dims back, at
    size 1.
    """
    if keepdim:
        return x
    for d in dims:
        x = x.unsqueeze(d)
    return x
