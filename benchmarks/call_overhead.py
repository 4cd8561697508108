"""What one call of a compiled function costs, beside the other ways to make it.

    python benchmarks/call_overhead.py

Arrays have 64 floats, so nearly all of the time is overhead. The first table adds two of them, in
native code that the launcher or ctypes calls. The second calls `lamina.compile`d sums of 1, 10 and
50 tensors: flattening, guards, the native call, wrapping of the result and, with grad, the node that
is attached. The third calls `x * 2 + 1` of a plain tensor and of a wrapper of two. Variants are interleaved and the median of the rounds is shown, in seconds of this
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


class Pair(lamina.Tensor):
    """A wrapper that runs every operator on two tensors."""

    __torch_function__ = lamina._C._disabled_torch_function_impl

    @staticmethod
    def __new__(cls, a, b):
        """A wrapper that looks as `a` does."""
        return lamina.Tensor._make_wrapper_subclass(cls, a.shape, dtype=a.dtype)

    def __init__(self, a, b):
        self.a, self.b = a, b

    def __tensor_flatten__(self):
        return ["a", "b"], None

    @staticmethod
    def __tensor_unflatten__(inner, context, size, stride):
        return Pair(inner["a"], inner["b"])

    @classmethod
    def __torch_dispatch__(cls, func, types, args=(), kwargs=None):
        halves = [
            func(*[getattr(x, name) if isinstance(x, Pair) else x for x in args], **(kwargs or {}))
            for name in ("a", "b")
        ]
        return Pair(*halves)


def wrappers() -> dict[str, Callable[[], object]]:
    """Calls of one program on a plain tensor and on a wrapper, by what is called."""

    def program(x):
        return x * 2 + 1

    def call(x, function) -> Callable[[], object]:
        function(x)
        return lambda: function(x)

    found = {}
    for grad in (False, True):
        plain = lamina.ones(SIZE, requires_grad=grad)
        pair = Pair(lamina.ones(SIZE), lamina.ones(SIZE)).requires_grad_(grad)
        note = ", with grad" if grad else ""
        found[f"plain, compiled{note}"] = call(plain, lamina.compile(program, fullgraph=True))
        found[f"wrapper, compiled{note}"] = call(pair, lamina.compile(program, fullgraph=True))
        found[f"wrapper, eager{note}"] = call(pair, program)
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
    tables = ((variants(), CALLS), (programs(), CALLS // 10), (wrappers(), CALLS // 10))
    for functions, calls in tables:
        print(f"{'microseconds a call':40s} median    best")
        for name, values in measure(functions, calls).items():
            print(f"{name:40s} {statistics.median(values) * 1e6:6.2f} {min(values) * 1e6:7.2f}")


if __name__ == "__main__":
    main()
