"""Sampling [N, C, *S] at real positions, the sampling step of spatial transformers (Jaderberg et
al., 2015), over two or three spatial dimensions.

The grid [N, *T, len(S)] holds positions in [-1, 1], the last spatial dimension first. Every
dimension contributes taps, a place with a weight; a sample is the sum over all their combinations.
interpolation_mode is 0 (linear), 1 (nearest) or 2 (cubic); padding_mode 0 (zeros), 1 (border) or
2 (reflection).
"""

from __future__ import annotations

import functools
import itertools
import math
from typing import NamedTuple

from ..errors import ShapeError, UnsupportedError, ValueError_
from .checks import floating, same_dtype
from .promotion import accumulate_dtype, cast
from .reduction import INT64
from .registry import aten, op

LINEAR, NEAREST, CUBIC = range(3)
ZEROS, BORDER, REFLECTION = range(3)
_SHARPNESS = -0.75


class Tap(NamedTuple):
    """One place along a dimension for every sample: where (int64), whether that is inside, its
    weight (None: 1) and the first and second derivative of the weight by the grid's number
    (None: 0).
    """

    place: object
    inside: object
    weight: object
    slope: object
    curve: object


def _position(p, number, size, align_corners):
    """The element that a number of the grid points at, and its derivative."""
    if align_corners:
        return p.mul(p.add(number, 1), (size - 1) / 2), (size - 1) / 2
    return p.div(p.sub(p.mul(p.add(number, 1), size), 1), 2), size / 2


def _mirrored(p, at, size, align_corners):
    """A position mirrored at the ends until it is between them, and the sign of the derivative."""
    low, span = (0, size - 1) if align_corners else (-0.5, size)
    if span == 0:
        return p.mul(at, 0), p.mul(at, 0)
    from_low = p.sub(at, low)
    distance = p.abs(from_low)
    extra = p.rem(distance, span)
    turns = p.floor(p.div(distance, span))
    even = p.compare(p.rem(turns, 2), 0, "eq")
    sign = p.select(p.compare(from_low, 0, "lt"), -1, p.add(p.mul(at, 0), 1))
    at = p.add(p.select(even, extra, p.sub(span, extra)), low)
    return at, p.select(even, sign, p.neg(sign))


def _held(p, at, size):
    """A position held inside, and the derivative: 0 where it was not inside."""
    free = p.bitwise_and(p.compare(at, 0, "gt"), p.compare(at, size - 1, "lt"))
    return p.minimum(p.maximum(at, 0), size - 1), cast(p, free, at.dtype)


def _padded(p, at, size, padding_mode, align_corners):
    """A position as padding moves it, and the derivative of that (None: 1)."""
    if padding_mode == ZEROS:
        return at, None
    if padding_mode == BORDER:
        return _held(p, at, size)
    at, sign = _mirrored(p, at, size, align_corners)
    at, free = _held(p, at, size)
    return at, p.mul(sign, free)


def _tap(p, place, size, weight=None, slope=None, curve=None):
    inside = p.bitwise_and(p.compare(place, 0, "ge"), p.compare(place, size - 1, "le"))
    # Held before the cast: a position far outside has no integer.
    held = p.minimum(p.maximum(place, 0), size - 1)
    held = p.select(p.compare(held, held, "eq"), held, 0)
    return Tap(cast(p, held, INT64), inside, weight, slope, curve)


def _linear_taps(p, at, size, slope):
    first = p.floor(at)
    part = p.sub(at, first)
    yield _tap(p, first, size, p.sub(1, part), p.neg(slope))
    yield _tap(p, p.add(first, 1), size, part, slope)


