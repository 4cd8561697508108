"""Tensor: an array handle over a storage, and what autograd and views know about it.

`_array` is what kernels see: an ndarray, or a traced array. Methods that are operators are generated from
the registry (`lamina.surface`); only what looks at the tensor itself is written here.
"""

from __future__ import annotations

import numpy as np

from . import devices, dtypes
from . import memory_format as formats
from .dispatch.state import state
from .errors import AutogradError, DataDependentError, DtypeError, ShapeError, UnsupportedError
from .storage import Geometry, Hollow, Missing, NoArray, Storage, VersionCounter, contiguous_strides


class Size(tuple):
    """Sizes of a tensor: a tuple of ints."""

    __slots__ = ()

    def numel(self) -> int:
        """The product of the sizes."""
        count = 1
        for size in self:
            count *= size
        return count

    def __repr__(self) -> str:
        return f"lamina.Size({list(self)})"

    def __getitem__(self, index):
        found = tuple.__getitem__(self, index)
        return Size(found) if isinstance(index, slice) else found

    def __add__(self, other):
        return Size(tuple.__add__(self, tuple(other)))

    def __radd__(self, other):
        return Size(tuple(other) + tuple(self))

    def __mul__(self, times: int):
        return Size(tuple.__mul__(self, times))

    __rmul__ = __mul__


