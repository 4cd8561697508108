"""`lamina.custom_call`: what a custom operator is given, as attributes and back."""

from __future__ import annotations

import numbers
from collections.abc import Callable
from typing import Any

import numpy as np
from mlir import ir

from .. import dtypes
from ..errors import UnsupportedError
from ..ops.opaque import Call, Operand
from . import attributes
from .builder import Builder, TracedArray
from .context import context
from .types import element_dtype, element_type, is_ref, shape_and_dtype


def emit(
    builder: Builder, name: str, arguments: tuple, writes: tuple, results: list, is_pure: bool
) -> list[TracedArray]:
    """Emits the call of operator `name`; the arrays it returns, of the shapes and dtypes `results`.

    `writes` are positions in `arguments`. Raises UnsupportedError for an argument that no attribute
    can hold.
    """
    operands: list[TracedArray] = []
    ends, encoded = [0], []
    for argument in arguments:
        encoded.append(_encode(name, argument, operands, builder))
        ends.append(len(operands))
    attrs: dict[str, ir.Attribute] = {"callee": ir.StringAttr.get(name, context())}
    if len(operands) != len(arguments) or any(isinstance(a, (list, tuple)) for a in arguments):
        attrs["arguments"] = ir.ArrayAttr.get(encoded, context())
    mutates = [k for i in writes for k in range(ends[i], ends[i + 1])]
    if mutates:
        attrs["mutates"] = attributes.encode("ints", mutates)
    if not is_pure:
        attrs["has_side_effect"] = attributes.encode("bool", True)
    types = [builder.array_type(shape, dtype) for shape, dtype in results]
    made = builder.emit("custom_call", operands, attrs, types)
    return [made] if isinstance(made, TracedArray) else list(made or ())


def _encode(name: str, value: Any, operands: list, builder: Builder) -> ir.Attribute:
    if isinstance(value, (TracedArray, np.ndarray)):
        operands.append(builder.array(value))
        return ir.Attribute.parse(f"#lamina.operand<{len(operands) - 1}>", context())
    if isinstance(value, (list, tuple)):
        return ir.ArrayAttr.get([_encode(name, v, operands, builder) for v in value], context())
    if value is None:
        return ir.UnitAttr.get(context())
    if isinstance(value, (bool, np.bool_)):
        return attributes.encode("bool", value)
    if isinstance(value, numbers.Integral) and -(2**63) <= value < 2**63:
        return attributes.encode("int", value)
    if isinstance(value, numbers.Real) and not isinstance(value, numbers.Integral):
        return attributes.scalar(float(value), np.dtype(np.float64))
    if isinstance(value, str):
        return attributes.encode("word", value)
    if isinstance(value, dtypes.dtype):
        return ir.TypeAttr.get(element_type(value.np), context())
    raise UnsupportedError(
        f"an argument {value!r} of a custom operator cannot be compiled; tensors, numbers, strings, "
        "dtypes, None and lists of those can",
        op=name,
    )


def decode(op: ir.Operation) -> Callable:
    """`run(environment, *operands)` of a custom call, for the interpreter."""
    mutates = attributes.decode(op.attributes["mutates"]) if "mutates" in op.attributes else ()
    arguments = _decode(op.attributes["arguments"]) if "arguments" in op.attributes else None
    in_place = [is_ref(operand.type) for operand in op.operands]
    # What a mutated tensor becomes is no result of the operator itself.
    contents = sum(not in_place[k] for k in mutates)
    returned = [shape_and_dtype(r.type) for r in op.results][: len(op.results) - contents]
    call = Call(op.attributes["callee"].value, arguments, tuple(returned))

    def run(_, *operands):
        arrays = [
            a.copy() if k in mutates and not in_place[k] else a for k, a in enumerate(operands)
        ]
        results = call(arrays)
        fresh = [r.copy() if _is_shared(r, arrays) else r for r in results]
        return (*fresh, *(arrays[k] for k in mutates if not in_place[k]))

    return run


def _is_shared(result: np.ndarray, arrays: list) -> bool:
    return any(np.may_share_memory(result, a) for a in arrays)


def _decode(attribute: ir.Attribute) -> Any:
    if isinstance(attribute, ir.ArrayAttr):
        return [_decode(a) for a in attribute]
    if isinstance(attribute, ir.UnitAttr):
        return None
    if isinstance(attribute, ir.TypeAttr):
        return dtypes.from_numpy(element_dtype(attribute.value))
    if isinstance(attribute, (ir.BoolAttr, ir.IntegerAttr, ir.FloatAttr, ir.StringAttr)):
        return attribute.value
    text = str(attribute)
    return Operand(int(text.removeprefix("#lamina.operand<").removesuffix(">")))
