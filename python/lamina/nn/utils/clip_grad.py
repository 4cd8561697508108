"""Gradient clipping, in place and without reading a value, so that it can be compiled with a
training step.
"""

from __future__ import annotations

import math
from collections.abc import Iterable

from ... import ops
from ...autograd import no_grad
from ...errors import AutogradError
from ...tensor import Tensor


def _gradients(parameters: Tensor | Iterable[Tensor]) -> list:
    parameters = [parameters] if isinstance(parameters, Tensor) else list(parameters)
    return [p.grad for p in parameters if p.grad is not None]


def get_total_norm(
    tensors: Iterable[Tensor],
    norm_type: float = 2.0,
    error_if_nonfinite: bool = False,
    foreach: bool | None = None,
) -> Tensor:
    """The norm of the norms of all tensors, a 0-d tensor: for positive orders that of all taken as one vector."""
    tensors, order = list(tensors), float(norm_type)
    if not tensors:
        from ... import tensor

        return tensor(0.0)
    norm = ops.aten.linalg_vector_norm
    total = norm(ops.aten.stack([norm(t.detach(), order) for t in tensors]), order)
    if error_if_nonfinite and not math.isfinite(total.item()):
        raise AutogradError(
            f"the norm of order {order} of the gradients is {total.item()}", op="get_total_norm"
        )
    return total


def clip_grad_norm_(
    parameters: Tensor | Iterable[Tensor],
    max_norm: float,
    norm_type: float = 2.0,
    error_if_nonfinite: bool = False,
    foreach: bool | None = None,
) -> Tensor:
    """Scales all gradients so that their common norm is at most `max_norm`; returns the norm
    before.

    `foreach` is accepted for compatibility and has no effect. Raises AutogradError for a norm that
    is not finite when `error_if_nonfinite` (which reads the value and so cannot be compiled).
    """
    with no_grad():
        gradients = _gradients(parameters)
        total = get_total_norm(gradients, norm_type, error_if_nonfinite)
        _scale(gradients, max_norm, total)
    return total


def clip_grads_with_norm_(
    parameters: Tensor | Iterable[Tensor],
    max_norm: float,
    total_norm: Tensor,
    foreach: bool | None = None,
) -> None:
    """Scales all gradients by max_norm over a norm computed before, where that is less than one."""
    with no_grad():
        _scale(_gradients(parameters), max_norm, total_norm)


def _scale(gradients: list, max_norm: float, total: Tensor) -> None:
    factor = (max_norm / (total + 1e-6)).clamp(max=1.0)
    for gradient in gradients:
        gradient.mul_(factor)


def clip_grad_value_(
    parameters: Tensor | Iterable[Tensor], clip_value: float, foreach: bool | None = None
) -> None:
    """Clamps every element of every gradient to [-clip_value, clip_value]."""
    with no_grad():
        for gradient in _gradients(parameters):
            gradient.clamp_(-clip_value, clip_value)
