"""RMSprop (Hinton, lecture 6 of "Neural networks for machine learning", 2012; centered after
Graves, 2013).
"""

from __future__ import annotations

from .optimizer import Optimizer, check_range


class RMSprop(Optimizer):
    """v = alpha * v + (1 - alpha) * grad**2; param -= lr * grad / (sqrt(v) + eps).

    centered subtracts the squared mean of the gradient from v; momentum keeps a velocity of the
    quotients.
    """

    def __init__(
        self,
        params,
        lr=1e-2,
        alpha=0.99,
        eps=1e-8,
        weight_decay=0,
        momentum=0,
        centered=False,
        capturable=False,
        foreach=None,
        maximize=False,
        differentiable=False,
    ):
        defaults = {
            "lr": lr,
            "momentum": momentum,
            "alpha": alpha,
            "eps": eps,
            "centered": centered,
            "weight_decay": weight_decay,
            "capturable": capturable,
            "foreach": foreach,
            "maximize": maximize,
            "differentiable": differentiable,
        }
        super().__init__(params, defaults)

    def check(self, group):
        """Also checks momentum, alpha and eps."""
        super().check(group)
        for name in ("momentum", "alpha", "eps"):
            check_range(name, group[name], low=0)

    def state_names(self, group):
        """A step count and the mean square; the velocity and the mean gradient where they
        are used.
        """
        names = ["step", "square_avg"]
        if group.uses("momentum"):
            names.append("momentum_buffer")
        if group["centered"]:
            names.append("grad_avg")
        return tuple(names)

    def update(self, param, grad, state, group):
        """One step of the formulas above."""
        alpha, lr = group.scalar("alpha"), group.scalar("lr")
        state["step"].add_(1)
        if group.uses("weight_decay"):
            grad = grad + group.scalar("weight_decay") * param
        square = state["square_avg"].mul_(alpha).add_((1 - alpha) * (grad * grad))
        if group["centered"]:
            mean = state["grad_avg"]
            mean.add_((1 - alpha) * (grad - mean))
            square = square - mean * mean
        quotient = grad / (square.sqrt() + group.scalar("eps"))
        if group.uses("momentum"):
            quotient = state["momentum_buffer"].mul_(group.scalar("momentum")).add_(quotient)
        param.sub_(lr * quotient)
