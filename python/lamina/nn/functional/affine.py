"""Linear and bilinear maps, and lookups in a table."""

from __future__ import annotations

import math

from ...autograd import no_grad
from ...errors import DtypeError, ShapeError, UnsupportedError, ValueError_
from ...ops import products
from ...ops.registry import aten


def linear(input, weight, bias=None):
    """input @ weight.T + bias: [*, in] with weight [out, in] (or [in]) and bias [out] to [*, out].

    Raises ShapeError when the inner sizes differ.
    """
    if input.ndim == 0 or input.shape[-1] != weight.shape[-1]:
        raise ShapeError(
            f"input of shape {list(input.shape)} and weight of shape {list(weight.shape)}: the "
            "last sizes must be equal",
            op="linear",
        )
    return products.linear(input, weight, bias)


def bilinear(input1, input2, weight, bias=None):
    """y[..., o] = input1[..., i] weight[o, i, j] input2[..., j] + bias[o]."""
    out, first, second = weight.shape
    left = products.matmul(input1, weight.permute(1, 0, 2).reshape(first, out * second))
    left = left.reshape(*input1.shape[:-1], out, second)
    product = (left * input2.unsqueeze(-2)).sum(-1)
    return product if bias is None else product + bias


def embedding(
    input,
    weight,
    padding_idx=None,
    max_norm=None,
    norm_type=2.0,
    scale_grad_by_freq=False,
    sparse=False,
):
    """Rows of weight [n, d] at the integers input [*]: [*, d]. The row padding_idx gets no
    gradient.

    Raises ValueError_ for a padding_idx outside the table, UnsupportedError for max_norm,
    scale_grad_by_freq and sparse.
    """
    if input.dtype.name not in ("int64", "int32"):
        raise DtypeError(f"indices must be int64 or int32, got {input.dtype}", op="embedding")
    if max_norm is not None or scale_grad_by_freq or sparse:
        raise UnsupportedError(
            "max_norm, scale_grad_by_freq and sparse gradients are not supported", op="embedding"
        )
    rows = weight.shape[0]
    if padding_idx is None:
        return aten.embedding(weight, input)
    if not -rows <= padding_idx < rows:
        raise ValueError_(
            f"padding_idx {padding_idx} is outside a table of {rows} rows", op="embedding"
        )
    return aten.embedding(weight, input, padding_idx % rows)


def embedding_bag(
    input,
    weight,
    offsets=None,
    max_norm=None,
    norm_type=2,
    scale_grad_by_freq=False,
    mode="mean",
    sparse=False,
    per_sample_weights=None,
    include_last_offset=False,
    padding_idx=None,
):
    """Sums, means or maxima (mode) of bags of rows of weight [n, d]: [bags, d].

    input is [bags, rows] of row numbers, or a vector of all bags' after each other that begin at
    `offsets`, to which include_last_offset adds the end. per_sample_weights, of input's shape,
    multiply the rows of a sum. Rows padding_idx do not count. An empty bag is zero. Raises
    ValueError_ for arguments that contradict each other, UnsupportedError for max_norm,
    scale_grad_by_freq and sparse.
    """
    if max_norm is not None or scale_grad_by_freq or sparse:
        raise UnsupportedError(
            "max_norm, scale_grad_by_freq and sparse gradients are not supported",
            op="embedding_bag",
        )
    if mode not in ("sum", "mean", "max"):
        raise ValueError_(f"mode must be sum, mean or max, got {mode!r}", op="embedding_bag")
    if per_sample_weights is not None and mode != "sum":
        raise UnsupportedError(
            f"per_sample_weights go with the mode sum, not with {mode!r}", op="embedding_bag"
        )
    if per_sample_weights is not None and per_sample_weights.shape != input.shape:
        raise ValueError_(
            f"per_sample_weights of shape {list(per_sample_weights.shape)} must have the shape of "
            f"input, {list(input.shape)}",
            op="embedding_bag",
        )
    bags, count = _bags(input, offsets, include_last_offset)
    numbers = input.reshape(-1)
    rows = embedding(numbers, weight, padding_idx)
    counted = aten.ones_like(numbers, dtype=weight.dtype)
    if padding_idx is not None:
        counted = (numbers != padding_idx % weight.shape[0]).to(weight.dtype)
    if mode == "max":
        return _bag_maxima(rows, counted, bags, count)
    factors = counted if per_sample_weights is None else counted * per_sample_weights.reshape(-1)
    total = rows.new_zeros((count, rows.shape[1])).index_add(0, bags, rows * factors.unsqueeze(1))
    if mode == "sum":
        return total
    sizes = counted.new_zeros(count).index_add(0, bags, counted)
    return total / sizes.clamp_min(1).unsqueeze(1)


def _bags(input, offsets, include_last_offset):
    """(The bag of every row number, how many bags there are)."""
    if input.ndim == 2:
        if offsets is not None:
            raise ValueError_("offsets go with a vector of row numbers", op="embedding_bag")
        bags = aten.arange(input.shape[0], device=input.device)
        return bags.unsqueeze(1).expand(input.shape).reshape(-1), input.shape[0]
    if input.ndim != 1 or offsets is None or offsets.ndim != 1:
        raise ValueError_(
            f"takes row numbers [bags, rows], or a vector of them with a vector of offsets, got "
            f"shape {list(input.shape)}",
            op="embedding_bag",
        )
    starts = offsets[:-1] if include_last_offset else offsets
    places = aten.arange(input.shape[0], device=input.device)
    return (starts <= places.unsqueeze(1)).sum(1) - 1, starts.shape[0]


def _bag_maxima(rows, counted, bags, count):
    """The largest element of every bag, and zero for a bag without rows."""
    lowest = rows.masked_fill((counted == 0).unsqueeze(1), -math.inf)
    start = rows.new_full((count, rows.shape[1]), -math.inf)
    index = bags.unsqueeze(1).expand(rows.shape)
    best = aten.scatter_reduce(start, 0, index, lowest, "amax")
    return best.masked_fill(best == -math.inf, 0)


def one_hot(tensor, num_classes=-1):
    """Class numbers [*] to int64 [*, num_classes] with a one at each class; -1 counts up to the
    largest class seen.
    """
    with no_grad():
        if num_classes == -1:
            num_classes = int(tensor.max().item()) + 1
        classes = aten.arange.start_step(0, num_classes, 1, device=tensor.device)
        return (tensor.unsqueeze(-1) == classes).to(classes.dtype)
