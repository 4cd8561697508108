"""What a function takes and returns, read from its type and its attributes before any lowering.

The one place where backends learn dtypes, shapes, memory layouts and roles; see `lamina.arg`,
`lamina.result` and `lamina.strides` in the dialect. Everything here is plain data: it outlives
the module it was read from.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, NoReturn

import numpy as np
from mlir import ir

from lamina.backends import MemoryAnalysis
from lamina.errors import CompileError, DtypeError, UnsupportedError
from lamina.ir import descriptors
from lamina.ir.types import element_dtype


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
    raise CompileError(f"the module has no {kind} {name!r}")


def read_signature(module: Any, name: str) -> Signature:
    """Signature of function `name` of a module operation in the tensor world.

    Raises UnsupportedError for types that have no array: dynamic dimensions, refs, unknown
    element types.
    """
    function = find_function(module, name)
    type_ = function.attributes["function_type"].value
    arguments = _buffers(name, type_.inputs, descriptors.arguments(function))
    return Signature(name, arguments, _buffers(name, type_.results, descriptors.results(function)))


def _buffers(name: str, types: list[ir.Type], slots: list[descriptors.Slot]) -> tuple[Buffer, ...]:
    if not slots:
        return tuple(Buffer(*_array(name, type_)) for type_ in types)
    return tuple(
        Buffer(*_array(name, type_), slot.strides, slot.kind, slot.index)
        for type_, slot in zip(types, slots, strict=True)
    )


def _array(name: str, type_: ir.Type) -> tuple[np.dtype, tuple[int, ...]]:
    if not isinstance(type_, ir.RankedTensorType):
        _refuse(name, type_, "only tensors of known rank cross a function's boundary")
    if not type_.has_static_shape:
        _refuse(name, type_, "dynamic dimensions are not supported")
    try:
        return element_dtype(type_.element_type), tuple(type_.shape)
    except DtypeError:
        _refuse(name, type_, "the element type has no array dtype")


def _refuse(name: str, type_: ir.Type, reason: str) -> NoReturn:
    raise UnsupportedError(f"{name}: {reason}: {type_}")
