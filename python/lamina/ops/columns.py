"""Sliding windows of an image as columns, and columns added back into an image: aten's im2col and
col2im, each the other's gradient.
"""

from __future__ import annotations

import math

from ..errors import ShapeError, ValueError_
from .reduction import INT64
from .registry import aten, op

_OPTIONS = "int[2] kernel_size, int[2] dilation, int[2] padding, int[2] stride"


class _Grid:
    """Where the windows of an image of `sizes` lie."""

    def __init__(self, sizes, kernel, dilation, padding, stride):
        self.sizes = tuple(sizes)
        self.kernel, self.dilation, self.padding, self.stride = (
            _pair(*named)
            for named in (
                ("kernel_size", kernel, 1),
                ("dilation", dilation, 1),
                ("padding", padding, 0),
                ("stride", stride, 1),
            )
        )
        self.reach = [d * (k - 1) + 1 for k, d in zip(self.kernel, self.dilation)]
        self.padded = [size + 2 * pad for size, pad in zip(self.sizes, self.padding)]
        self.counts = [
            (size - reach) // step + 1
            for size, reach, step in zip(self.padded, self.reach, self.stride)
        ]
        if any(count < 1 for count in self.counts):
            raise ShapeError(
                f"windows of size {self.kernel} with dilation {self.dilation} do not fit an image "
                f"of size {self.sizes} with padding {self.padding}"
            )


def _pair(name, value, least):
    value = tuple(value) * (2 if len(value) == 1 else 1)
    if len(value) != 2 or any(v < least for v in value):
        raise ValueError_(f"{name} must be 2 integers, at least {least}, got {value}")
    return value


def _batched(p, x, rank):
    """x with a batch dimension, and whether it had one."""
    if len(x.shape) not in (rank - 1, rank) or 0 in x.shape[-rank + 1 :]:
        raise ShapeError(
            f"expected {rank} dimensions (or {rank - 1} without a batch) with elements, got shape "
            f"{tuple(x.shape)}"
        )
    return (x, True) if len(x.shape) == rank else (p.unsqueeze(x, (0,)), False)


@op(
    f"im2col(Tensor self, {_OPTIONS}) -> Tensor",
    variants="",
    vjp={
        "self": lambda grad, self_meta, kernel_size, dilation, padding, stride: aten.col2im(
            grad, self_meta.sizes[-2:], kernel_size, dilation, padding, stride
        )
    },
)
def im2col(p, self, kernel_size, dilation, padding, stride):
    """Every window of [N, C, H, W] as a column: [N, C * kh * kw, windows], zeros in the padding."""
    x, batched = _batched(p, self, 4)
    grid = _Grid(x.shape[2:], kernel_size, dilation, padding, stride)
    around = [0, 0, *grid.padding]
    x = p.pad(x, around, around, [0] * 4, 0)
    for d in range(2):
        x = p.unfold(x, 2 + d, grid.reach[d], grid.stride[d])
    if grid.dilation != (1, 1):
        x = p.slice(x, [0] * 6, list(x.shape), [1] * 4 + list(grid.dilation))
    batch, channels = x.shape[:2]
    columns = p.reshape(
        p.clone(p.permute(x, (0, 1, 4, 5, 2, 3))),
        (batch, channels * math.prod(grid.kernel), math.prod(grid.counts)),
    )
    return columns if batched else p.squeeze(columns, (0,))


@op(
    f"col2im(Tensor self, SymInt[2] output_size, {_OPTIONS}) -> Tensor",
    variants="",
    vjp={
        "self": lambda grad, kernel_size, dilation, padding, stride: aten.im2col(
            grad, kernel_size, dilation, padding, stride
        )
    },
)
def col2im(p, self, output_size, kernel_size, dilation, padding, stride):
    """The image [N, C, *output_size] in which every element is the sum of its copies in the
    columns [N, C * kh * kw, windows].
    """
    x, batched = _batched(p, self, 3)
    grid = _Grid(_pair("output_size", output_size, 1), kernel_size, dilation, padding, stride)
    batch, rows, windows = x.shape
    taps = math.prod(grid.kernel)
    if rows % taps or windows != math.prod(grid.counts):
        raise ShapeError(
            f"columns for an image of size {grid.sizes} and windows of size {grid.kernel} have "
            f"shape [N, C * {taps}, {math.prod(grid.counts)}], got {tuple(self.shape)}"
        )
    channels = rows // taps
    flat = p.full((batch, channels, math.prod(grid.padded)), 0, x.dtype)
    source = p.reshape(x, (batch, channels, taps * windows))
    places = p.expand(p.reshape(_places(p, grid), (1, 1, taps * windows)), tuple(source.shape))
    image = p.reshape(p.scatter(flat, places, source, 2, "add"), (batch, channels, *grid.padded))
    starts = [0, 0, *grid.padding]
    stops = [batch, channels, *(a + size for a, size in zip(grid.padding, grid.sizes))]
    image = p.slice(image, starts, stops, [1] * 4)
    return image if batched else p.squeeze(image, (0,))


def _places(p, grid):
    """Where the elements of all columns lie in the flat padded image: [kh, kw, rows, columns]."""
    shape = (*grid.kernel, *grid.counts)
    along = [
        p.add(
            p.mul(p.iota(shape, d, INT64), grid.dilation[d]),
            p.mul(p.iota(shape, 2 + d, INT64), grid.stride[d]),
        )
        for d in range(2)
    ]
    return p.add(p.mul(along[0], grid.padded[1]), along[1])
