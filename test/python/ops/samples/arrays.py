"""Sample inputs that can become tensors of lamina or of the oracle: a description, not a tensor.

`Array` is NumPy data, a dtype name and a memory layout; `Sample` is one call's arguments. Data is
drawn from a generator seeded by the entry's name, so a sample is the same in every process.
"""

from __future__ import annotations

import dataclasses
import zlib
from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

import ml_dtypes
import numpy as np

_SMALL = {
    "bfloat16": ml_dtypes.bfloat16,
    "float8_e4m3fn": ml_dtypes.float8_e4m3fn,
    "float8_e5m2": ml_dtypes.float8_e5m2,
}


def numpy_dtype(name: str) -> np.dtype:
    """The NumPy dtype called `name`, small floats included."""
    return np.dtype(_SMALL.get(name, name))


@dataclasses.dataclass(frozen=True)
class Array:
    """`data` in row-major order. layout: "dense", "transposed" (dimensions stored in reverse),
    "strided" (every second element of a longer last dimension) or "expanded" (the first element of
    the first dimension stands for all). constant: never asked for a gradient.
    """

    data: np.ndarray
    layout: str = "dense"
    constant: bool = False

    @property
    def dtype(self) -> str:
        """The dtype's name."""
        return self.data.dtype.name

    @property
    def shape(self) -> tuple:
        """The sizes."""
        return self.data.shape

    @property
    def differentiable(self) -> bool:
        """Whether gradients are asked for here."""
        return not self.constant and self.dtype in ("float32", "float64", "complex64", "complex128")

    def frozen(self) -> Array:
        """The same, never asked for a gradient."""
        return dataclasses.replace(self, constant=True)

    def stored(self) -> np.ndarray:
        """A fresh array that is laid out as the tensor's memory is."""
        if self.layout == "transposed":
            return np.array(self.data.T, order="C", copy=True)
        if self.layout == "strided":
            wide = np.zeros((*self.data.shape[:-1], 2 * self.data.shape[-1]), self.data.dtype)
            wide[..., ::2] = self.data
            return wide
        if self.layout == "expanded":
            return np.array(self.data[:1], order="C", copy=True)
        return np.array(self.data, order="C", copy=True)

    def viewed(self, tensor):
        """The tensor of `stored()` seen through this layout."""
        if self.layout == "transposed":
            return tensor.permute(tuple(range(len(self.shape)))[::-1])
        if self.layout == "expanded":
            return tensor.expand(self.shape)
        return tensor[..., ::2] if self.layout == "strided" else tensor

    def to_lamina(self):
        """A tensor of lamina."""
        import lamina

        return self.viewed(lamina.from_numpy(self.stored()))

    def to_torch(self):
        """A tensor of the oracle."""
        import torch

        stored = self.stored()
        if not stored.size:
            # From NumPy, torch would take the strides that NumPy gives empty arrays.
            return self.viewed(torch.empty(stored.shape, dtype=getattr(torch, self.dtype)))
        if self.dtype in _SMALL:
            raw = torch.from_numpy(stored.view(f"i{stored.itemsize}"))
            return self.viewed(raw.view(getattr(torch, self.dtype)))
        return self.viewed(torch.from_numpy(stored))


class Sample(NamedTuple):
    """The arguments of one call.

    grad: whether gradients are defined at these inputs. traceable: whether the result's size is
    known without the data; if not, tracing must raise DataDependentError.
    """

    args: tuple
    kwargs: Mapping = MappingProxyType({})
    grad: bool = True
    traceable: bool = True


def convert(value, how):
    """`value` with every Array and DType replaced by how(it); lists and tuples are walked."""
    if isinstance(value, (Array, DType)):
        return how(value)
    if isinstance(value, (list, tuple)):
        return type(value)(convert(v, how) for v in value)
    if isinstance(value, Mapping):
        return {k: convert(v, how) for k, v in value.items()}
    return value


class DType(str):
    """The name of a dtype passed as an argument."""

    def to_lamina(self):
        """Lamina's dtype."""
        import lamina

        return getattr(lamina, self)

    def to_torch(self):
        """The oracle's dtype."""
        import torch

        return getattr(torch, self)


class Maker:
    """Draws arrays for one entry."""

    def __init__(self, name: str):
        self.random = np.random.default_rng(zlib.crc32(name.encode()))

    def __call__(self, *shape, dtype="float64", low=-3.0, high=3.0, layout="dense") -> Array:
        """Values between low and high, distinct enough that no two tie."""
        kind = numpy_dtype(dtype)
        if dtype == "bool":
            data = self.random.integers(0, 2, shape).astype(bool)
        elif kind.kind in "iu":
            bottom = max(0, int(low)) if kind.kind == "u" else int(low)
            data = self.random.integers(bottom, int(high) + 1, shape).astype(kind)
        else:
            data = self.random.uniform(low, high, shape)
            if kind.kind == "c":
                data = data + 1j * self.random.uniform(low, high, shape)
            data = np.asarray(data).astype(kind)
        return Array(np.asarray(data), layout)

    def index(self, *shape, size, dtype="int64") -> Array:
        """Positions below size."""
        return Array(np.asarray(self.random.integers(0, max(size, 1), shape)).astype(dtype))

    def permutation(self, size) -> Array:
        """Every position below size once."""
        return Array(self.random.permutation(size).astype(np.int64))


def literal(values, dtype="float64") -> Array:
    """An array of the given values."""
    return Array(np.asarray(values).astype(numpy_dtype(dtype)))
