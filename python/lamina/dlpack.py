"""DLPack: tensors and other libraries' arrays over the same memory.

NumPy speaks the protocol for us, but not for the dtypes that only ml_dtypes has. Those travel as integers of
the same width, and the dtype in the capsule, which is a plain C struct, says what they are.
"""

from __future__ import annotations

import ctypes

import numpy as np

from . import dtypes
from .devices import device as as_device
from .errors import BufferError_, DtypeError, ValueError_
from .ops.construct import from_numpy
from .tensor import Tensor

# (type code, bits) in the DLPack header.
_CODES = {
    dtypes.bfloat16: (4, 16),
    dtypes.float8_e4m3fn: (10, 8),
    dtypes.float8_e5m2: (12, 8),
}
_DTYPES = {code: dtype for dtype, code in _CODES.items()}
_INT = 0
# Where the header keeps the dtype: (code, bits, lanes) after a pointer, a device and the rank. In the versioned
# struct a version, two pointers and flags come first.
_DTYPE_AT = 20
_NAMES = {b"dltensor": _DTYPE_AT, b"dltensor_versioned": 32 + _DTYPE_AT}

_pointer = ctypes.pythonapi.PyCapsule_GetPointer
_pointer.restype, _pointer.argtypes = ctypes.c_void_p, [ctypes.py_object, ctypes.c_char_p]
_is_valid = ctypes.pythonapi.PyCapsule_IsValid
_is_valid.restype, _is_valid.argtypes = ctypes.c_int, [ctypes.py_object, ctypes.c_char_p]


class _Capsule:
    """An object with the protocol around a capsule that was made already."""

    def __init__(self, capsule, device: tuple = (1, 0)):
        self._capsule, self._device = capsule, device

    def __dlpack__(self, **options):
        return self._capsule

    def __dlpack_device__(self) -> tuple:
        return self._device


def to_dlpack(tensor: Tensor):
    """A DLPack capsule over the tensor's memory. Raises BufferError_ when it requires grad."""
    return export(tensor)


def export(tensor: Tensor, **options):
    """What `Tensor.__dlpack__` returns."""
    if tensor.requires_grad:
        raise BufferError_(
            "can't export tensors that require gradient, use tensor.detach()", op="__dlpack__"
        )
    array = tensor.numpy()
    code = _CODES.get(tensor.dtype)
    if code is None:
        return array.__dlpack__(**options)
    capsule = array.view(f"i{array.itemsize}").__dlpack__(**options)
    _header(capsule)[:] = code
    return capsule


def from_dlpack(ext_tensor, *, device=None, copy: bool | None = None) -> Tensor:
    """A tensor over the memory of a DLPack capsule, or of any object with `__dlpack__`; a copy if `copy`, or where
    `device` is another one than the object's.

    Raises DtypeError for an object without the protocol and for a dtype that lamina has not, ValueError_ for
    negative strides and where copy=False cannot be had.
    """
    tensor = _shared(ext_tensor)
    elsewhere = device is not None and as_device(device) != tensor.device
    if elsewhere and copy is False:
        raise ValueError_(f"{tensor.device} memory is no memory of {device}", op="from_dlpack")
    return tensor.to(device=device, copy=True) if elsewhere or copy else tensor


def _shared(value) -> Tensor:
    if type(value).__name__ != "PyCapsule":
        if isinstance(value, np.ndarray):
            return from_numpy(value)
        if not hasattr(value, "__dlpack__"):
            raise DtypeError(f"a {type(value).__name__} does not speak DLPack", op="from_dlpack")
        value = _Capsule(_exported(value), value.__dlpack_device__())
    else:
        value = _Capsule(value)
    header = _header(value._capsule)
    found = _DTYPES.get(tuple(header))
    if found is None:
        return from_numpy(np.from_dlpack(value))
    header[0] = _INT
    return from_numpy(np.from_dlpack(value).view(found.np))


def _exported(value):
    try:
        # Newer producers say in the capsule whether the memory may be written.
        return value.__dlpack__(max_version=(1, 0))
    except TypeError:
        return value.__dlpack__()


def _header(capsule):
    """The (type code, bits) of a capsule's dtype, as a writable array. Raises DtypeError for another capsule."""
    for name, at in _NAMES.items():
        if _is_valid(capsule, name):
            return (ctypes.c_uint8 * 2).from_address(_pointer(capsule, name) + at)
    raise DtypeError("this capsule holds no DLPack tensor, or one that was already consumed")
