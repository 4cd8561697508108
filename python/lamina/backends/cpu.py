"""The native CPU backend: the registered pipeline, object code, and a launcher on it.

Owns what lies between a tensor-world module and a callable; the passes are C++ and the engine is
`lamina.native`.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from mlir import ir
from mlir.passmanager import PassManager

from lamina import native
from lamina.backends import DEFAULT_OPTIONS, CompileOptions, MemoryAnalysis, host_calls
from lamina.backends.signature import Signature, find_function, read_signature
from lamina.errors import CompileError
from lamina.ir.diagnostics import error_from


class CPUExecutable:
    """A function in native code; `launch` is the launcher itself, the fastest way to call it."""

    def __init__(self, code: bytes, signature: Signature, workspace: int):
        """Link object bytes made for a function of this signature, here or in another process."""
        self.code = code
        self.signature = signature
        self.workspace = workspace
        self.seconds: Mapping[str, float] = {}
        self.texts: Mapping[str, str] = {}
        program = native.LoadedObject(code, signature.name)
        self.launch = native.launcher().Launcher(
            program.address(f"{signature.name}_packed"),
            [argument.spec for argument in signature.arguments],
            [output.spec for output in signature.outputs],
            workspace,
            written=signature.written,
            name=signature.name,
            keepalive=program,
        )

    def __call__(self, *arrays: Any) -> list[Any]:
        """See `lamina.backends.Executable`."""
        return self.launch(*arrays)

    def memory_analysis(self) -> MemoryAnalysis:
        """See `lamina.backends.Executable`."""
        return self.signature.memory_analysis(self.workspace, len(self.code))


@dataclass(frozen=True)
class CPUBackend:
    """Lowers with `pipeline`, which must leave the module in the LLVM dialect."""

    name: str = "cpu"
    pipeline: str = field(default="builtin.module(lamina-cpu-pipeline)", repr=False)

    def compile(
        self, module: Any, entry: str, options: CompileOptions = DEFAULT_OPTIONS
    ) -> CPUExecutable:
        """See `lamina.backends.Backend`."""
        signature = read_signature(module.operation, entry)
        lowered = module.operation.clone()
        _isolate(lowered, entry)
        bits = native.vector_bits(options.cpu, options.features)
        with lowered.context:
            i64 = ir.IntegerType.get_signless(64)
            lowered.attributes["lamina.vector_bits"] = ir.IntegerAttr.get(i64, bits)
        start = time.perf_counter()
        _run(self.pipeline, lowered)
        seconds = {"lower": time.perf_counter() - start}
        workspace = _check_convention(lowered, signature)
        code = native.compile_object(
            lowered,
            options.opt_level,
            cpu=options.cpu,
            features=options.features,
            vector_width=options.vector_width,
            keep_text=options.keep_text,
        )
        start = time.perf_counter()
        executable = CPUExecutable(code.data, signature, workspace)
        executable.seconds = {**seconds, **code.seconds, "load": time.perf_counter() - start}
        if options.keep_text:
            executable.texts = {
                "llvm-dialect": str(lowered),
                "llvm-ir": code.llvm_ir,
                "assembly": code.assembly,
            }
        return executable


def _isolate(module: Any, entry: str) -> None:
    """Mark the function to compile and make all others removable."""
    with module.context:
        for op in module.regions[0].blocks[0]:
            if op.operation.name == "func.func" and op.attributes["sym_name"].value != entry:
                op.attributes["sym_visibility"] = ir.StringAttr.get("private")
        find_function(module, entry).attributes["lamina.entry"] = ir.UnitAttr.get()
    _run("builtin.module(symbol-dce)", module)


def _run(pipeline: str, module: Any) -> None:
    try:
        with module.context:
            PassManager.parse(pipeline).run(module)
    except ir.MLIRError as failure:
        raise error_from(failure, kind=CompileError) from failure
    except ValueError as failure:
        raise CompileError(f"{pipeline}: {failure}") from failure


def _check_convention(lowered: Any, signature: Signature) -> int:
    """Compare the lowered parameters with what the launcher passes; return the workspace bytes."""
    function = find_function(lowered, signature.name, "llvm.func")
    workspace = 0
    if "lamina.workspace_bytes" in function.attributes:
        workspace = ir.IntegerAttr(function.attributes["lamina.workspace_bytes"]).value
    expected = len(signature.arguments) + len(signature.outputs) + (workspace > 0)
    actual = len(function.regions[0].blocks[0].arguments)
    if actual != expected:
        raise CompileError(
            f"{signature.name}: lowered to {actual} parameters where the caller passes {expected}"
        )
    return workspace


host_calls.install()
BACKEND = CPUBackend()
