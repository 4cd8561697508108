"""Elementwise primitives: one value out for each value in, no axis is special.

Binary operands have equal dtypes (Python scalars are weak) and broadcast as in NumPy. Results are
fresh arrays, 0-d ones included, never NumPy scalars.
"""

import numpy as np

from . import special
from ._numeric import SMALL_FLOATS, coerce, quiet, rounded_once

__all__ = [
    "abs",
    "acos",
    "acosh",
    "add",
    "asin",
    "asinh",
    "atan",
    "atan2",
    "atanh",
    "bitwise_and",
    "bitwise_not",
    "bitwise_or",
    "bitwise_xor",
    "cast",
    "ceil",
    "clone",
    "compare",
    "complex",
    "conj",
    "cos",
    "cosh",
    "digamma",
    "div",
    "erf",
    "erfinv",
    "exp",
    "exp2",
    "expm1",
    "floor",
    "lgamma",
    "log",
    "log1p",
    "log2",
    "maximum",
    "minimum",
    "mul",
    "neg",
    "pow",
    "rem",
    "round",
    "rsqrt",
    "select",
    "shift_left",
    "shift_right",
    "sign",
    "sin",
    "sinh",
    "sqrt",
    "sub",
    "tan",
    "tanh",
    "trunc",
]


UFUNCS: dict[str, np.ufunc] = {}
"""The primitives of one operand that are a NumPy function, but for small floats."""


def _unary(name, function, doc):
    if isinstance(function, np.ufunc):
        UFUNCS[name] = function
    small = rounded_once(function)

    @quiet
    def run(x):
        return np.asarray(small(x) if x.dtype in SMALL_FLOATS else function(x))

    run.__name__ = run.__qualname__ = name
    run.__doc__ = doc
    return run


def _binary(name, function, doc):
    small = rounded_once(function)

    @quiet
    def run(x, y):
        x, y = coerce(x, y)
        return np.asarray(small(x, y) if x.dtype in SMALL_FLOATS else function(x, y))

    run.__name__ = run.__qualname__ = name
    run.__doc__ = doc
    return run


def _rsqrt(x):
    return 1 / np.sqrt(x)


def _divide(x, y):
    if x.dtype.kind in "fcV":
        return np.true_divide(x, y)
    quotient = np.floor_divide(x, y)
    if x.dtype.kind == "u":
        return quotient
    # floor_divide rounds down; step up where that was away from zero.
    inexact = (quotient * y != x) & ((x < 0) != (y < 0)) & (y != 0)
    return quotient + inexact.astype(x.dtype)


def _power(x, y):
    if x.dtype.kind != "i":
        return np.power(x, y)
    powered = np.power(x, np.maximum(y, 0))
    # 1/x**n truncates to zero unless x is 1 or -1.
    unit = np.where(x == 1, 1, np.where(x == -1, np.where(y % 2 == 0, 1, -1), 0)).astype(x.dtype)
    return np.where(y < 0, unit, powered)


