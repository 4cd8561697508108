"""Pointwise selection, bounds and fused multiply-adds: where, clamp, masked_fill, lerp, addcmul.

Operands broadcast and, unless an entry says otherwise, are promoted.
"""

from __future__ import annotations

import math

import ml_dtypes
import numpy as np

from ..errors import ArgumentError, DataDependentError, DtypeError, ShapeError
from . import layout
from .checks import fitting, same_dtype
from .formulas import conj, masked
from .promotion import (
    BOOL,
    FLOATING,
    as_array,
    cast,
    category,
    check_broadcast,
    is_complex,
    is_integral,
    promote,
    result_dtype,
)
from .registry import op


def _condition(condition):
    if condition.dtype.name not in ("bool", "uint8"):
        raise DtypeError(f"condition must be bool, got {condition.dtype}")


@op(
    "where.self(Tensor condition, Tensor self, Tensor other) -> Tensor",
    pointwise=True,
    vjp={
        "self": lambda grad, condition: grad.masked_fill(condition.logical_not(), 0),
        "other": lambda grad, condition: grad.masked_fill(condition, 0),
    },
)
def where(p, condition, self, other):
    """self where condition (bool) holds, other elsewhere; either may be a number."""
    _condition(condition)
    check_broadcast(condition, self, other)
    dtype = result_dtype(self, other)
    return p.select(
        cast(p, condition, np.dtype(bool)), as_array(p, self, dtype), as_array(p, other, dtype)
    )


def _fill_vjp(grad, mask):
    return grad.masked_fill(mask, 0)


def _fill_value_vjp(grad, mask):
    return masked(grad, mask).sum()


def _check_real(value, dtype) -> None:
    """A complex number fills real elements if it is real."""
    if not isinstance(value, np.ndarray):
        raise DataDependentError("whether the imaginary part is zero is not known while tracing")
    if value.imag != 0:
        raise DtypeError(f"a value of {value.dtype} cannot fill a tensor of {dtype}")


@op(
    "masked_fill.Tensor(Tensor self, Tensor mask, Tensor value) -> Tensor",
    grad_name="MaskedFillBackward1",
    inplace=True,
    tags={"elementwise"},
    vjp={"self": _fill_vjp, "value": _fill_value_vjp},
)
@op(
    "masked_fill.Scalar(Tensor self, Tensor mask, Scalar value) -> Tensor",
    inplace=True,
    tags={"elementwise"},
    vjp={"self": _fill_vjp},
)
def masked_fill(p, self, mask, value):
    """self with `value` (a number or 0-d tensor) where mask (bool) holds; keeps self's dtype."""
    if category(mask.dtype) != BOOL:
        raise DtypeError(f"mask must be bool, got {mask.dtype}")
    check_broadcast(self, mask)
    if hasattr(value, "dtype"):
        if value.shape:
            raise ShapeError(
                f"value must be a number or a 0-d tensor, got shape {tuple(value.shape)}"
            )
        if is_complex(value.dtype) and not is_complex(self.dtype):
            _check_real(value, self.dtype)
        value = cast(p, value, self.dtype)
    else:
        value = fitting(value, self.dtype)
    return p.select(mask, value, self)


def _bounded(p, self, low, high):
    if low is None and high is None:
        raise ArgumentError("at least one of min and max must be given")
    bounds = [b for b in (low, high) if b is not None]
    check_broadcast(self, *bounds)
    dtype = result_dtype(self, *bounds)
    if is_complex(dtype):
        raise DtypeError(f"complex numbers have no order ({dtype})")
    self = cast(p, self, dtype)
    if low is not None:
        self = p.maximum(self, as_array(p, low, dtype))
    if high is not None:
        self = p.minimum(self, as_array(p, high, dtype))
    return self


def _inside(self, low, high):
    """Where the gradient passes: bounds included."""
    if low is None:
        return self <= high
    return self >= low if high is None else (self >= low).logical_and(self <= high)


def _clamp_min_vjp(grad, self, min, max):
    if min is None:
        return None
    below = self < min
    return masked(grad, below if max is None else below.logical_and(min <= max))


def _clamp_max_vjp(grad, self, min, max):
    if max is None:
        return None
    above = self > max
    return masked(grad, above if min is None else above.logical_or(max < min))


_CLAMP_VJP = {"self": lambda grad, self, min, max: masked(grad, _inside(self, min, max))}
_CLAMP_TENSOR_VJP = _CLAMP_VJP | {"min": _clamp_min_vjp, "max": _clamp_max_vjp}


@op(
    "clamp.Tensor(Tensor self, Tensor? min=None, Tensor? max=None) -> Tensor",
    pointwise=True,
    inplace=True,
    vjp=_CLAMP_TENSOR_VJP,
)
@op(
    "clamp(Tensor self, Scalar? min=None, Scalar? max=None) -> Tensor",
    grad_name="ClampBackward1",
    pointwise=True,
    inplace=True,
    vjp=_CLAMP_VJP,
)
@op(
    "clip.Tensor(Tensor self, Tensor? min=None, Tensor? max=None) -> Tensor",
    pointwise=True,
    inplace=True,
    vjp=_CLAMP_TENSOR_VJP,
)
@op(
    "clip(Tensor self, Scalar? min=None, Scalar? max=None) -> Tensor",
    pointwise=True,
    inplace=True,
    vjp=_CLAMP_VJP,
)
def clamp(p, self, min, max):
    """min(max(self, min), max): self held between bounds; max wins where they cross. nan stays
    nan.
    """
    return _bounded(p, self, min, max)


