"""Adam (Kingma and Ba, 2015), its AMSGrad variant (Reddi et al., 2018) and AdamW, which decouples
the weight decay from the gradient (Loshchilov and Hutter, 2019).
"""

from __future__ import annotations

from .. import ops
from ..dtypes import float64
from ..errors import ValueError_
from .optimizer import Optimizer, check_range


class Adam(Optimizer):
    """Moments m and v of the gradient, corrected for starting at zero; param -= lr * m / (sqrt(v) +
    eps).

    weight_decay adds a multiple of the parameter to the gradient (or, decoupled, shrinks the
    parameter); amsgrad divides by the largest v so far; maximize ascends. The step count is a
    tensor.
    """

    def __init__(
        self,
        params,
        lr=1e-3,
        betas=(0.9, 0.999),
        eps=1e-8,
        weight_decay=0,
        amsgrad=False,
        *,
        foreach=None,
        maximize=False,
        capturable=False,
        differentiable=False,
        fused=None,
        decoupled_weight_decay=False,
    ):
        defaults = {
            "lr": lr,
            "betas": betas,
            "eps": eps,
            "weight_decay": weight_decay,
            "amsgrad": amsgrad,
            "maximize": maximize,
            "foreach": foreach,
            "capturable": capturable,
            "differentiable": differentiable,
            "fused": fused,
            "decoupled_weight_decay": decoupled_weight_decay,
        }
        super().__init__(params, defaults)

    def check(self, group):
        """Also checks eps and the betas."""
        super().check(group)
        check_range("eps", group["eps"], low=0)
        if len(group["betas"]) != 2:
            raise ValueError_(f"betas must be two numbers, got {group['betas']}")
        for i, beta in enumerate(group["betas"]):
            check_range(f"betas[{i}]", beta, low=0, high=1)

    def state_names(self, group):
        """A step count, both moments, and the largest second one for amsgrad."""
        names = ("step", "exp_avg", "exp_avg_sq")
        return (*names, "max_exp_avg_sq") if group["amsgrad"] else names

    def update(self, param, grad, state, group):
        """One step of the formulas above."""
        lr, beta1, beta2 = group.scalar("lr"), group.scalar("betas", 0), group.scalar("betas", 1)
        step = state["step"].add_(1).to(float64)
        if group.uses("weight_decay") and group["decoupled_weight_decay"]:
            param.mul_(1 - lr * group.scalar("weight_decay"))
        elif group.uses("weight_decay"):
            grad = grad + group.scalar("weight_decay") * param
        mean, square = state["exp_avg"], state["exp_avg_sq"]
        mean.add_((1 - beta1) * (grad - mean))
        square.mul_(beta2).add_((1 - beta2) * (grad * grad))
        if group["amsgrad"]:
            square = state["max_exp_avg_sq"].copy_(
                ops.aten.maximum(state["max_exp_avg_sq"], square)
            )
        root = square.sqrt() / (1 - beta2**step).sqrt() + group.scalar("eps")
        param.sub_(lr / (1 - beta1**step) * mean / root)


class AdamW(Adam):
    """Adam with decoupled weight decay: param *= 1 - lr * weight_decay, before each step."""

    def __init__(
        self,
        params,
        lr=1e-3,
        betas=(0.9, 0.999),
        eps=1e-8,
        weight_decay=1e-2,
        amsgrad=False,
        *,
        maximize=False,
        foreach=None,
        capturable=False,
        differentiable=False,
        fused=None,
    ):
        super().__init__(
            params,
            lr,
            betas,
            eps,
            weight_decay,
            amsgrad,
            foreach=foreach,
            maximize=maximize,
            capturable=capturable,
            differentiable=differentiable,
            fused=fused,
            decoupled_weight_decay=True,
        )
