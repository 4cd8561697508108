"""Loss operators. `reduction` is 0 (none), 1 (mean) or 2 (sum), as in aten.

The functional forms that take reduction by name live in `lamina.nn.functional`.
"""

from __future__ import annotations

import math

from ..errors import DtypeError, ShapeError, ValueError_
from .checks import integer_index
from .checks import shape as expect_shape
from .formulas import masked, zeros_at
from .promotion import accumulate_dtype, cast, check_broadcast, is_floating, promote
from .reduction import INT64
from .registry import aten, op

NONE, MEAN, SUM = 0, 1, 2


def reduced(p, losses, reduction):
    """The losses themselves, their mean, or their sum."""
    if reduction not in (NONE, MEAN, SUM):
        raise ValueError_(f"reduction must be 0 (none), 1 (mean) or 2 (sum), got {reduction}")
    if reduction == NONE:
        return losses
    wide = cast(p, losses, accumulate_dtype(losses.dtype))
    total = p.sum(wide, tuple(range(losses.ndim)))
    if reduction == MEAN:
        total = p.div(total, math.prod(losses.shape))
    return cast(p, total, losses.dtype)


def spread(grad, x, reduction):
    """The gradient of each loss, from that of the reduced one."""
    return grad / x.numel() if reduction == MEAN else grad


def _reduced_forward(losses, reduction):
    """The linear reduction of double-backward terms, in Tensor operations."""
    if reduction == NONE:
        return losses
    return losses.mean() if reduction == MEAN else losses.sum()


def _pair(p, self, target):
    check_broadcast(self, target)
    return promote(p, self, target)


@op(
    "mse_loss(Tensor self, Tensor target, int reduction=Mean) -> Tensor",
    variants="",
    pointwise=True,
    vjp={
        "self": lambda grad, self, target, reduction: aten.mse_loss_backward(
            grad, self, target, reduction
        ),
        "target": lambda grad, self, target, reduction: (
            -aten.mse_loss_backward(grad, self, target, reduction)
        ),
    },
)
def mse_loss(p, self, target, reduction):
    """(self - target)**2, reduced. The operands broadcast."""
    self, target = _pair(p, self, target)
    apart = p.sub(self, target)
    return reduced(p, p.mul(apart, apart), reduction)


def _mse_second(grad, grad_output, self, reduction):
    return grad * (2 * spread(grad_output, self, reduction))


@op(
    "mse_loss_backward(Tensor grad_output, Tensor self, Tensor target, int reduction) -> Tensor",
    variants="",
    vjp={
        "grad_output": lambda grad, self, target, reduction: _reduced_forward(
            grad * 2 * (self - target), reduction
        ),
        "self": lambda grad, grad_output, self, reduction: _mse_second(
            grad, grad_output, self, reduction
        ),
        "target": lambda grad, grad_output, self, reduction: (
            -_mse_second(grad, grad_output, self, reduction)
        ),
    },
)
def mse_loss_backward(p, grad_output, self, target, reduction):
    """The gradient of mse_loss at self."""
    self, target = _pair(p, self, target)
    apart = p.sub(self, target)
    scale = 2 / math.prod(apart.shape) if reduction == MEAN and apart.shape.count(0) == 0 else 2
    return p.mul(p.mul(apart, scale), cast(p, grad_output, apart.dtype))


@op(
    "smooth_l1_loss(Tensor self, Tensor target, int reduction=Mean, float beta=1.0) -> Tensor",
    variants="",
    pointwise=True,
    vjp={
        "self": lambda grad, self, target, reduction, beta: (
            spread(grad, self - target, reduction) * _smooth_slope(self - target, beta)
        ),
        "target": lambda grad, self, target, reduction, beta: (
            -spread(grad, self - target, reduction) * _smooth_slope(self - target, beta)
        ),
    },
)
def smooth_l1_loss(p, self, target, reduction, beta):
    """0.5 d**2 / beta where d = |self - target| is below beta, d - 0.5 beta elsewhere, reduced."""
    if beta < 0:
        raise ValueError_(f"beta must not be negative, got {beta}")
    self, target = _pair(p, self, target)
    size = p.abs(p.sub(self, target))
    if beta == 0:
        return reduced(p, size, reduction)
    near = p.mul(p.mul(size, size), 0.5 / beta)
    return reduced(
        p, p.select(p.compare(size, beta, "lt"), near, p.sub(size, 0.5 * beta)), reduction
    )


def _smooth_slope(apart, beta):
    return apart.sgn() if beta == 0 else (apart / beta).clamp(-1, 1)