@op(
    "clamp_min.Tensor(Tensor self, Tensor min) -> Tensor",
    pointwise=True,
    inplace=True,
    vjp={
        "self": lambda grad, self, min: masked(grad, self >= min),
        "min": lambda grad, self, min: masked(grad, self < min),
    },
)
@op(
    "clamp_min(Tensor self, Scalar min) -> Tensor",
    pointwise=True,
    inplace=True,
    vjp={"self": lambda grad, self, min: masked(grad, self >= min)},
)
def clamp_min(p, self, min):
    """self, but at least min."""
    return _bounded(p, self, min, None)


@op(
    "clamp_max.Tensor(Tensor self, Tensor max) -> Tensor",
    pointwise=True,
    inplace=True,
    vjp={
        "self": lambda grad, self, max: masked(grad, self <= max),
        "max": lambda grad, self, max: masked(grad, self > max),
    },
)
@op(
    "clamp_max(Tensor self, Scalar max) -> Tensor",
    pointwise=True,
    inplace=True,
    vjp={"self": lambda grad, self, max: masked(grad, self <= max)},
)
def clamp_max(p, self, max):
    """self, but at most max."""
    return _bounded(p, self, None, max)


@op(
    "lerp.Tensor(Tensor self, Tensor end, Tensor weight) -> Tensor",
    grad_name="LerpBackward1",
    pointwise=True,
    inplace=True,
    vjp={
        "self": lambda grad, weight: grad * conj(1 - weight),
        "end": lambda grad, weight: grad * conj(weight),
        "weight": lambda grad, self, end: grad * conj(end - self),
    },
)
@op(
    "lerp.Scalar(Tensor self, Tensor end, Scalar weight) -> Tensor",
    pointwise=True,
    inplace=True,
    vjp={
        "self": lambda grad, weight: grad * conj(1 - weight),
        "end": lambda grad, weight: grad * conj(weight),
    },
)
def lerp(p, self, end, weight):
    """self + weight * (end - self). All of one floating dtype."""
    same_dtype(("self", self), ("end", end))
    if hasattr(weight, "dtype"):
        same_dtype(("self", self), ("weight", weight))
    if category(self.dtype) < FLOATING:
        raise DtypeError(f"needs a floating dtype, got {self.dtype}")
    check_broadcast(self, end, weight)
    return p.add(self, p.mul(p.sub(end, self), weight))


def _scaled_vjp(grad, factor, value):
    return grad * conj(factor * value) if value != 1 else grad * conj(factor)


@op(
    "addcmul(Tensor self, Tensor tensor1, Tensor tensor2, *, Scalar value=1) -> Tensor",
    pointwise=True,
    inplace=True,
    vjp={
        "self": lambda grad: grad,
        "tensor1": lambda grad, tensor2, value: _scaled_vjp(grad, tensor2, value),
        "tensor2": lambda grad, tensor1, value: _scaled_vjp(grad, tensor1, value),
    },
)
def addcmul(p, self, tensor1, tensor2, value):
    """self + value * tensor1 * tensor2. Raises DtypeError for bool."""
    self, tensor1, tensor2 = promote(p, self, tensor1, tensor2)
    if category(self.dtype) == BOOL:
        raise DtypeError("not defined for bool")
    product = p.mul(tensor1, tensor2)
    return p.add(self, product if value == 1 else p.mul(product, value))


@op(
    "addcdiv(Tensor self, Tensor tensor1, Tensor tensor2, *, Scalar value=1) -> Tensor",
    pointwise=True,
    inplace=True,
    vjp={
        "self": lambda grad: grad,
        "tensor1": lambda grad, tensor2, value: grad * conj(value / tensor2),
        "tensor2": lambda grad, tensor1, tensor2, value: (
            -grad * conj(value * tensor1 / (tensor2 * tensor2))
        ),
    },
)
def addcdiv(p, self, tensor1, tensor2, value):
    """self + value * tensor1 / tensor2. Raises DtypeError when both are integers."""
    if is_integral(tensor1.dtype) and is_integral(tensor2.dtype):
        raise DtypeError("integer division in addcdiv is not defined; cast an operand to a float")
    self, tensor1, tensor2 = promote(p, self, tensor1, tensor2)
    quotient = p.div(tensor1, tensor2)
    return p.add(self, quotient if value == 1 else p.mul(quotient, value))


@op(
    "nan_to_num(Tensor self, float? nan=None, float? posinf=None, float? neginf=None) -> Tensor",
    pointwise=True,
    layout=layout.preserved(),
    inplace=True,
    vjp={"self": lambda grad, self: masked(grad, self.isfinite())},
)
def nan_to_num(p, self, nan, posinf, neginf):
    """nan becomes `nan` (0), infinities become the given numbers or the dtype's extremes.
    Floats only.
    """
    if is_integral(self.dtype):
        return p.clone(self)
    if is_complex(self.dtype):
        return p.complex(
            *(nan_to_num(p, part, nan, posinf, neginf) for part in (p.real(self), p.imag(self)))
        )
    limits = ml_dtypes.finfo(self.dtype)
    highest = float(limits.max) if posinf is None else posinf
    lowest = float(limits.min) if neginf is None else neginf
    finite = p.select(p.compare(self, self, "ne"), 0.0 if nan is None else nan, self)
    finite = p.select(p.compare(self, math.inf, "eq"), highest, finite)
    return p.select(p.compare(self, -math.inf, "eq"), lowest, finite)
