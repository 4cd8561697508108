"""The inverse of max pooling, and max pooling over windows of random places (Graham, 2014)."""

from __future__ import annotations

import math

from ..errors import ShapeError
from . import layout
from .checks import floating, integer_index, same_dtype
from .formulas import zeros_at
from .pooling import picked, returned
from .promotion import cast
from .reduction import INT64
from .registry import aten, op


def _unpooled(p, self, indices, output_size, rank):
    integer_index("indices", indices)
    if self.ndim not in (rank + 1, rank + 2) or tuple(self.shape) != tuple(indices.shape):
        raise ShapeError(
            f"expected an input of {rank + 1} or {rank + 2} dimensions and indices of its shape, "
            f"got shapes {tuple(self.shape)} and {tuple(indices.shape)}"
        )
    if len(output_size) != rank:
        raise ShapeError(f"output_size must be {rank} numbers, got {tuple(output_size)}")
    batch = tuple(self.shape[:-rank])
    inputs = (*batch, math.prod(self.shape[-rank:]))
    flat = p.full((*batch, math.prod(output_size)), 0, self.dtype)
    places = p.reshape(cast(p, indices, INT64), inputs)
    placed = p.scatter(flat, places, p.reshape(self, inputs), len(batch), "set")
    return p.reshape(placed, (*batch, *output_size))


@op(
    "max_unpool2d(Tensor self, Tensor indices, SymInt[2] output_size) -> Tensor",
    layout=layout.suggested("self"),
    variants="",
    vjp={"self": lambda grad, indices: picked(grad, indices, 2)},
)
def max_unpool2d(p, self, indices, output_size):
    """Zeros [N, C, *output_size] with the elements of self at indices, which count in the
    flattened plane; where two meet, which one stays is not defined.
    """
    return _unpooled(p, self, indices, output_size, 2)


@op(
    "max_unpool3d(Tensor self, Tensor indices, SymInt[3] output_size, int[3] stride, int[3] "
    "padding) -> Tensor",
    variants="",
    vjp={"self": lambda grad, indices: picked(grad, indices, 3)},
)
def max_unpool3d(p, self, indices, output_size, stride, padding):
    """max_unpool2d for three spatial dimensions; stride and padding are those of the pooling."""
    return _unpooled(p, self, indices, output_size, 3)


def _starts(p, sample, size, kernel, count):
    """Where the windows of a dimension begin: [N, C] random numbers to int64 [N, C, count]."""
    shape = (*sample.shape, count)
    last = p.full((*sample.shape, 1), size - kernel, INT64)
    if count == 1:
        return last
    rate = (size - kernel) / (count - 1)
    draw = p.expand(p.unsqueeze(sample, (2,)), shape)
    at = p.mul(p.add(cast(p, p.iota(shape, 2, INT64), sample.dtype), draw), rate)
    starts = p.sub(cast(p, at, INT64), cast(p, p.mul(draw, rate), INT64))
    inner = p.slice(starts, [0, 0, 0], [*sample.shape, count - 1], [1, 1, 1])
    return p.concat([inner, last], 2)


def _fractional(rank):
    name = f"fractional_max_pool{rank}d"
    # The number that places the windows of a dimension: width first for images, as in torch.
    columns = (1, 0) if rank == 2 else (0, 1, 2)

    def forward(p, self, kernel_size, output_size, random_samples):
        floating("self", self)
        same_dtype(("self", self), ("random_samples", random_samples))
        alone = self.ndim == rank + 1
        if not alone and self.ndim != rank + 2:
            raise ShapeError(
                f"expected {rank + 1} or {rank + 2} dimensions, got shape {tuple(self.shape)}"
            )
        x = p.unsqueeze(self, (0,)) if alone else self
        kernel = tuple(kernel_size) * (rank if len(kernel_size) == 1 else 1)
        counts = tuple(output_size) * (rank if len(output_size) == 1 else 1)
        _check_windows(x.shape[2:], kernel, counts)
        batch = tuple(x.shape[:2])
        if tuple(random_samples.shape) != (*batch, rank):
            raise ShapeError(
                f"random_samples must have shape {(*batch, rank)}, got "
                f"{tuple(random_samples.shape)}"
            )
        places = _window_places(p, random_samples, x.shape[2:], kernel, counts, columns)
        outputs, taps = math.prod(counts), math.prod(kernel)
        flat = p.reshape(x, (*batch, math.prod(x.shape[2:])))
        found = p.reshape(p.gather(flat, places, 2), (*batch, outputs, taps))
        tap = p.unsqueeze(p.argmax(found, 3), (3,))
        at = p.gather(p.reshape(places, (*batch, outputs, taps)), tap, 3)
        shape = (*((batch[1],) if alone else batch), *counts)
        return p.reshape(p.amax(found, (3,)), shape), p.reshape(at, shape)

    def backward(p, grad_output, self, kernel_size, output_size, indices):
        return returned(p, grad_output, tuple(self.shape), indices, rank)

    def formula(grads, self, kernel_size, output_size, results):
        return getattr(aten, f"{name}_backward")(
            grads[0], self, kernel_size, output_size, results[1]
        )

    forward.__doc__ = (
        f"(values, int64 indices) of the largest elements of output_size windows of kernel_size "
        f"over the last {rank} dimensions, placed by the numbers random_samples [N, C, {rank}] "
        "between 0 and 1."
    )
    backward.__doc__ = f"The gradient of {name}."
    op(
        f"{name}(Tensor self, int[{rank}] kernel_size, int[{rank}] output_size, Tensor "
        "random_samples) -> (Tensor, Tensor)",
        variants="",
        vjp={"self": formula, "random_samples": None},
    )(forward)
    op(
        f"{name}_backward(Tensor grad_output, Tensor self, int[{rank}] kernel_size, int[{rank}] "
        "output_size, Tensor indices) -> Tensor",
        variants="",
        vjp={"grad_output": lambda grad, indices: picked(grad, indices, rank), "self": zeros_at},
    )(backward)


def _check_windows(sizes, kernel, counts):
    if any(k < 1 or o < 1 or o + k - 1 > n for n, k, o in zip(sizes, kernel, counts)):
        raise ShapeError(
            f"{counts} windows of size {kernel} do not fit an input of size {tuple(sizes)}"
        )


def _window_places(p, samples, sizes, kernel, counts, columns):
    """Where the elements of every window lie in the flattened plane: [N, C, outputs * taps]."""
    batch, rank = tuple(samples.shape[:2]), len(sizes)
    shape = (*batch, *counts, *kernel)
    flat = None
    for d, column in enumerate(columns):
        sample = p.squeeze(p.slice(samples, [0, 0, column], [*batch, column + 1], [1, 1, 1]), (2,))
        starts = _starts(p, sample, sizes[d], kernel[d], counts[d])
        others = tuple(i for i in range(2, len(shape)) if i != 2 + d)
        spread = p.expand(p.unsqueeze(starts, others), shape)
        along = p.add(spread, p.iota(shape, 2 + rank + d, INT64))
        flat = along if flat is None else p.add(p.mul(flat, sizes[d]), along)
    return p.reshape(flat, (*batch, math.prod(counts) * math.prod(kernel)))


for _rank in (2, 3):
    _fractional(_rank)
