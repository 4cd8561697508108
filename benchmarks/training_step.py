"""Compile time by stage, and the cost of a step, of the network of examples/train_digits.py.

    python benchmarks/training_step.py

A step is the loss of one batch with its gradients and the optimizer's update. It is measured eagerly, compiled
as in the demo (two programs) and compiled as one program; in torch, eagerly, when that is installed. Variants
take turns; the table has the median.
"""

from __future__ import annotations

import importlib.util
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path

import lamina
import numpy as np
from lamina import optim
from lamina.nn import functional as F

sys.path.insert(0, str(Path(__file__).parents[1] / "examples"))

from train_digits import BATCH, network

ROUNDS = 40


class Case:
    """A step to measure, and the programs compiled for it by name."""

    def __init__(self, step: Callable[[], object], programs: dict | None = None):
        self.step, self.programs = step, programs or {}
        self.seconds: list[float] = []

    def measure(self) -> None:
        """Adds one timed step."""
        start = time.perf_counter()
        self.step()
        self.seconds.append(time.perf_counter() - start)


def data() -> tuple[np.ndarray, np.ndarray]:
    """One batch of made-up digits."""
    rng = np.random.default_rng(0)
    return rng.random((BATCH, 1, 8, 8), np.float32), rng.integers(0, 10, BATCH)


def step_over(
    library, functional, model, optimizer, loss_of: Callable, update: Callable
) -> Callable:
    """The parts of a step, called one after the other."""
    images, labels = map(library.tensor, data())

    def step():
        optimizer.zero_grad()
        loss_of(images, labels).backward()
        update()

    return step


def eager_case(library, functional, model, optimizer) -> Case:
    """A step without compilation, in lamina or torch."""

    def loss_of(images, labels):
        return functional.cross_entropy(model(images), labels)

    return Case(step_over(library, functional, model, optimizer, loss_of, optimizer.step))


def two_programs() -> Case:
    """The demo's step: the loss with its gradients, and the update."""
    model, optimizer = ours()

    def loss_of(images, labels):
        return F.cross_entropy(model(images), labels)

    programs = {
        "loss": lamina.compile(loss_of, fullgraph=True),
        "update": lamina.compile(optimizer.step, fullgraph=True),
    }
    return Case(step_over(lamina, F, model, optimizer, *programs.values()), programs)


def one_program() -> Case:
    """Forward, backward and update as a single program."""
    model, optimizer = ours()
    images, labels = map(lamina.tensor, data())

    def whole(images, labels):
        optimizer.zero_grad()
        loss = F.cross_entropy(model(images), labels)
        loss.backward()
        optimizer.step()
        return loss.detach()

    program = lamina.compile(whole, fullgraph=True)
    return Case(lambda: program(images, labels), {"whole step": program})


def ours():
    """The demo's network and optimizer."""
    lamina.manual_seed(0)
    model = network()
    return model, optim.AdamW(model.parameters())


def torch_case() -> Case:
    """The same step in torch."""
    import torch

    nn = torch.nn
    model = nn.Sequential(
        nn.Conv2d(1, 8, 3, padding=1),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Conv2d(8, 16, 3, padding=1),
        nn.ReLU(),
        nn.Flatten(),
        nn.Linear(256, 10),
    )
    return eager_case(torch, nn.functional, model, torch.optim.AdamW(model.parameters()))


def print_compile_times(cases: dict[str, Case]) -> None:
    """A row for each stage, a column for each program."""
    seconds = {
        name: program.entries[0].seconds
        for case in cases.values()
        for name, program in case.programs.items()
    }
    print("compile time, ms   " + "".join(f"{name:>12}" for name in seconds))
    for stage in dict.fromkeys(stage for table in seconds.values() for stage in table):
        print(
            f"  {stage:17}"
            + "".join(f"{1e3 * table.get(stage, 0):12.1f}" for table in seconds.values())
        )
    print(
        f"  {'sum, overlapping':17}"
        + "".join(f"{1e3 * sum(table.values()):12.1f}" for table in seconds.values())
    )


def main() -> None:
    """Measures and prints."""
    cases = {
        "eager": eager_case(lamina, F, *ours()),
        "two programs": two_programs(),
        "one program": one_program(),
    }
    if importlib.util.find_spec("torch"):
        cases["torch, eager"] = torch_case()
    for case in cases.values():
        case.step()
    for _ in range(ROUNDS):
        for case in cases.values():
            case.measure()
    print_compile_times(cases)
    print("\nstep, ms")
    for name, case in cases.items():
        print(f"  {name:17}{1e3 * statistics.median(case.seconds):12.3f}")


if __name__ == "__main__":
    main()
