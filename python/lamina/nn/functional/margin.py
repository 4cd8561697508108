"""Losses of rankings, of labels with a margin, of distributions, and of sequences.

Options are as in `loss`.
"""

from __future__ import annotations

import math

from ...autograd import no_grad
from ...errors import ShapeError, ValueError_
from ...ops import construct, distance
from ...ops.registry import aten
from .activation import logsigmoid
from .loss import chosen, number, reduced
from .precision import autocast_as_one


@autocast_as_one
def margin_ranking_loss(
    input1, input2, target, margin=0, size_average=None, reduce=None, reduction="mean"
):
    """max(0, -target * (input1 - input2) + margin); target is 1 where input1 should rank higher, -1
    where input2 should.
    """
    reduction = chosen(reduction, size_average, reduce)
    if not input1.ndim == input2.ndim == target.ndim:
        raise ShapeError(
            f"inputs of shapes {list(input1.shape)} and {list(input2.shape)} and a target of shape "
            f"{list(target.shape)} must have as many dimensions",
            op="margin_ranking_loss",
        )
    return reduced((-target * (input1 - input2) + margin).clamp_min(0), reduction)


@autocast_as_one
def hinge_embedding_loss(
    input, target, margin=1.0, size_average=None, reduce=None, reduction="mean"
):
    """input where target is 1, max(0, margin - input) where it is -1."""
    reduction = chosen(reduction, size_average, reduce)
    apart = aten.where(target != 1, (margin - input).clamp_min(0), aten.zeros_like(input))
    alike = aten.where(target != -1, input, aten.zeros_like(input))
    return reduced(apart + alike, reduction)


@autocast_as_one
def cosine_embedding_loss(
    input1, input2, target, margin=0, size_average=None, reduce=None, reduction="mean"
):
    """1 - cos where target is 1, max(0, cos - margin) where it is -1, for vectors [N, D] (or [D])
    and targets [N] (or 0-d).
    """
    reduction = chosen(reduction, size_average, reduce)
    if (target.ndim, input1.ndim, input2.ndim) not in ((0, 1, 1), (1, 2, 2)):
        raise ShapeError(
            f"expected vectors [N, D] with targets [N], or one of each, got shapes "
            f"{list(input1.shape)}, {list(input2.shape)} and {list(target.shape)}",
            op="cosine_embedding_loss",
        )
    epsilon = 1e-12
    product = (input1 * input2).sum(-1)
    squares = [(x * x).sum(-1) + epsilon for x in (input1, input2)]
    cosine = product / (squares[0] * squares[1]).sqrt()
    nothing = aten.zeros_like(cosine)
    alike = aten.where(target == 1, 1 - cosine, nothing)
    apart = aten.where(target == -1, (cosine - margin).clamp_min(0), nothing)
    return reduced(alike + apart, reduction)


@autocast_as_one
def triplet_margin_loss(
    anchor,
    positive,
    negative,
    margin=1.0,
    p=2,
    eps=1e-6,
    swap=False,
    size_average=None,
    reduce=None,
    reduction="mean",
):
    """max(0, |anchor - positive| - |anchor - negative| + margin) with p-norms of [N, D] (or [D]).

    swap uses |positive - negative| where that is smaller (Balntas et al., 2016).
    """
    reduction = chosen(reduction, size_average, reduce)
    if not anchor.ndim == positive.ndim == negative.ndim:
        raise ShapeError(
            f"anchor {list(anchor.shape)}, positive {list(positive.shape)} and negative "
            f"{list(negative.shape)} must have as many dimensions",
            op="triplet_margin_loss",
        )

    def apart(x, y):
        return distance.pairwise_distance(x, y, p, eps)

    return _triplet(anchor, positive, negative, apart, margin, swap, reduction)


def _triplet(anchor, positive, negative, apart, margin, swap, reduction):
    near, far = apart(anchor, positive), apart(anchor, negative)
    if swap:
        far = aten.minimum(far, apart(positive, negative))
    return reduced((margin + near - far).clamp_min(0), reduction)


def triplet_margin_with_distance_loss(
    anchor,
    positive,
    negative,
    *,
    distance_function=None,
    margin=1.0,
    swap=False,
    reduction="mean",
):
    """`triplet_margin_loss` with any distance; by default the Euclidean one."""
    if margin <= 0:
        raise ValueError_(
            f"margin must be greater than 0, got {margin}", op="triplet_margin_with_distance_loss"
        )
    apart = distance_function or distance.pairwise_distance
    return _triplet(anchor, positive, negative, apart, margin, swap, reduction)


def soft_margin_loss(input, target, size_average=None, reduce=None, reduction="mean"):
    """log(1 + exp(-target * input)); target is 1 or -1."""
    return aten.soft_margin_loss(input, target, number(chosen(reduction, size_average, reduce)))


