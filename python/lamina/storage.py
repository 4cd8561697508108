"""Storage: one piece of memory, its identity and its version.

Several tensors may look at one storage through different geometries. Every write bumps `version`, which
is how autograd notices that something it saved has changed. In a trace, `data` is the traced root array.
"""

from __future__ import annotations

import gc
from typing import NamedTuple, NoReturn

import numpy as np

from .devices import CPU, device
from .dispatch.state import state
from .errors import DataDependentError, DimError, ShapeError, UnsupportedError


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
    """Memory shared by a tensor and its views; as `lamina.UntypedStorage`, a resizable array of bytes.

    `data` is the root array: an ndarray that owns dense memory in some order of its dimensions (or a traced
    array with `strides`, its memory layout in elements, whose first element stands at `origin`). Given a
    number or a list of numbers, it is that many new bytes, or these. `version` counts writes. Memory that
    someone outside of lamina looks at cannot be resized.
    """

    __slots__ = (
        "__weakref__",
        "_bytes",
        "_resizable",
        "data",
        "device",
        "origin",
        "strides",
        "version",
    )
    __lamina_storage__ = True

    def __init__(self, data=0, strides: tuple | None = None, device: device = CPU, origin: int = 0):
        self.data = _new_bytes(data) if type(data) in (int, list) else data
        self.strides = strides
        self.origin = origin
        self.version = 0
        self.device = device
        self._bytes = None
        self._resizable = True

    @property
    def traced(self) -> bool:
        """Whether the memory is a value of a traced program."""
        return not isinstance(self.data, (np.ndarray, NoArray)) and self.device.type == "cpu"

    @property
    def bytes(self):
        """The memory as a flat uint8 array. Raises DataDependentError in a trace."""
        if self._bytes is None:
            self._bytes = _flat_bytes(self)
        return self._bytes

    def nbytes(self) -> int:
        """Size of the memory in bytes."""
        if state.tracer is not None and self.traced:
            return state.tracer.memory.nbytes(self)
        return self.bytes.size

    size = __len__ = nbytes

    def data_ptr(self) -> int:
        """Address of the first byte; 0 when there is none."""
        return self.bytes.ctypes.data if self.bytes.size else 0

    def resizable(self) -> bool:
        """Whether `resize_` may change the size: not while someone outside of lamina looks at the memory."""
        return self._resizable

    def pin(self) -> None:
        """Notes that someone outside of lamina looks at this memory, which must stay where it is."""
        self._resizable = False

    def resize_(self, nbytes: int) -> Storage:
        """Makes the memory this large, keeping what fits and filling the rest with zeros.

        Tensors over it see the new memory; those that reach past its end raise ShapeError when they are used,
        until it is large enough again. Raises ShapeError for memory that cannot be resized.
        """
        if nbytes < 0:
            raise ShapeError(f"a storage cannot be resized to {nbytes} bytes", op="resize_")
        if state.tracer is not None and self.traced:
            state.tracer.memory.resize(self, nbytes)
            return self
        if not self._resizable:
            raise ShapeError(
                "trying to resize storage that is not resizable: its memory is seen from outside of lamina",
                op="resize_",
            )
        old = self.bytes
        fresh = np.zeros(nbytes, np.uint8)
        kept = min(nbytes, old.size)
        fresh[:kept] = old[:kept]
        self.data = self._bytes = fresh
        self.strides = None
        # Arrays cannot follow memory that moves, so the tensors are looked up. Nothing else needs this list,
        # and keeping one would be paid for by every operator.
        for tensor in gc.get_referrers(self):
            if hasattr(type(tensor), "__lamina_tensor__") and tensor._storage is self:
                tensor._array = self._array_or_none(tensor.geometry, tensor._array.dtype)
        return self

    def reserve(self, nbytes: int) -> None:
        """Grows to at least this size. Raises ShapeError for memory that cannot be resized."""
        if nbytes > self.nbytes():
            self.resize_(nbytes)

    def array(self, geometry: Geometry, dtype: np.dtype) -> np.ndarray:
        """An array over this memory. Raises ShapeError when the geometry reaches outside of it."""
        sizes, strides, offset = geometry
        item = dtype.itemsize
        memory = self.bytes
        steps = tuple([s * item for s in strides])
        if 0 in sizes:
            return np.ndarray(sizes, dtype, memory[:0], 0, steps)
        try:
            # NumPy does not check what it is asked of an empty buffer.
            if memory.size:
                return np.ndarray(sizes, dtype, memory, offset * item, steps)
        except (TypeError, ValueError):
            pass
        raise ShapeError(_out_of_reach(geometry, item, memory.size))

    def _array_or_none(self, geometry: Geometry, dtype: np.dtype):
        try:
            return self.array(geometry, dtype)
        except ShapeError:
            return Missing(geometry, dtype, self)

    def clone(self) -> Storage:
        """A copy."""
        return Storage(self.bytes.copy(), None, self.device)

    def copy_(self, source: Storage, non_blocking: bool = False) -> Storage:
        """Takes over the bytes of `source`. Raises ShapeError unless the sizes agree."""
        if source.nbytes() != self.nbytes():
            raise ShapeError(
                f"size does not match, self has {self.nbytes()} bytes but source {source.nbytes()}",
                op="copy_",
            )
        self.bytes[:] = source.bytes
        return self

    def fill_(self, value: int) -> Storage:
        """Sets every byte."""
        self.bytes[:] = value
        return self

    def cpu(self) -> Storage:
        """This storage."""
        return self

    def element_size(self) -> int:
        """1: the elements are bytes."""
        return 1

    @property
    def is_cuda(self) -> bool:
        """Whether the memory is a GPU's."""
        return self.device.type == "cuda"

    def tolist(self) -> list:
        """The bytes as ints."""
        return self.bytes.tolist()

    def __getitem__(self, index):
        if isinstance(index, slice):
            return Storage(self.bytes[index], None, self.device)
        return int(self.bytes[self._position(index)])

    def __setitem__(self, index, value: int) -> None:
        self.bytes[index if isinstance(index, slice) else self._position(index)] = value

    def _position(self, index) -> int:
        if not hasattr(index, "__index__"):
            raise TypeError(f"can't index a storage with {type(index).__name__}")
        at = index.__index__()
        if not -self.nbytes() <= at < self.nbytes():
            raise DimError(f"index {at} out of range for storage of size {self.nbytes()}")
        return at

    def __iter__(self):
        return iter(self.tolist())

    def __repr__(self) -> str:
        if self.traced:
            return "[lamina.UntypedStorage(traced)]"
        lines = "".join(f" {byte}\n" for byte in self.bytes)
        return f"{lines}[lamina.UntypedStorage(device={self.device}) of size {self.nbytes()}]"


