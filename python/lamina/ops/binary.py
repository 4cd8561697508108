"""Pointwise arithmetic of two tensors: sums, products, quotients, powers, extrema.

Operands broadcast and are promoted; the second may be a Python number. Raises ShapeError when the
shapes do not broadcast, DtypeError when the promoted dtype has no such operation.
"""

from __future__ import annotations

import cmath
import math

import numpy as np

from ..errors import DtypeError, ValueError_, ZeroDivisionError_
from . import layout
from .formulas import conj, masked, zeros
from .promotion import (
    BOOL,
    COMPLEX,
    as_array,
    cast,
    cast_all,
    category,
    check_broadcast,
    float_dtype,
    is_complex,
    is_integral,
    promote,
    result_dtype,
)
from .registry import op


def _scaled(p, other, alpha, dtype):
    """alpha * other in the computation's dtype."""
    if alpha == 1:
        return other
    if (isinstance(alpha, float) and is_integral(dtype)) or (
        isinstance(alpha, complex) and category(dtype) != COMPLEX
    ):
        raise DtypeError(f"alpha {alpha} is not of a type that {dtype} can hold")
    return p.mul(other, alpha) if hasattr(other, "dtype") else other * alpha


_ADD_VJP = {
    "self": lambda grad: grad,
    "other": lambda grad, alpha: grad * conj(alpha) if alpha != 1 else grad,
}
_SUB_VJP = {
    "self": lambda grad: grad,
    "other": lambda grad, alpha: -grad * conj(alpha) if alpha != 1 else -grad,
}


@op(
    "add.Scalar(Tensor self, Scalar other, Scalar alpha=1) -> Tensor",
    pointwise=True,
    ufunc=np.add,
    inplace=True,
    vjp={"self": lambda grad: grad},
)
@op(
    "add.Tensor(Tensor self, Tensor other, *, Scalar alpha=1) -> Tensor",
    pointwise=True,
    ufunc=np.add,
    inplace=True,
    vjp=_ADD_VJP,
)
def add(p, self, other, alpha):
    """self + alpha * other."""
    self, other = promote(p, self, other)
    return p.add(self, _scaled(p, other, alpha, self.dtype))


@op(
    "sub.Scalar(Tensor self, Scalar other, Scalar alpha=1) -> Tensor",
    pointwise=True,
    ufunc=np.subtract,
    inplace=True,
    vjp={"self": lambda grad: grad},
)
@op(
    "sub.Tensor(Tensor self, Tensor other, *, Scalar alpha=1) -> Tensor",
    pointwise=True,
    ufunc=np.subtract,
    inplace=True,
    vjp=_SUB_VJP,
)
def sub(p, self, other, alpha):
    """self - alpha * other. Raises DtypeError when an operand is bool."""
    _no_bool(self, other)
    self, other = promote(p, self, other)
    return p.sub(self, _scaled(p, other, alpha, self.dtype))


@op(
    "rsub.Tensor(Tensor self, Tensor other, *, Scalar alpha=1) -> Tensor",
    pointwise=True,
    vjp={"self": _SUB_VJP["other"], "other": lambda grad: grad},
)
@op(
    "rsub.Scalar(Tensor self, Scalar other, Scalar alpha=1) -> Tensor",
    grad_name="RsubBackward1",
    pointwise=True,
    vjp={"self": lambda grad, alpha: -grad * conj(alpha) if alpha != 1 else -grad},
)
def rsub(p, self, other, alpha):
    """other - alpha * self. Raises DtypeError when an operand is bool."""
    _no_bool(self, other)
    self, other = promote(p, self, other)
    return p.sub(other, _scaled(p, self, alpha, self.dtype))


def _no_bool(self, other):
    if (
        category(self.dtype) == BOOL
        or isinstance(other, bool)
        or category(getattr(other, "dtype", np.dtype(np.int64))) == BOOL
    ):
        raise DtypeError("bool tensors do not subtract; use ^ or logical_xor")


@op(
    "mul.Scalar(Tensor self, Scalar other) -> Tensor",
    pointwise=True,
    ufunc=np.multiply,
    inplace=True,
    vjp={"self": lambda grad, other: grad * conj(other)},
)
@op(
    "mul.Tensor(Tensor self, Tensor other) -> Tensor",
    pointwise=True,
    ufunc=np.multiply,
    inplace=True,
    vjp={
        "self": lambda grad, other: grad * conj(other),
        "other": lambda grad, self: grad * conj(self),
    },
)
def mul(p, self, other):
    """self * other."""
    self, other = promote(p, self, other)
    return p.mul(self, other)


def _div_self_vjp(grad, other):
    return grad / conj(other)


def _div_other_vjp(grad, self, other):
    return -grad * conj(self / (other * other))


