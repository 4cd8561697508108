"""Elementary functions beside arithmetic: extrema that pass over nan, lengths, logarithms of sums, angles.

Operands broadcast and are promoted as in arithmetic. What is undefined for complex numbers raises DtypeError.
"""

from __future__ import annotations

import math

from ..errors import DtypeError
from .checks import floating
from .formulas import conj, masked, zeros
from .promotion import (
    FLOATING,
    as_array,
    category,
    check_broadcast,
    float_dtype,
    int_to_float,
    is_complex,
    promote,
)
from .registry import aten, op
from .unary import isnan, signbit


def _ordered(self):
    if is_complex(self.dtype):
        raise DtypeError(f"not defined for {self.dtype}")


def _passing_nan(name, primitive, word):
    def wins(self, other):
        first = self >= other if name == "fmax" else self <= other
        return first.logical_or(other.isnan())

    def impl(p, self, other):
        self, other = promote(p, self, other)
        _ordered(self)
        found = getattr(p, primitive)(self, other)
        if category(self.dtype) != FLOATING:
            return found
        return p.select(isnan(p, self), other, p.select(isnan(p, other), self, found))

    impl.__doc__ = f"The {word} of the two elementwise; the other one where one is nan."
    impl.__name__ = impl.__qualname__ = name
    op(
        f"{name}(Tensor self, Tensor other) -> Tensor",
        pointwise=True,
        vjp={
            "self": lambda grad, self, other: masked(grad, wins(self, other)),
            "other": lambda grad, self, other: grad.masked_fill(wins(self, other), 0),
        },
    )(impl)


_passing_nan("fmax", "maximum", "larger")
_passing_nan("fmin", "minimum", "smaller")


def _floats(p, self, other):
    """Two operands, broadcast, in their promoted floating dtype."""
    check_broadcast(self, other)
    dtype = float_dtype(self, other)
    return as_array(p, self, dtype), as_array(p, other, dtype)


@op(
    "hypot(Tensor self, Tensor other) -> Tensor",
    pointwise=True,
    inplace=True,
    vjp={
        "self": lambda grad, self, result: grad * (self / result),
        "other": lambda grad, other, result: grad * (other / result),
    },
)
def hypot(p, self, other):
    """sqrt(self**2 + other**2) without overflow. Raises DtypeError for integers."""
    self, other = promote(p, self, other)
    floating("the operands", self)
    _ordered(self)
    self, other = p.abs(self), p.abs(other)
    larger = p.maximum(self, other)
    scale = p.select(p.compare(larger, 0, "eq"), 1, larger)
    x, y = p.div(self, scale), p.div(other, scale)
    length = p.mul(p.sqrt(p.add(p.mul(x, x), p.mul(y, y))), scale)
    infinite = p.bitwise_or(p.compare(self, math.inf, "eq"), p.compare(other, math.inf, "eq"))
    return p.select(infinite, math.inf, length)


@op(
    "copysign.Tensor(Tensor self, Tensor other) -> Tensor",
    pointwise=True,
    inplace=True,
    vjp={
        "self": lambda grad, self, result: masked(grad * (result / self), self != 0),
        "other": lambda grad: zeros(grad),
    },
)
@op(
    "copysign.Scalar(Tensor self, Scalar other) -> Tensor",
    pointwise=True,
    inplace=True,
    grad_name="CopysignBackward1",
    vjp={"self": lambda grad, self, result: masked(grad * (result / self), self != 0)},
)
def copysign(p, self, other):
    """|self| with the sign of other, -0.0 included."""
    self, other = _floats(p, self, other)
    _ordered(self)
    size = p.abs(self)
    return p.select(signbit(p, other), p.neg(size), size)


@op("heaviside(Tensor self, Tensor values) -> Tensor", pointwise=True, inplace=True)
def heaviside(p, self, values):
    """0 below zero, values at zero, 1 above. Raises DtypeError unless both have one dtype."""
    check_broadcast(self, values)
    if self.dtype != values.dtype:
        raise DtypeError(f"self and values have different dtypes, {self.dtype} and {values.dtype}")
    _ordered(self)
    above = p.cast(p.compare(self, 0, "gt"), self.dtype)
    return p.select(p.compare(self, 0, "eq"), values, above)


def _log_of_sum(p, self, other, exp, log):
    larger = p.maximum(self, other)
    # An infinite sum has no difference from its larger part.
    centre = p.select(p.compare(p.abs(larger), math.inf, "eq"), 0, larger)
    total = p.add(exp(p.sub(self, centre)), exp(p.sub(other, centre)))
    return p.add(log(total), centre)