class Tensor:
    """A typed, strided view of a storage, with autograd metadata.

    Slots: `_array` handle; `_storage`; `_strides` in elements (None: those of the array); `_offset` in
    elements; `_autograd` (AutogradMeta or None); `_view` (ViewInfo or None); `_counter`, the version counter
    it shares (None for inference tensors).
    """

    __slots__ = (
        "__dict__",
        "__weakref__",
        "_array",
        "_autograd",
        "_counter",
        "_offset",
        "_storage",
        "_strides",
        "_view",
    )
    __lamina_tensor__ = True
    __array_priority__ = 1000
    __hash__ = object.__hash__

    def __new__(cls, data=None, *args, **kwargs):
        """A tensor as the old constructors make it: of sizes, a sequence or a tensor."""
        if isinstance(data, Tensor):
            return data.detach().as_subclass(cls)
        from .ops import construct

        return construct.legacy(cls, data, *args)

    # What it is.

    @property
    def sizes(self) -> tuple:
        """The sizes as a plain tuple."""
        return self._array.shape

    @property
    def strides(self) -> tuple:
        """Strides in elements."""
        if self._strides is None:
            if self._array is self._storage.data and self._array.size == 0:
                # NumPy gives empty arrays strides of 0.
                return contiguous_strides(self._array.shape)
            item = self._array.itemsize
            return tuple([s // item for s in self._array.strides])
        return self._strides

    @property
    def geometry(self) -> Geometry:
        """Sizes, strides and storage offset."""
        return Geometry(self._array.shape, self.strides, self._offset)

    @property
    def shape(self) -> Size:
        """The sizes."""
        return Size(self._array.shape)

    def size(self, dim: int | None = None):
        """All sizes, or that of one dimension."""
        return (
            Size(self._array.shape)
            if dim is None
            else self._array.shape[_wrap(dim, self._array.ndim)]
        )

    def stride(self, dim: int | None = None):
        """All strides in elements, or that of one dimension."""
        return self.strides if dim is None else self.strides[_wrap(dim, self._array.ndim)]

    def storage_offset(self) -> int:
        """Distance, in elements, of the first element from the start of the storage."""
        return self._offset

    @property
    def ndim(self) -> int:
        """Number of dimensions."""
        return self._array.ndim

    def dim(self) -> int:
        """Number of dimensions."""
        return self._array.ndim

    def numel(self) -> int:
        """Number of elements."""
        count = 1
        for size in self._array.shape:
            count *= size
        return count

    nelement = numel

    @property
    def dtype(self) -> dtypes.dtype:
        """The element type."""
        return dtypes.from_numpy(self._array.dtype)

    @property
    def device(self) -> devices.device:
        """Where the memory lives."""
        return self._storage.device

    @property
    def itemsize(self) -> int:
        """Bytes of one element."""
        return self._array.dtype.itemsize

    def element_size(self) -> int:
        """Bytes of one element."""
        return self._array.dtype.itemsize

    @property
    def nbytes(self) -> int:
        """Bytes of all elements."""
        return self.numel() * self.itemsize

    @property
    def is_cpu(self) -> bool:
        """Whether the memory is the CPU's."""
        return self._storage.device.type == "cpu"

    @property
    def is_cuda(self) -> bool:
        """Whether the memory is a GPU's."""
        return self._storage.device.type == "cuda"

    def is_floating_point(self) -> bool:
        """Whether the dtype is a real floating-point one."""
        return self.dtype.is_floating_point

    def is_complex(self) -> bool:
        """Whether the dtype is complex."""
        return self.dtype.is_complex

    def is_contiguous(self, memory_format=formats.contiguous_format) -> bool:
        """Whether the elements lie in memory without gaps in the order of `memory_format` (row-major)."""
        return formats.is_contiguous(self.geometry, memory_format)

    def dim_order(self) -> tuple:
        """The dimensions from the slowest to the fastest."""
        strides = self.strides
        return tuple(sorted(range(len(strides)), key=lambda d: -strides[d]))

    @property
    def layout(self) -> formats.layout:
        """How the elements are stored: `strided`."""
        return formats.strided

    def untyped_storage(self) -> Storage:
        """The storage; views share it."""
        return self._storage

    def data_ptr(self) -> int:
        """Address of the first element; 0 when there is no memory."""
        if type(self._array) is Missing:
            return 0
        return self._known("data_ptr()").ctypes.data

    # What is in it.

    def _known(self, asked: str) -> np.ndarray:
        array = self._array
        if isinstance(array, NoArray):
            array.refuse()
        if state.tracer is not None or self._storage.traced or not hasattr(array, "ctypes"):
            raise DataDependentError(
                f"{asked} needs the value of a traced tensor of shape {list(array.shape)} and dtype "
                f"{self.dtype}, which is not known while tracing"
            )
        return array

    def numpy(self, *, force: bool = False) -> np.ndarray:
        """The data as an ndarray that shares this tensor's memory. Raises AutogradError when grad is required."""
        if self.requires_grad and not force:
            raise AutogradError(
                "can't call numpy() on a tensor that requires grad; use tensor.detach().numpy() instead"
            )
        array = self._known("numpy()")
        self._storage.pin()
        return array

    def __array__(self, dtype=None, copy=None):
        array = self.numpy()
        if dtype is None and not copy:
            return array
        return np.array(array, dtype=dtype, copy=copy)

    def __array_wrap__(self, array, context=None, return_scalar=False):
        """What a NumPy function computed from this tensor, as a tensor; bools as uint8."""
        from .ops.construct import from_numpy

        array = np.asarray(array)
        return from_numpy(array.astype(np.uint8) if array.dtype.kind == "b" else array)

    def __dlpack__(self, **options):
        from .dlpack import export

        return export(self, **options)

    def __dlpack_device__(self):
        return self._known("__dlpack_device__()").__dlpack_device__()

    def item(self):
        """The only element as a Python number. Raises ShapeError unless there is exactly one."""
        array = self._known("item()")
        if array.size != 1:
            raise ShapeError(
                f"a tensor with {array.size} elements cannot be converted to a scalar", op="item"
            )
        value = array.item()
        return value if isinstance(value, (bool, int, float, complex)) else float(value)

    def tolist(self):
        """The elements as nested lists of Python numbers."""
        array = self._known("tolist()")
        if array.dtype.kind == "V":
            array = array.astype(np.float32)
        return array.tolist()

    def __bool__(self) -> bool:
        array = self._known("bool()")
        if array.size != 1:
            raise ShapeError(
                "the truth value of a tensor with "
                f"{'no' if array.size == 0 else 'more than one'} element is ambiguous",
                op="bool",
            )
        return bool(array.item())

    def __int__(self) -> int:
        return int(self.item())

    def __float__(self) -> float:
        return float(self.item())

    def __complex__(self) -> complex:
        return complex(self.item())

    def __index__(self) -> int:
        if self._array.dtype.kind not in "iub":
            raise DtypeError(
                f"only an integer tensor of one element can be an index, got {self.dtype}"
            )
        return int(self.item())

    def __len__(self) -> int:
        if self._array.ndim == 0:
            raise TypeError("len() of a 0-d tensor")
        return self._array.shape[0]

    def __iter__(self):
        if self._array.ndim == 0:
            raise TypeError("iteration over a 0-d tensor")
        return iter(self.unbind(0))

    def __contains__(self, element) -> bool:
        return bool((self == element).any())

    def __repr__(self) -> str:
        from .printing import tensor_repr

        return tensor_repr(self)

    def __format__(self, spec: str) -> str:
        if self._array.ndim == 0 and type(self) is Tensor and not self._storage.traced:
            return format(self.item(), spec)
        return object.__format__(self, spec)

    def __deepcopy__(self, memo):
        from .autograd.copying import deepcopy

        return deepcopy(self, memo)

    def __reduce_ex__(self, protocol):
        from .autograd.copying import rebuild

        return (
            rebuild,
            (type(self), np.array(self.detach().numpy()), self.requires_grad, dict(self.__dict__)),
        )

    def as_subclass(self, cls: type) -> Tensor:
        """A tensor of class `cls` over the same data."""
        view = self.alias()
        twin = object.__new__(cls)
        for slot in ("_array", "_storage", "_strides", "_offset", "_autograd", "_view", "_counter"):
            setattr(twin, slot, getattr(view, slot))
        return twin

    def _without_history(self) -> Tensor:
        """The same data for autograd to save, leading back to no node."""
        return self.detach()

    # Versions.

    @property
    def _version(self) -> int:
        if self._counter is None:
            raise AutogradError("Inference tensors do not track version counter")
        return self._counter.version

    def is_inference(self) -> bool:
        """Whether it was made in inference mode."""
        return self._counter is None

    @property
    def data(self) -> Tensor:
        """The same memory under a version counter of its own: writes through it are not seen by autograd."""
        if type(self._array) is Hollow:
            twin = self.detach()
        else:
            array = self._array if state.tracer is None else state.tracer.another(self)
            twin = make(array, self._storage, self._strides, self._offset)
        twin._counter = None if self._counter is None else VersionCounter()
        return twin

    @data.setter
    def data(self, value: Tensor) -> None:
        if not isinstance(value, Tensor):
            raise TypeError(f"Tensor.data must be a Tensor, got {type(value).__name__}")
        if self.requires_grad and value._array.dtype.kind not in "fcV":
            raise DtypeError(
                "the data of a tensor that requires grad must be of floating point or complex dtype, got "
                f"{value.dtype}"
            )
        if type(self._array) is Hollow or type(value._array) is Hollow:
            raise UnsupportedError(
                "the data of a wrapper tensor is that of its inner tensors; set theirs"
            )
        if state.tracer is not None:
            state.tracer.adopt(self, value)
            return
        self._array, self._storage = value._array, value._storage
        self._strides, self._offset = value._strides, value._offset


_new = object.__new__


def make(array, storage: Storage, strides: tuple | None = None, offset: int = 0) -> Tensor:
    """A tensor over `array`, which must be how `storage` looks through strides and offset."""
    tensor = _new(Tensor)
    tensor._array = array
    tensor._storage = storage
    tensor._strides = strides
    tensor._offset = offset
    tensor._autograd = None
    tensor._view = None
    tensor._counter = storage
    return tensor


def from_array(array: np.ndarray, device: devices.device = devices.CPU) -> Tensor:
    """A tensor that shares the memory of an ndarray. While tracing it is a literal of the program."""
    made = make(array, Storage(array, None, device))
    if state.inference:
        made._counter = None
    if state.tracer is not None:
        state.tracer.made(made)
    return made


def _wrap(dim: int, rank: int) -> int:
    from .ops.geometry import wrap_dim

    return wrap_dim(dim, rank)