@op(
    "div.Scalar(Tensor self, Scalar other) -> Tensor",
    pointwise=True,
    ufunc=np.true_divide,
    inplace=True,
    vjp={"self": _div_self_vjp},
)
@op(
    "div.Tensor(Tensor self, Tensor other) -> Tensor",
    pointwise=True,
    ufunc=np.true_divide,
    inplace=True,
    vjp={"self": _div_self_vjp, "other": _div_other_vjp},
)
def div(p, self, other):
    """self / other, the true quotient: integers compute in the default float dtype."""
    check_broadcast(self, other)
    self, other = cast_all(p, float_dtype(self, other), self, other)
    return p.div(self, other)


def _mode_self_vjp(grad, other, rounding_mode):
    return _div_self_vjp(grad, other) if rounding_mode is None else zeros(grad)


def _mode_other_vjp(grad, self, other, rounding_mode):
    return _div_other_vjp(grad, self, other) if rounding_mode is None else zeros(grad)


@op(
    "div.Scalar_mode(Tensor self, Scalar other, *, str? rounding_mode) -> Tensor",
    grad_name="DivBackward2",
    pointwise=True,
    inplace=True,
    vjp={"self": _mode_self_vjp},
)
@op(
    "div.Tensor_mode(Tensor self, Tensor other, *, str? rounding_mode) -> Tensor",
    grad_name="DivBackward2",
    pointwise=True,
    inplace=True,
    vjp={"self": _mode_self_vjp, "other": _mode_other_vjp},
)
def div_mode(p, self, other, rounding_mode):
    """self / other, rounded toward zero ("trunc"), down ("floor"), or not at all (None)."""
    if rounding_mode is None:
        return div(p, self, other)
    if rounding_mode not in ("trunc", "floor"):
        raise ValueError_(f"rounding_mode must be None, 'trunc' or 'floor', got {rounding_mode!r}")
    self, other = _real_pair(p, self, other)
    if rounding_mode == "floor":
        return _floor_quotient(p, self, other)
    quotient = p.div(self, other)
    return quotient if is_integral(self.dtype) else p.trunc(quotient)


@op("floor_divide.Scalar(Tensor self, Scalar other) -> Tensor", pointwise=True, inplace=True)
@op("floor_divide(Tensor self, Tensor other) -> Tensor", pointwise=True, inplace=True)
def floor_divide(p, self, other):
    """The quotient rounded down. Raises DtypeError for complex. No derivative, unlike
    div(rounding_mode="floor").
    """
    return _floor_quotient(p, *_real_pair(p, self, other))


@op(
    "fmod.Tensor(Tensor self, Tensor other) -> Tensor",
    grad_name="FmodBackward1",
    pointwise=True,
    inplace=True,
    vjp={
        "self": lambda grad: grad,
        "other": lambda grad, self, other: -grad * self.div(other, rounding_mode="trunc"),
    },
)
@op(
    "fmod.Scalar(Tensor self, Scalar other) -> Tensor",
    pointwise=True,
    inplace=True,
    vjp={"self": lambda grad: grad},
)
def fmod(p, self, other):
    """The remainder of division toward zero, with the sign of self. Raises DtypeError for
    complex.
    """
    return p.rem(*_real_pair(p, self, other))


@op(
    "remainder.Tensor(Tensor self, Tensor other) -> Tensor",
    grad_name="RemainderBackward1",
    pointwise=True,
    inplace=True,
    vjp={
        "self": lambda grad: grad,
        "other": lambda grad, self, other: -grad * self.div(other, rounding_mode="floor"),
    },
)
@op(
    "remainder.Scalar(Tensor self, Scalar other) -> Tensor",
    pointwise=True,
    inplace=True,
    vjp={"self": lambda grad: grad},
)
def remainder(p, self, other):
    """The remainder of division rounded down, with the sign of other. Raises DtypeError for
    complex.
    """
    self, other = _real_pair(p, self, other)
    rest = p.rem(self, other)
    return p.select(_signs_differ(p, rest, other), p.add(rest, other), rest)


def _real_pair(p, self, other):
    """Both as arrays of one real dtype. Raises ZeroDivisionError_ where it is seen that an integer is divided by zero."""
    check_broadcast(self, other)
    dtype = result_dtype(self, other)
    if is_complex(dtype) or category(dtype) == BOOL:
        raise DtypeError(f"not defined for {dtype}")
    if is_integral(dtype) and _is_zero_somewhere(other) and 0 not in self.shape:
        raise ZeroDivisionError_("an integer is divided by zero")
    return cast(p, self, dtype), as_array(p, other, dtype)


def _is_zero_somewhere(divisor) -> bool:
    if hasattr(divisor, "dtype"):
        return isinstance(divisor, np.ndarray) and bool(divisor.size) and not divisor.all()
    return divisor == 0


def _signs_differ(p, rest, other):
    """Where the remainder is nonzero and of the other sign than the divisor."""
    if other.dtype.kind == "u":
        return p.compare(other, other, "ne")
    negative = p.bitwise_xor(p.compare(rest, 0, "lt"), p.compare(other, 0, "lt"))
    return p.bitwise_and(p.compare(rest, 0, "ne"), negative)


