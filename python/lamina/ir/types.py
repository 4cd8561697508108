"""NumPy dtypes and shapes <-> MLIR types. This table is the only place where the two meet."""

from __future__ import annotations

import functools

import ml_dtypes
import numpy as np
from mlir import ir

from ..errors import DtypeError
from .context import context

DYNAMIC = -1
"""A size that is not known, `?` in a type."""

_ELEMENTS = {
    "f64": np.float64,
    "f32": np.float32,
    "f16": np.float16,
    "bf16": ml_dtypes.bfloat16,
    "f8E4M3FN": ml_dtypes.float8_e4m3fn,
    "f8E5M2": ml_dtypes.float8_e5m2,
    "i64": np.int64,
    "i32": np.int32,
    "i16": np.int16,
    "i8": np.int8,
    "ui8": np.uint8,
    "i1": np.bool_,
    "complex<f32>": np.complex64,
    "complex<f64>": np.complex128,
}
_NAMES = {np.dtype(scalar): name for name, scalar in _ELEMENTS.items()}
_DTYPES = {name: np.dtype(scalar) for name, scalar in _ELEMENTS.items()}


def element_name(dtype: np.dtype) -> str:
    """The spelling of `dtype` in IR. Raises DtypeError when the dialect has no such element."""
    name = _NAMES.get(dtype)
    if name is None:
        raise DtypeError(
            f"arrays of {dtype} cannot be compiled; supported are {', '.join(map(str, _NAMES))}"
        )
    return name


@functools.cache
def element_type(dtype: np.dtype) -> ir.Type:
    """The element type of `dtype`."""
    return ir.Type.parse(element_name(dtype), context())


@functools.cache
def element_dtype(element: ir.Type) -> np.dtype:
    """The dtype of an element type. Raises DtypeError when NumPy has none."""
    dtype = _DTYPES.get(str(element))
    if dtype is None:
        raise DtypeError(f"element type {element} has no dtype")
    return dtype


def named_dtype(name: str) -> np.dtype:
    """The dtype of an element type as it is spelled in IR. Raises KeyError."""
    return _DTYPES[name]


@functools.cache
def tensor_type(shape: tuple, dtype: np.dtype) -> ir.Type:
    """`tensor<shape x dtype>`."""
    return _array("tensor", shape, dtype)


@functools.cache
def ref_type(shape: tuple, dtype: np.dtype) -> ir.Type:
    """`!lamina.ref<shape x dtype>`."""
    return _array("!lamina.ref", shape, dtype)


@functools.cache
def shape_and_dtype(array: ir.Type) -> tuple[tuple, np.dtype]:
    """Shape (DYNAMIC where unknown) and dtype of a tensor or ref type."""
    text = str(array)
    inner = text[text.index("<") + 1 : -1].split(",")[0]
    *sizes, element = _split_sizes(inner)
    return tuple(DYNAMIC if s == "?" else int(s) for s in sizes), _DTYPES[element]


@functools.cache
def is_ref(array: ir.Type) -> bool:
    """Whether a type is a handle to memory rather than a value."""
    return str(array).startswith("!lamina.ref<")


def _array(constructor: str, shape: tuple, dtype: np.dtype) -> ir.Type:
    sizes = "".join(f"{'?' if size == DYNAMIC else size}x" for size in shape)
    return ir.Type.parse(f"{constructor}<{sizes}{element_name(dtype)}>", context())


def _split_sizes(text: str) -> list[str]:
    """`4x?xf32` -> ["4", "?", "f32"]; element names contain no digit-led `x`."""
    parts = []
    while text and (text[0].isdigit() or text[0] == "?"):
        size, _, text = text.partition("x")
        parts.append(size)
    return [*parts, text]
