"""Operators that change which memory a tensor looks at, and how: `resize_`, `set_` and their kin.

Each entry has a `placement` rule, which gives the storage and the geometry that self gets; the kernel layer
puts it there. A storage too small for the new geometry grows. In a trace a tensor keeps its storage, so
these are refused there.
"""

from __future__ import annotations

from .. import memory_format as formats
from ..dispatch.state import state
from ..errors import ArgumentError, AutogradError, DtypeError, ShapeError
from ..storage import Geometry, Storage, contiguous_strides
from .registry import aten, composite, op


def _sized(size) -> tuple:
    if any(n < 0 for n in size):
        raise ShapeError(f"sizes must not be negative, got {list(size)}")
    return tuple(size)


def _resized(self, size, memory_format) -> tuple[Storage, Geometry]:
    sizes = _sized(size)
    if memory_format is None:
        strides = self.strides if sizes == self.sizes else contiguous_strides(sizes)
    else:
        strides = formats.strides_in(memory_format, sizes)
    return self._storage, Geometry(sizes, strides, self._offset)


@op(
    "resize_(Tensor(a!) self, SymInt[] size, *, MemoryFormat? memory_format=None) -> Tensor(a!)",
    placement=_resized,
    variants="",
    differentiable=False,
)
def _resize(p, self, size, memory_format):
    """Other sizes over the same memory, which grows if need be; elements keep their places in it.

    Row-major unless a memory format is given. Raises ShapeError for negative sizes and for memory that cannot
    grow.
    """


@composite(name="resize_", variants="method")
def resize_(self, *size, memory_format=None):
    """Other sizes over the same memory, which grows if need be; elements keep their places in it.

    Raises AutogradError when self requires grad outside of inference mode, ShapeError for negative sizes and for memory that cannot grow.
    """
    if self.requires_grad and not state.inference:
        raise AutogradError("cannot resize variables that require grad", op="resize_")
    sizes = tuple(size[0]) if size and isinstance(size[0], (list, tuple)) else size
    if not size or not all(hasattr(type(n), "__index__") for n in sizes):
        raise ArgumentError(f"sizes must be integers, got {sizes}", op="resize_")
    if sizes == self.sizes and memory_format is None:
        return self
    return aten.resize_.default(self, sizes, memory_format=memory_format)


@composite(variants="method")
def resize_as_(self, the_template, *, memory_format=None):
    """`resize_` to the sizes of another tensor; `preserve_format` takes the format its strides suggest."""
    if memory_format is formats.preserve_format:
        memory_format = formats.suggested(the_template.geometry)
    return resize_(self, the_template.sizes, memory_format=memory_format)


def _nowhere(self) -> tuple[Storage, Geometry]:
    return Storage(0), Geometry((0,), (1,))


def _whole(self, source) -> tuple[Storage, Geometry]:
    return source, Geometry((source.nbytes() // self.itemsize,), (1,))


def _placed(self, source, storage_offset, size, stride) -> tuple[Storage, Geometry]:
    sizes = _sized(size)
    strides = tuple(stride) or contiguous_strides(sizes)
    if len(strides) != len(sizes):
        raise ShapeError(f"unequal numbers of sizes {list(sizes)} and strides {list(strides)}")
    if storage_offset < 0 or any(s < 0 for s in strides):
        raise ShapeError(
            f"offset and strides must not be negative, got {storage_offset} and {list(strides)}"
        )
    return source, Geometry(sizes, strides, storage_offset)


def _as_tensor(self, source) -> tuple[Storage, Geometry]:
    _same_dtype(self, source)
    return source._storage, source.geometry


def _in_tensor(self, source, storage_offset, size, stride) -> tuple[Storage, Geometry]:
    _same_dtype(self, source)
    return _placed(self, source._storage, storage_offset, size, stride)


def _same_dtype(self, source) -> None:
    if not hasattr(source, "_storage"):
        raise ArgumentError(
            f"the source must be a Tensor or a storage, got {type(source).__name__}"
        )
    if source.dtype is not self.dtype:
        raise DtypeError(
            f"a tensor of dtype {self.dtype} cannot be set to one of dtype {source.dtype}"
        )


def _set(text: str, placement, doc: str) -> None:
    def declared(p, *arguments):
        pass

    declared.__doc__ = (
        f"Makes self look at {doc}. Raises ShapeError and DtypeError where that has no meaning."
    )
    op(f"set_{text} -> Tensor(a!)", placement=placement, variants="method")(declared)


_PLACE = "SymInt storage_offset, SymInt[] size, SymInt[] stride=[]"
_set("(Tensor(a!) self)", _nowhere, "a new storage of no bytes")
_set(".source_Tensor(Tensor(a!) self, Tensor source)", _as_tensor, "the memory of another tensor")
_set(
    f".source_Tensor_storage_offset(Tensor(a!) self, Tensor source, {_PLACE})",
    _in_tensor,
    "the storage of another tensor, which grows if need be",
)
_set(".source_Storage(Tensor(a!) self, Storage source)", _whole, "a storage as a vector")
_set(
    f".source_Storage_storage_offset(Tensor(a!) self, Storage source, {_PLACE})",
    _placed,
    "a storage, which grows if need be",
)


@composite(variants="method")
def swapaxes_(self, axis0: int, axis1: int):
    """Two dimensions of self swapped, in place."""
    return self.transpose_(axis0, axis1)


@composite(variants="method")
def swapdims_(self, dim0: int, dim1: int):
    """`transpose_(dim0, dim1)`."""
    return self.transpose_(dim0, dim1)
