"""Losses with a margin. `reduction` is 0 (none), 1 (mean) or 2 (sum), as in aten.

Scores are [N, C], or [C] for a single example.
"""

from __future__ import annotations

from ..errors import ShapeError, ValueError_
from .checks import floating, integer_index
from .checks import shape as expect_shape
from .loss import MEAN, NONE, reduced, spread
from .promotion import accumulate_dtype, cast, check_broadcast, promote
from .reduction import INT64
from .registry import aten, op


@op(
    "soft_margin_loss(Tensor self, Tensor target, int reduction=Mean) -> Tensor",
    variants="",
    pointwise=True,
    vjp={
        "self": lambda grad, self, target, reduction: aten.soft_margin_loss_backward(
            grad, self, target, reduction
        ),
        "target": None,
    },
)
def soft_margin_loss(p, self, target, reduction):
    """log(1 + exp(-target * self)), reduced; target is 1 or -1. The operands broadcast."""
    floating("self", self)
    check_broadcast(self, target)
    self, target = promote(p, self, target)
    wide = accumulate_dtype(self.dtype)
    losses = p.log1p(p.exp(p.neg(p.mul(cast(p, self, wide), cast(p, target, wide)))))
    return reduced(p, cast(p, losses, self.dtype), reduction)


def _soft_margin_second(grad, grad_output, self, target, reduction):
    gate = (-target * self).sigmoid()
    curvature = target * target * gate * (1 - gate)
    return grad * spread(grad_output, self, reduction) * curvature


@op(
    "soft_margin_loss_backward(Tensor grad_output, Tensor self, Tensor target, int reduction) -> "
    "Tensor",
    variants="",
    vjp={
        "grad_output": lambda grad, self, target, reduction: _sum_like(
            -(grad * target * (-target * self).sigmoid()), reduction
        ),
        "self": _soft_margin_second,
        "target": None,
    },
)
def soft_margin_loss_backward(p, grad_output, self, target, reduction):
    """The gradient of soft_margin_loss at self."""
    self, target = promote(p, self, target)
    wide = accumulate_dtype(self.dtype)
    x, y = cast(p, self, wide), cast(p, target, wide)
    gate = p.div(1, p.add(p.exp(p.mul(x, y)), 1))
    count = x.size if reduction == MEAN and x.size else 1
    slope = p.div(p.neg(p.mul(y, gate)), count)
    return cast(p, p.mul(slope, cast(p, grad_output, wide)), self.dtype)


def _sum_like(losses, reduction):
    """The reduction as a linear map, in Tensor operations."""
    if reduction == NONE:
        return losses
    return losses.mean() if reduction == MEAN else losses.sum()


def _rows(p, self, target, target_rank):
    """Scores [N, C] in the accumulation dtype and their targets, with N of 1 for one example."""
    floating("self", self)
    integer_index("target", target)
    if self.ndim not in (1, 2) or 0 in self.shape[self.ndim - 1 :]:
        raise ShapeError(f"expected scores [N, C] or [C], got shape {tuple(self.shape)}")
    rows = tuple(self.shape) if self.ndim == 2 else (1, *self.shape)
    wanted = {1: (rows[:1], ()), 2: (rows, rows[1:])}[target_rank]
    if tuple(target.shape) not in (wanted if self.ndim == 1 else wanted[:1]):
        raise ShapeError(
            f"scores of shape {tuple(self.shape)} need targets of shape {tuple(wanted[0])}, got "
            f"{tuple(target.shape)}"
        )
    x = p.reshape(cast(p, self, accumulate_dtype(self.dtype)), rows)
    return x, p.reshape(cast(p, target, INT64), wanted[0])


def _column(p, x, index):
    """The element of every row at index [N], as a column."""
    return p.gather(x, p.unsqueeze(index, (1,)), 1)


def _multi_margin(p, self, target, weight, norm, margin):
    """(Positive part of the violations [N, C], mask of them, weight of every row or None)."""
    if norm not in (1, 2):
        raise ValueError_(f"p must be 1 or 2, got {norm}")
    x, y = _rows(p, self, target, 1)
    expect_shape("weight", weight, x.shape[1:])
    gap = p.add(p.sub(x, _column(p, x, y)), margin)
    other = p.compare(p.iota(tuple(x.shape), 1, INT64), p.unsqueeze(y, (1,)), "ne")
    counted = p.bitwise_and(other, p.compare(gap, 0, "gt"))
    scale = None
    if weight is not None:
        table = p.expand(p.unsqueeze(cast(p, weight, x.dtype), (0,)), tuple(x.shape))
        scale = _column(p, table, y)
    return p.select(counted, gap, 0), counted, scale


_MULTI = "Tensor target, Scalar p=1, Scalar margin=1, Tensor? weight=None, int reduction=Mean"


def _multi_margin_formula(grad, self, target, p, margin, weight, reduction):
    return aten.multi_margin_loss_backward(grad, self, target, p, margin, weight, reduction)


