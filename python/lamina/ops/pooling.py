"""Pooling over 1 to 3 spatial dimensions, as reductions over windows (the unfold view).

Inputs are [N, C, *S] or [C, *S]. `kernel_size`, `stride` (empty: the kernel), `padding` and
`dilation` are one number or one per spatial dimension.
"""

from __future__ import annotations

import math

import numpy as np

from ..errors import DtypeError, RangeError, ShapeError, ValueError_
from . import layout
from .checks import floating
from .formulas import zeros_at
from .promotion import BOOL, accumulate_dtype, cast, category, is_complex, is_floating
from .reduction import INT64
from .registry import aten, op


class Windows:
    """Where the windows of a pooling lie: sizes per spatial dimension, from the arguments as
    given.
    """

    def __init__(self, sizes, kernel, stride, padding, dilation, ceil_mode):
        rank = len(sizes)
        self.sizes = tuple(sizes)
        self.kernel = _each("kernel_size", kernel, rank, 1)
        self.stride = _each("stride", stride or kernel, rank, 1)
        self.padding = _each("padding", padding, rank, 0)
        self.dilation = _each("dilation", dilation, rank, 1)
        if any(2 * pad > k for pad, k in zip(self.padding, self.kernel)):
            raise RangeError(
                f"padding must be at most half the kernel size, got {self.padding} for "
                f"{self.kernel}"
            )
        self.reach = tuple((k - 1) * d + 1 for k, d in zip(self.kernel, self.dilation))
        self.counts = tuple(self._count(d, ceil_mode) for d in range(rank))
        if any(count < 1 for count in self.counts):
            raise ShapeError(
                f"an input of spatial size {self.sizes} with padding {self.padding} is smaller "
                "than the "
                f"kernel {self.kernel}"
            )
        # Past the low padding, reach exactly as far as the last window does; that may crop.
        self.high = tuple(
            (count - 1) * s + r - size - pad
            for count, s, r, size, pad in zip(
                self.counts, self.stride, self.reach, self.sizes, self.padding
            )
        )

    def _count(self, d, ceil_mode):
        room = self.sizes[d] + 2 * self.padding[d] - self.reach[d]
        stride = self.stride[d]
        if not ceil_mode:
            return room // stride + 1
        count = -(-room // stride) + 1
        # A window that starts in the padding at the high end is dropped.
        return count - 1 if (count - 1) * stride >= self.sizes[d] + self.padding[d] else count

    def gather(self, p, x, fill):
        """x[*B, *S] -> [*B, *counts, taps], `fill` in the padding."""
        batch = x.ndim - len(self.sizes)
        x = p.pad(
            x, [0] * batch + list(self.padding), [0] * batch + list(self.high), [0] * x.ndim, fill
        )
        for d, (reach, stride) in enumerate(zip(self.reach, self.stride)):
            x = p.unfold(x, batch + d, reach, stride)
        if any(d != 1 for d in self.dilation):
            shape = tuple(x.shape)
            steps = [1] * (batch + len(self.sizes)) + list(self.dilation)
            x = p.slice(x, [0] * len(shape), shape, steps)
        return p.reshape(x, (*x.shape[: batch + len(self.sizes)], math.prod(self.kernel)))

    def coverage(self, include_padding) -> np.ndarray:
        """How many elements each window covers, [*counts]; those in the low and high padding if
        asked.
        """
        axes = []
        for size, pad, stride, reach, count in zip(
            self.sizes, self.padding, self.stride, self.reach, self.counts
        ):
            starts = np.arange(count) * stride - pad
            stops = np.minimum(starts + reach, size + pad)
            if not include_padding:
                starts, stops = np.maximum(starts, 0), np.minimum(stops, size)
            axes.append(stops - starts)
        return math.prod(np.ix_(*axes)) if len(axes) > 1 else axes[0]


def _each(name, value, rank, least):
    value = tuple(value)
    value = value * rank if len(value) == 1 else value
    if len(value) != rank or any(v < least for v in value):
        raise ValueError_(f"{name} must be {rank} integers, at least {least}, got {value}")
    return value


def _spatial(self, rank):
    if self.ndim not in (rank + 1, rank + 2):
        raise ShapeError(
            f"expected {rank + 1} or {rank + 2} dimensions, got shape {tuple(self.shape)}"
        )
    return tuple(self.shape[-rank:])


def _lowest(dtype):
    if is_complex(dtype) or category(dtype) == BOOL:
        raise DtypeError(f"not defined for {dtype}")
    return -math.inf if is_floating(dtype) else int(np.iinfo(dtype).min)


def _flat_positions(p, windows, tap, shape):
    """The position in the flattened input of tap number `tap` of each window."""
    rank = len(windows.sizes)
    position, taps_left = None, math.prod(windows.kernel)
    for d in range(rank):
        taps_left //= windows.kernel[d]
        along = p.div(tap, taps_left) if taps_left != 1 else tap
        tap = p.rem(tap, taps_left) if taps_left != 1 else tap
        start = p.add(
            p.mul(p.iota(shape, len(shape) - rank + d, INT64), windows.stride[d]),
            -windows.padding[d],
        )
        coordinate = p.add(start, p.mul(along, windows.dilation[d]))
        position = (
            coordinate if position is None else p.add(p.mul(position, windows.sizes[d]), coordinate)
        )
    return position


def returned(p, grad_output, shape, indices, rank):
    """Zeros of that shape plus every output's gradient at the element of the plane it was."""
    batch = shape[:-rank]
    flat = p.full((*batch, math.prod(shape[-rank:])), 0, grad_output.dtype)
    outputs = (*batch, math.prod(indices.shape[-rank:]))
    placed = p.scatter(
        flat, p.reshape(indices, outputs), p.reshape(grad_output, outputs), len(batch), "add"
    )
    return p.reshape(placed, shape)


def picked(x, indices, rank):
    """The elements of the planes of x at indices, in Tensor operations."""
    return x.flatten(-rank).gather(-1, indices.flatten(-rank)).reshape(indices.shape)


def _max_pool(rank):
    schema = (
        f"int[{rank}] kernel_size, int[{rank}] stride=[], int[{rank}] padding=0, int[{rank}] "
        "dilation=1, "
        "bool ceil_mode=False"
    )
    backward_name = f"max_pool{rank}d_with_indices_backward"

    def forward(p, self, kernel_size, stride, padding, dilation, ceil_mode):
        sizes = _spatial(self, rank)
        windows = Windows(sizes, kernel_size, stride, padding, dilation, ceil_mode)
        taps = windows.gather(p, self, _lowest(self.dtype))
        last = taps.ndim - 1
        tap = p.argmax(taps, last)
        return p.amax(taps, (last,)), _flat_positions(p, windows, tap, tuple(tap.shape))

    def backward(p, grad_output, self, kernel_size, stride, padding, dilation, ceil_mode, indices):
        return returned(p, grad_output, tuple(self.shape), indices, rank)

    def forward_vjp(grads, results, self, kernel_size, stride, padding, dilation, ceil_mode):
        return getattr(aten, backward_name)(
            grads[0], self, kernel_size, stride, padding, dilation, ceil_mode, results[1]
        )

    def backward_vjp(grad, indices):
        return picked(grad, indices, rank)

    forward.__doc__ = (
        f"(values, int64 indices) of the largest element of each window over {rank} spatial "
        "dimensions; "
        "an index counts in the flattened spatial plane of its input."
    )
    backward.__doc__ = f"The gradient of max_pool{rank}d_with_indices."
    op(
        f"max_pool{rank}d_with_indices(Tensor self, {schema}) -> (Tensor, Tensor)",
        layout=layout.suggested("self"),
        variants="function",
        vjp={"self": forward_vjp},
    )(forward)
    op(
        f"{backward_name}(Tensor grad_output, Tensor self, {_required(schema)}, Tensor indices) "
        "-> Tensor",
        variants="",
        vjp={"grad_output": backward_vjp, "self": zeros_at},
    )(backward)


def _required(schema):
    """The parameters without their defaults."""
    return ", ".join(parameter.partition("=")[0] for parameter in schema.split(", "))


def _divisors(p, windows, count_include_pad, divisor_override, dtype):
    if divisor_override is not None:
        return divisor_override
    counts = windows.coverage(count_include_pad)
    if (counts == counts.flat[0]).all():
        return int(counts.flat[0])
    return cast(p, p.constant(counts.astype(np.int64)), dtype)


def _avg_pool(rank):
    schema = (
        f"int[{rank}] kernel_size, int[{rank}] stride=[], int[{rank}] padding=0, bool "
        "ceil_mode=False, "
        "bool count_include_pad=True, int? divisor_override=None"
    )
    backward_name = f"avg_pool{rank}d_backward"

    def forward(
        p, self, kernel_size, stride, padding, ceil_mode, count_include_pad, divisor_override
    ):
        if self.dtype != INT64:
            floating("self", self)
        windows = Windows(_spatial(self, rank), kernel_size, stride, padding, (1,), ceil_mode)
        wide = accumulate_dtype(self.dtype)
        taps = windows.gather(p, cast(p, self, wide), 0)
        total = p.sum(taps, (taps.ndim - 1,))
        divisors = _divisors(p, windows, count_include_pad, divisor_override, wide)
        return cast(p, p.div(total, divisors), self.dtype)

    def backward(
        p,
        grad_output,
        self,
        kernel_size,
        stride,
        padding,
        ceil_mode,
        count_include_pad,
        divisor_override,
    ):
        windows = Windows(_spatial(self, rank), kernel_size, stride, padding, (1,), ceil_mode)
        wide = accumulate_dtype(self.dtype)
        share = p.div(
            cast(p, grad_output, wide),
            _divisors(p, windows, count_include_pad, divisor_override, wide),
        )
        return cast(p, _spread_back(p, share, windows, self.ndim - rank), self.dtype)

    def forward_vjp(
        grad, self, kernel_size, stride, padding, ceil_mode, count_include_pad, divisor_override
    ):
        return getattr(aten, backward_name)(
            grad, self, kernel_size, stride, padding, ceil_mode, count_include_pad, divisor_override
        )

    def backward_vjp(
        grad, kernel_size, stride, padding, ceil_mode, count_include_pad, divisor_override
    ):
        return getattr(aten, f"avg_pool{rank}d")(
            grad, kernel_size, stride, padding, ceil_mode, count_include_pad, divisor_override
        )

    forward.__doc__ = (
        f"The mean of each window over {rank} spatial dimensions. Zeros of the padding count in "
        "the "
        "divisor if count_include_pad; divisor_override replaces it. Means of int64 are cut to integers."
    )
    backward.__doc__ = f"The gradient of avg_pool{rank}d."
    op(
        f"avg_pool{rank}d(Tensor self, {schema}) -> Tensor",
        layout=layout.suggested("self"),
        variants="function",
        vjp={"self": forward_vjp},
    )(forward)
    op(
        f"{backward_name}(Tensor grad_output, Tensor self, {_required(schema)}) -> Tensor",
        variants="",
        vjp={"grad_output": backward_vjp, "self": zeros_at},
    )(backward)


def _spread_back(p, share, windows, batch):
    """Each input element's sum of the shares of the windows that cover it."""
    low = [0] * batch + [k - 1 - pad for k, pad in zip(windows.kernel, windows.padding)]
    high = [0] * batch + [k - 1 - more for k, more in zip(windows.kernel, windows.high)]
    gaps = [0] * batch + [s - 1 for s in windows.stride]
    spread = p.pad(share, low, high, gaps, 0)
    for d, k in enumerate(windows.kernel):
        spread = p.unfold(spread, batch + d, k, 1)
    return p.sum(spread, tuple(range(batch + len(windows.kernel), spread.ndim)))


for _rank in (2, 3):
    _max_pool(_rank)
    _avg_pool(_rank)
