"""The pipeline: a list of named stages, each a pass pipeline that `lamina-opt` runs alone on text.

No pass depends on Python, and nothing here edits IR.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import NamedTuple

from mlir import ir
from mlir.passmanager import PassManager

from ..errors import CompileError
from ..ir.context import context
from ..ir.diagnostics import error_from


class Stage(NamedTuple):
    """`name` is what the IR is afterwards; `passes` run in order on the module."""

    name: str
    passes: tuple[str, ...]

    @property
    def pipeline(self) -> str:
        """What `lamina-opt --pass-pipeline` takes."""
        return f"builtin.module({','.join(self.passes)})"


_CLEAN = ("canonicalize", "cse")

FUNCTIONAL = (
    Stage(
        "functional",
        ("func.func(lamina-functionalize)", "lamina-verify-stage{stage=functional}", *_CLEAN),
    ),
    Stage(
        "replayed",
        ("func.func(lamina-view-replay)", "lamina-verify-stage{stage=replayed}", *_CLEAN),
    ),
    Stage("partitioned", ("lamina-partition", "lamina-verify-stage{stage=partitioned}", *_CLEAN)),
)
"""From a captured program in the ref world to a forward and a backward over tensors."""

Watcher = Callable[[str, ir.Module], None]


def run(
    module: ir.Module,
    stages: tuple[Stage, ...] | None = None,
    after_stage: Watcher | None = None,
    after_pass: Watcher | None = None,
) -> dict[str, float]:
    """Runs the stages (by default FUNCTIONAL) on `module`, in place; seconds per stage. The
    watchers see the module after each stage, and after each pass.

    Raises CompileError that names the stage and the user's line.
    """
    seconds = {}
    for stage in FUNCTIONAL if stages is None else stages:
        start = time.perf_counter()
        if after_pass is None:
            run_passes(module, stage.name, stage.pipeline)
        else:
            for one in stage.passes:
                run_passes(module, stage.name, f"builtin.module({one})")
                after_pass(one, module)
        seconds[stage.name] = time.perf_counter() - start
        if after_stage is not None:
            after_stage(stage.name, module)
    return seconds


def run_passes(module: ir.Module, stage: str, pipeline: str) -> None:
    """Runs a pipeline on `module`, in place. Raises CompileError."""
    try:
        with context():
            PassManager.parse(pipeline).run(module.operation)
    except ir.MLIRError as failure:
        error = error_from(failure, kind=CompileError)
        error.message = f"stage '{stage}': {error.message}"
        raise error from failure
    except ValueError as failure:
        raise CompileError(f"stage '{stage}': {failure}") from failure


def functions(module: ir.Module) -> dict[str, ir.Operation]:
    """The functions of a module by name."""
    found = (op.operation for op in module.operation.regions[0].blocks[0].operations)
    return {f.attributes["sym_name"].value: f for f in found if f.name == "func.func"}
