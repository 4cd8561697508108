"""What compilation tells the outside: `LAMINA_LOGS` on stderr, and one numbered folder of IR per
compilation.
"""

from __future__ import annotations

import pathlib
import sys
import time

from .. import config

_SUFFIXES = {"llvm-ir": "ll", "assembly": "s", "wrapper": "py"}


class Clock:
    """Seconds between laps."""

    def __init__(self):
        self._last = time.perf_counter()

    def lap(self) -> float:
        """Seconds since the clock was made or asked last."""
        now = time.perf_counter()
        seconds, self._last = now - self._last, now
        return seconds


def wants_stage(name: str, is_joint: bool) -> bool:
    """Whether anyone wants the text of a stage."""
    settings = config.get()
    return bool(settings.dump or settings.logs & _kinds(name, is_joint))


def stage(
    function: str, compilation: int, order: int, name: str, text: str, is_joint: bool
) -> None:
    """Shows and dumps the text of a stage as settings ask."""
    settings = config.get()
    if settings.logs & _kinds(name, is_joint):
        _write(f"{function}: {name}", text)
    if settings.dump:
        folder = _folder(settings.dump, compilation, function)
        suffix = _SUFFIXES.get(name.removeprefix("forward-").removeprefix("backward-"), "mlir")
        (folder / f"{len(list(folder.iterdir())):02d}-{name}.{suffix}").write_text(text)


def guards(function: str, found) -> None:
    """Shows what an entry depends on."""
    if "guards" in config.get().logs:
        _write(f"{function}: guards", str(found))


def recompile(function: str, number: int, reasons: list[str]) -> None:
    """Shows why none of a function's entries serves a call."""
    if "recompiles" in config.get().logs:
        lines = [f"entry {i}: it is not the case that {reason}" for i, reason in enumerate(reasons)]
        _write(f"{function}: compiling entry {number}", "\n".join(lines))


def fallback(function: str, reason: str) -> None:
    """Shows why a call runs eagerly."""
    if "recompiles" in config.get().logs:
        _write(f"{function}: runs eagerly", reason)


def perf(function: str, seconds: dict[str, float]) -> None:
    """Shows where the time went."""
    if "perf" in config.get().logs:
        lines = [f"{step:28s} {1000 * s:9.1f} ms" for step, s in seconds.items()]
        _write(f"{function}: {1000 * sum(seconds.values()):.1f} ms", "\n".join(lines))


def _kinds(name: str, is_joint: bool) -> frozenset[str]:
    if name == "captured":
        return frozenset({"graph", "joint"} if is_joint else {"graph"})
    return frozenset({"wrapper" if name == "wrapper" else "passes"})


def _folder(root: str, compilation: int, function: str) -> pathlib.Path:
    folder = pathlib.Path(root) / f"{compilation:03d}-{function}"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _write(title: str, text: str) -> None:
    print(f"--- lamina {title}\n{text}", file=sys.stderr)
