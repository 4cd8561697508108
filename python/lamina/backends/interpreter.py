"""The reference backend: runs IR of the tensor world with NumPy, one primitive at a time.

Slow and obvious. It adds to `lamina.ir.interpreter` only what the calling convention of a backend
asks for: values become fresh arrays of the right layout, mutations are written into the inputs.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from lamina.backends import DEFAULT_OPTIONS, CompileOptions, MemoryAnalysis
from lamina.backends.signature import Buffer, Signature, read_signature


class InterpretedExecutable:
    """A function that the interpreter runs anew at each call."""

    def __init__(self, program: Any, signature: Signature, seconds: Mapping[str, float]):
        self.signature = signature
        self.seconds = seconds
        self.texts: Mapping[str, str] = {}
        self._program = program
        self._written = signature.written

    def __call__(self, *arrays: np.ndarray) -> list[np.ndarray]:
        """See `lamina.backends.Executable`."""
        self._check(arrays)
        # All values are copied before any input is written: they may be views of inputs.
        values = self._program(*arrays)
        fresh = list(map(_materialize, values, self.signature.results))
        outputs, written = [], iter(self._written)
        for value, result in zip(fresh, self.signature.results, strict=True):
            if result.role == "mutation":
                np.copyto(arrays[next(written)], value)
            else:
                outputs.append(value)
        return outputs

    def memory_analysis(self) -> MemoryAnalysis:
        """See `lamina.backends.Executable`."""
        return self.signature.memory_analysis()

    def _check(self, arrays: tuple[np.ndarray, ...]) -> None:
        name, arguments = self.signature.name, self.signature.arguments
        if len(arrays) != len(arguments):
            raise TypeError(f"{name}: expected {len(arguments)} inputs, got {len(arrays)}")
        for index, (array, argument) in enumerate(zip(arrays, arguments, strict=True)):
            if array.dtype != argument.dtype:
                expected = f"expected dtype {argument.dtype}, got {array.dtype}"
                raise TypeError(f"{name}: input {index}: {expected}")
            if array.shape != argument.shape:
                expected = f"expected shape {argument.shape}, got {array.shape}"
                raise ValueError(f"{name}: input {index}: {expected}")


def _materialize(value: np.ndarray, buffer: Buffer) -> np.ndarray:
    """A copy of `value` in fresh memory laid out as `buffer` says."""
    if buffer.strides is None:
        return np.array(value, buffer.dtype, order="C")
    extent = 1 + sum((n - 1) * s for n, s in zip(buffer.shape, buffer.strides, strict=True))
    memory = np.empty(max(extent, 0), buffer.dtype)
    strides = [stride * buffer.dtype.itemsize for stride in buffer.strides]
    array = np.lib.stride_tricks.as_strided(memory, buffer.shape, strides)
    np.copyto(array, value)
    return array


@dataclass(frozen=True)
class InterpreterBackend:
    """Runs any function that consists of lamina's ops and calls."""

    name: str = "interpreter"

    def compile(
        self, module: Any, entry: str, options: CompileOptions = DEFAULT_OPTIONS
    ) -> InterpretedExecutable:
        """See `lamina.backends.Backend`."""
        from lamina.ir.interpreter import Program

        start = time.perf_counter()
        signature = read_signature(module.operation, entry)
        program = Program(module.operation.clone(), entry)
        return InterpretedExecutable(program, signature, {"decode": time.perf_counter() - start})


BACKEND = InterpreterBackend()
