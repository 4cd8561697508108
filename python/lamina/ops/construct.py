"""Tensors from data: `tensor`, `as_tensor`, `from_numpy`, and the legacy constructor."""

from __future__ import annotations

import numbers
import warnings

import numpy as np

from .. import dtypes
from ..devices import as_device
from ..errors import DtypeError, RangeError, ShapeError, ValueError_, user_stacklevel
from ..storage import Storage
from ..tensor import Tensor, from_array


def tensor(
    data, *, dtype=None, device=None, requires_grad: bool = False, pin_memory: bool = False
) -> Tensor:
    """A new leaf tensor that copies `data`: numbers, nested sequences, arrays or tensors.

    Floats become the default dtype, ints int64, bools bool. Raises ValueError_ for ragged sequences.
    """
    result = from_array(np.array(_array(data, dtype), order="C"), as_device(device))
    return result.requires_grad_() if requires_grad else result


def as_tensor(data, dtype=None, device=None) -> Tensor:
    """`data` as a tensor, sharing memory where it can."""
    if isinstance(data, Tensor):
        return data if dtype is None or data.dtype is dtype else data.to(dtype)
    if isinstance(data, np.ndarray) and (dtype is None or dtypes.to_numpy(dtype) == data.dtype):
        return from_numpy(data)
    return tensor(data, dtype=dtype, device=device)


def from_numpy(array: np.ndarray) -> Tensor:
    """A tensor that shares the array's memory. Raises for negative strides and foreign dtypes."""
    if not isinstance(array, np.ndarray):
        raise TypeError(f"from_numpy expects an ndarray, got {type(array).__name__}")
    if any(s < 0 for s in array.strides):
        raise ValueError_(
            "arrays with negative strides are not supported; copy the array first", op="from_numpy"
        )
    if any(s % array.itemsize for s in array.strides):
        raise ShapeError(
            "strides that are not multiples of the element size are not supported", op="from_numpy"
        )
    native = dtypes.from_numpy(array.dtype).np
    if array.dtype.byteorder not in "=|" and native != array.dtype:
        raise ValueError_(
            f"arrays of foreign byte order ({array.dtype}) are not supported", op="from_numpy"
        )
    if not array.flags.writeable:
        warnings.warn(
            "the array is not writable, and tensors cannot be read-only: writing to this tensor will fail",
            stacklevel=user_stacklevel(),
        )
    made = from_array(array)
    made._storage.pin()
    return made


def legacy(cls, data=None, *more, dtype=None) -> Tensor:
    """`Tensor(data)` or `Tensor(*sizes)`: of the default dtype, unless it is the constructor of another."""
    default = (dtype or dtypes.get_default_dtype()).np
    if data is None:
        array = np.empty((0,), default)
    elif isinstance(data, numbers.Integral):
        array = np.zeros((int(data), *map(int, more)), default)
    else:
        array = np.array(_array(data, None), default)
    made = from_array(array)
    return made if cls is Tensor else made.as_subclass(cls)


def is_tensor(value) -> bool:
    """Whether `value` is a Tensor."""
    return isinstance(value, Tensor)


def is_storage(value) -> bool:
    """Whether `value` is a storage."""
    return isinstance(value, Storage)


def _array(data, dtype) -> np.ndarray:
    if isinstance(data, Tensor):
        data = data.detach().numpy()
    elif _holds_tensors(data):
        data = _unwrapped(data)
    known = isinstance(data, (np.ndarray, np.generic))
    # Python's numbers are rounded once, to the dtype asked for.
    array = np.asarray(data) if known else _from_python(data, dtype is None)
    wanted = array.dtype if dtype is None else dtypes.to_numpy(dtype)
    dtypes.from_numpy(wanted)
    if not known:
        _check_fits(array, wanted)
    if array.dtype == wanted:
        return array
    with np.errstate(over="ignore"):
        return array.astype(wanted)


def _check_fits(array, wanted) -> None:
    """Raises where Python's numbers lose more than digits: an imaginary part, or to overflow."""
    if array.dtype.kind == "c" and wanted.kind not in "cb":
        raise DtypeError(f"a complex number cannot become {wanted}", op="tensor")
    if wanted.kind not in "iu" or not array.size:
        return
    if array.dtype.kind == "f" and np.isnan(array).any():
        raise RangeError(f"nan does not fit {wanted}", op="tensor")
    limits = np.iinfo(wanted)
    # Negative numbers wrap in unsigned dtypes.
    lowest = -int(limits.max) if wanted.kind == "u" else int(limits.min)
    if array.min() < lowest or array.max() > limits.max:
        raise RangeError(
            f"a value between {array.min()} and {array.max()} does not fit {wanted}", op="tensor"
        )


def _from_python(data, by_default) -> np.ndarray:
    """Numbers and sequences of them as NumPy has them or, `by_default`, in the dtypes of tensors."""
    try:
        array = np.array(data)
    except ValueError as error:
        raise ValueError_(f"cannot make a tensor of this sequence: {error}", op="tensor") from error
    if array.dtype == object or array.dtype.kind in "USMm":
        raise DtypeError(
            f"cannot make a tensor of {type(data).__name__} data of dtype {array.dtype}",
            op="tensor",
        )
    if array.size == 0 and not isinstance(data, np.ndarray):
        return array.astype(dtypes.get_default_dtype().np)
    if array.dtype.kind == "u":
        raise RangeError(f"the number {array.max()} does not fit int64", op="tensor")
    if not by_default:
        return array
    kinds = {"f": float, "c": complex, "i": int, "u": int, "b": bool}
    return array.astype(dtypes.of_python(kinds[array.dtype.kind]).np)


def _holds_tensors(data) -> bool:
    while isinstance(data, (list, tuple)) and data:
        if any(isinstance(d, (Tensor, np.generic, np.ndarray)) for d in data):
            return True
        data = data[0]
    return False


def _unwrapped(data):
    """Nested sequences of tensors as one array, which keeps their dtype."""
    if isinstance(data, Tensor):
        return data.detach().numpy()
    if isinstance(data, (list, tuple)):
        return np.array([_unwrapped(d) for d in data])
    return data
