"""Pointwise functions of one tensor: exponentials, trigonometry, rounding, classification.

Entries here have the operand's shape. Unless said otherwise integers and bools compute in the
default float dtype, floats and complex numbers in their own.
"""

from __future__ import annotations

import math

import numpy as np

from ..errors import DtypeError
from . import layout
from .formulas import conj, masked, zeros
from .primitives.elementwise import UFUNCS
from .promotion import BOOL, COMPLEX, FLOATING, category, int_to_float, is_complex
from .registry import aten, composite, op


def _float_function(name, doc, vjp, *, complex_ok=True, aliases=()):
    """Registers `name`: the primitive of that name, after integers became floats."""

    def impl(p, self):
        if not complex_ok and is_complex(self.dtype):
            raise DtypeError(f"not defined for {self.dtype}")
        return getattr(p, name)(int_to_float(p, self))

    impl.__doc__ = doc
    impl.__name__ = impl.__qualname__ = name
    formulas = {"self": vjp} if vjp else {}
    for public in (name, *aliases):
        op(
            f"{public}(Tensor self) -> Tensor",
            pointwise=True,
            inplace=True,
            ufunc=UFUNCS.get(name),
            vjp=formulas,
        )(impl)


def _tanh_vjp(grad, result):
    return (
        grad * conj(1 - result * result) if grad.is_complex() else aten.tanh_backward(grad, result)
    )


_float_function("exp", "e**self.", lambda grad, result: grad * conj(result))


@op(
    "exp2(Tensor self) -> Tensor",
    pointwise=True,
    inplace=True,
    ufunc=UFUNCS["exp2"],
    vjp={"self": lambda grad, result: grad * conj(result) * math.log(2)},
)
def exp2(p, self):
    """2**self."""
    x = int_to_float(p, self)
    return p.exp(p.mul(x, math.log(2))) if is_complex(x.dtype) else p.exp2(x)


_float_function(
    "expm1", "e**self - 1, accurate near zero.", lambda grad, result: grad * (conj(result) + 1)
)
_float_function("log", "Natural logarithm.", lambda grad, self: grad / conj(self))
_float_function(
    "log2", "Logarithm to base 2.", lambda grad, self: grad / (conj(self) * math.log(2))
)
_float_function(
    "log1p", "log(1 + self), accurate near zero.", lambda grad, self: grad / (conj(self) + 1)
)
_float_function("sqrt", "Square root.", lambda grad, result: grad / (2 * conj(result)))
_float_function("rsqrt", "1 / sqrt(self).", lambda grad, result: grad * -0.5 * conj(result) ** 3)
_float_function("sin", "Sine of radians.", lambda grad, self: grad * conj(self.cos()))
_float_function("cos", "Cosine of radians.", lambda grad, self: grad * -conj(self.sin()))
_float_function("tan", "Tangent of radians.", lambda grad, result: grad * (1 + conj(result) ** 2))
_float_function(
    "asin",
    "Inverse sine.",
    lambda grad, self: grad * conj((1 - self * self).rsqrt()),
    aliases=("arcsin",),
)
_float_function(
    "acos",
    "Inverse cosine.",
    lambda grad, self: grad * -conj((1 - self * self).rsqrt()),
    aliases=("arccos",),
)
_float_function(
    "atan", "Inverse tangent.", lambda grad, self: grad / conj(self * self + 1), aliases=("arctan",)
)
_float_function("sinh", "Hyperbolic sine.", lambda grad, self: grad * conj(self.cosh()))
_float_function("cosh", "Hyperbolic cosine.", lambda grad, self: grad * conj(self.sinh()))
_float_function("tanh", "Hyperbolic tangent.", _tanh_vjp)
_float_function(
    "asinh", "Inverse hyperbolic sine.", lambda grad, self: grad * conj((self * self + 1).rsqrt())
)
_float_function(
    "acosh", "Inverse hyperbolic cosine.", lambda grad, self: grad * conj((self * self - 1).rsqrt())
)
_float_function(
    "atanh", "Inverse hyperbolic tangent.", lambda grad, self: grad / conj(1 - self * self)
)
_float_function(
    "erf",
    "Error function.",
    lambda grad, self: grad * (2 / math.sqrt(math.pi)) * (-(self * self)).exp(),
    complex_ok=False,
)
_float_function(
    "erfinv",
    "Inverse error function: infinite at -1 and 1, nan outside.",
    lambda grad, result: grad * (math.sqrt(math.pi) / 2) * (result * result).exp(),
    complex_ok=False,
)
_float_function(
    "lgamma",
    "Logarithm of |gamma(self)|.",
    lambda grad, self: grad * self.digamma(),
    complex_ok=False,
)
_float_function(
    "digamma",
    "Derivative of lgamma.",
    lambda grad, self: grad * aten.polygamma(1, self),
    complex_ok=False,
)


