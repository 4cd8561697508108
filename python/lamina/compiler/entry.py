"""Entries: one captured and compiled program with the guards that say when it serves a call."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

import optree
from mlir import ir

from .. import config
from ..autograd.engine import run
from ..autograd.meta import edge, ensure
from ..backends import CompileOptions, get_backend
from ..capture.guards import Guards
from ..capture.program import Captured, capture
from . import logs, stages
from .validate import Validator
from .wrapper import Runtime

_numbers = itertools.count()


class Entry:
    """A compiled program. `guards.check(leaves)` gives its inputs; calling it with them gives the
    program's result.

    `seconds` per step of the compilation; `texts` of the stages when they were kept.
    """

    def __init__(
        self,
        captured: Captured,
        runtime: Runtime,
        guards: Guards,
        seconds: dict[str, float],
        texts: dict[str, str],
    ):
        # Not `captured` itself: it holds the tensors of the call that it was made from.
        self.runtime, self.guards = runtime, guards
        self._call = runtime.call
        self.seconds, self.texts = seconds, texts
        self._results, self._structure = captured.results, captured.structure
        self._grads, self._retained = captured.grads, captured.retained
        self._deferred = captured.deferred
        # Their memory serves the call that makes new ones.
        self._dropped = [
            number
            for (kind, number), _ in captured.grads
            if kind == "input" and not captured.inputs[number].autograd.reads_grad
        ]
        self._inputs, self._wrapped = len(captured.inputs), runtime.wrapped
        effects = captured.grads or captured.retained or captured.deferred
        is_first = captured.structure.is_leaf() and captured.results[0] == ("output", 0)
        self._single = is_first and not effects and self._wrapped is None

    def __call__(self, tensors: tuple) -> Any:
        """The program's result for these inputs."""
        if self._single:
            return self._call(tensors)[0]
        passes = [[edge(tensors[i]) for i, _ in p.gradients] for p in self._deferred]
        found = {"input": tensors, "wrapper": tensors[self._inputs :]}
        if self._wrapped is None:
            outputs = self._call(tensors)
        else:
            outputs, found["wrapped"] = self._wrapped(tensors)
        found["output"] = outputs
        for (kind, number), grad in self._grads:
            ensure(found[kind][number]).grad = None if grad is None else found[grad[0]][grad[1]]
        for number in self._retained:
            tensors[number].retain_grad()
        for backward, edges in zip(self._deferred, passes, strict=True):
            starts = zip(edges, backward.gradients, strict=True)
            run([(*e, outputs[grad]) for e, (_, grad) in starts], backward.retain_graph, False)
        leaves = [value if kind == "value" else found[kind][value] for kind, value in self._results]
        return optree.tree_unflatten(self._structure, leaves)


class Compilation:
    """One run of the pipeline over a captured program, watched by logs, dumps and validation.

    `modules` maps stage names to copies of the IR, kept when `keep` is set.
    """

    def __init__(
        self, captured: Captured, backend: str, options: CompileOptions, keep: bool = False
    ):
        self.captured, self.backend, self.options = captured, backend, options
        self.number = next(_numbers)
        self.keep = keep or config.get().keep_stages
        self.texts: dict[str, str] = {}
        self.seconds: dict[str, float] = {}
        self._validator = Validator(captured) if config.get().validate else None

    def run(self) -> ir.Module:
        """Runs all stages; the module they leave."""
        module = self.captured.module
        self._see("captured", module)
        check = self._validator.check if self._validator is not None else None
        self.seconds.update(stages.run(module, after_stage=self._see, after_pass=check))
        return module

    def link(self, module: ir.Module) -> Runtime:
        """Compiles the functions with the backend."""
        captured, backend = self.captured, get_backend(self.backend)
        runtime = Runtime(module, captured.name, backend, self.options, captured.wrapping)
        for part, executable in (("forward", runtime.forward), ("backward", runtime.backward)):
            if executable is not None:
                self.seconds.update({f"{part} {step}": s for step, s in executable.seconds.items()})
                for step, text in executable.texts.items():
                    self._keep(f"{part}-{step}", text)
        self._see_text("wrapper", lambda: runtime.text)
        logs.perf(self.captured.name, self.seconds)
        return runtime

    def _see(self, name: str, module: ir.Module) -> None:
        self._see_text(name, lambda: module.operation.get_asm(large_elements_limit=64))

    def _see_text(self, name: str, text: Callable[[], str]) -> None:
        if self.keep or logs.wants_stage(name, self.captured.is_joint):
            self._keep(name, text())

    def _keep(self, name: str, text: str) -> None:
        if self.keep:
            self.texts[name] = text
        logs.stage(
            self.captured.name, self.number, len(self.seconds), name, text, self.captured.is_joint
        )


def compile_call(
    fn: Callable, args: tuple, kwargs: dict, name: str, backend: str, options: CompileOptions
) -> Entry:
    """Captures and compiles `fn` for these arguments. Raises what `capture` raises, and
    CompileError.
    """
    clock = logs.Clock()
    captured = capture(fn, args, kwargs, name)
    compilation = Compilation(captured, backend, options)
    compilation.seconds["capture"] = clock.lap()
    # The guards read what the inputs were when they entered, which capture has given back by now.
    guards = Guards(captured)
    logs.guards(name, guards)
    runtime = compilation.link(compilation.run())
    return Entry(captured, runtime, guards, compilation.seconds, compilation.texts)
