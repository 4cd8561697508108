"""What one call of a compiled function costs, beside the other ways to make it.

    python benchmarks/call_overhead.py

The function adds two arrays of 64 floats, so nearly all of the time is overhead. Variants are
interleaved and the median of the rounds is shown.
"""

from __future__ import annotations

import ctypes
import statistics
import time
from collections.abc import Callable

import numpy as np
from lamina import native
from mlir import ir

SIZE = 64
ROUNDS = 25
CALLS = 2000

ADD = f"""
llvm.func @add(%a: !llvm.ptr {{llvm.noalias}}, %b: !llvm.ptr {{llvm.noalias}},
               %out: !llvm.ptr {{llvm.noalias}}) attributes {{lamina.entry}} {{
  %0 = llvm.load %a {{alignment = 4 : i64}} : !llvm.ptr -> vector<{SIZE}xf32>
  %1 = llvm.load %b {{alignment = 4 : i64}} : !llvm.ptr -> vector<{SIZE}xf32>
  %2 = llvm.fadd %0, %1 : vector<{SIZE}xf32>
  llvm.store %2, %out {{alignment = 4 : i64}} : vector<{SIZE}xf32>, !llvm.ptr
  llvm.return
}}
"""


def load() -> native.LoadedObject:
    """The compiled function."""
    with ir.Context() as context:
        native.register(context)
        return native.LoadedObject(native.compile_object(ir.Module.parse(ADD)).data, "add")


def variants() -> dict[str, Callable[[], object]]:
    """Ways to compute the same sum, by name."""
    program = load()
    spec = (np.float32, (SIZE,), None)
    a, b = np.ones((2, SIZE), np.float32)
    out = np.empty_like(a)
    address = program.address("add_packed")
    checked = native.launcher().Launcher(address, [spec, spec], [spec], keepalive=program)
    trusting = native.launcher().Launcher(
        address, [spec, spec], [spec], check=False, keepalive=program
    )
    scratch = native.launcher().Launcher(
        address, [spec, spec], [], workspace=SIZE * 4, keepalive=program
    )
    bare = ctypes.CFUNCTYPE(None, *[ctypes.c_void_p] * 3)(program.address("add"))
    pointers = [array.ctypes.data for array in (a, b, out)]

    def through_ctypes() -> np.ndarray:
        result = np.empty_like(a)
        bare(a.ctypes.data, b.ctypes.data, result.ctypes.data)
        return result

    return {
        "launcher": lambda: checked(a, b),
        "launcher, check=False": lambda: trusting(a, b),
        "launcher, workspace only": lambda: scratch(a, b),
        "ctypes, pointers prepared, no output": lambda: bare(*pointers),
        "ctypes, pointers taken per call": through_ctypes,
        "numpy add": lambda: np.add(a, b),
        "empty Python function": lambda: None,
    }


def main() -> None:
    """Measure and print."""
    functions = variants()
    seconds: dict[str, list[float]] = {name: [] for name in functions}
    for _ in range(ROUNDS):
        for name, function in functions.items():
            start = time.perf_counter()
            for _ in range(CALLS):
                function()
            seconds[name].append((time.perf_counter() - start) / CALLS)
    print(f"{'microseconds a call':40s} median   best")
    for name, values in seconds.items():
        print(f"{name:40s} {statistics.median(values) * 1e6:6.3f} {min(values) * 1e6:6.3f}")


if __name__ == "__main__":
    main()
