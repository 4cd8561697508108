"""What an eager operator costs beside the NumPy function it calls.

    python benchmarks/eager_ops.py

Small operands show the overhead of a call, large ones that nothing is copied twice. Rounds of all variants
are interleaved; the table has the median, in microseconds. torch is measured beside them when it is installed.
"""

from __future__ import annotations

import importlib.util
import statistics
import time
from collections.abc import Callable, Iterable

import lamina
import numpy as np

ROUNDS = 15
SECONDS_PER_ROUND = 0.004


def numpy_cases(x: np.ndarray) -> dict[str, Callable]:
    """The operations over arrays."""
    y, out = x.copy(), x.copy()
    return {
        "add": lambda: x + y,
        "mul_": lambda: np.multiply(out, y, out=out),
        "transpose": lambda: x.T,
        "row": lambda: x[0],
        "sum": lambda: x.sum(),
        "relu": lambda: np.maximum(x, 0),
        "matmul": lambda: x @ y,
    }


def tensor_cases(library, x: np.ndarray, grad: bool = False) -> dict[str, Callable]:
    """The same over tensors of lamina or torch; with `grad`, one operand requires grad."""
    a, b, out = (library.tensor(x) for _ in range(3))
    if grad:
        a.requires_grad_()
    return {
        "add": lambda: a + b,
        "mul_": lambda: out.mul_(b),
        "transpose": lambda: a.t(),
        "row": lambda: a[0],
        "sum": lambda: a.sum(),
        "relu": lambda: library.relu(a),
        "matmul": lambda: a @ b,
    }


def columns(size: int) -> dict[str, dict[str, Callable]]:
    """All variants for square operands of `size`."""
    x = np.full((size, size), 1.0, np.float32)
    found = {
        "numpy": numpy_cases(x),
        "lamina": tensor_cases(lamina, x),
        "with grad": tensor_cases(lamina, x, grad=True),
    }
    if importlib.util.find_spec("torch"):
        import torch

        torch.set_num_threads(1)
        found["torch"] = tensor_cases(torch, x)
        found["torch, grad"] = tensor_cases(torch, x, grad=True)
    return found


def calls_for(function: Callable) -> int:
    """How many calls make a round of useful length."""
    start = time.perf_counter()
    function()
    return max(1, int(SECONDS_PER_ROUND / max(time.perf_counter() - start, 1e-7)))


def medians(functions: Iterable[Callable]) -> list[float]:
    """Microseconds a call of each, measured in turns."""
    functions = list(functions)
    counts = [calls_for(function) for function in functions]
    rounds: list[list[float]] = [[] for _ in functions]
    for _ in range(ROUNDS):
        for times, function, count in zip(rounds, functions, counts, strict=True):
            start = time.perf_counter()
            for _ in range(count):
                function()
            times.append((time.perf_counter() - start) / count * 1e6)
    return [statistics.median(times) for times in rounds]


def main() -> None:
    """Prints one table a size."""
    for size in (8, 256):
        table = columns(size)
        print(f"\n{size}x{size} float32, us a call")
        print(f"{'':10}" + "".join(f"{name:>13}" for name in table))
        for case in table["numpy"]:
            row = medians(cases[case] for cases in table.values())
            print(f"{case:10}" + "".join(f"{value:13.2f}" for value in row))


if __name__ == "__main__":
    main()