def multilabel_soft_margin_loss(
    input, target, weight=None, size_average=None, reduce=None, reduction="mean"
):
    """The mean over classes of the binary cross entropy of scores [*, C], times weight [C]."""
    reduction = chosen(reduction, size_average, reduce)
    losses = -(target * logsigmoid(input) + (1 - target) * logsigmoid(-input))
    losses = losses if weight is None else losses * weight
    return reduced(losses.sum(-1) / input.shape[-1], reduction)


def multi_margin_loss(
    input,
    target,
    p=1,
    margin=1.0,
    weight=None,
    size_average=None,
    reduce=None,
    reduction="mean",
):
    """The mean over classes j other than the target y of max(0, margin - input[y] + input[j])**p,
    times weight[y]: scores [N, C] (or [C]) and class numbers [N] (or 0-d). p is 1 or 2.
    """
    reduction = chosen(reduction, size_average, reduce)
    return aten.multi_margin_loss(input, target, p, margin, weight, number(reduction))


def multilabel_margin_loss(input, target, size_average=None, reduce=None, reduction="mean"):
    """max(0, 1 - input[target] + input[class]) summed over targets and all other classes, over the
    number of classes: scores and class numbers [N, C] (or [C]), the numbers followed by -1.
    """
    reduction = chosen(reduction, size_average, reduce)
    return aten.multilabel_margin_loss_forward(input, target, number(reduction))[0]


@autocast_as_one
def poisson_nll_loss(
    input,
    target,
    log_input=True,
    full=False,
    size_average=None,
    eps=1e-8,
    reduce=None,
    reduction="mean",
):
    """Minus the log likelihood of counts `target` under rates exp(input), or input itself unless
    log_input; full adds Stirling's approximation of the constant term.
    """
    reduction = chosen(reduction, size_average, reduce)
    number(reduction)
    losses = input.exp() - target * input if log_input else input - target * (input + eps).log()
    if full:
        # For counts of 0 and 1 the term is left out, and its logarithm is not taken.
        many = target.masked_fill(target <= 1, 1)
        constant = many * many.log() - many + 0.5 * (2 * math.pi * many).log()
        losses = losses + constant.masked_fill(target <= 1, 0)
    return reduced(losses, reduction)


def gaussian_nll_loss(input, target, var, full=False, eps=1e-6, reduction="mean"):
    """Minus the log likelihood of target under normal distributions of mean input and variance var,
    at least eps; full adds the constant term. Raises ValueError_ when var does not fit or is a
    negative number; the elements of a tensor are not looked at.
    """
    number(reduction)
    if isinstance(var, float):
        if var < 0:
            raise ValueError_(f"var must not be negative, got {var}", op="gaussian_nll_loss")
        var = aten.full_like(input, var)
    var = (var if var.shape == input.shape else _fitted_variance(input, var)).clone()
    with no_grad():
        # The bound is for stability and takes no part in the derivative.
        var.clamp_(min=eps)
    losses = 0.5 * (var.log() + (input - target) ** 2 / var)
    return reduced(losses + 0.5 * math.log(2 * math.pi) if full else losses, reduction)


def _fitted_variance(input, var):
    if input.shape[:-1] == var.shape:
        return var.unsqueeze(-1)
    if (
        var.ndim == input.ndim
        and sum(given for wanted, given in zip(input.shape, var.shape) if wanted != given) == 1
    ):
        return var
    raise ValueError_(
        f"var of shape {list(var.shape)} does not fit an input of shape {list(input.shape)}",
        op="gaussian_nll_loss",
    )


def ctc_loss(
    log_probs,
    targets,
    input_lengths,
    target_lengths,
    blank=0,
    reduction="mean",
    zero_infinity=False,
):
    """Minus the log probability of every target given log_probs [T, N, C] (or [T, C]): see Graves
    et al., 2006.

    targets are [N, S], or one vector of all of them after each other (or [S] with one example);
    lengths are tensors [N] or sequences of N ints. The mean divides every loss by its target's
    length first. zero_infinity counts targets without an alignment as zero.
    """
    kind = number(reduction)
    alone = log_probs.ndim == 2
    if alone:
        log_probs = log_probs.unsqueeze(1)
    input_lengths, target_lengths = (_lengths(x, alone) for x in (input_lengths, target_lengths))
    losses = aten._ctc_loss(
        log_probs, targets, input_lengths, target_lengths, blank, zero_infinity
    )[0]
    if zero_infinity:
        losses = losses.masked_fill(losses == math.inf, 0)
    if kind == 1:
        sizes = target_lengths
        if not hasattr(sizes, "dtype"):
            sizes = construct.tensor(list(sizes), device=log_probs.device)
        return (losses / sizes.clamp_min(1).to(losses.dtype)).mean()
    losses = reduced(losses, reduction)
    return losses.squeeze(0) if alone and kind == 0 else losses


def _lengths(lengths, alone: bool):
    if isinstance(lengths, int):
        return [lengths]
    return lengths.reshape(1) if alone and hasattr(lengths, "dtype") else lengths
