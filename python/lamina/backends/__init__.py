"""Backends turn one function of a tensor-world module into something callable on arrays.

What a backend is, and the registry of them by name; each backend is a module of this room,
imported when it is first asked for. Nothing here may import the tracer or the Tensor class: a
backend sees IR and arrays only.

The calling convention is the same for all. An executable takes one array for each argument of the
function, in order. It returns the list of the function's results in order, leaving out those that
are the new data of an input (`#lamina.mutation<i>`): that data has been written into the array
passed for input i.
"""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from lamina import config


@dataclass(frozen=True)
class CompileOptions:
    """How to compile. A backend ignores what does not apply to it.

    opt_level: 0 (compile fast) to 3 (run fast). cpu, features: target instead of the host, as
    LLVM names them ("x86-64-v3", "-avx512f"). vector_width: preferred width in bits, 0 for the
    target's own. keep_text: keep the texts of the late stages for inspection.
    """

    opt_level: int = 2
    cpu: str | None = None
    features: str | None = None
    vector_width: int = 0
    keep_text: bool = False


DEFAULT_OPTIONS = CompileOptions()


def configured_options(**options: Any) -> CompileOptions:
    """What `lamina.config` says where `options` do not. Raises TypeError for an unknown option."""
    settings = config.get()
    configured = {
        "opt_level": settings.opt_level,
        "cpu": settings.cpu or None,
        "features": settings.features or None,
    }
    return CompileOptions(**{**configured, **options})


@dataclass(frozen=True)
class MemoryAnalysis:
    """Bytes one call needs. `in_place` counts the part of `inputs` that the call writes."""

    inputs: int = 0
    outputs: int = 0
    in_place: int = 0
    workspace: int = 0
    code: int = 0

    @property
    def total(self) -> int:
        """Bytes alive during a call, the code included."""
        return self.inputs + self.outputs + self.workspace + self.code


class Executable(Protocol):
    """One compiled function."""

    #: wall-clock seconds of each stage that made it, by name, in order
    seconds: Mapping[str, float]
    #: texts of the stages behind the module that was given, by name; empty without `keep_text`
    texts: Mapping[str, str]

    def __call__(self, *arrays: Any) -> list[Any]:
        """Run on one array per argument.

        Raises TypeError or ValueError for arrays of another signature.
        """

    def memory_analysis(self) -> MemoryAnalysis:
        """What one call needs."""


class Backend(Protocol):
    """A way to run IR."""

    name: str

    def compile(
        self, module: Any, entry: str, options: CompileOptions = DEFAULT_OPTIONS
    ) -> Executable:
        """Compile function `entry` of `module`, an `mlir.ir.Module` that is left unchanged.

        Raises CompileError with the diagnostics of the stage that failed.
        """


_MODULES = {"interpreter": "lamina.backends.interpreter", "cpu": "lamina.backends.cpu"}
_backends: dict[str, Backend] = {}


def register_backend(backend: Backend) -> None:
    """Make `backend` available as `backend.name`, replacing one of that name."""
    _backends[backend.name] = backend


def get_backend(name: str) -> Backend:
    """The backend called `name`; raises UnsupportedError naming the known ones."""
    if name not in _backends and name in _MODULES:
        register_backend(importlib.import_module(_MODULES[name]).BACKEND)
    if name not in _backends:
        from lamina.errors import UnsupportedError

        raise UnsupportedError(f"unknown backend {name!r}; known: {', '.join(list_backends())}")
    return _backends[name]


def list_backends() -> list[str]:
    """Names of all backends."""
    return sorted({*_MODULES, *_backends})
