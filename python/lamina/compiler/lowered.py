"""The staged API: `lower(...)` gives the stages of a compilation to look at; `.compile()` makes it
callable.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

from ..backends import CompileOptions, MemoryAnalysis
from ..capture import flatten
from ..capture.guards import Guards
from ..capture.program import capture
from ..errors import CompileError
from . import logs
from .entry import Compilation, Entry


class StageText:
    """The IR after one stage."""

    def __init__(self, name: str, text: str):
        self.name, self._text = name, text

    def text(self) -> str:
        """The IR as `lamina-opt` reads it."""
        return self._text

    def __repr__(self) -> str:
        return f"<stage {self.name}: {self._text.count(chr(10))} lines>"


class Lowered:
    """A program after all stages that do not depend on a backend.

    `stages` maps names ("captured", "functional", "replayed", "partitioned") to their IR, in order;
    `seconds` is what each took.
    """

    def __init__(self, compilation: Compilation, module, key):
        self._compilation, self._module, self._key = compilation, module, key

    @property
    def stages(self) -> dict[str, StageText]:
        """The IR after each stage, by name."""
        return {name: StageText(name, text) for name, text in self._compilation.texts.items()}

    @property
    def seconds(self) -> dict[str, float]:
        """Wall-clock seconds of each step so far."""
        return dict(self._compilation.seconds)

    def text(self, stage: str | None = None) -> str:
        """The IR after `stage`, by default the last. Raises CompileError for an unknown stage."""
        texts = self._compilation.texts
        if stage is not None and stage not in texts:
            raise CompileError(f"no stage {stage!r}; there are {', '.join(texts)}")
        return texts[stage] if stage is not None else list(texts.values())[-1]

    def compile(self) -> Executable:
        """Native code (or whatever the backend makes) for the program."""
        compilation = self._compilation
        runtime = compilation.link(self._module)
        guards = Guards(compilation.captured)
        return Executable(
            Entry(compilation.captured, runtime, guards, compilation.seconds, compilation.texts),
            self._key,
        )


class Executable:
    """A compiled program for one kind of arguments, which it checks and does not recompile for."""

    def __init__(self, entry: Entry, key):
        self._entry, self._key = entry, key

    def __call__(self, *args, **kwargs) -> Any:
        """Calls the program. Raises CompileError for arguments of another kind than it was lowered
        for.
        """
        leaves, key = flatten.flatten((args, kwargs))
        if key != self._key:
            raise CompileError(f"lowered for arguments of structure {self._key}, called with {key}")
        tensors = self._entry.guards.check(leaves)
        if tensors is None:
            raise CompileError(
                "lowered for other arguments: it is not the case that "
                f"{self._entry.guards.failure(leaves)}"
            )
        return self._entry(tensors)

    @property
    def stages(self) -> dict[str, StageText]:
        """All stages, those of the backend included if it was asked to keep them."""
        return {name: StageText(name, text) for name, text in self._entry.texts.items()}

    @property
    def seconds(self) -> dict[str, float]:
        """Wall-clock seconds of each step of the compilation."""
        return dict(self._entry.seconds)

    def memory_analysis(self) -> dict[str, MemoryAnalysis]:
        """What one call of "forward" and of "backward" (if there is one) needs."""
        runtime = self._entry.runtime
        parts = {"forward": runtime.forward, "backward": runtime.backward}
        return {name: part.memory_analysis() for name, part in parts.items() if part is not None}


def lower(
    fn: Callable, args: tuple, kwargs: dict, name: str, backend: str, options: CompileOptions
) -> Lowered:
    """Captures `fn` for these arguments and runs the pipeline, keeping the IR of every stage."""
    _, key = flatten.flatten((args, kwargs))
    clock = logs.Clock()
    captured = capture(fn, args, kwargs, name)
    compilation = Compilation(
        captured, backend, dataclasses.replace(options, keep_text=True), keep=True
    )
    compilation.seconds["capture"] = clock.lap()
    return Lowered(compilation, compilation.run(), key)
