"""Losses. `reduction` is "none", "mean" or "sum"; the older size_average and reduce, where given,
win.
"""

from __future__ import annotations

import warnings

from ...errors import ShapeError, ValueError_
from ...ops.registry import aten
from .precision import autocast_as_one

_REDUCTIONS = {"none": 0, "mean": 1, "sum": 2}


def number(reduction: str) -> int:
    """The reduction as operators count it. Raises ValueError_ for an unknown one."""
    if reduction not in _REDUCTIONS:
        raise ValueError_(f"{reduction!r} is not a valid value for reduction (none, mean, sum)")
    return _REDUCTIONS[reduction]


def chosen(reduction: str, size_average, reduce) -> str:
    """The reduction, which the older arguments override with a warning."""
    if size_average is None and reduce is None:
        return reduction
    older = "none" if reduce is False else "sum" if size_average is False else "mean"
    warnings.warn(
        f"size_average and reduce are deprecated, use reduction={older!r} instead", stacklevel=3
    )
    return older


def reduced(losses, reduction: str):
    """The losses themselves, their mean or their sum."""
    kind = number(reduction)
    return losses if kind == 0 else losses.mean() if kind == 1 else losses.sum()


def mse_loss(input, target, size_average=None, reduce=None, reduction="mean", weight=None):
    """(input - target)**2, times weight; the mean divides by the sum of the weights."""
    reduction = chosen(reduction, size_average, reduce)
    if weight is None:
        return aten.mse_loss(input, target, number(reduction))
    return _weighted(aten.mse_loss(input, target, 0), weight, reduction)


def _weighted(losses, weight, reduction: str):
    """Losses times weight; their mean divides by the sum of the weights."""
    if weight is None:
        return reduced(losses, reduction)
    losses = losses * weight
    if reduction != "mean":
        return reduced(losses, reduction)
    return losses.sum() / weight.expand_as(losses).sum()


@autocast_as_one
def l1_loss(input, target, size_average=None, reduce=None, reduction="mean", weight=None):
    """|input - target|, times weight; the mean divides by the sum of the weights."""
    reduction = chosen(reduction, size_average, reduce)
    return _weighted((input - target).abs(), weight, reduction)


def smooth_l1_loss(input, target, size_average=None, reduce=None, reduction="mean", beta=1.0):
    """Half the square over beta below beta, linear above."""
    reduction = chosen(reduction, size_average, reduce)
    if beta == 0:
        return l1_loss(input, target, reduction=reduction)
    return aten.smooth_l1_loss(input, target, number(reduction), beta)


def huber_loss(input, target, reduction="mean", delta=1.0, weight=None):
    """Half the square up to delta, linear above, times weight."""
    if weight is None:
        return aten.huber_loss(input, target, number(reduction), delta)
    return _weighted(aten.huber_loss(input, target, 0, delta), weight, reduction)


def nll_loss(
    input, target, weight=None, size_average=None, ignore_index=-100, reduce=None, reduction="mean"
):
    """-input at the target class: log probabilities [N, C, *] (or [C]) and class numbers [N, *] (or
    0-d).

    Targets of ignore_index count nothing; the mean is weighted by the class weights [C] of the
    targets.
    """
    reduction = chosen(reduction, size_average, reduce)
    kind = number(reduction)
    if input.ndim <= 2:
        if input.ndim == 2 and input.shape[:1] != target.shape[:1]:
            raise ValueError_(
                f"scores of shape {list(input.shape)} and targets of shape {list(target.shape)} "
                "must be of one batch size",
                op="nll_loss",
            )
        return aten.nll_loss_forward(input, target, weight, kind, ignore_index)[0]
    if target.shape != input.shape[:1] + input.shape[2:]:
        raise ShapeError(
            f"scores of shape {list(input.shape)} need targets of shape "
            f"{[input.shape[0], *input.shape[2:]]}, got {list(target.shape)}",
            op="nll_loss",
        )
    rows = input.movedim(1, -1).reshape(-1, input.shape[1])
    losses = aten.nll_loss_forward(rows, target.reshape(-1), weight, kind, ignore_index)[0]
    return losses.reshape(target.shape) if kind == 0 else losses