neg = _unary("neg", np.negative, "-x")
abs = _unary("abs", np.absolute, "|x|; the modulus, real, of a complex x")
sign = _unary("sign", np.sign, "-1, 0 or 1; nan of nan")
exp = _unary("exp", np.exp, "e**x")
exp2 = _unary("exp2", np.exp2, "2**x")
expm1 = _unary("expm1", np.expm1, "e**x - 1, accurate near zero")
log = _unary("log", np.log, "natural logarithm")
log2 = _unary("log2", np.log2, "logarithm to base 2")
log1p = _unary("log1p", np.log1p, "log(1 + x), accurate near zero")
sqrt = _unary("sqrt", np.sqrt, "square root")
rsqrt = _unary("rsqrt", _rsqrt, "1 / sqrt(x)")
sin = _unary("sin", np.sin, "sine, x in radians")
cos = _unary("cos", np.cos, "cosine, x in radians")
tan = _unary("tan", np.tan, "tangent, x in radians")
asin = _unary("asin", np.arcsin, "inverse sine")
acos = _unary("acos", np.arccos, "inverse cosine")
atan = _unary("atan", np.arctan, "inverse tangent")
sinh = _unary("sinh", np.sinh, "hyperbolic sine")
cosh = _unary("cosh", np.cosh, "hyperbolic cosine")
tanh = _unary("tanh", np.tanh, "hyperbolic tangent")
asinh = _unary("asinh", np.arcsinh, "inverse hyperbolic sine")
acosh = _unary("acosh", np.arccosh, "inverse hyperbolic cosine")
atanh = _unary("atanh", np.arctanh, "inverse hyperbolic tangent")
erf = _unary("erf", special.erf, "error function")
erfinv = _unary("erfinv", special.erfinv, "inverse error function")
lgamma = _unary("lgamma", special.lgamma, "log of |gamma(x)|")
digamma = _unary("digamma", special.digamma, "derivative of lgamma")
floor = _unary("floor", np.floor, "largest integer not above x")
ceil = _unary("ceil", np.ceil, "smallest integer not below x")
round = _unary("round", np.rint, "nearest integer, ties to even")
trunc = _unary("trunc", np.trunc, "x without its fraction")
conj = _unary("conj", np.conjugate, "complex conjugate")
bitwise_not = _unary("bitwise_not", np.invert, "complement of every bit; logical not of booleans")

add = _binary("add", np.add, "x + y; logical or of booleans")
sub = _binary("sub", np.subtract, "x - y")
mul = _binary("mul", np.multiply, "x * y; logical and of booleans")
div = _binary("div", _divide, "x / y; integers truncate toward zero")
rem = _binary("rem", np.fmod, "x - y * trunc(x / y), with the sign of x")
pow = _binary("pow", _power, "x**y")
atan2 = _binary("atan2", np.arctan2, "angle of the point (y, x): atan2(x_operand, y_operand)")
maximum = _binary("maximum", np.maximum, "larger of the two, nan if either is")
minimum = _binary("minimum", np.minimum, "smaller of the two, nan if either is")
bitwise_and = _binary("bitwise_and", np.bitwise_and, "bits set in both")
bitwise_or = _binary("bitwise_or", np.bitwise_or, "bits set in either")
bitwise_xor = _binary("bitwise_xor", np.bitwise_xor, "bits set in exactly one")
shift_left = _binary("shift_left", np.left_shift, "x * 2**y")
shift_right = _binary(
    "shift_right", np.right_shift, "x / 2**y rounded down; logical for unsigned x"
)

_PREDICATES = {
    "eq": np.equal,
    "ne": np.not_equal,
    "lt": np.less,
    "le": np.less_equal,
    "gt": np.greater,
    "ge": np.greater_equal,
}


@quiet
def compare(x, y, predicate):
    """Boolean of `x predicate y`, predicate one of eq ne lt le gt ge; only ne holds of nan."""
    x, y = coerce(x, y)
    return np.asarray(_PREDICATES[predicate](x, y))


def select(pred, x, y):
    """x where pred holds, else y."""
    x, y = coerce(x, y)
    return np.where(pred, x, y)


@quiet
def cast(x, dtype):
    """x as `dtype`, always fresh: floats to integers truncate, anything to bool is x != 0,
    complex to real drops the imaginary part.
    """
    dtype = np.dtype(dtype)
    if x.dtype.kind == "c" and dtype.kind not in "cb":
        x = x.real
    if x.dtype in SMALL_FLOATS and dtype.kind in "biu":
        x = x.astype(np.float32)
    return x.astype(dtype)


def complex(re, im):
    """re + i im of two equal float32 or float64 arrays."""
    re, im = coerce(re, im)
    out = np.empty(np.broadcast_shapes(re.shape, im.shape), np.result_type(re.dtype, np.complex64))
    out.real = re
    out.imag = im
    return out


def clone(x):
    """A fresh row-major copy."""
    return np.array(x, order="C", copy=True)