@op(
    "erfc(Tensor self) -> Tensor",
    pointwise=True,
    inplace=True,
    vjp={"self": lambda grad, self: grad * (-2 / math.sqrt(math.pi)) * (-(self * self)).exp()},
)
def erfc(p, self):
    """1 - erf(self); accurate to the dtype's epsilon in absolute terms. Raises DtypeError for complex."""
    if is_complex(self.dtype):
        raise DtypeError(f"not defined for {self.dtype}")
    return p.sub(1, p.erf(int_to_float(p, self)))


@op(
    "log10(Tensor self) -> Tensor",
    pointwise=True,
    inplace=True,
    vjp={"self": lambda grad, self: grad / (conj(self) * math.log(10))},
)
def log10(p, self):
    """Logarithm to base 10."""
    return p.mul(p.log(int_to_float(p, self)), 1 / math.log(10))


@op(
    "reciprocal(Tensor self) -> Tensor",
    pointwise=True,
    inplace=True,
    vjp={"self": lambda grad, result: -grad * conj(result * result)},
)
def reciprocal(p, self):
    """1 / self."""
    return p.div(1, int_to_float(p, self))


@op(
    "sigmoid(Tensor self) -> Tensor",
    pointwise=True,
    inplace=True,
    vjp={
        "self": lambda grad, result: (
            grad * conj(result * (1 - result))
            if grad.is_complex()
            else aten.sigmoid_backward(grad, result)
        )
    },
)
def sigmoid(p, self):
    """1 / (1 + exp(-self))."""
    return p.div(1, p.add(p.exp(p.neg(int_to_float(p, self))), 1))


@op(
    "neg(Tensor self) -> Tensor",
    pointwise=True,
    inplace=True,
    ufunc=np.negative,
    vjp={"self": lambda grad: -grad},
)
@op(
    "negative(Tensor self) -> Tensor",
    pointwise=True,
    inplace=True,
    ufunc=np.negative,
    vjp={"self": lambda grad: -grad},
)
def neg(p, self):
    """-self, in self's dtype. Raises DtypeError for bool."""
    if category(self.dtype) == BOOL:
        raise DtypeError("bool has no negative; use logical_not or ~")
    return p.neg(self)


@composite(variants="function, method")
def positive(self):
    """self itself. Raises DtypeError for bool."""
    if self.dtype.name == "bool":
        raise DtypeError("not defined for bool", op="positive")
    return self


def _abs_vjp(grad, self):
    return grad * self.sgn()


@op(
    "abs(Tensor self) -> Tensor",
    pointwise=True,
    layout=layout.modulus,
    ufunc=np.absolute,
    vjp={"self": _abs_vjp},
)
@op(
    "absolute(Tensor self) -> Tensor",
    pointwise=True,
    layout=layout.modulus,
    ufunc=np.absolute,
    vjp={"self": _abs_vjp},
)
def abs(p, self):
    """|self| in self's dtype; the modulus, real, of complex numbers. Raises DtypeError for bool."""
    if category(self.dtype) == BOOL:
        raise DtypeError("not defined for bool")
    return p.abs(self)


@op("abs_(Tensor(a!) self) -> Tensor(a!)", pointwise=True, vjp={"self": _abs_vjp})
@op("absolute_(Tensor(a!) self) -> Tensor(a!)", pointwise=True, vjp={"self": _abs_vjp})
def abs_(p, self):
    """|self| in place. Raises DtypeError for bool, and for complex numbers, whose modulus is real."""
    if is_complex(self.dtype):
        raise DtypeError("In-place abs is not supported for complex tensors")
    return abs(p, self)


@op(
    "sign(Tensor self) -> Tensor",
    pointwise=True,
    inplace=True,
    vjp={"self": lambda grad: zeros(grad)},
)
def sign(p, self):
    """-1, 0 or 1 by the sign of self, in its dtype. Raises DtypeError for complex."""
    if is_complex(self.dtype):
        raise DtypeError("complex numbers have no sign; use sgn")
    if category(self.dtype) == BOOL:
        return p.clone(self)
    negative, positive = p.compare(self, 0, "lt"), p.compare(self, 0, "gt")
    return p.sub(p.cast(positive, self.dtype), p.cast(negative, self.dtype))


def _sgn_vjp(grad, self, result):
    if not self.is_complex():
        return zeros(grad)
    # Only the component of grad across self turns the direction.
    across = (grad - (grad * conj(result)).real * result) / self.abs()
    return masked(across, self != 0)


@op("sgn(Tensor self) -> Tensor", pointwise=True, inplace=True, vjp={"self": _sgn_vjp})
def sgn(p, self):
    """self / |self| with 0 at 0; sign of real numbers."""
    if not is_complex(self.dtype):
        return sign(p, self)
    size = p.abs(self)
    zero = p.compare(size, 0, "eq")
    unit = p.div(self, p.cast(p.select(zero, 1, size), self.dtype))
    return p.select(zero, 0, unit)


