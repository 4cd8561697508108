"""Convolution and its transpose, over one to three spatial dimensions, with or without a batch
dimension.
"""

from __future__ import annotations

from collections.abc import Sequence

from ...errors import ShapeError, ValueError_
from ...ops.registry import aten


def expanded(value, rank: int) -> tuple:
    """`value` for every spatial dimension. Raises ShapeError for a sequence of another length than
    `rank`.
    """
    if not isinstance(value, Sequence):
        return (value,) * rank
    if len(value) == 1:
        return tuple(value) * rank
    if len(value) != rank:
        raise ShapeError(f"expected one number or {rank}, got {tuple(value)}")
    return tuple(value)


def _batched(input, rank: int, op: str):
    """The input with a batch dimension, and whether that was added."""
    if input.ndim == rank + 2:
        return input, False
    if input.ndim == rank + 1:
        return input.unsqueeze(0), True
    raise ShapeError(
        f"expected {rank + 1} or {rank + 2} dimensions, got shape {list(input.shape)}", op=op
    )


def _convolve(rank: int, input, weight, bias, stride, padding, dilation, groups):
    op = f"conv{rank}d"
    input, alone = _batched(input, rank, op)
    stride, dilation = expanded(stride, rank), expanded(dilation, rank)
    if isinstance(padding, str):
        input, padding = _named_padding(op, padding, input, weight, stride, dilation)
    padding = expanded(padding, rank)
    result = aten.convolution(
        input, weight, bias, stride, padding, dilation, False, (0,) * rank, groups
    )
    return result.squeeze(0) if alone else result


def _named_padding(op: str, padding: str, input, weight, stride: tuple, dilation: tuple):
    if padding == "valid":
        return input, 0
    if padding != "same":
        raise ValueError_(f"padding must be numbers, 'same' or 'valid', got {padding!r}", op=op)
    if any(s != 1 for s in stride):
        raise ValueError_(f"padding='same' needs a stride of 1, got {stride}", op=op)
    totals = [d * (k - 1) for d, k in zip(dilation, weight.shape[2:])]
    extra = [part for total in reversed(totals) for part in (0, total % 2)]
    if any(extra):
        input = aten.constant_pad_nd(input, extra)
    return input, [total // 2 for total in totals]


def conv1d(input, weight, bias=None, stride=1, padding=0, dilation=1, groups=1):
    """Cross-correlation of [N, C, L] with [out, C / groups, k]: [N, out, L']. padding may be "same"
    or "valid".
    """
    return _convolve(1, input, weight, bias, stride, padding, dilation, groups)


def conv2d(input, weight, bias=None, stride=1, padding=0, dilation=1, groups=1):
    """Cross-correlation of [N, C, H, W] with [out, C / groups, kh, kw]: [N, out, H', W']. padding
    as in `conv1d`.
    """
    return _convolve(2, input, weight, bias, stride, padding, dilation, groups)


def conv3d(input, weight, bias=None, stride=1, padding=0, dilation=1, groups=1):
    """Cross-correlation of [N, C, D, H, W] with [out, C / groups, *k]: [N, out, D', H', W'].
    padding as in `conv1d`.
    """
    return _convolve(3, input, weight, bias, stride, padding, dilation, groups)


def _transpose(rank: int, input, weight, bias, stride, padding, output_padding, groups, dilation):
    input, alone = _batched(input, rank, f"conv_transpose{rank}d")
    stride, padding, dilation, extra = (
        expanded(v, rank) for v in (stride, padding, dilation, output_padding)
    )
    result = aten.convolution(input, weight, bias, stride, padding, dilation, True, extra, groups)
    return result.squeeze(0) if alone else result


def conv_transpose1d(
    input, weight, bias=None, stride=1, padding=0, output_padding=0, groups=1, dilation=1
):
    """The adjoint of `conv1d` applied to [N, C, L], with weight [C, out / groups, k]."""
    return _transpose(1, input, weight, bias, stride, padding, output_padding, groups, dilation)


def conv_transpose2d(
    input, weight, bias=None, stride=1, padding=0, output_padding=0, groups=1, dilation=1
):
    """The adjoint of `conv2d` applied to [N, C, H, W], with weight [C, out / groups, kh, kw]."""
    return _transpose(2, input, weight, bias, stride, padding, output_padding, groups, dilation)


def conv_transpose3d(
    input, weight, bias=None, stride=1, padding=0, output_padding=0, groups=1, dilation=1
):
    """The adjoint of `conv3d` applied to [N, C, D, H, W], with weight [C, out / groups, *k]."""
    return _transpose(3, input, weight, bias, stride, padding, output_padding, groups, dilation)


def output_padding_for(
    input, output_size, kernel: tuple, stride: tuple, padding: tuple, dilation: tuple
) -> tuple:
    """The output_padding with which a transposed convolution gives `output_size`. Raises ShapeError
    when none does.
    """
    rank = len(kernel)
    wanted = tuple(output_size)[-rank:]
    smallest = [
        (n - 1) * s - 2 * p + d * (k - 1) + 1
        for n, s, p, d, k in zip(input.shape[-rank:], stride, padding, dilation, kernel)
    ]
    extra = tuple(w - n for w, n in zip(wanted, smallest))
    if any(not 0 <= e < s for e, s in zip(extra, stride)):
        largest = [n + s - 1 for n, s in zip(smallest, stride)]
        raise ShapeError(
            f"output size {list(wanted)} is outside {smallest} to {largest}",
            op=f"conv_transpose{rank}d",
        )
    return extra
