"""Every setting of lamina: typed, with its environment variable and its meaning, and scoped.

    from lamina import config

    config.get().validate                    # read
    with config.scope(validate=True): ...    # change for a block, in this thread or task only
    config.set(recompile_limit=16)           # change the default of the process

Nothing else reads the environment, except where native libraries lie (`LAMINA_NATIVE_DIR`), which
must be known before anything can be loaded.
"""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

LOGS = ("graph", "joint", "passes", "guards", "recompiles", "wrapper", "perf")
"""What `Settings.logs` may name."""


def _setting(default, env: str, doc: str):
    return dataclasses.field(default=default, metadata={"env": env, "doc": doc})


@dataclasses.dataclass(frozen=True)
class Settings:
    """The values of all settings at one time."""

    backend: str = _setting(
        "cpu", "LAMINA_BACKEND", "Backend that `compile` uses when none is named."
    )
    logs: frozenset[str] = _setting(
        frozenset(),
        "LAMINA_LOGS",
        "What to print to stderr while compiling: any of graph (captured program), joint (forward "
        "and backward in one), passes (IR after each stage), guards (what an entry depends on), "
        "recompiles (which guard failed), wrapper (the Python function around the native call), perf (seconds per stage).",
    )
    dump: str = _setting(
        "",
        "LAMINA_DUMP",
        "Folder that gets one numbered folder of IR per compilation; empty for none.",
    )
    validate: bool = _setting(
        False,
        "LAMINA_VALIDATE",
        "Run the function in the interpreter before and after every pass on random inputs and name "
        "the first pass that changes a value, a mutation or an aliasing fact.",
    )
    recompile_limit: int = _setting(
        8,
        "LAMINA_RECOMPILE_LIMIT",
        "Compiled entries per function; past it calls run eagerly, or raise CompileError under "
        "fullgraph=True.",
    )
    num_threads: int = _setting(
        0,
        "LAMINA_NUM_THREADS",
        "Threads of loops in compiled programs, read when the first one is compiled; 0 is one for "
        "each core. `lamina.set_num_threads` changes it.",
    )
    backward_pass_autocast: str | tuple[dict, ...] = _setting(
        "same_as_forward",
        "LAMINA_BACKWARD_PASS_AUTOCAST",
        "The autocast region that the backward of a compiled function is traced in: same_as_forward (that of the "
        "call), off, or in Python a sequence of the arguments of `amp.autocast` by name, entered in order.",
    )
    refuse_like_torch: bool = _setting(
        False,
        "LAMINA_REFUSE_LIKE_TORCH",
        "Refuse, in torch's words, two programs that torch's compiler refuses and lamina compiles: "
        "writing to the memory that an input looked at before `set_`, and writing to an input under "
        "autograd after `set_`.",
    )
    opt_level: int = _setting(2, "LAMINA_OPT_LEVEL", "0 compiles fast, 3 runs fast.")
    cpu: str = _setting(
        "",
        "LAMINA_CPU",
        "Processor to compile for, as LLVM names it (x86-64-v3); empty for the one at hand.",
    )
    features: str = _setting(
        "",
        "LAMINA_FEATURES",
        "Features to add to the processor or to take away (-avx512f,+fma); empty for none.",
    )
    keep_stages: bool = _setting(
        False,
        "LAMINA_KEEP_STAGES",
        "Keep the text of every stage of every compilation, not only of `lower`.",
    )

    def __post_init__(self):
        unknown = self.logs - frozenset(LOGS)
        if unknown:
            raise ValueError(
                f"LAMINA_LOGS: unknown {', '.join(sorted(unknown))}; known are {', '.join(LOGS)}"
            )
        named = isinstance(self.backward_pass_autocast, str)
        if named and self.backward_pass_autocast not in ("same_as_forward", "off"):
            raise ValueError(
                "LAMINA_BACKWARD_PASS_AUTOCAST: expected same_as_forward or off, got "
                f"{self.backward_pass_autocast!r}"
            )
        if self.num_threads < 0:
            raise ValueError(f"LAMINA_NUM_THREADS: expected 0 or more, got {self.num_threads}")
        if not 0 <= self.opt_level <= 3:
            raise ValueError(f"LAMINA_OPT_LEVEL: expected 0 to 3, got {self.opt_level}")


def from_environment(environment=os.environ) -> Settings:
    """The settings that environment variables ask for. Raises ValueError naming the variable that
    cannot be read.
    """
    given = {}
    for field in dataclasses.fields(Settings):
        variable = field.metadata["env"]
        if environment.get(variable):
            given[field.name] = _parse(variable, environment[variable], type(field.default))
    return Settings(**given)


def _parse(variable: str, text: str, kind: type):
    if kind is bool:
        if text.lower() not in ("0", "1", "true", "false"):
            raise ValueError(f"{variable}: expected 0 or 1, got {text!r}")
        return text.lower() in ("1", "true")
    if kind is frozenset:
        return frozenset(part.strip() for part in text.split(",") if part.strip())
    try:
        return kind(text)
    except ValueError:
        raise ValueError(f"{variable}: expected {kind.__name__}, got {text!r}") from None


_default = from_environment()
_scoped: ContextVar[Settings | None] = ContextVar("lamina_settings", default=None)


def get() -> Settings:
    """The settings in force here."""
    return _scoped.get() or _default


def set(**changes) -> None:
    """Changes the defaults of the process. Raises TypeError for an unknown setting."""
    global _default
    _default = dataclasses.replace(_default, **changes)


@contextmanager
def scope(**changes) -> Iterator[Settings]:
    """Changes settings for a with block. Raises TypeError for an unknown setting."""
    token = _scoped.set(dataclasses.replace(get(), **changes))
    try:
        yield get()
    finally:
        _scoped.reset(token)


def describe() -> str:
    """All settings, their environment variables, values and meanings, as text."""
    current = get()
    lines = []
    for field in dataclasses.fields(Settings):
        value = getattr(current, field.name)
        lines.append(f"{field.name} ({field.metadata['env']}) = {value!r}")
        lines.append(f"    {field.metadata['doc']}")
    return "\n".join(lines)
