"""Choices that the moves share: a tensor of the pool, a dimension, a number, an index."""

from __future__ import annotations

import random
from typing import NamedTuple

DTYPES = {
    "float64": 12,
    "float32": 5,
    "int64": 3,
    "bool": 2,
    "complex128": 2,
    "int32": 1,
    "uint8": 1,
    "float16": 1,
    "bfloat16": 1,
    "complex64": 1,
}


class Variable(NamedTuple):
    """A variable of the program and its value in the guiding library."""

    name: str
    value: object

    def __str__(self) -> str:
        return self.name

    @property
    def shape(self) -> tuple:
        return tuple(self.value.shape)

    @property
    def rank(self) -> int:
        return self.value.dim()

    @property
    def dtype(self) -> str:
        return str(self.value.dtype).partition(".")[2]

    @property
    def integral(self) -> bool:
        return self.dtype.startswith(("int", "uint"))


class Draw:
    """A random generator that knows the variables of the program so far."""

    def __init__(self, seed: int):
        self.random = random.Random(seed)
        self.pool: list[Variable] = []

    def chance(self, probability: float) -> bool:
        """True this often."""
        return self.random.random() < probability

    def below(self, bound: int) -> int:
        """0, ..., bound - 1; 0 when the bound is 0."""
        return self.random.randrange(max(bound, 1))

    def of(self, options):
        """One of the options."""
        return self.random.choice(options)

    def weighted(self, weights: dict):
        """One of the keys, by weight."""
        return self.random.choices(list(weights), list(weights.values()))[0]

    def variable(self) -> Variable:
        """A variable; the later ones more often."""
        return self.pool[max(self.below(len(self.pool)), self.below(len(self.pool)))]

    def image(self) -> Variable | None:
        """A variable with as many dimensions as memory formats are about, when there is one."""
        images = [v for v in self.pool if v.rank == 4]
        return self.of(images) if images else None

    def partner(self, x: Variable) -> Variable:
        """A variable whose shape broadcasts with that of x, when there is one at hand."""
        for _ in range(4):
            other = self.variable()
            pairs = zip(reversed(x.shape), reversed(other.shape))
            if all(a == b or b == 1 for a, b in pairs) and other.rank <= x.rank:
                return other
        return x

    def dim(self, x: Variable) -> int:
        """A dimension of x, from either end."""
        return self.random.randrange(-x.rank, x.rank) if x.rank else self.of((0, -1))

    def dims(self, x: Variable) -> list:
        """Some dimensions of x."""
        count = self.below(x.rank) + 1 if x.rank else 0
        return sorted(self.random.sample(range(x.rank), count))

    def size(self, x: Variable, dim: int) -> int:
        """The size along a dimension; that of a number is 1."""
        return x.shape[dim] if x.rank else 1

    def number(self, x: Variable) -> str:
        """A Python number; sometimes of a higher category than x."""
        if self.chance(0.05):
            return self.of(("2.5", "True", "3", "(1+0.5j)"))
        if x.dtype == "bool":
            return self.of(("True", "False", "2"))
        return self.of(("2", "-1", "1", "0") if x.integral else ("0.5", "2", "-1.5", "1.0"))

    def dtype(self) -> str:
        """A dtype."""
        return f"torch.{self.weighted(DTYPES)}"

    def positions(self, count: int, bound: int) -> str:
        """An index tensor, whose elements need not be distinct."""
        if not bound:
            return "torch.arange(0)"
        return f"torch.tensor({[self.below(bound) for _ in range(count)]})"

    def basic_index(self, x: Variable) -> str:
        """Slices, numbers, None and Ellipsis."""
        parts = []
        for size in x.shape[: self.below(x.rank) + 1]:
            parts.append(self._slice(size))
        if self.chance(0.15):
            parts.insert(self.below(len(parts) + 1), "None")
        if len(parts) <= x.rank and self.chance(0.25):
            parts.insert(self.below(len(parts) + 1), "...")
        return ", ".join(parts) if parts else "..."

    def _slice(self, size: int) -> str:
        start, stop = self.below(size + 1), self.below(size + 1)
        return self.of(
            (
                ":",
                f"{start}:",
                f":{stop}",
                f"{min(start, stop)}:{max(start, stop)}",
                "::2",
                f"{self.below(size)}",
                f"{-1 - self.below(size)}",
            )
        )

    def array_index(self, x: Variable) -> str:
        """Integer arrays and masks."""
        size = x.shape[0] if x.rank else 1
        masks = [v for v in self.pool if v.dtype == "bool" and v.shape == x.shape[: v.rank]]
        if masks and self.chance(0.5):
            return str(self.of(masks))
        array = self.positions(self.below(3) + 1, size)
        if x.rank > 1 and self.chance(0.4):
            return self.of((f":, {self.positions(2, x.shape[1])}", f"{array}, None"))
        if x.rank > 1 and self.chance(0.3):
            return f"{array}, {self.below(x.shape[1])}"
        return array
