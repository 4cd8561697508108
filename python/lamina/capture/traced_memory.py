"""The memory that traced storage stands for: how large it is, and what happens when the program
changes that or looks past the part that it knows.
"""

from __future__ import annotations

import gc

import numpy as np

from ..autograd.meta import requires_grad
from ..dispatch.viewing import in_memory_order, of_storage
from ..dtypes import from_numpy
from ..errors import ShapeError, UnsupportedError
from ..memory_format import is_dense
from ..storage import Geometry, Missing, Storage, contiguous_strides, extent
from ..tensor import Tensor
from .memory import Memory, SharedMemory, element
from .record import Guard


class TracedMemory:
    """What the storages of one trace know of the memory outside. `guards` are on its size and place."""

    def __init__(self, tracer):
        self._tracer = tracer
        self._resized: dict[int, Storage] = {}
        self.guards: dict[str, Guard] = {}

    def is_resized(self, storage: Storage) -> bool:
        """Whether the program changed the size of this memory."""
        return id(storage) in self._resized

    def nbytes(self, storage: Storage) -> int:
        """How large the memory is that traced storage stands for; what the program was told is
        guarded.
        """
        owners = [x for x in self._tracer.inputs if x.storage is storage]
        if not owners or id(storage) in self._resized:
            return storage.data.size * storage.data.itemsize
        found = owners[0].real_storage.nbytes()
        self.guard(owners[0], f"_storage.nbytes() == {found}", f"has {found} bytes of memory")
        return found

    def guard(self, x, code: str, text: str) -> None:
        """Adds a guard on input `x`: an expression that follows its name, and what it says."""
        code = f"t{x.number}.{code}"
        self.guards[code] = Guard(code, f"{x.source.text} {text}", "the case")

    def resize(self, storage: Storage, nbytes: int) -> None:
        """Makes the memory that traced storage stands for this large; all tensors in it look at it
        anew. Raises SharedMemory for memory of inputs of which the program does not have all.
        """
        self._need_all(storage)
        root = storage.data
        if nbytes % root.itemsize:
            raise UnsupportedError(
                f"a storage of {from_numpy(root.dtype)} elements resized to {nbytes} bytes"
            )
        if storage.strides != contiguous_strides(root.shape):
            root = self._tracer.builder.clone(
                in_memory_order(self._tracer.builder, root, storage.strides)
            )
        storage.data = self._tracer.builder.resize(root, (nbytes // root.itemsize,))
        storage.strides, storage.origin = (1,), 0
        self._resized[id(storage)] = storage
        for tensor in gc.get_referrers(storage):
            if isinstance(tensor, Tensor) and tensor._storage is storage:
                self._look_again(tensor)

    def cover(
        self, storage: Storage, geometry: Geometry, dtype: np.dtype, is_absolute: bool
    ) -> None:
        """Sees to it that traced storage holds what a tensor of this geometry would look at, if the
        memory does. Raises SharedMemory for memory of inputs that the program must have all of.
        """
        owners = [x for x in self._tracer.inputs if x.storage is storage]
        if not owners or id(storage) in self._resized:
            return
        root, item = storage.data, dtype.itemsize
        start = geometry.offset * item - storage.origin * root.itemsize
        end = start + extent(geometry.sizes, geometry.strides) * item
        has_gaps = not is_dense(Geometry(root.shape, storage.strides))
        is_moved = is_absolute and owners[0].base is None and owners[0].before["_offset"] > 0
        if is_moved or has_gaps or start < 0 or end > root.size * root.itemsize:
            self._need_all(storage)
        elif is_absolute and owners[0].base is None:
            self.guard(owners[0], "_offset == 0", "starts where its memory does")

    def _look_again(self, tensor: Tensor) -> None:
        geometry, was = tensor.geometry, tensor._array
        dtype = was.dtype
        tensor._strides = geometry.strides
        try:
            tensor._array = of_storage(tensor._storage, geometry, dtype, self._tracer.builder)
        except ShapeError:
            tensor._array = Missing(geometry, dtype, tensor._storage)
        self._tracer.rebind(tensor, was)

    def _need_all(self, storage: Storage) -> None:
        """Sees to it that traced storage is all of the memory that it stands for, for all inputs."""
        owners = [x for x in self._tracer.inputs if x.storage is storage]
        if not owners or id(storage) in self._resized:
            return
        real, size = owners[0].real_storage, self.nbytes(storage)
        inside = [x for x in self._tracer.inputs if x.real_storage is real]
        covers = storage.origin == 0 and storage.data.size * storage.data.itemsize == size
        is_flat = storage.strides == contiguous_strides(storage.data.shape)
        at_start = owners[0].before["_offset"] == 0 or self._tracer.is_flat(owners[0])
        if not (covers and is_flat and at_start and len(owners) == len(inside)):
            linked = any(requires_grad(x.tensor) for x in inside)
            dtype = element([x.root.dtype for x in inside])
            raise SharedMemory([Memory(real, 0, size, dtype, linked)])
