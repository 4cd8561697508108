"""Resampling of [N, C, *S] to another spatial size: nearest, linear and cubic interpolation.

Every spatial dimension is a linear map with coefficients known beforehand, so an operator is a
product of such maps, one a dimension, and its gradient the product of their transposes. Small
floats compute in float32.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from ..errors import DtypeError, ShapeError
from . import layout
from .promotion import FLOATING, accumulate_dtype, cast, category
from .registry import aten, op, takes

# Above this many terms an output, a dense matrix product is cheaper than a sum of selections.
_MOST_TAPS = 8


class Axis(NamedTuple):
    """The map of one dimension: output j is the sum over i of weights[i, j] * x[places[i, j]]."""

    places: np.ndarray
    weights: np.ndarray
    size: int

    @property
    def is_identity(self) -> bool:
        """Whether the output is the input."""
        taps, count = self.places.shape
        same = taps == 1 and count == self.size and (self.places[0] == np.arange(count)).all()
        return same and bool((self.weights == 1).all())

    def matrix(self) -> np.ndarray:
        """The map as a matrix [outputs, size]."""
        count = self.places.shape[1]
        matrix = np.zeros((count, self.size))
        for places, weights in zip(self.places, self.weights):
            np.add.at(matrix, (np.arange(count), places), weights)
        return matrix

    def transposed(self) -> Axis:
        """The transpose, with as many terms an output as its fullest one needs."""
        matrix = self.matrix().T
        taps = max(1, int((matrix != 0).sum(1).max(initial=0)))
        places = np.argsort(matrix == 0, axis=1, kind="stable")[:, :taps]
        return Axis(places.T, np.take_along_axis(matrix, places, 1).T, matrix.shape[1])


def _mapped(p, x, dim, axis):
    """x with its dimension dim put through axis."""
    if axis.is_identity:
        return x
    if len(axis.places) > _MOST_TAPS:
        return _by_product(p, x, dim, axis.matrix().astype(x.dtype))
    total = None
    front = (dim, *(d for d in range(x.ndim) if d != dim))
    back = (*range(1, dim + 1), 0, *range(dim + 1, x.ndim))
    leading = p.permute(x, front)
    for places, weights in zip(axis.places, axis.weights):
        term = p.permute(p.index(leading, [p.constant(places.astype(np.int64))]), back)
        if (weights != 1).any():
            shaped = weights.astype(x.dtype).reshape(-1, *[1] * (x.ndim - 1 - dim))
            term = p.mul(term, p.constant(shaped))
        total = term if total is None else p.add(total, term)
    return total


def _by_product(p, x, dim, matrix):
    before, after = math.prod(x.shape[:dim]), math.prod(x.shape[dim + 1 :])
    rows = p.reshape(x, (before, x.shape[dim], after))
    spread = p.expand(p.constant(matrix), (before, *matrix.shape))
    return p.reshape(p.matmul(spread, rows), (*x.shape[:dim], matrix.shape[0], *x.shape[dim + 1 :]))


def _scale(size, count, align_corners, factor):
    """Input positions per output position."""
    if align_corners:
        return (size - 1) / (count - 1) if count > 1 else 0.0
    return 1 / factor if factor else size / count


def _nearest(shift):
    def axis(size, count, align_corners, factor):
        # Single precision decides ties, as in torch.
        scale = np.float32(1 / factor if factor else size / count)
        places = np.floor((np.arange(count, dtype=np.float32) + np.float32(shift)) * scale)
        places = np.minimum(places.astype(np.int64), size - 1)
        return Axis(places[None], np.ones((1, count)), size)

    return axis


def _positions(size, count, align_corners, factor):
    scale = _scale(size, count, align_corners, factor)
    shift = 0 if align_corners else 0.5
    return scale * (np.arange(count) + shift) - shift


def _linear(size, count, align_corners, factor):
    at = np.maximum(_positions(size, count, align_corners, factor), 0)
    first = np.minimum(at.astype(np.int64), size - 1)
    part = np.clip(at - first, 0, 1)
    second = np.minimum(first + 1, size - 1)
    if (part == 0).all():
        return Axis(first[None], np.ones((1, count)), size)
    return Axis(np.stack([first, second]), np.stack([1 - part, part]), size)


def cubic_weight(distance, sharpness):
    """Keys' cubic convolution kernel (1981) at a non-negative distance."""
    near = ((sharpness + 2) * distance - (sharpness + 3)) * distance * distance + 1
    far = ((distance - 5) * distance + 8) * distance - 4
    return np.where(distance <= 1, near, np.where(distance < 2, sharpness * far, 0))


def _cubic(size, count, align_corners, factor):
    at = _positions(size, count, align_corners, factor)
    first = np.floor(at)
    taps = np.stack([first + offset for offset in (-1, 0, 1, 2)])
    weights = cubic_weight(np.abs(taps - at), -0.75)
    return Axis(np.clip(taps, 0, size - 1).astype(np.int64), weights, size)