@op(
    "huber_loss(Tensor self, Tensor target, int reduction=Mean, float delta=1.0) -> Tensor",
    variants="",
    pointwise=True,
    vjp={
        "self": lambda grad, self, target, reduction, delta: (
            spread(grad, self - target, reduction) * (self - target).clamp(-delta, delta)
        ),
        "target": lambda grad, self, target, reduction, delta: (
            -spread(grad, self - target, reduction) * (self - target).clamp(-delta, delta)
        ),
    },
)
def huber_loss(p, self, target, reduction, delta):
    """0.5 d**2 where d = |self - target| is at most delta, else delta (d - 0.5 delta), reduced."""
    if delta <= 0:
        raise ValueError_(f"delta must be positive, got {delta}")
    self, target = _pair(p, self, target)
    size = p.abs(p.sub(self, target))
    near = p.mul(p.mul(size, size), 0.5)
    far = p.mul(p.sub(size, 0.5 * delta), delta)
    return reduced(p, p.select(p.compare(size, delta, "le"), near, far), reduction)


def _weighted(p, losses, weight):
    return losses if weight is None else p.mul(losses, cast(p, weight, losses.dtype))


def _bce_vjp(grad, self, target, weight, reduction):
    slope = (self - target) / ((1 - self) * self).clamp_min(1e-12)
    slope = slope if weight is None else slope * weight
    return spread(grad, self, reduction) * slope


def _bce_target_vjp(grad, self, weight, reduction):
    slope = (1 - self).log().clamp_min(-100) - self.log().clamp_min(-100)
    slope = slope if weight is None else slope * weight
    return spread(grad, self, reduction) * slope


@op(
    "binary_cross_entropy(Tensor self, Tensor target, Tensor? weight=None, int reduction=Mean) "
    "-> Tensor",
    variants="",
    pointwise=True,
    vjp={"self": _bce_vjp, "target": _bce_target_vjp, "weight": None},
)
def binary_cross_entropy(p, self, target, weight, reduction):
    """-(target log(self) + (1 - target) log(1 - self)), logs not below -100, reduced."""
    expect_shape("target", target, self.shape)
    self, target = promote(p, self, target)
    hit = p.mul(target, p.maximum(p.log(self), -100.0))
    miss = p.mul(p.sub(1, target), p.maximum(p.log1p(p.neg(self)), -100.0))
    return reduced(p, _weighted(p, p.neg(p.add(hit, miss)), weight), reduction)


def _bce_logits_vjp(grad, self, target, weight, pos_weight, reduction):
    gate = self.sigmoid()
    if pos_weight is None:
        slope = gate - target
    else:
        slope = (target * (pos_weight - 1) + 1) * gate - pos_weight * target
    slope = slope if weight is None else slope * weight
    return spread(grad, self, reduction) * slope


def _bce_logits_target_vjp(grad, self, weight, pos_weight, reduction):
    negative = -self
    slope = (
        negative
        if pos_weight is None
        else aten.log_sigmoid(negative) - pos_weight * aten.log_sigmoid(self)
    )
    slope = slope if weight is None else slope * weight
    return spread(grad, self, reduction) * slope


@op(
    "binary_cross_entropy_with_logits(Tensor self, Tensor target, Tensor? weight=None, "
    "Tensor? pos_weight=None, "
    "int reduction=Mean) -> Tensor",
    variants="",
    pointwise=True,
    vjp={
        "self": _bce_logits_vjp,
        "target": _bce_logits_target_vjp,
        "weight": None,
        "pos_weight": None,
    },
)
def binary_cross_entropy_with_logits(p, self, target, weight, pos_weight, reduction):
    """binary_cross_entropy of sigmoid(self), computed without overflow, reduced."""
    expect_shape("target", target, self.shape)
    self, target = promote(p, self, target)
    # -log(sigmoid(x)) = log(1 + exp(-|x|)) + max(-x, 0)
    tail = p.add(p.log1p(p.exp(p.neg(p.abs(self)))), p.maximum(p.neg(self), 0))
    if pos_weight is not None:
        tail = p.mul(tail, p.add(p.mul(target, p.sub(cast(p, pos_weight, self.dtype), 1)), 1))
    losses = p.add(p.mul(p.sub(1, target), self), tail)
    return reduced(p, _weighted(p, losses, weight), reduction)


