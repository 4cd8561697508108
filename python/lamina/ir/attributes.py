"""Python values <-> MLIR attributes, one pair of functions per kind of `opset.ATTRIBUTES`."""

from __future__ import annotations

import numpy as np
from mlir import ir

from .. import native
from ..errors import DtypeError
from .context import context, unknown
from .types import element_dtype, element_type, shape_and_dtype, tensor_type

_I64, _BIT = np.dtype(np.int64), np.dtype(np.bool_)
_BUFFERS = frozenset(
    map(
        np.dtype,
        (
            np.float16,
            np.float32,
            np.float64,
            np.int8,
            np.int16,
            np.int32,
            np.int64,
            np.uint8,
            np.bool_,
        ),
    )
)
"""Dtypes whose literals the bindings hand out as buffers."""


def encode(kind: str, value, dtype: np.dtype | None = None) -> ir.Attribute:
    """`value` as an attribute of `kind` (int, ints, word, bool, scalar); a scalar is of `dtype`."""
    if kind == "ints":
        return ir.DenseI64ArrayAttr.get([int(v) for v in value], context())
    if kind == "int":
        return ir.IntegerAttr.get(element_type(_I64), int(value))
    if kind == "word":
        return ir.StringAttr.get(value, context())
    if kind == "bool":
        return ir.BoolAttr.get(bool(value), context())
    return scalar(value, dtype)


def scalar(value, dtype: np.dtype) -> ir.Attribute:
    """A number in the element type of `dtype`."""
    if dtype.kind == "c":
        part, number = np.empty(0, dtype).real.dtype, complex(value)
        return ir.ArrayAttr.get([scalar(number.real, part), scalar(number.imag, part)], context())
    if dtype.kind == "b":
        return ir.BoolAttr.get(bool(value), context())
    if dtype.kind in "iu":
        return ir.IntegerAttr.get(element_type(dtype), int(np.asarray(value).astype(dtype)))
    return ir.FloatAttr.get(element_type(dtype), float(value), unknown())


def elements(array: np.ndarray) -> ir.Attribute:
    """A literal array."""
    type_ = tensor_type(array.shape, array.dtype)
    if array.dtype.kind == "b":
        packed = np.packbits(array, axis=None, bitorder="little")
        if array.size == 1:
            packed = packed * np.uint8(255)
        bit = element_type(array.dtype)
        return ir.DenseElementsAttr.get(packed, type=bit, shape=array.shape, context=context())
    plain = np.ascontiguousarray(array).reshape(array.shape)
    if array.dtype.kind == "V" or array.dtype.kind not in "fiuc":
        plain = plain.view(f"u{array.itemsize}")
    return ir.DenseElementsAttr.get(plain, type=type_, context=context())


def decode(attribute: ir.Attribute):
    """The Python value of an attribute that `encode` or a pass made: int, tuple, str, bool, number
    or array.
    """
    if isinstance(attribute, ir.DenseI64ArrayAttr):
        return tuple(attribute)
    if isinstance(attribute, (ir.BoolAttr, ir.StringAttr, ir.FloatAttr)):
        return attribute.value
    if isinstance(attribute, ir.IntegerAttr):
        is_bit = attribute.type == element_type(_BIT)
        return bool(attribute.value) if is_bit else int(attribute.value)
    if isinstance(attribute, ir.TypeAttr):
        return element_dtype(attribute.value)
    if isinstance(attribute, ir.DenseElementsAttr):
        return array_of(attribute)
    if isinstance(attribute, ir.ArrayAttr) and len(attribute) == 2:
        return complex(*map(decode, attribute))
    raise DtypeError(f"attribute {attribute} has no Python value")


def array_of(attribute: ir.DenseElementsAttr) -> np.ndarray:
    """The array of a literal; a splat is spread."""
    shape, dtype = shape_and_dtype(attribute.type)
    if attribute.is_splat and dtype.kind != "b":
        return np.broadcast_to(_raw(attribute, 1, dtype)[0], shape)
    if dtype in _BUFFERS:
        return np.array(attribute).view(dtype).reshape(shape)
    return _raw(attribute, int(np.prod(shape)), dtype).reshape(shape)


def literal(op: ir.Operation) -> np.ndarray:
    """The array of a `lamina.constant`."""
    shape, dtype = shape_and_dtype(op.results[0].type)
    if dtype.kind != "c":
        return array_of(op.attributes["value"])
    item = dtype.itemsize
    data = native.raw_literal(op, "value", int(np.prod(shape)) * item, item)
    flat = np.frombuffer(data, dtype)
    return np.broadcast_to(flat[0], shape) if len(data) == item else flat.reshape(shape)


def _raw(attribute: ir.DenseElementsAttr, count: int, dtype: np.dtype) -> np.ndarray:
    return np.frombuffer(native.raw_elements(attribute, count * dtype.itemsize), dtype)
