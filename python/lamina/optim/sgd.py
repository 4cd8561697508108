"""Stochastic gradient descent with momentum (Sutskever et al., "On the importance of initialization
and momentum in deep learning", 2013, in the form that keeps the learning rate outside of the
velocity).
"""

from __future__ import annotations

from .. import ops
from ..errors import ValueError_
from .optimizer import Optimizer, check_range


class SGD(Optimizer):
    """velocity = momentum * velocity + (1 - dampening) * grad; param -= lr * velocity.

    weight_decay adds a multiple of the parameter to the gradient first; nesterov looks ahead by one
    momentum step; maximize ascends. The first velocity is the gradient itself, without dampening.
    """

    def __init__(
        self,
        params,
        lr=1e-3,
        momentum=0,
        dampening=0,
        weight_decay=0,
        nesterov=False,
        *,
        maximize=False,
        foreach=None,
        differentiable=False,
        fused=None,
    ):
        defaults = {
            "lr": lr,
            "momentum": momentum,
            "dampening": dampening,
            "weight_decay": weight_decay,
            "nesterov": nesterov,
            "maximize": maximize,
            "foreach": foreach,
            "differentiable": differentiable,
            "fused": fused,
        }
        super().__init__(params, defaults)

    def check(self, group):
        """Also checks the momentum, and that nesterov has one without dampening."""
        super().check(group)
        check_range("momentum", group["momentum"], low=0)
        if group["nesterov"] and (group["momentum"] <= 0 or group["dampening"] != 0):
            raise ValueError_("nesterov needs a momentum above 0 and no dampening")

    def state_names(self, group):
        """A velocity; with dampening also how many steps were made, for the first is not damped."""
        if not group.uses("momentum"):
            return ()
        return ("momentum_buffer", "step") if group.uses("dampening") else ("momentum_buffer",)

    def complete(self, state):
        """A velocity from torch, which counts no steps, is of at least one."""
        if "momentum_buffer" in state and "step" not in state:
            state["step"] = ops.aten.ones(())

    def update(self, param, grad, state, group):
        """One step of the formulas above."""
        if group.uses("weight_decay"):
            grad = grad + group.scalar("weight_decay") * param
        if group.uses("momentum"):
            grad = self._momentum(grad, state, group)
        param.sub_(group.scalar("lr") * grad)

    def _momentum(self, grad, state, group):
        velocity, momentum = state["momentum_buffer"], group.scalar("momentum")
        fresh = grad
        if group.uses("dampening"):
            later = (state["step"] != 0).to(group.scalar("dampening").dtype)
            fresh = (1 - group.scalar("dampening") * later) * grad
            state["step"].add_(1)
        velocity.mul_(momentum).add_(fresh)
        return grad + momentum * velocity if group["nesterov"] else velocity
