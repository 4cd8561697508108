"""Adagrad (Duchi, Hazan and Singer, 2011)."""

from __future__ import annotations

from .. import ops
from .optimizer import Optimizer, check_range


class Adagrad(Optimizer):
    """sum += grad**2; param -= lr / (1 + (step - 1) * lr_decay) * grad / (sqrt(sum) + eps).

    The sum begins at initial_accumulator_value; weight_decay adds a multiple of the parameter to
    the gradient; maximize ascends.
    """

    def __init__(
        self,
        params,
        lr=1e-2,
        lr_decay=0,
        weight_decay=0,
        initial_accumulator_value=0,
        eps=1e-10,
        foreach=None,
        *,
        maximize=False,
        differentiable=False,
        fused=None,
    ):
        defaults = {
            "lr": lr,
            "lr_decay": lr_decay,
            "eps": eps,
            "weight_decay": weight_decay,
            "initial_accumulator_value": initial_accumulator_value,
            "foreach": foreach,
            "maximize": maximize,
            "differentiable": differentiable,
            "fused": fused,
        }
        super().__init__(params, defaults)

    def check(self, group):
        """Also checks lr_decay, the initial value and eps."""
        super().check(group)
        for name in ("lr_decay", "initial_accumulator_value", "eps"):
            check_range(name, group[name], low=0)

    def state_names(self, group):
        """A step count and the sum of squares."""
        return ("step", "sum")

    def initial(self, name, param, group):
        """The sum begins at initial_accumulator_value."""
        if name != "sum":
            return super().initial(name, param, group)
        return ops.aten.full_like(param.detach(), group["initial_accumulator_value"])

    def update(self, param, grad, state, group):
        """One step of the formulas above."""
        step = state["step"].add_(1)
        if group.uses("weight_decay"):
            grad = grad + group.scalar("weight_decay") * param
        rate = group.scalar("lr") / (1 + (step - 1) * group.scalar("lr_decay"))
        root = state["sum"].add_(grad * grad).sqrt() + group.scalar("eps")
        param.sub_(rate * grad / root)
