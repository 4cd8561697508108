"""The rows by suite, and their arrays."""

from __future__ import annotations

import numpy as np
from models import MODELS
from rows import GRADIENTS, KERNELS, LAYOUTS, SIZES, SMALL_FLOATS

SUITES = {
    "kernels": KERNELS,
    "sizes": SIZES,
    "layouts": LAYOUTS,
    "small floats": SMALL_FLOATS,
    "gradients": GRADIENTS,
    "training": MODELS,
}


def find(suite: str, name: str):
    """The row of that name."""
    return next(row for row in SUITES[suite] if row.name == name)


def arrays_of(row) -> list[np.ndarray]:
    """The same arrays in every process."""
    rng = np.random.default_rng(0)
    if row.kind == "training":
        return [*row.parameters(rng), *row.batch(rng)]
    return row.arrays(rng)