def cross_entropy(
    input,
    target,
    weight=None,
    size_average=None,
    ignore_index=-100,
    reduce=None,
    reduction="mean",
    label_smoothing=0.0,
):
    """`nll_loss` of the log-softmax of scores [N, C, *] (or [C]); targets of the scores' shape are
    probabilities.

    label_smoothing mixes the target with the uniform distribution over classes.
    """
    reduction = chosen(reduction, size_average, reduce)
    if not 0 <= label_smoothing <= 1:
        raise ValueError_(
            f"label_smoothing must be in [0, 1], got {label_smoothing}", op="cross_entropy"
        )
    dim = 0 if input.ndim == 1 else 1
    scores = aten._log_softmax(input, dim, False)
    if target.shape == input.shape and target.is_floating_point():
        return _soft_cross_entropy(scores, target, weight, reduction, label_smoothing, dim)
    hard = nll_loss(scores, target, weight, ignore_index=ignore_index, reduction=reduction)
    if label_smoothing == 0:
        return hard
    smooth = _uniform_part(scores, target, weight, ignore_index, reduction, dim)
    return (1 - label_smoothing) * hard + label_smoothing / input.shape[dim] * smooth


def _class_weights(weight, scores, dim: int):
    return weight.reshape(-1, *[1] * (scores.ndim - 1 - dim))


def _soft_cross_entropy(scores, target, weight, reduction: str, label_smoothing: float, dim: int):
    if label_smoothing:
        target = target * (1 - label_smoothing) + label_smoothing / scores.shape[dim]
    weighted = scores if weight is None else scores * _class_weights(weight, scores, dim)
    losses = -(weighted * target).sum(dim)
    if reduction != "mean":
        return reduced(losses, reduction)
    return losses.sum() / max(losses.numel(), 1)


def _uniform_part(scores, target, weight, ignore_index: int, reduction: str, dim: int):
    """Minus the sum of all classes' log probabilities, reduced like the loss at the targets."""
    weighted = scores if weight is None else scores * _class_weights(weight, scores, dim)
    ignored = target == ignore_index
    losses = (-weighted.sum(dim)).masked_fill(ignored, 0)
    if reduction != "mean":
        return reduced(losses, reduction)
    counted = ~ignored
    if weight is None:
        return losses.sum() / counted.sum()
    return losses.sum() / (weight[target.masked_fill(ignored, 0)] * counted).sum()


def kl_div(input, target, size_average=None, reduce=None, reduction="mean", log_target=False):
    """target * (log(target) - input) of log probabilities `input`; "batchmean" divides the sum by
    the batch size.
    """
    reduction = chosen(reduction, size_average, reduce)
    if reduction == "batchmean":
        return aten.kl_div(input, target, 2, log_target=log_target) / input.shape[0]
    return aten.kl_div(input, target, number(reduction), log_target=log_target)


def binary_cross_entropy(
    input, target, weight=None, size_average=None, reduce=None, reduction="mean"
):
    """-(target log(input) + (1 - target) log(1 - input)), logarithms held above -100,
    times weight.
    """
    reduction = chosen(reduction, size_average, reduce)
    _check_same(input, target, "binary_cross_entropy")
    return aten.binary_cross_entropy(input, target, weight, number(reduction))


def binary_cross_entropy_with_logits(
    input, target, weight=None, size_average=None, reduce=None, reduction="mean", pos_weight=None
):
    """`binary_cross_entropy` of sigmoid(input), without overflow; pos_weight multiplies the first
    term.
    """
    reduction = chosen(reduction, size_average, reduce)
    _check_same(input, target, "binary_cross_entropy_with_logits")
    return aten.binary_cross_entropy_with_logits(
        input, target, weight, pos_weight, number(reduction)
    )


def _check_same(input, target, op: str) -> None:
    if input.shape != target.shape:
        raise ValueError_(
            f"input of shape {list(input.shape)} and target of shape {list(target.shape)} must be "
            "the same",
            op=op,
        )
