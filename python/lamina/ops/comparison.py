"""Comparison, logic and bits: operators whose results are truth values, or bit patterns of
integers.

Nothing here is differentiable, but a comparison in place cuts what it overwrites off from the graph. Operands broadcast and are promoted as in arithmetic.
"""

from __future__ import annotations

import numpy as np

from ..errors import DtypeError
from .formulas import zeros
from .promotion import (
    BOOL,
    category,
    check_broadcast,
    int_to_float,
    is_complex,
    is_integral,
    promote,
)
from .registry import aten, composite, op
from .unary import isfinite, isnan


def _comparison(name, ufunc, public_names, doc, *, ordered):
    def impl(p, self, other):
        self, other = promote(p, self, other)
        if ordered and is_complex(self.dtype):
            raise DtypeError(f"complex numbers have no order ({self.dtype})")
        return p.compare(self, other, name)

    impl.__doc__ = f"Bool: whether self {doc} other, elementwise." + (
        " Raises DtypeError for complex." * ordered
    )
    impl.__name__ = impl.__qualname__ = name
    for public in public_names:
        for number, overload in enumerate(("Scalar", "Tensor")):
            op(
                f"{public}.{overload}(Tensor self, {overload} other) -> Tensor",
                pointwise=True,
                inplace=True,
                inplace_grad_name=f"{public.title().replace('_', '')}Backward{number}",
                ufunc=ufunc,
                inplace_vjp={"self": zeros} | ({"other": zeros} if overload == "Tensor" else {}),
                differentiable=False,
            )(impl)


_comparison("eq", np.equal, ("eq",), "equals", ordered=False)
_comparison("ne", np.not_equal, ("ne", "not_equal"), "differs from", ordered=False)
_comparison("lt", np.less, ("lt", "less"), "is less than", ordered=True)
_comparison("le", np.less_equal, ("le", "less_equal"), "is at most", ordered=True)
_comparison("gt", np.greater, ("gt", "greater"), "is greater than", ordered=True)
_comparison("ge", np.greater_equal, ("ge", "greater_equal"), "is at least", ordered=True)


def truth(p, x):
    """x as bool: whether it is not zero."""
    return x if category(x.dtype) == BOOL else p.compare(x, 0, "ne")


@op("logical_not(Tensor self) -> Tensor", pointwise=True, inplace=True, differentiable=False)
def logical_not(p, self):
    """Bool: whether self is zero."""
    return p.bitwise_not(truth(p, self))


def _logical(name, primitive, doc):
    def impl(p, self, other):
        check_broadcast(self, other)
        return getattr(p, primitive)(truth(p, self), truth(p, other))

    impl.__doc__ = f"Bool: {doc}, where nonzero counts as true."
    impl.__name__ = impl.__qualname__ = name
    op(
        f"{name}(Tensor self, Tensor other) -> Tensor",
        pointwise=True,
        inplace=True,
        differentiable=False,
    )(impl)


_logical("logical_and", "bitwise_and", "whether both hold")
_logical("logical_or", "bitwise_or", "whether either holds")
_logical("logical_xor", "bitwise_xor", "whether exactly one holds")


@op("bitwise_not(Tensor self) -> Tensor", pointwise=True, inplace=True, differentiable=False)
def bitwise_not(p, self):
    """The complement of every bit; logical not of bools. Raises DtypeError for other dtypes
    than integers.
    """
    _bits(self.dtype)
    return p.bitwise_not(self)


def _bitwise(name, doc, *, bool_ok=True):
    def impl(p, self, other):
        self, other = promote(p, self, other)
        _bits(self.dtype)
        if not bool_ok and category(self.dtype) == BOOL:
            raise DtypeError("not defined for bool")
        return getattr(p, _PRIMITIVE.get(name, name))(self, other)

    impl.__doc__ = doc + " Raises DtypeError for other dtypes than integers."
    impl.__name__ = impl.__qualname__ = name
    number = "Tensor_Scalar" if name in _PRIMITIVE else "Scalar"
    for overload, other in ((number, "Scalar"), ("Tensor", "Tensor")):
        op(
            f"{name}.{overload}(Tensor self, {other} other) -> Tensor",
            pointwise=True,
            inplace=True,
            differentiable=False,
        )(impl)


def _bits(dtype):
    if not is_integral(dtype):
        raise DtypeError(f"bits are defined for integers and bool, got {dtype}")


_PRIMITIVE = {"bitwise_left_shift": "shift_left", "bitwise_right_shift": "shift_right"}
_bitwise("bitwise_and", "The bits set in both; logical and of bools.")
_bitwise("bitwise_or", "The bits set in either; logical or of bools.")
_bitwise("bitwise_xor", "The bits set in exactly one; logical xor of bools.")
_bitwise("bitwise_left_shift", "self * 2**other.", bool_ok=False)
_bitwise("bitwise_right_shift", "self / 2**other rounded down.", bool_ok=False)


@op(
    "isclose(Tensor self, Tensor other, float rtol=1e-05, float atol=1e-08, bool "
    "equal_nan=False) -> Tensor",
    pointwise=True,
    differentiable=False,
)
def isclose(p, self, other, rtol, atol, equal_nan):
    """Bool: |self - other| <= atol + rtol * |other|; infinities only equal themselves."""
    if self.dtype != other.dtype:
        raise DtypeError(f"self and other have different dtypes, {self.dtype} and {other.dtype}")
    check_broadcast(self, other)
    close = p.compare(self, other, "eq")
    if equal_nan and not is_integral(self.dtype):
        close = p.bitwise_or(close, p.bitwise_and(isnan(p, self), isnan(p, other)))
    if rtol == 0 and atol == 0:
        return close
    if is_integral(self.dtype):
        self, other = int_to_float(p, self), int_to_float(p, other)
    error = p.abs(p.sub(self, other))
    allowed = p.add(p.mul(p.abs(other), rtol), atol)
    within = p.bitwise_and(isfinite(p, error), p.compare(error, allowed, "le"))
    return p.bitwise_or(close, within)


@composite(variants="function, method")
def allclose(self, other, rtol=1e-05, atol=1e-08, equal_nan=False) -> bool:
    """Whether all elements are close (see isclose), as a Python bool."""
    return bool(aten.isclose(self, other, rtol, atol, equal_nan).all())


@composite(variants="function, method")
def equal(self, other) -> bool:
    """Whether both have the same shape and elements, as a Python bool."""
    return self.shape == other.shape and bool((self == other).all())
