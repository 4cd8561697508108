"""Tensors over other libraries' memory: `asarray` and `frombuffer`. (DLPack is in `lamina.dlpack`.)"""

from __future__ import annotations

import warnings

import numpy as np

from . import dtypes
from .errors import ArgumentError, DtypeError, ValueError_, user_stacklevel
from .ops.construct import from_numpy, tensor
from .tensor import Tensor


def asarray(
    obj, *, dtype=None, device=None, copy: bool | None = None, requires_grad: bool = False
) -> Tensor:
    """`obj`, a tensor, an array, an object with `__dlpack__`, a buffer or nested sequences, as a tensor.

    Its memory is shared where dtype and kind allow it, unless `copy`; with copy=False it must be. A tensor that
    requires grad is detached, unless `requires_grad`. Raises ValueError_ when memory that must be shared cannot.
    """
    made = _shared(obj, dtype)
    if made is not None and dtype is not None and made.dtype is not dtype:
        if copy is False:
            raise ValueError_(f"can't share memory of {made.dtype} as {dtype}", op="asarray")
        made = made.to(dtype)
    elif made is not None and copy:
        made = made.clone()
    elif made is None:
        if copy is False:
            raise ValueError_(f"can't share memory with a {type(obj).__name__}", op="asarray")
        made = tensor(obj, dtype=dtype, device=device)
    if requires_grad:
        return made if made.requires_grad else made.detach().requires_grad_()
    return made.detach() if made.requires_grad else made


def _shared(obj, dtype) -> Tensor | None:
    """A tensor over the memory of `obj`, or None when it has none."""
    if isinstance(obj, Tensor):
        return obj
    if isinstance(obj, np.ndarray):
        return from_numpy(obj)
    if isinstance(obj, np.generic):
        return None
    if hasattr(obj, "__dlpack__"):
        from .dlpack import from_dlpack

        return from_dlpack(obj)
    if isinstance(obj, (bytes, bytearray, memoryview)):
        return frombuffer(obj, dtype=dtype or dtypes.get_default_dtype())
    return None


def frombuffer(
    buffer, *, dtype=None, count: int = -1, offset: int = 0, requires_grad: bool = False
) -> Tensor:
    """A vector of `count` elements (all, when negative) over a buffer's memory, from byte `offset` on.

    Raises ValueError_ for an object without the buffer protocol, an empty range and one that does not fit.
    """
    if dtype is None:
        raise ArgumentError("missing argument 'dtype'", op="frombuffer")
    try:
        memory = np.frombuffer(buffer, np.uint8)
    except (TypeError, AttributeError, ValueError) as error:
        if isinstance(buffer, (bytes, bytearray)):
            memory = np.empty(0, np.uint8)
        else:
            raise ValueError_(
                f"a {type(buffer).__name__} does not implement Python's buffer protocol",
                op="frombuffer",
            ) from error
    chosen = memory[offset:] if 0 <= offset < memory.size else None
    wanted = dtypes.to_numpy(dtype)
    _check_range(memory.size, chosen, wanted.itemsize, count, offset)
    if count >= 0:
        chosen = chosen[: count * wanted.itemsize]
    made = _over(chosen, wanted)
    return made.requires_grad_() if requires_grad else made


def _check_range(size: int, chosen, item: int, count: int, offset: int) -> None:
    if size == 0 or count == 0:
        raise ValueError_(
            f"buffer length ({size}) and count ({count}) must not be 0", op="frombuffer"
        )
    if chosen is None:
        raise ValueError_(
            f"offset {offset} is outside of a buffer of {size} bytes", op="frombuffer"
        )
    if count < 0 and chosen.size % item:
        raise ValueError_(
            f"{chosen.size} bytes after offset {offset} are no multiple of the element size {item}",
            op="frombuffer",
        )
    if count >= 0 and count * item > chosen.size:
        raise ValueError_(
            f"{count} elements of {item} bytes do not fit into {chosen.size} bytes after offset {offset}",
            op="frombuffer",
        )


def _over(memory: np.ndarray, wanted: np.dtype) -> Tensor:
    if memory.flags.writeable:
        return from_numpy(memory.view(wanted))
    warnings.warn(
        "the buffer is not writable, and tensors cannot be read-only: writing to this tensor will fail",
        stacklevel=user_stacklevel(),
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return from_numpy(memory.view(wanted))


def set_default_tensor_type(t) -> None:
    """Sets the default dtype by the name of a tensor type: "torch.DoubleTensor", `lamina.DoubleTensor`.

    Raises DtypeError for a type that is not floating, and ArgumentError for an unknown one.
    """
    from .tensor_types import by_type

    dtype = by_type(t)
    if not dtype.is_floating_point:
        raise DtypeError(f"only floating-point types can be the default, got {t}")
    dtypes.set_default_dtype(dtype)
