"""Tensors of evenly spaced numbers, and identity matrices: entries with aten's signatures, and the public
functions over them.
"""

from __future__ import annotations

import math
import warnings

import numpy as np

from ..dtypes import get_default_dtype
from ..errors import ArgumentError, DtypeError, ShapeError, ValueError_, user_stacklevel
from .factory import OPTIONS, dtype_of, dtype_or, finish, sizes_of
from .promotion import cast, default_float, is_complex
from .registry import aten, composite, op

_INT64 = np.dtype(np.int64)


@op(f"arange(Scalar end, *, {OPTIONS}) -> Tensor", variants="", differentiable=False)
def arange_to(p, end, dtype, layout, device, pin_memory):
    """0, 1, ... up to but without end."""
    return arange(p, 0, end, 1, dtype, layout, device, pin_memory)


@op(
    f"arange.start(Scalar start, Scalar end, *, {OPTIONS}) -> Tensor",
    variants="",
    differentiable=False,
)
def arange_between(p, start, end, dtype, layout, device, pin_memory):
    """start, start + 1, ... up to but without end."""
    return arange(p, start, end, 1, dtype, layout, device, pin_memory)


@op(
    f"arange.start_step(Scalar start, Scalar end, Scalar step=1, *, {OPTIONS}) -> Tensor",
    variants="",
    differentiable=False,
)
def arange(p, start, end, step, dtype, layout, device, pin_memory):
    """start, start + step, ... up to but without end. int64 when all are integers, else float.
    Raises ValueError_ when step is 0 or leads away from end."""
    if step == 0 or (end - start) / step < 0:
        raise ValueError_(f"arange: step {step} does not lead from {start} to {end}")
    whole = all(isinstance(v, int) for v in (start, end, step))
    count = -((start - end) // step) if whole else math.ceil((end - start) / step)
    result = dtype_or(dtype, _INT64 if whole else default_float(), device)
    # Rounding once from float64 keeps long float32 ranges exact to the last place.
    exact = _INT64 if whole else np.dtype(np.float64)
    ramp = p.iota((count,), 0, exact)
    if step != 1:
        ramp = p.mul(ramp, step)
    if start != 0:
        ramp = p.add(ramp, start)
    return cast(p, ramp, result)


@op(
    f"linspace(Scalar start, Scalar end, SymInt steps, *, {OPTIONS}) -> Tensor",
    variants="",
    differentiable=False,
)
def linspace(p, start, end, steps, dtype, layout, device, pin_memory):
    """`steps` evenly spaced numbers from start to end, both included. Raises ValueError_ for
    steps < 0.
    """
    if steps < 0:
        raise ValueError_(f"linspace: steps must not be negative, got {steps}")
    result = dtype_or(dtype, default_float(), device)
    if is_complex(result):
        raise DtypeError("linspace: complex ranges are not offered")
    if steps < 2:
        return p.full((steps,), start, result)
    ramp = p.iota((steps,), 0, np.dtype(np.float64))
    step = (end - start) / (steps - 1)
    rising = p.add(p.mul(ramp, step), start)
    # Counting back from the end makes the last element exact.
    falling = p.sub(end, p.mul(p.sub(steps - 1, ramp), step))
    return cast(p, p.select(p.compare(ramp, steps / 2, "lt"), rising, falling), result)


@op(f"eye(SymInt n, *, {OPTIONS}) -> Tensor", variants="", differentiable=False)
def eye_square(p, n, dtype, layout, device, pin_memory):
    """An n x n identity matrix."""
    return eye(p, n, n, dtype, layout, device, pin_memory)


@op(f"eye.m(SymInt n, SymInt m, *, {OPTIONS}) -> Tensor", variants="", differentiable=False)
def eye(p, n, m, dtype, layout, device, pin_memory):
    """An n x m matrix with ones on the diagonal."""
    sizes = sizes_of((n, m))
    on_diagonal = p.compare(p.iota(sizes, 0, _INT64), p.iota(sizes, 1, _INT64), "eq")
    return p.cast(on_diagonal, dtype_or(dtype, default_float(), device))


@composite(name="arange")
def _arange(
    start, end=None, step=1, *, out=None, dtype=None, layout=None, device=None, requires_grad=False
):
    """start (0 when only one number is given), start + step, ... up to but without end."""
    if end is None:
        start, end = 0, start
    return finish(
        aten.arange.start_step(start, end, step, dtype=dtype_of(out, dtype), device=device),
        requires_grad,
        out,
    )


@composite(name="linspace")
def _linspace(
    start, end, steps, *, out=None, dtype=None, layout=None, device=None, requires_grad=False
):
    """`steps` evenly spaced numbers from start to end, both included."""
    return finish(
        aten.linspace(start, end, steps, dtype=dtype_of(out, dtype), device=device),
        requires_grad,
        out,
    )


@composite(name="eye")
def _eye(n, m=None, *, out=None, dtype=None, layout=None, device=None, requires_grad=False):
    """An n x m (n x n) matrix with ones on the diagonal."""
    return finish(
        aten.eye.m(n, n if m is None else m, dtype=dtype_of(out, dtype), device=device),
        requires_grad,
        out,
    )


@composite(name="range")
def _range(
    start, end=None, step=1, *, out=None, dtype=None, layout=None, device=None, requires_grad=False
):
    """start, start + step, ... up to and with end, float by default. Deprecated: `arange` excludes the end.

    Raises ShapeError when step is 0 or leads away from end.
    """
    if end is None:
        raise ArgumentError("missing argument 'end'", op="range")
    warnings.warn(
        "range includes its end, unlike Python's; use arange",
        UserWarning,
        stacklevel=user_stacklevel(),
    )
    if step == 0 or (end - start) / step < 0:
        raise ShapeError(f"step {step} does not lead from {start} to {end}", op="range")
    count = math.floor((end - start) / step) + 1
    chosen = dtype_of(out, dtype) or get_default_dtype()
    steps = aten.arange(count, dtype=chosen, device=device)
    return finish(steps * step + start, requires_grad, out)
