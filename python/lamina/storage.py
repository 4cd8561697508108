"""Storage: one piece of memory, its identity and its version.

Several tensors may look at one storage through different geometries. Every write bumps `version`, which
is how autograd notices that something it saved has changed. In a trace, `data` is the traced root array.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from .devices import CPU, device
from .errors import DataDependentError, ShapeError


class Geometry(NamedTuple):
    """How a tensor looks at its storage; strides and offset count elements of the tensor's dtype."""

    sizes: tuple
    strides: tuple
    offset: int = 0


def contiguous_strides(sizes: tuple) -> tuple:
    """Row-major strides, in elements; a size of 0 counts as 1, as in every strided tensor library."""
    strides, step = [], 1
    for size in reversed(sizes):
        strides.append(step)
        step *= size if size > 1 else 1
    return tuple(reversed(strides))


def extent(sizes: tuple, strides: tuple) -> int:
    """Number of elements between the first and one past the last element reached; 0 when empty."""
    last = 0
    for size, stride in zip(sizes, strides):
        if size == 0:
            return 0
        last += (size - 1) * stride
    return last + 1


class VersionCounter:
    """A version that is shared with no storage: the one of `Tensor.data`."""

    __slots__ = ("version",)

    def __init__(self):
        self.version = 0


class Storage:
    """Memory shared by a tensor and its views.

    `data` is the root array: an ndarray that owns dense memory in some order of its dimensions (or a traced
    array with `strides`, its memory layout in elements, whose first element stands at `origin`). `version`
    counts writes.
    """

    __slots__ = ("__weakref__", "_bytes", "data", "device", "origin", "strides", "version")

    def __init__(self, data, strides: tuple | None = None, device: device = CPU, origin: int = 0):
        self.data = data
        self.strides = strides
        self.origin = origin
        self.version = 0
        self.device = device
        self._bytes = None

    @property
    def traced(self) -> bool:
        """Whether the memory is a value of a traced program."""
        return not isinstance(self.data, np.ndarray) and self.device.type == "cpu"

    @property
    def bytes(self):
        """The memory as a flat uint8 array. Raises DataDependentError in a trace."""
        if self._bytes is None:
            self._bytes = _flat_bytes(self)
        return self._bytes

    def nbytes(self) -> int:
        """Size of the memory in bytes."""
        return self.bytes.size

    def data_ptr(self) -> int:
        """Address of the first byte."""
        return self.bytes.ctypes.data

    def array(self, geometry: Geometry, dtype: np.dtype) -> np.ndarray:
        """An array over this memory. Raises ShapeError when the geometry reaches outside of it."""
        sizes, strides, offset = geometry
        item = dtype.itemsize
        memory = self.bytes
        try:
            return np.ndarray(
                sizes, dtype, memory, offset * item, tuple([s * item for s in strides])
            )
        except (TypeError, ValueError) as error:
            if 0 in sizes:
                return np.ndarray(sizes, dtype, memory[:0], 0, tuple([s * item for s in strides]))
            need = (offset + extent(sizes, strides)) * item
            raise ShapeError(
                f"sizes {list(sizes)}, strides {list(strides)} and offset {offset} need {need} bytes of a "
                f"storage of {memory.size}"
            ) from error


def _flat_bytes(storage: Storage):
    data = storage.data
    if storage.traced:
        raise DataDependentError("the memory of a traced tensor is not known while tracing")
    if not data.flags.c_contiguous:
        order = sorted(range(data.ndim), key=lambda d: -data.strides[d])
        data = data.transpose(order)
    if data.flags.c_contiguous:
        return data.reshape(-1).view(np.uint8)
    item = data.itemsize
    length = extent(data.shape, tuple(s // item for s in data.strides))
    return np.lib.stride_tricks.as_strided(data, (length,), (item,)).view(np.uint8)