@op(
    "logaddexp(Tensor self, Tensor other) -> Tensor",
    pointwise=True,
    vjp={
        "self": lambda grad, self, other: grad / conj(1 + (other - self).exp()),
        "other": lambda grad, self, other: grad / conj(1 + (self - other).exp()),
    },
)
def logaddexp(p, self, other):
    """log(exp(self) + exp(other)) without overflow; also of complex numbers. Raises DtypeError for integers."""
    self, other = promote(p, self, other)
    floating("the operands", self)
    if is_complex(self.dtype):
        first = p.compare(p.real(self), p.real(other), "ge")
        larger, smaller = p.select(first, self, other), p.select(first, other, self)
        return p.add(p.log(p.add(p.exp(p.sub(smaller, larger)), 1)), larger)
    return _log_of_sum(p, self, other, p.exp, p.log)


@op(
    "logaddexp2(Tensor self, Tensor other) -> Tensor",
    pointwise=True,
    vjp={
        "self": lambda grad, self, other: grad / (1 + aten.pow(2, other - self)),
        "other": lambda grad, self, other: grad / (1 + aten.pow(2, self - other)),
    },
)
def logaddexp2(p, self, other):
    """log2(2**self + 2**other) without overflow. Raises DtypeError for integers."""
    self, other = promote(p, self, other)
    floating("the operands", self)
    _ordered(self)
    return _log_of_sum(p, self, other, p.exp2, p.log2)


def _xlogy_self_vjp(grad, self, other):
    undefined = (self == 0).logical_and(other <= 0)
    return aten.xlogy(grad, other).masked_fill(undefined, 0)


def _xlogy_number_vjp(grad, self, other):
    found = aten.xlogy(grad, other)
    return found if other > 0 else found.masked_fill(self == 0, 0)


@op(
    "xlogy.Tensor(Tensor self, Tensor other) -> Tensor",
    pointwise=True,
    inplace=True,
    vjp={
        "self": _xlogy_self_vjp,
        "other": lambda grad, self, other: grad * self / other,
    },
    variants="function, method",
)
@op(
    "xlogy.Scalar_Self(Scalar self, Tensor other) -> Tensor",
    pointwise=True,
    grad_name="XlogyBackward1",
    vjp={"other": lambda grad, self, other: grad * self / other},
    variants="function, method",
)
@op(
    "xlogy.Scalar_Other(Tensor self, Scalar other) -> Tensor",
    pointwise=True,
    inplace=True,
    grad_name="XlogyBackward2",
    vjp={"self": _xlogy_number_vjp},
)
def xlogy(p, self, other):
    """self * log(other), 0 where self is 0 (unless other is nan)."""
    self, other = _floats(p, self, other)
    absent = p.bitwise_and(p.compare(self, 0, "eq"), p.bitwise_not(isnan(p, other)))
    return p.select(absent, 0, p.mul(self, p.log(other)))


def _sinc_vjp(grad, self):
    angle, area = self * math.pi, self * self * math.pi
    slope = grad * conj((angle * angle.cos() - angle.sin()) / area)
    return masked(slope, area != 0)


@op("sinc(Tensor self) -> Tensor", pointwise=True, inplace=True, vjp={"self": _sinc_vjp})
def sinc(p, self):
    """sin(pi self) / (pi self), 1 at 0."""
    angle = p.mul(int_to_float(p, self), math.pi)
    at_zero = p.compare(angle, 0, "eq")
    return p.select(at_zero, 1, p.div(p.sin(angle), p.select(at_zero, 1, angle)))


def _logit_vjp(grad, self, eps):
    low, high = (0, 1) if eps is None else (eps, 1 - eps)
    inside = (self >= low).logical_and(self <= high)
    return aten.where(inside, grad / (self * (1 - self)), math.nan if eps is None else 0.0)


@op(
    "logit(Tensor self, float? eps=None) -> Tensor",
    pointwise=True,
    inplace=True,
    vjp={"self": _logit_vjp},
)
def logit(p, self, eps):
    """log(self / (1 - self)), self held between eps and 1 - eps if eps is given."""
    x = int_to_float(p, self)
    _ordered(x)
    if eps is not None:
        x = p.minimum(p.maximum(x, eps), 1 - eps)
    return p.log(p.div(x, p.sub(1, x)))


def _angle(name, factor, doc):
    def impl(p, self):
        _ordered(self)
        return p.mul(int_to_float(p, self), factor)

    impl.__doc__ = doc
    impl.__name__ = impl.__qualname__ = name
    op(
        f"{name}(Tensor self) -> Tensor",
        pointwise=True,
        inplace=True,
        vjp={"self": lambda grad: getattr(aten, name)(grad)},
    )(impl)


_angle("deg2rad", math.pi / 180, "Degrees as radians.")
_angle("rad2deg", 180 / math.pi, "Radians as degrees.")
