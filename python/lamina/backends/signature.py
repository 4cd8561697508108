"""What a function takes and returns, read from its type and its attributes before any lowering.

The one place where backends learn dtypes, shapes, memory layouts and roles; see `lamina.arg`,
`lamina.result` and `lamina.strides` in the dialect. Everything here is plain data: it outlives
the module it was read from.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import Any

import ml_dtypes
import numpy as np

from lamina.backends import MemoryAnalysis

DTYPES = {
    "f64": np.dtype(np.float64),
    "f32": np.dtype(np.float32),
    "f16": np.dtype(np.float16),
    "bf16": np.dtype(ml_dtypes.bfloat16),
    "f8E4M3FN": np.dtype(ml_dtypes.float8_e4m3fn),
    "f8E5M2": np.dtype(ml_dtypes.float8_e5m2),
    "i64": np.dtype(np.int64),
    "i32": np.dtype(np.int32),
    "i16": np.dtype(np.int16),
    "i8": np.dtype(np.int8),
    "ui8": np.dtype(np.uint8),
    "i1": np.dtype(np.bool_),
    "complex<f32>": np.dtype(np.complex64),
    "complex<f64>": np.dtype(np.complex128),
}

_DESCRIPTOR = re.compile(r"#lamina\.(\w+)<(?:\w+, )?(\d+)>")


@dataclass(frozen=True)
class Buffer:
    """One argument or result: its array and what it is to the caller.

    strides count elements, None means row-major. role and index are those of the descriptor:
    ("input", 0), ("mutation", 0), ...; ("", -1) without one.
    """

    dtype: np.dtype
    shape: tuple[int, ...]
    strides: tuple[int, ...] | None = None
    role: str = ""
    index: int = -1

    @property
    def nbytes(self) -> int:
        """Bytes of the elements, whatever lies between them not counted."""
        return math.prod(self.shape) * self.dtype.itemsize

    @property
    def spec(self) -> tuple[np.dtype, tuple[int, ...], tuple[int, ...] | None]:
        """The form the launcher takes."""
        return self.dtype, self.shape, self.strides


@dataclass(frozen=True)
class Signature:
    """All arguments and results of one function."""

    name: str
    arguments: tuple[Buffer, ...]
    results: tuple[Buffer, ...]

    @property
    def outputs(self) -> tuple[Buffer, ...]:
        """The results that a call returns: all but the new data of mutated inputs."""
        return tuple(result for result in self.results if result.role != "mutation")

    @property
    def written(self) -> tuple[int, ...]:
        """For each mutation, in result order, the position of the argument that it writes."""
        return tuple(
            self._position(result.index) for result in self.results if result.role == "mutation"
        )

    def memory_analysis(self, workspace: int = 0, code: int = 0) -> MemoryAnalysis:
        """What one call needs, given the bytes of scratch memory and of generated code."""
        return MemoryAnalysis(
            inputs=sum(argument.nbytes for argument in self.arguments),
            outputs=sum(output.nbytes for output in self.outputs),
            in_place=sum(self.arguments[position].nbytes for position in self.written),
            workspace=workspace,
            code=code,
        )

    def _position(self, index: int) -> int:
        for position, argument in enumerate(self.arguments):
            if (argument.role, argument.index) == ("input", index):
                return position
        from lamina.errors import CompileError

        raise CompileError(
            f"{self.name}: a result is the mutation of input {index}, but no argument is that input"
        )


def find_function(module: Any, name: str, kind: str = "func.func") -> Any:
    """The function op called `name` in a module operation; raises CompileError if there is none."""
    for op in module.regions[0].blocks[0]:
        if op.operation.name == kind and op.attributes["sym_name"].value == name:
            return op
    from lamina.errors import CompileError

    raise CompileError(f"the module has no {kind} {name!r}")


def read_signature(module: Any, name: str) -> Signature:
    """Signature of function `name` of a module operation in the tensor world.

    Raises UnsupportedError for types that have no array: dynamic dimensions, refs, unknown
    element types.
    """
    function = find_function(module, name)
    type_ = function.attributes["function_type"].value
    arguments = _buffers(function, type_.inputs, "arg_attrs", "lamina.arg")
    return Signature(
        name, arguments, _buffers(function, type_.results, "res_attrs", "lamina.result")
    )


def _buffers(
    function: Any, types: list[Any], attributes: str, descriptor: str
) -> tuple[Buffer, ...]:
    if attributes not in function.attributes:
        return tuple(_buffer(function, type_, None, descriptor) for type_ in types)
    return tuple(
        _buffer(function, type_, entry, descriptor)
        for type_, entry in zip(types, function.attributes[attributes], strict=True)
    )


def _buffer(function: Any, type_: Any, attributes: Any, descriptor: str) -> Buffer:
    from mlir import ir

    if not isinstance(type_, ir.RankedTensorType):
        _refuse(function, type_, "only tensors of known rank cross a function's boundary")
    if not type_.has_static_shape:
        _refuse(function, type_, "dynamic dimensions are not supported")
    dtype = DTYPES.get(str(type_.element_type))
    if dtype is None:
        _refuse(function, type_, "the element type has no array dtype")
    role, index, strides = "", -1, None
    if attributes is not None and descriptor in attributes:
        role, index = _parse_descriptor(attributes[descriptor])
    if attributes is not None and "lamina.strides" in attributes:
        strides = tuple(attributes["lamina.strides"])
    return Buffer(dtype, tuple(type_.shape), strides, role, index)


def _parse_descriptor(attribute: Any) -> tuple[str, int]:
    match = _DESCRIPTOR.fullmatch(str(attribute))
    if match is None:
        from lamina.errors import CompileError

        raise CompileError(f"{attribute} describes no argument or result")
    return match[1], int(match[2])


def _refuse(function: Any, type_: Any, reason: str) -> None:
    from lamina.errors import UnsupportedError

    raise UnsupportedError(f"{function.attributes['sym_name'].value}: {reason}: {type_}")
