"""`lamina.compile`: captures, compiles and caches a function per kind of arguments."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable
from typing import Any

from .. import config
from ..backends import CompileOptions, configured_options, list_backends
from ..capture import flatten
from ..dispatch.state import state
from ..errors import CompileError, UnsupportedError, VerifyError
from ..tensor import Tensor
from . import logs
from .entry import Entry, compile_call
from .explain import Explanation, explain
from .lowered import Lowered, lower

# Argument types that are leaves for sure: a call with nothing else needs no flattening.
_PLAIN = {Tensor, int, float, bool, type(None), str}
_MAX_REFUSALS = 3


class Compiled:
    """A function compiled on demand: one entry per kind of arguments, each under its guards.

    Attributes: `entries` in the order they were made; `fallbacks`, why calls ran eagerly and how
    often; `recompiles`, why each entry after the first was needed.
    """

    def __init__(self, fn: Callable, fullgraph: bool, backend: str, options: CompileOptions):
        functools.update_wrapper(self, fn, updated=())
        self.fn, self.fullgraph, self.backend, self.options = fn, fullgraph, backend, options
        self.entries: list[Entry] = []
        self.recompiles: list[str] = []
        self.fallbacks: dict[str, int] = {}
        self._keys: list[Any] = []
        self._name = re.sub(r"\W", "_", getattr(fn, "__name__", type(fn).__name__))

    def __call__(self, *args, **kwargs):
        """Calls the function. Raises what it raises, and CompileError or UnsupportedError under
        fullgraph=True.
        """
        if state.layered and (
            state.tracer is not None
            or state.function_modes
            or state.dispatch_modes
            or state.transforms
        ):
            # Inside of another trace, a mode or a transform the operators themselves are wanted.
            return self.fn(*args, **kwargs)
        if kwargs or not _PLAIN.issuperset(map(type, args)):
            leaves, key = flatten.flatten((args, kwargs))
        else:
            leaves, key = args, len(args)
        for entry, wanted in zip(self.entries, self._keys, strict=True):
            if key == wanted:
                tensors = entry.guards.check(leaves)
                if tensors is not None:
                    return entry(tensors)
        return self._miss(args, kwargs, leaves, key)

    def __get__(self, instance, owner=None):
        """A compiled method; all instances share the entries, and guards tell them apart."""
        return self if instance is None else functools.partial(self, instance)

    def lower(self, *args, **kwargs) -> Lowered:
        """Captures and runs the pipeline without calling anything; see `Lowered`."""
        return lower(self.fn, args, kwargs, self._name, self.backend, self.options)

    def explain(self, *args, **kwargs) -> Explanation:
        """What a call with these arguments captures, and what this function has compiled so far."""
        return explain(self, args, kwargs)

    def reset(self) -> None:
        """Forgets all entries."""
        self.entries.clear()
        self._keys.clear()
        self.recompiles.clear()
        self.fallbacks.clear()

    def __repr__(self) -> str:
        return f"<compiled {self._name}: {len(self.entries)} entries, backend {self.backend}>"

    def _miss(self, args: tuple, kwargs: dict, leaves, key) -> Any:
        if len(self.entries) >= config.get().recompile_limit:
            return self._over_limit(args, kwargs, leaves, key)
        if (
            not self.fullgraph
            and sum(self.fallbacks.values()) >= _MAX_REFUSALS
            and not self.entries
        ):
            return self._eager(next(iter(self.fallbacks)), args, kwargs)
        if self.entries:
            reasons = self._reasons(leaves, key)
            self.recompiles.append(reasons[-1])
            logs.recompile(self._name, len(self.entries), reasons)
        try:
            entry = compile_call(self.fn, args, kwargs, self._name, self.backend, self.options)
        except (UnsupportedError, CompileError) as error:
            # IR that does not verify is a bug of the compiler, not a limit of it.
            if self.fullgraph or isinstance(error, VerifyError):
                raise
            return self._eager(str(error), args, kwargs)
        self.entries.append(entry)
        self._keys.append(key)
        tensors = entry.guards.check(leaves)
        if tensors is None:
            raise CompileError(
                f"a guard fails for the call it was made from: {entry.guards.failure(leaves)}"
            )
        return entry(tensors)

    def _reasons(self, leaves, key) -> list[str]:
        """For each entry why it does not serve the call."""
        return [
            entry.guards.failure(leaves) or "all guards hold"
            if key == wanted
            else "the arguments have this structure"
            for entry, wanted in zip(self.entries, self._keys, strict=True)
        ]

    def _over_limit(self, args: tuple, kwargs: dict, leaves, key) -> Any:
        limit, last = config.get().recompile_limit, self._reasons(leaves, key)[-1]
        reason = f"recompile_limit ({limit}) reached; last time: {last}"
        if self.fullgraph:
            raise CompileError(f"{self._name}: {reason}")
        return self._eager(reason, args, kwargs)

    def _eager(self, reason: str, args: tuple, kwargs: dict) -> Any:
        logs.fallback(self._name, reason)
        self.fallbacks[reason] = self.fallbacks.get(reason, 0) + 1
        return self.fn(*args, **kwargs)


def compile(
    fn: Callable | None = None,
    *,
    fullgraph: bool = False,
    dynamic: bool | None = None,
    backend: str | None = None,
    options: dict | None = None,
):
    """Compiles a function, a bound method or an nn.Module; also usable as a decorator, with or
    without arguments.

    fullgraph: raise for what cannot be captured, instead of running it eagerly.
    dynamic: sizes are always static for now; True raises UnsupportedError.
    backend: "cpu" (native code) or "interpreter" (NumPy, the reference); by default
    `config.get().backend`.
    options: fields of `backends.CompileOptions`. Raises TypeError for unknown ones.
    """
    if fn is None:
        return functools.partial(
            compile, fullgraph=fullgraph, dynamic=dynamic, backend=backend, options=options
        )
    if dynamic:
        raise UnsupportedError(
            "dynamic=True: sizes are static; leave it out to compile one program per size"
        )
    chosen = backend or config.get().backend
    if chosen not in list_backends():
        raise UnsupportedError(f"unknown backend {chosen!r}; known: {', '.join(list_backends())}")
    if not callable(fn):
        raise TypeError(f"compile() takes a callable, got {type(fn).__name__}")
    settings = configured_options(**(options or {}))
    return (
        _compile_module(fn, fullgraph, chosen, settings)
        if _is_module(fn)
        else Compiled(fn, fullgraph, chosen, settings)
    )


def _is_module(fn: Any) -> bool:
    return hasattr(fn, "forward") and hasattr(fn, "_parameters")


def _compile_module(module, fullgraph: bool, backend: str, options: CompileOptions):
    from .module import CompiledModule

    return CompiledModule(module, Compiled(module, fullgraph, backend, options))