@op(
    f"multi_margin_loss(Tensor self, {_MULTI}) -> Tensor",
    variants="",
    vjp={"self": _multi_margin_formula, "weight": None},
)
def multi_margin_loss(prims, self, target, p, margin, weight, reduction):
    """The mean over classes j other than the target y of max(0, margin - self[y] + self[j])**p,
    times weight[y], reduced over examples. p is 1 or 2.
    """
    gap, _, scale = _multi_margin(prims, self, target, weight, p, margin)
    gap = prims.mul(gap, gap) if p == 2 else gap
    gap = gap if scale is None else prims.mul(gap, scale)
    losses = prims.div(prims.sum(gap, (1,)), gap.shape[1])
    losses = cast(prims, losses, self.dtype)
    if self.ndim == 1:
        losses = prims.reshape(losses, ())
    return reduced(prims, losses, reduction)


@op(
    "multi_margin_loss_backward(Tensor grad_output, Tensor self, Tensor target, Scalar p, Scalar "
    "margin, Tensor? weight=None, int reduction=Mean) -> Tensor",
    variants="",
)
def multi_margin_loss_backward(prims, grad_output, self, target, p, margin, weight, reduction):
    """The gradient of multi_margin_loss at self."""
    gap, counted, scale = _multi_margin(prims, self, target, weight, p, margin)
    slope = prims.mul(gap, 2) if p == 2 else cast(prims, counted, gap.dtype)
    slope = slope if scale is None else prims.mul(slope, scale)
    rows, classes = gap.shape
    slope = prims.div(slope, classes * (rows if reduction == MEAN else 1))
    _, y = _rows(prims, self, target, 1)
    total = prims.unsqueeze(prims.neg(prims.sum(slope, (1,))), (1,))
    slope = prims.scatter(slope, prims.unsqueeze(y, (1,)), total, 1, "add")
    return _times_rows(prims, slope, grad_output, self)


def _times_rows(p, slope, grad_output, self):
    """slope [N, C] times the gradient of every row, in the shape and dtype of self."""
    grad = cast(p, grad_output, slope.dtype)
    grad = p.reshape(grad, (grad.size, 1))
    return cast(p, p.reshape(p.mul(slope, grad), tuple(self.shape)), self.dtype)


def _multilabel(p, self, target):
    """The scores; which targets count [N, C]; the targets with a place for those that do not; which
    classes are targets [N, C], as numbers.
    """
    x, y = _rows(p, self, target, 2)
    listed = cast(p, p.compare(y, 0, "ge"), INT64)
    valid = p.compare(p.cumprod(listed, 1), 1, "eq")
    place = p.select(valid, y, 0)
    marks = p.scatter(p.full(tuple(x.shape), 0, x.dtype), place, cast(p, valid, x.dtype), 1, "amax")
    return x, valid, place, marks


def _violations(p, x, valid, place, marks):
    """1 - x[target] + x[class] where positive, for targets that count and classes that are none:
    [N, targets, classes].
    """
    n, classes = x.shape
    targets = p.unsqueeze(p.gather(x, place, 1), (2,))
    gap = p.add(p.sub(p.unsqueeze(x, (1,)), targets), 1)
    shape = (n, classes, classes)
    counted = p.bitwise_and(
        p.expand(p.unsqueeze(valid, (2,)), shape),
        p.expand(p.unsqueeze(p.compare(marks, 0, "eq"), (1,)), shape),
    )
    counted = p.bitwise_and(counted, p.compare(gap, 0, "gt"))
    return p.select(counted, gap, 0), counted


@op(
    "multilabel_margin_loss_forward(Tensor self, Tensor target, int reduction) -> (Tensor output, "
    "Tensor is_target)",
    variants="",
    vjp={
        "self": lambda grads, self, target, reduction, results: (
            aten.multilabel_margin_loss_backward(grads[0], self, target, reduction, results[1])
        )
    },
)
def multilabel_margin_loss_forward(p, self, target, reduction):
    """(loss, which classes are targets). Targets are class numbers in front, then -1; the loss sums
    max(0, 1 - self[target] + self[class]) over both, divided by the number of classes.
    """
    x, valid, place, marks = _multilabel(p, self, target)
    gap, _ = _violations(p, x, valid, place, marks)
    losses = cast(p, p.div(p.sum(gap, (1, 2)), x.shape[1]), self.dtype)
    if self.ndim == 1:
        losses = p.reshape(losses, ())
    marks = cast(p, p.reshape(marks, tuple(self.shape)), self.dtype)
    return reduced(p, losses, reduction), marks


@op(
    "multilabel_margin_loss_backward(Tensor grad_output, Tensor self, Tensor target, int "
    "reduction, Tensor is_target) -> Tensor",
    variants="",
)
def multilabel_margin_loss_backward(p, grad_output, self, target, reduction, is_target):
    """The gradient of multilabel_margin_loss_forward at self."""
    x, valid, place, marks = _multilabel(p, self, target)
    _, counted = _violations(p, x, valid, place, marks)
    hits = cast(p, counted, x.dtype)
    slope = p.scatter(p.sum(hits, (1,)), place, p.neg(p.sum(hits, (2,))), 1, "add")
    rows, classes = x.shape
    slope = p.div(slope, classes * (rows if reduction == MEAN else 1))
    return _times_rows(p, slope, grad_output, self)
