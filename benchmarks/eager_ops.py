"""What an eager operator costs beside the NumPy function it calls.

    python benchmarks/eager_ops.py            tables for small and for large operands
    python benchmarks/eager_ops.py --budget   those over their budget; fails when there is one

The budget of an operator is three times its NumPy call and 3 us. Small operands show the overhead
of a call, large ones that nothing is copied twice. Times are of the thread, not of the clock, and
the least of many rounds in turns, so that other work on the machine counts as little as it can.
torch is measured beside them when it is installed.
"""

from __future__ import annotations

import importlib.util
import sys
import time
from collections.abc import Callable, Iterable

import lamina
import numpy as np

ROUNDS = 20
SECONDS_PER_ROUND = 0.002
FACTOR, CONSTANT = 3, 3.0


def numpy_cases(x: np.ndarray) -> dict[str, Callable]:
    """The operations over arrays."""
    y, out = x.copy(), x.copy()
    mask, rows = x > 0, np.arange(4)
    return {
        "add": lambda: x + y,
        "mul number": lambda: x * 2.0,
        "div": lambda: x / y,
        "exp": lambda: np.exp(x),
        "maximum": lambda: np.maximum(x, y),
        "greater": lambda: x > y,
        "relu": lambda: np.maximum(x, 0),
        "where": lambda: np.where(mask, x, y),
        "clone": lambda: x.copy(),
        "to float64": lambda: x.astype(np.float64),
        "zeros_like": lambda: np.zeros_like(x),
        "add_ number": lambda: np.add(out, 0.0, out=out),
        "mul_": lambda: np.multiply(out, y, out=out),
        "copy_": lambda: np.copyto(out, y),
        "transpose": lambda: x.T,
        "row": lambda: x[0],
        "slice": lambda: x[1:3],
        "reshape": lambda: x.reshape(-1),
        "unsqueeze": lambda: x[None],
        "sum": lambda: x.sum(),
        "sum of a dim": lambda: x.sum(0),
        "mean": lambda: x.mean(),
        "amax": lambda: x.max(1),
        "argmax": lambda: x.argmax(1),
        "cumsum": lambda: np.cumsum(x, 0),
        "sort": lambda: (np.sort(x, 1), np.argsort(x, 1)),
        "matmul": lambda: x @ y,
        "cat": lambda: np.concatenate([x, y]),
        "rows": lambda: x[rows],
    }


def tensor_cases(library, x: np.ndarray, grad: bool = False) -> dict[str, Callable]:
    """The same over tensors of lamina or torch; with `grad`, one operand requires grad."""
    a, b, out = (library.tensor(x) for _ in range(3))
    mask, rows = a > 0, library.arange(4)
    if grad:
        a.requires_grad_()
    return {
        "add": lambda: a + b,
        "mul number": lambda: a * 2.0,
        "div": lambda: a / b,
        "exp": lambda: a.exp(),
        "maximum": lambda: library.maximum(a, b),
        "greater": lambda: a > b,
        "relu": lambda: library.relu(a),
        "where": lambda: library.where(mask, a, b),
        "clone": lambda: a.clone(),
        "to float64": lambda: a.double(),
        "zeros_like": lambda: library.zeros_like(a),
        "add_ number": lambda: out.add_(0.0),
        "mul_": lambda: out.mul_(b),
        "copy_": lambda: out.copy_(b),
        "transpose": lambda: a.t(),
        "row": lambda: a[0],
        "slice": lambda: a[1:3],
        "reshape": lambda: a.reshape(-1),
        "unsqueeze": lambda: a.unsqueeze(0),
        "sum": lambda: a.sum(),
        "sum of a dim": lambda: a.sum(0),
        "mean": lambda: a.mean(),
        "amax": lambda: a.amax(1),
        "argmax": lambda: a.argmax(1),
        "cumsum": lambda: a.cumsum(0),
        "sort": lambda: a.sort(1),
        "matmul": lambda: a @ b,
        "cat": lambda: library.cat([a, b]),
        "rows": lambda: a[rows],
    }


def columns(size: int, with_torch: bool = True) -> dict[str, dict[str, Callable]]:
    """All variants for square operands of `size`."""
    x = np.full((size, size), 1.0, np.float32)
    found = {
        "numpy": numpy_cases(x),
        "lamina": tensor_cases(lamina, x),
        "with grad": tensor_cases(lamina, x, grad=True),
    }
    if with_torch and importlib.util.find_spec("torch"):
        import torch

        torch.set_num_threads(1)
        found["torch"] = tensor_cases(torch, x)
        found["torch, grad"] = tensor_cases(torch, x, grad=True)
    return found


def calls_for(function: Callable) -> int:
    """How many calls make a round of useful length."""
    function()
    start = time.thread_time()
    function()
    return max(1, int(SECONDS_PER_ROUND / max(time.thread_time() - start, 1e-7)))


def least(functions: Iterable[Callable]) -> list[float]:
    """Microseconds a call of each, measured in turns."""
    functions = list(functions)
    counts = [calls_for(function) for function in functions]
    rounds: list[list[float]] = [[] for _ in functions]
    for _ in range(ROUNDS):
        for times, function, count in zip(rounds, functions, counts, strict=True):
            start = time.thread_time()
            for _ in range(count):
                function()
            times.append((time.thread_time() - start) / count * 1e6)
    return [min(times) for times in rounds]


def budget(numpy_time: float) -> float:
    """What an operator may take whose NumPy call takes `numpy_time`, in us."""
    return FACTOR * numpy_time + CONSTANT


def print_tables() -> None:
    """One table a size."""
    for size in (8, 256):
        table = columns(size)
        print(f"\n{size}x{size} float32, us a call")
        print(f"{'':14}{'budget':>10}" + "".join(f"{name:>13}" for name in table))
        for case in table["numpy"]:
            row = least(cases[case] for cases in table.values())
            cells = "".join(f"{value:13.2f}" for value in row)
            print(f"{case:14}{budget(row[0]):10.2f}{cells}{'  over' * (row[1] > budget(row[0]))}")


def over_budget() -> list[str]:
    """A line for each small operator over its budget."""
    table = columns(8, with_torch=False)
    lines = []
    for case in table["numpy"]:
        plain, ours = least([table["numpy"][case], table["lamina"][case]])
        if ours > budget(plain):
            lines.append(f"{case}: {ours:.2f} us, NumPy {plain:.2f}, budget {budget(plain):.2f}")
    return lines


if __name__ == "__main__":
    if "--budget" in sys.argv[1:]:
        found = over_budget()
        print("\n".join(found) or "all within budget")
        sys.exit(bool(found))
    print_tables()