def _antialiased(reach, kernel):
    """A kernel of that reach, widened where the map shrinks its input."""

    def axis(size, count, align_corners, factor):
        scale = _scale(size, count, align_corners, factor)
        stretch = max(scale, 1.0)
        centers = scale * (np.arange(count) + 0.5)
        low = np.maximum((centers - reach * stretch + 0.5).astype(np.int64), 0)
        high = np.minimum((centers + reach * stretch + 0.5).astype(np.int64), size)
        taps = low + np.arange(max(int((high - low).max(initial=1)), 1))[:, None]
        weights = kernel(np.abs(taps - centers + 0.5) / stretch) * (taps < high)
        return Axis(np.minimum(taps, size - 1), weights / weights.sum(0), size)

    return axis


def _triangle(distance):
    return np.maximum(1 - distance, 0)


# Name of the operator: (the map of a dimension, spatial dimensions, whether it has align_corners).
_KINDS = {
    **{f"upsample_nearest{rank}d": (_nearest(0), rank, False) for rank in (1, 2, 3)},
    **{f"_upsample_nearest_exact{rank}d": (_nearest(0.5), rank, False) for rank in (1, 2, 3)},
    "upsample_linear1d": (_linear, 1, True),
    "upsample_bilinear2d": (_linear, 2, True),
    "upsample_trilinear3d": (_linear, 3, True),
    "upsample_bicubic2d": (_cubic, 2, True),
    "_upsample_bilinear2d_aa": (_antialiased(1, _triangle), 2, True),
    "_upsample_bicubic2d_aa": (_antialiased(2, lambda d: cubic_weight(d, -0.5)), 2, True),
}


def _checked(x, rank, sizes, what):
    if category(x.dtype) != FLOATING and x.dtype.name != "uint8":
        raise DtypeError(f"needs a floating dtype or uint8, got {x.dtype}")
    if len(x.shape) != rank + 2 or 0 in x.shape[1:]:
        raise ShapeError(
            f"expected {rank + 2} dimensions, of which only the batch may be empty, got "
            f"{what} of shape {tuple(x.shape)}"
        )
    if len(sizes) != rank or any(size < 1 for size in sizes):
        raise ShapeError(f"output size must be {rank} positive numbers, got {tuple(sizes)}")


def _resampling(name, make_axis, rank, has_corners):
    corners = ", bool align_corners" if has_corners else ""
    scales = ["scales"] if rank == 1 else [f"scales_{d}" for d in "dhw"[3 - rank :]]
    factors = "".join(f", float? {scale}=None" for scale in scales)

    def axes(sizes, output_size, options):
        aligned, given = (options[0], options[1:]) if has_corners else (False, options)
        return [make_axis(*one) for one in zip(sizes, output_size, [aligned] * rank, given)]

    def mapped(p, x, maps):
        result = cast(p, x, accumulate_dtype(x.dtype))
        if x.dtype.name == "uint8":
            result = cast(p, x, np.dtype(np.float32))
        for i, axis in enumerate(maps):
            result = _mapped(p, result, 2 + i, axis)
        if x.dtype.name == "uint8":
            result = p.minimum(p.maximum(p.round(result), 0), 255)
        return cast(p, result, x.dtype)

    def forward(p, self, output_size, *options):
        _checked(self, rank, output_size, "an input")
        return mapped(p, p.clone(self), axes(self.shape[2:], output_size, options))

    def backward(p, grad_output, output_size, input_size, *options):
        _checked(grad_output, rank, output_size, "a gradient")
        maps = axes(input_size[2:], output_size, options)
        return mapped(p, p.clone(grad_output), [axis.transposed() for axis in maps])

    forward.__doc__ = (
        f"[N, C, *S] resampled to {rank} spatial sizes; see nn.functional.interpolate. A scale "
        "factor, where given, stands for the ratio of the sizes."
    )
    backward.__doc__ = f"The gradient of {name}."
    op(
        f"{name}(Tensor self, SymInt[{rank}] output_size{corners}{factors}) -> Tensor",
        layout=layout.suggested("self"),
        variants="",
        vjp={"self": _forward_formula(f"{name}_backward", has_corners, scales)},
    )(forward)
    op(
        f"{name}_backward(Tensor grad_output, SymInt[{rank}] output_size, SymInt[{rank + 2}] "
        f"input_size{corners}{factors}) -> Tensor",
        variants="",
        vjp={"grad_output": _backward_formula(name, has_corners, scales)},
    )(backward)


def _forward_formula(backward_name, has_corners, scales):
    @takes("grad", "self_meta", "output_size", *["align_corners"] * has_corners, *scales)
    def formula(grad, self_meta, output_size, *options):
        return getattr(aten, backward_name)(grad, output_size, self_meta.sizes, *options)

    return formula


def _backward_formula(name, has_corners, scales):
    @takes("grad", "output_size", *["align_corners"] * has_corners, *scales)
    def formula(grad, output_size, *options):
        return getattr(aten, name)(grad, output_size, *options)

    return formula


for _name, _facts in _KINDS.items():
    _resampling(_name, *_facts)