@op(
    "nll_loss_forward(Tensor self, Tensor target, Tensor? weight, int reduction, "
    "SymInt ignore_index)"
    " -> (Tensor output, Tensor total_weight)",
    grad_name="NllLossBackward0",
    variants="",
    vjp={
        "self": lambda grads, results, self, target, weight, reduction, ignore_index: (
            aten.nll_loss_backward(
                grads[0], self, target, weight, reduction, ignore_index, results[1]
            )
        ),
        "weight": None,
    },
)
def nll_loss_forward(p, self, target, weight, reduction, ignore_index):
    """(loss, total weight) of log-probabilities self[N, C] (or [C]) for classes target[N] (or
    0-d): -weight[t] * self[n, t]; targets equal to ignore_index count nothing. The mean divides by
    the weights.
    """
    keep, scale = _class_weights(p, self, target, weight, ignore_index)
    picked = p.squeeze(
        p.gather(self, p.unsqueeze(_safe(p, target, keep), (self.ndim - 1,)), self.ndim - 1),
        (self.ndim - 1,),
    )
    losses = p.neg(p.mul(picked, scale))
    total = p.sum(scale, tuple(range(scale.ndim)))
    if reduction == NONE:
        return losses, p.full((), 0, self.dtype)
    loss = p.sum(losses, tuple(range(losses.ndim)))
    return (p.div(loss, total) if reduction == MEAN else loss), total


def _class_weights(p, self, target, weight, ignore_index):
    """(which targets count, each one's weight)."""
    integer_index("target", target)
    if self.ndim not in (1, 2) or tuple(target.shape) != tuple(self.shape[:-1]):
        raise ShapeError(
            f"expected log-probabilities [N, C] with target [N] or [C] with a 0-d target, got "
            f"{tuple(self.shape)} and {tuple(target.shape)}"
        )
    keep = p.compare(target, ignore_index, "ne")
    if weight is None:
        return keep, p.cast(keep, self.dtype)
    expect_shape("weight", weight, self.shape[-1:])
    if weight.dtype != self.dtype:
        raise DtypeError(f"weight must be {self.dtype} like self, got {weight.dtype}")
    return keep, p.select(keep, p.index(weight, [_safe(p, target, keep)]), 0)


def _safe(p, target, keep):
    """Class indices with the ignored ones replaced by a valid one."""
    return cast(p, p.select(keep, target, 0), INT64)


@op(
    "nll_loss_backward(Tensor grad_output, Tensor self, Tensor target, Tensor? weight, "
    "int reduction, "
    "SymInt ignore_index, Tensor total_weight) -> Tensor",
    variants="",
    vjp={
        "grad_output": lambda grad, target, weight, reduction, ignore_index: aten.nll_loss_forward(
            grad, target, weight, reduction, ignore_index
        )[0],
        "self": zeros_at,
        "weight": None,
        "total_weight": None,
    },
)
def nll_loss_backward(p, grad_output, self, target, weight, reduction, ignore_index, total_weight):
    """The gradient of nll_loss_forward at self."""
    keep, scale = _class_weights(p, self, target, weight, ignore_index)
    each = p.neg(scale)
    if reduction == MEAN:
        each = p.div(each, total_weight)
    each = p.select(keep, p.mul(each, cast(p, grad_output, self.dtype)), 0)
    last = self.ndim - 1
    base = p.full(tuple(self.shape), 0, self.dtype)
    return p.scatter(
        base, p.unsqueeze(_safe(p, target, keep), (last,)), p.unsqueeze(each, (last,)), last, "set"
    )


@op(
    "kl_div(Tensor self, Tensor target, int reduction=Mean, *, bool log_target=False) -> Tensor",
    variants="",
    pointwise=True,
    vjp={
        "self": lambda grad, self, target, reduction, log_target: (
            -spread(grad, target, reduction) * (target.exp() if log_target else target)
        ),
        "target": lambda grad, self, target, reduction, log_target: (
            spread(grad, target, reduction) * _kl_target_slope(self, target, log_target)
        ),
    },
)
def kl_div(p, self, target, reduction, log_target):
    """target (log(target) - self), reduced; target holds probabilities (logs if log_target)."""
    self, target = _pair(p, self, target)
    if not is_floating(self.dtype):
        raise DtypeError(f"kl_div needs real floating operands, got {self.dtype}")
    if log_target:
        return reduced(p, p.mul(p.exp(target), p.sub(target, self)), reduction)
    positive = p.compare(target, 0, "gt")
    entropy = p.select(positive, p.mul(target, p.log(p.select(positive, target, 1))), 0)
    return reduced(p, p.sub(entropy, p.mul(target, self)), reduction)


def _kl_target_slope(self, target, log_target):
    if log_target:
        return target.exp() * (target - self + 1)
    return masked(target.log() + 1, target > 0) - self