def _floor_quotient(p, self, other):
    rest = p.rem(self, other)
    if is_integral(self.dtype):
        return p.sub(p.div(self, other), p.cast(_signs_differ(p, rest, other), self.dtype))
    # Dividing what the exact remainder leaves is exact up to one rounding; self / other may round
    # up to an integer that is above the true quotient.
    quotient = p.div(p.sub(self, rest), other)
    quotient = p.select(_signs_differ(p, rest, other), p.sub(quotient, 1), quotient)
    floored = p.floor(quotient)
    floored = p.select(p.compare(p.sub(quotient, floored), 0.5, "gt"), p.add(floored, 1), floored)
    # A zero keeps the sign of the quotient; division by zero keeps its inf or nan.
    plain = p.div(self, other)
    floored = p.select(p.compare(quotient, 0, "eq"), p.mul(plain, 0), floored)
    return p.select(p.compare(other, 0, "eq"), plain, floored)


def _pow_scalar_vjp(grad, self, exponent):
    if exponent == 0:
        return zeros(grad)
    return grad * conj(exponent * self.pow(exponent - 1))


def _pow_base_vjp(grad, self, exponent):
    return masked(grad * conj(exponent * self.pow(exponent - 1)), exponent != 0)


def _pow_exponent_vjp(grad, self, exponent, result):
    at_zero = self == 0
    if not exponent.is_complex():
        at_zero = at_zero.logical_and(exponent >= 0)
    return masked(grad * conj(result * self.log()), at_zero.logical_not())


def _pow_of_scalar_vjp(grad, self, exponent, result):
    if self == 0:
        return zeros(grad)
    return grad * conj(result * (cmath.log(self) if isinstance(self, complex) else _log(self)))


def _log(number):
    return math.log(number) if number > 0 else math.nan


_SIMPLE_POWERS = {
    0.5: lambda p, x: p.sqrt(x),
    2: lambda p, x: p.mul(x, x),
    3: lambda p, x: p.mul(p.mul(x, x), x),
    -0.5: lambda p, x: p.rsqrt(x),
    -1: lambda p, x: p.div(1, x),
    -2: lambda p, x: p.div(1, p.mul(x, x)),
}


@op(
    "pow.Tensor_Scalar(Tensor self, Scalar exponent) -> Tensor",
    pointwise=True,
    layout=layout.power,
    inplace=True,
    vjp={"self": _pow_scalar_vjp},
)
def pow_scalar(p, self, exponent):
    """self ** exponent. Raises ValueError_ for an integer tensor with a negative integer
    exponent.
    """
    dtype = result_dtype(self, exponent)
    self = cast(p, self, dtype)
    if category(dtype) == BOOL:
        return p.clone(self) if exponent else p.full(tuple(self.shape), True, dtype)
    if is_integral(dtype) and exponent < 0:
        raise ValueError_("integers to negative integer powers are not allowed")
    if exponent == 1:
        return p.clone(self)
    simple = _SIMPLE_POWERS.get(exponent)
    return simple(p, self) if simple else p.pow(self, exponent)


@op(
    "pow.Tensor_Tensor(Tensor self, Tensor exponent) -> Tensor",
    grad_name="PowBackward1",
    pointwise=True,
    inplace=True,
    vjp={"self": _pow_base_vjp, "exponent": _pow_exponent_vjp},
)
def pow_tensor(p, self, exponent):
    """self ** exponent; an integer to a negative integer power truncates to an integer."""
    self, exponent = promote(p, self, exponent)
    if category(self.dtype) == BOOL:
        raise DtypeError("not defined for bool")
    return p.pow(self, exponent)


@op(
    "pow.Scalar(Scalar self, Tensor exponent) -> Tensor",
    grad_name="PowBackward2",
    vjp={"exponent": _pow_of_scalar_vjp},
)
def scalar_pow(p, self, exponent):
    """self ** exponent of a Python number, in the shape of exponent."""
    dtype = result_dtype(self, exponent)
    if category(dtype) == BOOL:
        raise DtypeError("not defined for bool")
    return p.pow(as_array(p, self, dtype), cast(p, exponent, dtype))


@op(
    "atan2(Tensor self, Tensor other) -> Tensor",
    pointwise=True,
    inplace=True,
    vjp={
        # In the operands' own dtypes, as torch does: no negative of bool, one modulo 256 of uint8.
        "self": lambda grad, self, other: grad * other * (self * self + other * other).reciprocal(),
        "other": lambda grad, self, other: (
            grad * -self * (self * self + other * other).reciprocal()
        ),
    },
)
def atan2(p, self, other):
    """The angle of the point (other, self), in (-pi, pi]. Raises DtypeError for complex."""
    check_broadcast(self, other)
    dtype = float_dtype(self, other)
    if is_complex(dtype):
        raise DtypeError(f"not defined for {dtype}")
    return p.atan2(cast(p, self, dtype), as_array(p, other, dtype))
