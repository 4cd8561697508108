"""The pipeline: a list of named stages, each a pass pipeline that `lamina-opt` runs alone on text.

No pass depends on Python, and nothing here edits IR.
"""

from __future__ import annotations

import time
from typing import Callable, NamedTuple

from mlir import ir
from mlir.passmanager import PassManager

from ..errors import CompileError
from ..ir.context import context
from ..ir.diagnostics import error_from


class Stage(NamedTuple):
    """`name` is what the IR is afterwards; `pipeline` is what `lamina-opt --pass-pipeline` takes."""

    name: str
    pipeline: str


_CLEAN = "canonicalize,cse"

FUNCTIONAL = (
    Stage("functional", f"builtin.module(func.func(lamina-functionalize),lamina-verify-stage{{stage=functional}},{_CLEAN})"),
    Stage("replayed", f"builtin.module(func.func(lamina-view-replay),lamina-verify-stage{{stage=replayed}},{_CLEAN})"),
    Stage("partitioned", f"builtin.module(lamina-partition,lamina-verify-stage{{stage=partitioned}},{_CLEAN})"),
)
"""From a captured program in the ref world to a forward and a backward over tensors."""

Watcher = Callable[[Stage, ir.Module], None]


def run(module: ir.Module, stages: tuple[Stage, ...] = FUNCTIONAL, after: Watcher | None = None) -> dict[str, float]:
    """Runs the stages on `module`, in place; seconds per stage. `after` sees the module after each.

    Raises CompileError that names the stage and the user's line.
    """
    seconds = {}
    for stage in stages:
        start = time.perf_counter()
        run_stage(module, stage)
        seconds[stage.name] = time.perf_counter() - start
        if after is not None:
            after(stage, module)
    return seconds


def run_stage(module: ir.Module, stage: Stage) -> None:
    """Runs one stage on `module`, in place. Raises CompileError."""
    try:
        with context():
            PassManager.parse(stage.pipeline).run(module.operation)
    except (ir.MLIRError, ValueError) as failure:
        if not isinstance(failure, ir.MLIRError):
            raise CompileError(f"stage '{stage.name}': {failure}") from failure
        error = error_from(failure, kind=CompileError)
        error.message = f"stage '{stage.name}': {error.message}"
        raise error from failure


def copy(module: ir.Module) -> ir.Module:
    """An independent copy."""
    return ir.Module.parse(module.operation.get_asm(binary=False, enable_debug_info=True), context())


def functions(module: ir.Module) -> dict[str, ir.Operation]:
    """The functions of a module by name."""
    found = (op.operation for op in module.operation.regions[0].blocks[0].operations)
    return {f.attributes["sym_name"].value: f for f in found if f.name == "func.func"}