def _cubic_taps(p, at, size, slope, padding_mode, align_corners):
    first = p.floor(at)
    part = p.sub(at, first)
    a = _SHARPNESS
    for offset in (-1, 0, 1, 2):
        place, _ = _padded(p, p.add(first, offset), size, padding_mode, align_corners)
        distance = p.abs(p.sub(part, offset))
        # The branches of Keys' kernel and their derivatives by the distance.
        if offset in (0, 1):
            weight = p.add(
                p.mul(p.mul(p.sub(p.mul(distance, a + 2), a + 3), distance), distance),
                1,
            )
            change = p.mul(p.sub(p.mul(distance, 3 * (a + 2)), 2 * (a + 3)), distance)
            bend = p.sub(p.mul(distance, 6 * (a + 2)), 2 * (a + 3))
        else:
            weight = p.mul(
                p.sub(p.mul(p.add(p.mul(p.sub(distance, 5), distance), 8), distance), 4), a
            )
            change = p.mul(p.add(p.mul(p.sub(p.mul(distance, 3), 10), distance), 8), a)
            bend = p.mul(p.sub(p.mul(distance, 6), 10), a)
        change = change if offset <= 0 else p.neg(change)
        curve = p.mul(bend, p.mul(slope, slope))
        yield _tap(p, place, size, weight, p.mul(change, slope), curve)


def _taps(p, number, size, interpolation_mode, padding_mode, align_corners):
    at, slope = _position(p, number, size, align_corners)
    scale = p.add(p.mul(at, 0), slope)
    if interpolation_mode == CUBIC:
        return list(_cubic_taps(p, at, size, scale, padding_mode, align_corners))
    at, factor = _padded(p, at, size, padding_mode, align_corners)
    if interpolation_mode == NEAREST:
        return [_tap(p, p.round(at), size)]
    return list(_linear_taps(p, at, size, scale if factor is None else p.mul(scale, factor)))


def _prepared(p, input, grid, rank, interpolation_mode, padding_mode, align_corners):
    """Taps of every spatial dimension, each [N, samples]; checks all arguments."""
    floating("input", input)
    same_dtype(("input", input), ("grid", grid))
    if len(input.shape) != rank + 2 or len(grid.shape) != rank + 2:
        raise ShapeError(
            f"expected input and grid of {rank + 2} dimensions, got shapes {tuple(input.shape)} "
            f"and {tuple(grid.shape)}"
        )
    if grid.shape[-1] != rank or grid.shape[0] != input.shape[0]:
        raise ShapeError(
            f"a grid for input of shape {tuple(input.shape)} has shape [{input.shape[0]}, ..., "
            f"{rank}], got {tuple(grid.shape)}"
        )
    if 0 in input.shape[2:]:
        raise ShapeError(f"input of shape {tuple(input.shape)} has no elements to sample")
    if interpolation_mode not in range(3) or padding_mode not in range(3):
        raise ValueError_(
            f"modes are 0, 1 or 2, got interpolation {interpolation_mode} and padding "
            f"{padding_mode}"
        )
    if interpolation_mode == CUBIC and rank == 3:
        raise UnsupportedError("cubic interpolation is for two spatial dimensions")
    batch, samples = grid.shape[0], math.prod(grid.shape[1:-1])
    numbers = p.reshape(cast(p, grid, accumulate_dtype(grid.dtype)), (batch, samples, rank))
    taps = []
    for d in range(rank):
        at = rank - 1 - d
        number = p.squeeze(p.slice(numbers, [0, 0, at], [batch, samples, at + 1], [1, 1, 1]), (2,))
        taps.append(
            _taps(p, number, input.shape[2 + d], interpolation_mode, padding_mode, align_corners)
        )
    return taps


def _combined(parts, combine):
    """All parts in one; None is neutral."""
    parts = [part for part in parts if part is not None]
    return functools.reduce(combine, parts) if parts else None


def _corners(p, taps, sizes, channels):
    """For every combination of taps: (the taps, the flat places and whether they are inside, both
    [N, C, samples]).
    """
    for corner in itertools.product(*taps):
        place = None
        for tap, size in zip(corner, sizes):
            place = tap.place if place is None else p.add(p.mul(place, size), tap.place)
        inside = _combined([tap.inside for tap in corner], p.bitwise_and)
        shape = (place.shape[0], channels, place.shape[1])
        yield corner, *(p.expand(p.unsqueeze(x, (1,)), shape) for x in (place, inside))


def _flat(p, input, dtype):
    return p.reshape(cast(p, input, dtype), (*input.shape[:2], math.prod(input.shape[2:])))


