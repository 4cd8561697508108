"""Element types under their public names, and how they map to NumPy's.

A `dtype` object is what users see (`lamina.float32`); array handles and primitives speak `np.dtype`.
The table below is the only place where the two meet.
"""

from __future__ import annotations

import builtins

import ml_dtypes
import numpy as np

from .errors import DtypeError

# Promotion categories, in ascending order.
BOOL, INTEGRAL, FLOATING, COMPLEX = range(4)


class dtype:
    """An element type. Attributes: `name`, `np` (the NumPy dtype), `itemsize` in bytes, `category`."""

    __slots__ = (
        "category",
        "is_complex",
        "is_floating_point",
        "is_signed",
        "itemsize",
        "name",
        "np",
    )

    def __init__(self, name: str, numpy_type, category: int):
        self.name = name
        self.np = np.dtype(numpy_type)
        self.itemsize = self.np.itemsize
        self.category = category
        self.is_floating_point = category == FLOATING
        self.is_complex = category == COMPLEX
        self.is_signed = category in (FLOATING, COMPLEX) or self.np.kind == "i"

    def __repr__(self) -> str:
        return f"lamina.{self.name}"

    def __reduce__(self):
        return (by_name, (self.name,))

    def to_complex(self) -> dtype:
        """The complex dtype whose real part has this dtype (or this one, when complex already)."""
        if self.category == COMPLEX:
            return self
        return complex128 if self is float64 else complex64

    def to_real(self) -> dtype:
        """The dtype of the real part."""
        return {complex64: float32, complex128: float64}.get(self, self)


float64 = double = dtype("float64", np.float64, FLOATING)
float32 = float = dtype("float32", np.float32, FLOATING)
float16 = half = dtype("float16", np.float16, FLOATING)
bfloat16 = dtype("bfloat16", ml_dtypes.bfloat16, FLOATING)
float8_e4m3fn = dtype("float8_e4m3fn", ml_dtypes.float8_e4m3fn, FLOATING)
float8_e5m2 = dtype("float8_e5m2", ml_dtypes.float8_e5m2, FLOATING)
int64 = long = dtype("int64", np.int64, INTEGRAL)
int32 = int = dtype("int32", np.int32, INTEGRAL)
int16 = short = dtype("int16", np.int16, INTEGRAL)
int8 = dtype("int8", np.int8, INTEGRAL)
uint8 = dtype("uint8", np.uint8, INTEGRAL)
bool = dtype("bool", np.bool_, BOOL)
complex64 = cfloat = dtype("complex64", np.complex64, COMPLEX)
complex128 = cdouble = dtype("complex128", np.complex128, COMPLEX)

ALL = (
    float64,
    float32,
    float16,
    bfloat16,
    float8_e4m3fn,
    float8_e5m2,
    int64,
    int32,
    int16,
    int8,
    uint8,
    bool,
    complex64,
    complex128,
)
_FROM_NUMPY = {d.np: d for d in ALL}
_BY_NAME = {d.name: d for d in ALL}
PUBLIC = {
    **_BY_NAME,
    "double": float64,
    "float": float32,
    "half": float16,
    "long": int64,
    "int": int32,
    "short": int16,
    "cfloat": complex64,
    "cdouble": complex128,
}
_PYTHON = {builtins.float: None, builtins.int: int64, builtins.bool: bool, complex: None}


def by_name(name: str) -> dtype:
    """The dtype called `name`. Raises DtypeError for an unknown name."""
    if name not in _BY_NAME:
        raise DtypeError(f"no dtype is called {name!r}")
    return _BY_NAME[name]


def from_numpy(numpy_dtype) -> dtype:
    """The dtype of a NumPy dtype. Raises DtypeError when lamina has none for it."""
    found = _FROM_NUMPY.get(numpy_dtype)
    if found is None:
        found = _FROM_NUMPY.get(np.dtype(numpy_dtype).newbyteorder("="))
    if found is None:
        raise DtypeError(f"NumPy dtype {numpy_dtype} has no lamina dtype")
    return found


def to_numpy(kind) -> np.dtype:
    """The NumPy dtype of a lamina dtype, a Python scalar type, or a NumPy dtype."""
    if isinstance(kind, dtype):
        return kind.np
    if kind in _PYTHON:
        return of_python(kind).np
    return from_numpy(np.dtype(kind)).np


def of_python(kind: type) -> dtype:
    """The dtype that a Python scalar of type `kind` becomes as a tensor."""
    found = _PYTHON[kind]
    if found is not None:
        return found
    return get_default_dtype() if kind is builtins.float else get_default_dtype().to_complex()


_default = float32


def get_default_dtype() -> dtype:
    """The dtype of tensors made from Python floats."""
    return _default


def set_default_dtype(d: dtype) -> None:
    """Sets the dtype of tensors made from Python floats. Raises DtypeError unless `d` is floating."""
    global _default
    if not isinstance(d, dtype) or not d.is_floating_point:
        raise DtypeError(f"only floating-point dtypes can be the default, got {d}")
    _default = d


class finfo:
    """Limits of a floating or complex dtype: bits, eps, max, min, tiny, smallest_normal, resolution."""

    def __init__(self, type: dtype | None = None):
        d = (type or get_default_dtype()).to_real()
        if not d.is_floating_point:
            raise DtypeError(f"finfo needs a floating-point dtype, got {d}; use iinfo")
        info = ml_dtypes.finfo(d.np)
        self.dtype, self.bits = d.name, d.itemsize * 8
        for field in ("eps", "max", "min", "tiny", "smallest_normal", "resolution"):
            setattr(self, field, info.dtype.type(getattr(info, field)).__float__())

    def __repr__(self) -> str:
        return (
            f"finfo(resolution={self.resolution:g}, min={self.min:g}, max={self.max:g}, eps={self.eps:g}, "
            f"tiny={self.tiny:g}, dtype={self.dtype})"
        )


class iinfo:
    """Limits of an integer dtype: bits, max, min."""

    def __init__(self, type: dtype):
        if type.category != INTEGRAL:
            raise DtypeError(f"iinfo needs an integer dtype, got {type}; use finfo")
        info = np.iinfo(type.np)
        self.dtype, self.bits, self.max, self.min = type.name, info.bits, info.max, info.min

    def __repr__(self) -> str:
        return f"iinfo(min={self.min}, max={self.max}, dtype={self.dtype})"
