"""Adaptive pooling: the output size is given, and each output sees its share of the input.

Output i of n covers input elements floor(i * size / n) up to ceil((i + 1) * size / n). Inputs are
[N, C, *S] or [C, *S] with two or three spatial dimensions.
"""

from __future__ import annotations

import itertools
import math

import numpy as np

from ..errors import ShapeError
from . import layout
from .checks import floating
from .formulas import zeros_at
from .pooling import picked, returned
from .promotion import accumulate_dtype, cast
from .registry import aten, op


def _sizes(self, output_size, rank):
    if self.ndim not in (rank + 1, rank + 2):
        raise ShapeError(
            f"expected {rank + 1} or {rank + 2} dimensions, got shape {tuple(self.shape)}"
        )
    floating("self", self)
    sizes = tuple(output_size) * (rank if len(output_size) == 1 else 1)
    if any(n < 0 for n in sizes) or 0 in self.shape[self.ndim - rank - 1 :]:
        raise ShapeError(f"cannot pool shape {tuple(self.shape)} to {sizes}")
    return sizes


def _bounds(size: int, count: int) -> list:
    """First and past-the-last element of every output's share."""
    return [(i * size // count, -(-(i + 1) * size // count)) for i in range(count)]


def _is_even(size, count):
    return count > 0 and size % count == 0


def _averaging(size: int, count: int) -> np.ndarray:
    """The averaging matrix [count, size]."""
    matrix = np.zeros((count, size))
    for i, (start, stop) in enumerate(_bounds(size, count)):
        matrix[i, start:stop] = 1 / (stop - start)
    return matrix


def _times(p, x, dim, matrix):
    """x with its dimension dim multiplied by a matrix."""
    before, after = math.prod(x.shape[:dim]), math.prod(x.shape[dim + 1 :])
    spread = p.expand(p.constant(matrix.astype(x.dtype)), (before, *matrix.shape))
    product = p.matmul(spread, p.reshape(x, (before, x.shape[dim], after)))
    return p.reshape(product, (*x.shape[:dim], matrix.shape[0], *x.shape[dim + 1 :]))


def _averaged(p, x, dim, count):
    size = x.shape[dim]
    if not _is_even(size, count):
        return _times(p, x, dim, _averaging(size, count))
    blocks = p.reshape(x, (*x.shape[:dim], count, size // count, *x.shape[dim + 1 :]))
    return p.div(p.sum(blocks, (dim + 1,)), size // count)


def _shared(p, grad, dim, size):
    """The transpose of `_averaged`."""
    count = grad.shape[dim]
    if not _is_even(size, count):
        return _times(p, grad, dim, _averaging(size, count).T)
    block = size // count
    shape = (*grad.shape[: dim + 1], block, *grad.shape[dim + 1 :])
    share = p.expand(p.unsqueeze(p.div(grad, block), (dim + 1,)), shape)
    return p.reshape(p.clone(share), (*grad.shape[:dim], size, *grad.shape[dim + 1 :]))


def _average_pool(rank):
    name = f"_adaptive_avg_pool{rank}d"

    def forward(p, self, output_size):
        sizes = _sizes(self, output_size, rank)
        result, first = cast(p, self, accumulate_dtype(self.dtype)), self.ndim - rank
        for d, count in enumerate(sizes):
            result = _averaged(p, result, first + d, count)
        return cast(p, result, self.dtype)

    def backward(p, grad_output, self):
        result, first = cast(p, grad_output, accumulate_dtype(self.dtype)), self.ndim - rank
        for d in range(rank):
            result = _shared(p, result, first + d, self.shape[first + d])
        return cast(p, result, self.dtype)

    forward.__doc__ = f"Means over the last {rank} dimensions, output_size of them."
    backward.__doc__ = f"The gradient of {name}."
    op(
        f"{name}(Tensor self, SymInt[{rank}] output_size) -> Tensor",
        layout=layout.suggested("self") if rank == 2 else None,
        variants="function",
        vjp={"self": lambda grad, self: getattr(aten, f"{name}_backward")(grad, self)},
    )(forward)
    op(
        f"{name}_backward(Tensor grad_output, Tensor self) -> Tensor",
        variants="",
        vjp={
            "grad_output": lambda grad, grad_output_meta: getattr(aten, name)(
                grad, grad_output_meta.sizes[-rank:]
            ),
            "self": zeros_at,
        },
    )(backward)


def _covered(size: int, count: int) -> np.ndarray:
    """The elements [count, widest share] of every share, its last one repeated to fill up."""
    bounds = _bounds(size, count)
    widest = max((stop - start for start, stop in bounds), default=1)
    rows = [np.minimum(start + np.arange(widest), stop - 1) for start, stop in bounds]
    return np.array(rows, np.int64).reshape(count, widest)


def _positions(covered: list, sizes) -> np.ndarray:
    """Where the elements of every output's share lie in the flattened plane: [*outputs, taps]."""
    rank = len(covered)
    flat = 0
    for d, (places, size) in enumerate(zip(covered, sizes)):
        shape = [1] * (2 * rank)
        shape[d], shape[rank + d] = places.shape
        flat = flat * size + places.reshape(shape)
    outputs = [len(places) for places in covered]
    return np.ascontiguousarray(np.broadcast_to(flat, flat.shape)).reshape(*outputs, -1)


def _max_pool(rank):
    name = f"adaptive_max_pool{rank}d"

    def forward(p, self, output_size):
        sizes = _sizes(self, output_size, rank)
        batch, plane = tuple(self.shape[:-rank]), tuple(self.shape[-rank:])
        table = _positions([_covered(n, count) for n, count in zip(plane, sizes)], plane)
        outputs, taps = math.prod(sizes), table.shape[-1]
        places = p.expand(p.constant(table.reshape(outputs * taps)), (*batch, outputs * taps))
        found = p.gather(p.reshape(self, (*batch, math.prod(plane))), places, len(batch))
        shares, last = p.reshape(found, (*batch, outputs, taps)), len(batch) + 1
        tap = p.argmax(shares, last)
        at = p.gather(
            p.expand(p.constant(table.reshape(outputs, taps)), (*batch, outputs, taps)),
            p.unsqueeze(tap, (last,)),
            last,
        )
        shape = (*batch, *sizes)
        return p.reshape(p.amax(shares, (last,)), shape), p.reshape(at, shape)

    def backward(p, grad_output, self, indices):
        return returned(p, grad_output, tuple(self.shape), indices, rank)

    forward.__doc__ = (
        f"(values, int64 indices) of the largest elements of output_size shares of the last {rank} "
        "dimensions; an index counts in the flattened plane."
    )
    backward.__doc__ = f"The gradient of {name}."
    op(
        f"{name}(Tensor self, int[{rank}] output_size) -> (Tensor, Tensor)",
        layout=layout.suggested("self") if rank == 2 else None,
        variants="function",
        vjp={
            "self": lambda grads, self, results: getattr(aten, f"{name}_backward")(
                grads[0], self, results[1]
            )
        },
    )(forward)
    op(
        f"{name}_backward(Tensor grad_output, Tensor self, Tensor indices) -> Tensor",
        variants="",
        vjp={
            "grad_output": lambda grad, indices: picked(grad, indices, rank),
            "self": zeros_at,
        },
    )(backward)


for _rank, _make in itertools.product((2, 3), (_average_pool, _max_pool)):
    _make(_rank)