def _sample(p, input, grid, rank, modes):
    taps = _prepared(p, input, grid, rank, *modes)
    wide = accumulate_dtype(input.dtype)
    flat, total = _flat(p, input, wide), None
    for corner, place, inside in _corners(p, taps, input.shape[2:], input.shape[1]):
        value = p.select(inside, p.gather(flat, place, 2), 0)
        weight = _combined([tap.weight for tap in corner], p.mul)
        value = value if weight is None else p.mul(value, p.unsqueeze(weight, (1,)))
        total = value if total is None else p.add(total, value)
    return cast(p, p.reshape(total, (*input.shape[:2], *grid.shape[1:-1])), input.dtype)


def _input_gradient(p, grad, taps, input, dtype):
    """Every sample's gradient, weighted, added where it was taken from."""
    total = p.full((*input.shape[:2], math.prod(input.shape[2:])), 0, dtype)
    for corner, place, inside in _corners(p, taps, input.shape[2:], input.shape[1]):
        weight = _combined([tap.weight for tap in corner], p.mul)
        share = grad if weight is None else p.mul(grad, p.unsqueeze(weight, (1,)))
        total = p.scatter(total, place, p.select(inside, share, 0), 2, "add")
    return cast(p, p.reshape(total, tuple(input.shape)), input.dtype)


def _grid_gradient(p, grad, taps, input, grid, dtype):
    rank = len(taps)
    if taps[0][0].slope is None:
        return p.full(tuple(grid.shape), 0, grid.dtype)
    flat = _flat(p, input, dtype)
    totals = [None] * rank
    for corner, place, inside in _corners(p, taps, input.shape[2:], input.shape[1]):
        value = p.select(inside, p.gather(flat, place, 2), 0)
        product = p.sum(p.mul(value, grad), (1,))
        for d in range(rank):
            term = p.mul(product, _derived(p, corner, d))
            totals[d] = term if totals[d] is None else p.add(totals[d], term)
    return _as_grid(p, totals, grid)


def _derived(p, corner, *dims):
    """The product of a corner's weights, differentiated once for every one of dims; None where it
    does not depend on one of them.
    """
    factors = [(tap.weight, tap.slope, tap.curve)[dims.count(d)] for d, tap in enumerate(corner)]
    if any(factors[d] is None for d in dims):
        return None
    return _combined(factors, p.mul)


def _as_grid(p, totals, grid):
    """The numbers of every spatial dimension, [N, samples], in the order and shape of grid."""
    columns = [p.unsqueeze(total, (2,)) for total in reversed(totals)]
    return cast(p, p.reshape(p.concat(columns, 2), tuple(grid.shape)), grid.dtype)


def _second(p, grad_input, grad_grid, grad_output, input, grid, rank, modes):
    """The gradients, at grad_output, input and grid, of the inner product of grad_input and
    grad_grid with what the backward operator computes.
    """
    taps = _prepared(p, input, grid, rank, *modes)
    wide = accumulate_dtype(input.dtype)
    batch, channels, samples = *input.shape[:2], math.prod(grid.shape[1:-1])
    values, changes = _flat(p, input, wide), _flat(p, grad_input, wide)
    outer = _flat(p, grad_output, wide)
    numbers = p.reshape(cast(p, grad_grid, wide), (batch, samples, rank))
    pulls = [
        p.squeeze(p.slice(numbers, [0, 0, d], [batch, samples, d + 1], [1] * 3), (2,))
        for d in reversed(range(rank))
    ]
    nothing = p.full((batch, samples), 0, wide)
    at_output = p.full((batch, channels, samples), 0, wide)
    at_input = p.full(tuple(values.shape), 0, wide)
    at_grid = [nothing] * rank
    for corner, place, inside in _corners(p, taps, input.shape[2:], channels):
        value, change = (p.select(inside, p.gather(x, place, 2), 0) for x in (values, changes))
        moved = _pulled(p, corner, pulls, nothing)
        weight = _combined([tap.weight for tap in corner], p.mul)
        kept = change if weight is None else p.mul(change, p.unsqueeze(weight, (1,)))
        at_output = p.add(at_output, p.add(kept, p.mul(value, p.unsqueeze(moved, (1,)))))
        share = p.select(inside, p.mul(outer, p.unsqueeze(moved, (1,))), 0)
        at_input = p.scatter(at_input, place, share, 2, "add")
        by_value, by_change = (p.sum(p.mul(x, outer), (1,)) for x in (value, change))
        for d in range(rank):
            slope = _derived(p, corner, d)
            if slope is not None:
                at_grid[d] = p.add(at_grid[d], p.mul(by_change, slope))
            bent = _pulled(p, corner, pulls, nothing, d)
            at_grid[d] = p.add(at_grid[d], p.mul(by_value, bent))
    return (
        cast(p, p.reshape(at_output, tuple(grad_output.shape)), grad_output.dtype),
        cast(p, p.reshape(at_input, tuple(input.shape)), input.dtype),
        _as_grid(p, at_grid, grid),
    )


