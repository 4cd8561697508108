"""Adaptive pooling: the output size is given and each output averages its share of the input.

Output i of n covers input elements floor(i * size / n) up to ceil((i + 1) * size / n).
"""

from __future__ import annotations

import numpy as np

from ..errors import ShapeError
from . import layout
from .checks import floating
from .promotion import accumulate_dtype, cast
from .registry import aten, op


def _plane(self, output_size):
    if self.ndim not in (3, 4):
        raise ShapeError(f"expected 3 or 4 dimensions, got shape {tuple(self.shape)}")
    floating("self", self)
    sizes = tuple(output_size) * (2 if len(output_size) == 1 else 1)
    if any(n < 0 for n in sizes) or 0 in self.shape[-2:]:
        raise ShapeError(f"cannot pool shape {tuple(self.shape)} to {sizes}")
    return sizes


def _even(size, count):
    return count > 0 and size % count == 0


def _shares(size: int, count: int, dtype) -> np.ndarray:
    """The averaging matrix [count, size]."""
    matrix = np.zeros((count, size))
    for i in range(count):
        start, stop = i * size // count, -(-(i + 1) * size // count)
        matrix[i, start:stop] = 1 / (stop - start)
    return matrix.astype(dtype)


def _matrix(p, shares, batch):
    constant = p.constant(shares)
    return p.expand(constant, (*batch, *shares.shape))


@op(
    "_adaptive_avg_pool2d(Tensor self, SymInt[2] output_size) -> Tensor",
    layout=layout.suggested("self"),
    variants="function",
    vjp={"self": lambda grad, self: aten._adaptive_avg_pool2d_backward(grad, self)},
)
def _adaptive_avg_pool2d(p, self, output_size):
    """Means over the last two dimensions of [N, C, H, W] or [C, H, W], output_size of them."""
    rows, columns = _plane(self, output_size)
    height, width = self.shape[-2:]
    batch, first = tuple(self.shape[:-2]), self.ndim - 2
    wide = accumulate_dtype(self.dtype)
    x = cast(p, self, wide)
    if _even(height, rows) and _even(width, columns):
        tall, broad = height // rows, width // columns
        blocks = p.reshape(x, (*batch, rows, tall, columns, broad))
        return cast(p, p.div(p.sum(blocks, (first + 1, first + 3)), tall * broad), self.dtype)
    over_rows = p.matmul(_matrix(p, _shares(height, rows, wide), batch), x)
    return cast(
        p, p.matmul(over_rows, _matrix(p, _shares(width, columns, wide).T, batch)), self.dtype
    )


@op(
    "_adaptive_avg_pool2d_backward(Tensor grad_output, Tensor self) -> Tensor",
    variants="",
    vjp={
        "grad_output": lambda grad, grad_output_meta: aten._adaptive_avg_pool2d(
            grad, grad_output_meta.sizes[-2:]
        ),
        "self": None,
    },
)
def _adaptive_avg_pool2d_backward(p, grad_output, self):
    """The gradient of _adaptive_avg_pool2d."""
    height, width = self.shape[-2:]
    rows, columns = grad_output.shape[-2:]
    batch, first = tuple(self.shape[:-2]), self.ndim - 2
    wide = accumulate_dtype(self.dtype)
    grad = cast(p, grad_output, wide)
    if _even(height, rows) and _even(width, columns):
        tall, broad = height // rows, width // columns
        share = p.unsqueeze(p.div(grad, tall * broad), (first + 1, first + 3))
        blocks = p.expand(share, (*batch, rows, tall, columns, broad))
        return cast(p, p.reshape(p.clone(blocks), tuple(self.shape)), self.dtype)
    over_rows = p.matmul(_matrix(p, _shares(height, rows, wide).T, batch), grad)
    return cast(
        p, p.matmul(over_rows, _matrix(p, _shares(width, columns, wide), batch)), self.dtype
    )
