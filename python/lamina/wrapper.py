"""Wrapper tensors: they have sizes, a dtype and a place in autograd, but no memory of their own.

Their class answers every operator in `__torch_dispatch__`, as a rule with operators on the inner tensors that it
keeps as attributes. `Tensor._make_wrapper_subclass` makes them; `__tensor_flatten__` and
`__tensor_unflatten__` take one apart and put one together, which is what `lamina.compile` asks for.
"""

from __future__ import annotations

from . import devices, dtypes
from . import memory_format as formats
from .dispatch.state import state
from .errors import UnsupportedError
from .storage import Geometry, Hollow, Storage
from .tensor import Tensor

_make = object.__new__
_SLOTS = tuple(s for s in Tensor.__slots__ if not s.startswith("__"))


def make_wrapper_subclass(
    cls: type,
    size,
    strides=None,
    storage_offset: int | None = None,
    memory_format=None,
    dtype: dtypes.dtype | None = None,
    layout=formats.strided,
    device=None,
    pin_memory: bool = False,
    requires_grad: bool = False,
    dispatch_sizes_strides_policy: str | None = None,
    dispatch_device: bool = False,
    dispatch_layout: bool = False,
    _extra_dispatch_keys=None,
    storage_size: int | None = None,
) -> Tensor:
    """A tensor of class `cls` without memory, of these sizes and, in elements, strides (row-major by default).

    What comes after `requires_grad` is accepted and not used: a wrapper has the sizes, strides and device that it was
    made with, and its class is not asked for them. Raises TypeError unless the class has a `__torch_dispatch__`,
    UnsupportedError for another layout than strided.
    """
    if getattr(cls, "__torch_dispatch__", None) is None:
        raise TypeError(f"{cls.__name__} must define __torch_dispatch__ to be a wrapper of tensors")
    if layout is not formats.strided:
        raise UnsupportedError(f"tensors are strided, wrappers too; got layout {layout}")
    sizes = tuple(map(int, size))
    if strides is None:
        order = formats.contiguous_format if memory_format is None else memory_format
        strides = formats.strides_in(order, sizes)
    geometry = Geometry(sizes, tuple(map(int, strides)), storage_offset or 0)
    hollow = Hollow(geometry, dtypes.to_numpy(dtype or dtypes.get_default_dtype()))
    wrapper = _make(cls)
    wrapper._array = hollow
    wrapper._storage = Storage(hollow, geometry.strides, devices.as_device(device))
    wrapper._strides, wrapper._offset = geometry.strides, geometry.offset
    wrapper._autograd = wrapper._view = None
    wrapper._counter = None if state.inference else wrapper._storage
    if state.tracer is not None:
        state.tracer.made(wrapper)
    return wrapper.requires_grad_() if requires_grad else wrapper


def make_subclass(cls: type, data: Tensor, require_grad: bool = False) -> Tensor:
    """A leaf of class `cls` over the memory of `data`, whose version it shares."""
    with state.override(function_disabled=state.function_disabled + 1):
        detached = data.detach()
    twin = _make(cls)
    for slot in _SLOTS:
        setattr(twin, slot, getattr(detached, slot))
    return twin.requires_grad_() if require_grad else twin


def is_wrapper(tensor) -> bool:
    """Whether a tensor has no memory of its own."""
    return type(tensor._array) is Hollow


def reshape_in_place(wrapper: Tensor, geometry: Geometry) -> None:
    """Gives a wrapper tensor other sizes, strides and offset."""
    wrapper._array = Hollow(geometry, wrapper._array.dtype)
    wrapper._strides, wrapper._offset = geometry.strides, geometry.offset


def is_traceable_class(cls: type) -> bool:
    """Whether tensors of a class can be taken apart into inner tensors and put together again."""
    return (
        cls is not Tensor
        and issubclass(cls, Tensor)
        and hasattr(cls, "__tensor_flatten__")
        and hasattr(cls, "__tensor_unflatten__")
    )


def unflatten(cls: type, inner: dict, context, sizes: tuple, strides: tuple) -> Tensor:
    """What `cls.__tensor_unflatten__` makes of inner tensors by attribute. Raises TypeError unless it is a tensor
    of these sizes.
    """
    made = cls.__tensor_unflatten__(inner, context, sizes, strides)
    if not isinstance(made, Tensor) or made.sizes != tuple(sizes):
        got = f"sizes {list(made.sizes)}" if isinstance(made, Tensor) else type(made).__name__
        raise TypeError(
            f"{cls.__name__}.__tensor_unflatten__ gave {got} where sizes {list(sizes)} were asked for"
        )
    return made