@op(
    "square(Tensor self) -> Tensor",
    pointwise=True,
    layout=layout.power,
    inplace=True,
    ufunc=np.square,
    vjp={"self": lambda grad, self: grad * (2 * conj(self))},
)
def square(p, self):
    """self * self; bools become int64."""
    if category(self.dtype) == BOOL:
        self = p.cast(self, np.dtype(np.int64))
    return p.mul(self, self)


def _rounding(name, doc):
    def impl(p, self):
        if is_complex(self.dtype) or category(self.dtype) == BOOL:
            raise DtypeError(f"not defined for {self.dtype}")
        return getattr(p, name)(self) if category(self.dtype) == FLOATING else p.clone(self)

    impl.__doc__ = (
        doc + " Integers are returned as they are; raises DtypeError for bool and complex."
    )
    impl.__name__ = impl.__qualname__ = name
    op(
        f"{name}(Tensor self) -> Tensor",
        pointwise=True,
        inplace=True,
        ufunc=UFUNCS.get(name),
        vjp={"self": lambda grad: zeros(grad)},
    )(impl)


_rounding("floor", "The largest integer not above self.")
_rounding("ceil", "The smallest integer not below self.")
_rounding("trunc", "self without its fraction.")
_rounding("round", "The nearest integer, ties to even.")


@op(
    "round.decimals(Tensor self, *, int decimals) -> Tensor",
    pointwise=True,
    inplace=True,
    vjp={"self": lambda grad: zeros(grad)},
)
def round_decimals(p, self, decimals):
    """self rounded to `decimals` places (negative: to tens, hundreds, ...). Floats only."""
    if category(self.dtype) != FLOATING:
        raise DtypeError(f"rounding to decimals needs a floating dtype, got {self.dtype}")
    scale = 10.0 ** max(decimals, -decimals)
    if decimals < 0:
        return p.mul(p.round(p.div(self, scale)), scale)
    return p.div(p.round(p.mul(self, scale)), scale)


@op("frac(Tensor self) -> Tensor", pointwise=True, inplace=True, vjp={"self": lambda grad: grad})
def frac(p, self):
    """self - trunc(self). Floats only."""
    if category(self.dtype) != FLOATING:
        raise DtypeError(f"needs a floating dtype, got {self.dtype}")
    return p.sub(self, p.trunc(self))


@op("isnan(Tensor self) -> Tensor", pointwise=True)
def isnan(p, self):
    """Bool: whether each element is not a number."""
    return p.compare(self, self, "ne")


@op("isinf(Tensor self) -> Tensor", pointwise=True)
def isinf(p, self):
    """Bool: whether each element (its real or imaginary part, if complex) is infinite."""
    if category(self.dtype) == COMPLEX:
        return p.bitwise_or(isinf(p, p.real(self)), isinf(p, p.imag(self)))
    if category(self.dtype) != FLOATING:
        return p.compare(self, self, "ne")
    return p.compare(p.abs(self), math.inf, "eq")


@op("isfinite(Tensor self) -> Tensor", pointwise=True)
def isfinite(p, self):
    """Bool: whether each element is neither infinite nor nan."""
    if category(self.dtype) == COMPLEX:
        return p.bitwise_and(isfinite(p, p.real(self)), isfinite(p, p.imag(self)))
    if category(self.dtype) != FLOATING:
        return p.compare(self, self, "eq")
    return p.compare(p.abs(self), math.inf, "lt")


@op("isposinf(Tensor self) -> Tensor", pointwise=True)
def isposinf(p, self):
    """Bool: whether each element is +inf. Raises DtypeError for complex."""
    return _is_infinity(p, self, math.inf)


@op("isneginf(Tensor self) -> Tensor", pointwise=True)
def isneginf(p, self):
    """Bool: whether each element is -inf. Raises DtypeError for complex."""
    return _is_infinity(p, self, -math.inf)


def _is_infinity(p, self, value):
    if is_complex(self.dtype):
        raise DtypeError(f"not defined for {self.dtype}")
    if category(self.dtype) != FLOATING:
        return p.compare(self, self, "ne")
    return p.compare(self, value, "eq")


@op("signbit(Tensor self) -> Tensor", pointwise=True)
def signbit(p, self):
    """Bool: whether the sign bit is set (so also of -0.0). Raises DtypeError for complex."""
    if is_complex(self.dtype):
        raise DtypeError(f"not defined for {self.dtype}")
    if category(self.dtype) == FLOATING:
        self = p.bitcast(self, np.dtype(f"int{8 * self.dtype.itemsize}"))
    if category(self.dtype) == BOOL:
        return p.compare(self, self, "ne")
    return p.compare(self, 0, "lt")
