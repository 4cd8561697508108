"""Trains a small convolutional network on handwritten digits, once compiled and once eagerly.

    python examples/train_digits.py

Both runs start from the same weights and see the same batches. The compiled one goes through every stage of the
pipeline: `lamina.compile` captures the loss with its gradients, and the optimizer's step with its in-place
updates, as two programs, and turns them into native code. The program ends with an error when the test accuracy
or the agreement of the two runs is not what it should be.
"""

from __future__ import annotations

import time
from pathlib import Path

import lamina
import matplotlib
import numpy as np
from lamina import nn, optim
from lamina.nn import functional as F
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split
from tqdm import tqdm

EPOCHS = 12
BATCH = 32
COMPARED_STEPS = 20
WARM_UP_STEPS = 5
PICTURE = Path(__file__).parent / "out" / "loss.png"


def digits() -> tuple[lamina.Tensor, ...]:
    """Images float32 [N, 1, 8, 8] in [0, 1] and labels int64 [N]: for training, then for testing."""
    pixels, labels = load_digits(return_X_y=True)
    images = (pixels / 16).astype(np.float32).reshape(-1, 1, 8, 8)
    parts = train_test_split(
        images, labels.astype(np.int64), test_size=0.2, random_state=0, stratify=labels
    )
    train_images, test_images, train_labels, test_labels = map(lamina.tensor, parts)
    return train_images, train_labels, test_images, test_labels


def network() -> nn.Module:
    """Two convolutions and a linear layer: [N, 1, 8, 8] to scores [N, 10]."""
    return nn.Sequential(
        nn.Conv2d(1, 8, kernel_size=3, padding=1),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Conv2d(8, 16, kernel_size=3, padding=1),
        nn.ReLU(),
        nn.Flatten(),
        nn.Linear(16 * 4 * 4, 10),
    )


class Run:
    """One training run: a network, its optimizer, and what was measured."""

    def __init__(self, compiled: bool, total_steps: int):
        lamina.manual_seed(0)
        self.model = network()
        self.optimizer = optim.AdamW(self.model.parameters(), weight_decay=1e-3)
        self.schedule = optim.lr_scheduler.OneCycleLR(
            self.optimizer, max_lr=1e-2, total_steps=total_steps
        )
        self.losses: list[float] = []
        self.seconds: list[float] = []
        self.loss, self.update = self.forward, self.optimizer.step
        if compiled:
            self.loss = lamina.compile(self.loss, fullgraph=True)
            self.update = lamina.compile(self.update, fullgraph=True)

    def forward(self, images: lamina.Tensor, labels: lamina.Tensor) -> lamina.Tensor:
        """The mean cross entropy of a batch."""
        return F.cross_entropy(self.model(images), labels)

    def step(self, images: lamina.Tensor, labels: lamina.Tensor) -> None:
        """One step of training; the learning rate changes at every one."""
        start = time.perf_counter()
        self.optimizer.zero_grad()
        loss = self.loss(images, labels)
        loss.backward()
        self.update()
        self.schedule.step()
        self.losses.append(loss.item())
        self.seconds.append(time.perf_counter() - start)

    def accuracy(self, images: lamina.Tensor, labels: lamina.Tensor) -> float:
        """The share of images whose highest score is that of their label."""
        with lamina.no_grad():
            return (self.model(images).argmax(1) == labels).to(lamina.float32).mean().item()

    def steps_per_second(self) -> float:
        """The median rate, without the first steps (which compile)."""
        return 1 / float(np.median(self.seconds[WARM_UP_STEPS:]))


def batches(count: int, epochs: int):
    """For each epoch, shuffled index tensors of BATCH examples."""
    rng = np.random.default_rng(0)
    for _ in range(epochs):
        order = rng.permutation(count)
        yield [lamina.tensor(order[i : i + BATCH]) for i in range(0, count - BATCH + 1, BATCH)]


def train(run: Run, images: lamina.Tensor, labels: lamina.Tensor, epochs: int, name: str) -> None:
    """Trains for some epochs under a progress bar."""
    bar = tqdm(total=epochs * (len(images) // BATCH), desc=name, unit="step")
    for epoch in batches(len(images), epochs):
        for indices in epoch:
            run.step(images[indices], labels[indices])
            bar.update()
        bar.set_postfix(loss=f"{run.losses[-1]:.4f}")
    bar.close()


def disagreement(first: Run, second: Run) -> float:
    """The largest relative difference of the losses of the first steps."""
    a, b = (np.array(run.losses[:COMPARED_STEPS]) for run in (first, second))
    return float(np.max(np.abs(a - b) / np.abs(b)))


def print_compile_times(run: Run) -> None:
    """What each stage took, for both compiled programs."""
    programs = {"loss": run.loss, "update": run.update}
    seconds = {name: program.entries[0].seconds for name, program in programs.items()}
    print(f"\ncompile time (ms)  {'':4}" + "".join(f"{name:>9}" for name in programs))
    for stage in dict.fromkeys(stage for table in seconds.values() for stage in table):
        print(
            f"  {stage:<21}"
            + "".join(f"{1e3 * table.get(stage, 0):9.1f}" for table in seconds.values())
        )
    print(
        f"  {'sum (parts overlap)':<21}"
        + "".join(f"{1e3 * sum(table.values()):9.1f}" for table in seconds.values())
        + "\n"
    )


def draw(compiled: Run, eager: Run) -> None:
    """Writes the loss curves as a PNG."""
    matplotlib.use("Agg")
    from matplotlib import pyplot

    figure, axes = pyplot.subplots(figsize=(7, 4), layout="constrained")
    axes.semilogy(compiled.losses, label="compiled", linewidth=1)
    axes.semilogy(eager.losses, label="eager", linewidth=1, linestyle="--")
    axes.set(xlabel="step", ylabel="cross entropy", title="lamina on handwritten digits")
    axes.legend()
    PICTURE.parent.mkdir(exist_ok=True)
    figure.savefig(PICTURE, dpi=150)


def main() -> None:
    """Trains, compares, reports."""
    train_images, train_labels, test_images, test_labels = digits()
    total = EPOCHS * (len(train_images) // BATCH)
    print(f"{len(train_images)} training and {len(test_images)} test images of 8x8 pixels")
    compiled, eager = Run(compiled=True, total_steps=total), Run(compiled=False, total_steps=total)
    train(compiled, train_images, train_labels, EPOCHS, "compiled")
    train(eager, train_images, train_labels, 1, "eager")
    accuracy, apart = compiled.accuracy(test_images, test_labels), disagreement(compiled, eager)
    draw(compiled, eager)
    print_compile_times(compiled)
    print(f"test accuracy         {accuracy:.4f}")
    print(f"loss agreement        {apart:.1e} relative, over the first {COMPARED_STEPS} steps")
    print(
        f"steps per second      {compiled.steps_per_second():.0f} compiled, {eager.steps_per_second():.0f} eager"
    )
    print(f"loss curve            {PICTURE}")
    if accuracy < 0.95 or apart > 1e-4:
        raise SystemExit("the compiled run is not what it should be")


if __name__ == "__main__":
    main()