def _pulled(p, corner, pulls, nothing, *dims):
    """The change of a corner's weight (differentiated by dims) as the grid moves by pulls."""
    total = nothing
    for d, pull in enumerate(pulls):
        slope = _derived(p, corner, d, *dims)
        if slope is not None:
            total = p.add(total, p.mul(pull, slope))
    return total


def _grid_sampler(rank):
    name = f"grid_sampler_{rank}d"

    def forward(p, input, grid, interpolation_mode, padding_mode, align_corners):
        modes = interpolation_mode, padding_mode, align_corners
        return _sample(p, input, grid, rank, modes)

    def backward(
        p, grad_output, input, grid, interpolation_mode, padding_mode, align_corners, output_mask
    ):
        modes = interpolation_mode, padding_mode, align_corners
        taps = _prepared(p, input, grid, rank, *modes)
        wide = accumulate_dtype(input.dtype)
        grad = _flat(p, grad_output, wide)
        return (
            _input_gradient(p, grad, taps, input, wide) if output_mask[0] else None,
            _grid_gradient(p, grad, taps, input, grid, wide) if output_mask[1] else None,
        )

    def formula(grad, input, grid, interpolation_mode, padding_mode, align_corners, needs):
        return getattr(aten, f"{name}_backward")(
            grad, input, grid, interpolation_mode, padding_mode, align_corners, list(needs[:2])
        )

    def twice(
        p,
        grad_input,
        grad_grid,
        grad_output,
        input,
        grid,
        interpolation_mode,
        padding_mode,
        align_corners,
    ):
        modes = interpolation_mode, padding_mode, align_corners
        return _second(p, grad_input, grad_grid, grad_output, input, grid, rank, modes)

    def backward_formula(
        grads, grad_output, input, grid, interpolation_mode, padding_mode, align_corners
    ):
        return getattr(aten, f"{name}_double_backward")(
            aten.zeros_like(input) if grads[0] is None else grads[0],
            aten.zeros_like(grid) if grads[1] is None else grads[1],
            grad_output,
            input,
            grid,
            interpolation_mode,
            padding_mode,
            align_corners,
        )

    twice.__doc__ = f"The gradients of {name}_backward at grad_output, input and grid."
    forward.__doc__ = (
        f"[N, C, *T] sampled from input [N, C, *S] at the positions grid [N, *T, {rank}]."
    )
    backward.__doc__ = f"The gradients of {name} at input and grid, None where output_mask is off."
    modes = "int interpolation_mode, int padding_mode, bool align_corners"
    op(
        f"{name}(Tensor input, Tensor grid, {modes}) -> Tensor",
        variants="function",
        vjp={("input", "grid"): formula},
    )(forward)
    op(
        f"{name}_backward(Tensor grad_output, Tensor input, Tensor grid, {modes}, "
        "bool[2] output_mask) -> (Tensor, Tensor)",
        variants="",
        vjp={("grad_output", "input", "grid"): backward_formula},
    )(backward)
    op(
        f"{name}_double_backward(Tensor grad_input, Tensor grad_grid, Tensor grad_output, Tensor "
        f"input, Tensor grid, {modes}) -> (Tensor, Tensor, Tensor)",
        variants="",
    )(twice)


for _rank in (2, 3):
    _grid_sampler(_rank)
