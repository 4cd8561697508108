"""The operator database: sample inputs for every entry of the registry.

`cases()` lists (entry name, sample number); `sample(name, number)` makes the arguments. Tests of
values, gradients and compiled code all draw on it.
"""

from __future__ import annotations

import functools

from . import (
    activations,
    contractions,
    creation,
    elementary,
    imaging,
    linalg,
    losses,
    movement,
    pointwise,
    pooling,
    reductions,
    special,
    transforms,
    views,
)
from .arrays import Array, DType, Maker, Sample, convert, literal

_FAMILIES = (
    pointwise,
    elementary,
    activations,
    reductions,
    special,
    transforms,
    contractions,
    linalg,
    losses,
    movement,
    creation,
    views,
    imaging,
    pooling,
)
SAMPLES = {name: draw for family in _FAMILIES for name, draw in family.SAMPLES.items()}


@functools.cache
def samples(name: str) -> tuple:
    """All samples of an entry ("add.Tensor")."""
    return tuple(SAMPLES[name](Maker(name)))


def sample(name: str, number: int) -> Sample:
    """One sample of an entry."""
    return samples(name)[number]


def cases() -> list:
    """(entry name, sample number) of every sample."""
    return [(name, number) for name in sorted(SAMPLES) for number in range(len(samples(name)))]


__all__ = [
    "SAMPLES",
    "Array",
    "DType",
    "Maker",
    "Sample",
    "cases",
    "convert",
    "literal",
    "sample",
    "samples",
]