class NoArray:
    """Stands for the array of a tensor that has none: it knows sizes, strides and dtype, and using it
    raises what `refuse` does.
    """

    __slots__ = ("dtype", "itemsize", "ndim", "shape", "strides")

    def __init__(self, geometry: Geometry, dtype: np.dtype):
        self.shape, self.dtype = geometry.sizes, dtype
        self.ndim, self.itemsize = len(self.shape), dtype.itemsize
        self.strides = tuple([s * dtype.itemsize for s in geometry.strides])

    def refuse(self) -> NoReturn:
        """Raises the reason why there is no array."""
        raise NotImplementedError

    def __array__(self, dtype=None, copy=None):
        self.refuse()

    def __getattr__(self, name: str):
        # Protocols that NumPy looks for before __array__.
        if name.startswith("__"):
            raise AttributeError(name)
        self.refuse()


class Missing(NoArray):
    """Stands for the array of a tensor whose storage has become too small for it; using it raises ShapeError."""

    __slots__ = ("_reason",)

    def __init__(self, geometry: Geometry, dtype: np.dtype, storage: Storage):
        super().__init__(geometry, dtype)
        self._reason = f"the storage of this tensor was resized: {_out_of_reach(geometry, dtype.itemsize, storage.nbytes())}"

    def refuse(self) -> NoReturn:
        """Raises ShapeError."""
        raise ShapeError(self._reason)


class Hollow(NoArray):
    """Stands for the array of a wrapper tensor; using it raises UnsupportedError."""

    __slots__ = ()
    # As of a traced array: how it lies in memory is asked of the tensor.
    flags = None

    def refuse(self) -> NoReturn:
        """Raises UnsupportedError."""
        raise UnsupportedError(
            f"a wrapper tensor of sizes {list(self.shape)} has no memory of its own: its class answers "
            "operators in __torch_dispatch__, and data is in its inner tensors"
        )


def _out_of_reach(geometry: Geometry, item: int, have: int) -> str:
    sizes, strides, offset = geometry
    need = (offset + extent(sizes, strides)) * item
    return (
        f"sizes {list(sizes)}, strides {list(strides)} and offset {offset} need {need} bytes of a "
        f"storage of {have}"
    )


def _new_bytes(content) -> np.ndarray:
    if isinstance(content, list):
        return np.array(content, np.uint8)
    if content < 0:
        raise ShapeError(f"a storage cannot have {content} bytes")
    return np.zeros(content, np.uint8)


def _flat_bytes(storage: Storage):
    data = storage.data
    if isinstance(data, NoArray):
        data.refuse()
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
