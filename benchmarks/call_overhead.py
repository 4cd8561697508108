"""What one call of a compiled function costs, beside the other ways to make it.

    python benchmarks/call_overhead.py

Arrays have 64 floats, so nearly all of the time is overhead. The first table adds two of them, in
native code that the launcher or ctypes calls. The second calls `lamina.compile`d sums of 1, 10 and
50 tensors: flattening, guards, the native call, wrapping of the result and, with grad, the node that
is attached. Variants are interleaved and the median of the rounds is shown, in seconds of this
thread.
"""

from __future__ import annotations

import ctypes
import statistics
import time
from collections.abc import Callable

import lamina
import numpy as np
from lamina import native
from mlir import ir

SIZE = 64
ROUNDS = 25
CALLS = 2000
INPUTS = (1, 10, 50)

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


def programs() -> dict[str, Callable[[], object]]:
    """Calls of compiled programs by their number of inputs, and whether these require grad."""

    def total(tensors):
        result = tensors[0] * 2
        for tensor in tensors[1:]:
            result = result + tensor
        return result

    def call(count: int, grad: bool) -> Callable[[], object]:
        compiled = lamina.compile(lambda *tensors: total(tensors), fullgraph=True)
        tensors = [lamina.ones(SIZE, requires_grad=grad) for _ in range(count)]
        compiled(*tensors)
        return lambda: compiled(*tensors)

    def step(count: int) -> Callable[[], object]:
        forward, tangent = call(count, True), lamina.ones(SIZE)
        return lambda: forward().backward(tangent)

    def write(count: int) -> Callable[[], object]:
        compiled = lamina.compile(
            lambda *tensors: [t.add_(1) for t in tensors].pop(), fullgraph=True
        )
        tensors = [lamina.ones(SIZE) for _ in range(count)]
        compiled(*tensors)
        return lambda: compiled(*tensors)

    found = {}
    for count in INPUTS:
        found[f"{count} inputs"] = call(count, False)
        found[f"{count} inputs, all written"] = write(count)
        found[f"{count} inputs, with grad"] = call(count, True)
        found[f"{count} inputs, with grad, and backward"] = step(count)
    return found


def measure(functions: dict[str, Callable[[], object]], calls: int) -> dict[str, list[float]]:
    """Seconds a call of each function, per round."""
    seconds: dict[str, list[float]] = {name: [] for name in functions}
    for _ in range(ROUNDS):
        for name, function in functions.items():
            start = time.thread_time()
            for _ in range(calls):
                function()
            seconds[name].append((time.thread_time() - start) / calls)
    return seconds


def main() -> None:
    """Measure and print."""
    for functions, calls in ((variants(), CALLS), (programs(), CALLS // 10)):
        print(f"{'microseconds a call':40s} median    best")
        for name, values in measure(functions, calls).items():
            print(f"{name:40s} {statistics.median(values) * 1e6:6.2f} {min(values) * 1e6:7.2f}")


if __name__ == "__main__":
    main()
