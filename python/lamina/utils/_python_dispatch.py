"""What classes and modes with a `__torch_dispatch__` are written with, under torch's names.

A wrapper class answers an operator with new wrappers. That a result is a view of an argument, is that argument, or
that an argument has other sizes afterwards, `return_and_correct_aliasing` reads off the operator's schema.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..dispatch.state import state
from ..dispatch.viewing import view_geometry
from ..errors import UnsupportedError
from ..tensor import Tensor
from ..wrapper import is_traceable_class, is_wrapper, reshape_in_place, unflatten


class TorchDispatchMode:
    """A with block that sees every operator below autograd.

    Its `__torch_dispatch__(func, types, args, kwargs)` gets each aten operator that reaches it.
    While it handles a call the mode itself is off, so it may call `func`.
    """

    def __init__(self):
        self._before: list[dict] = []

    def __torch_dispatch__(self, func, types, args=(), kwargs=None):
        raise NotImplementedError

    def __enter__(self):
        self._before.append(state.set(dispatch_modes=(*state.dispatch_modes, self)))
        return self

    def __exit__(self, *exception) -> None:
        state.set(**self._before.pop())


def is_traceable_wrapper_subclass(t: Any) -> bool:
    """Whether `t` is a tensor with `__tensor_flatten__` and `__tensor_unflatten__`, which a program can be
    compiled for.
    """
    return is_traceable_class(type(t))


def is_traceable_wrapper_subclass_type(t: type) -> bool:
    """Whether instances of the class `t` are traceable wrappers."""
    return is_traceable_class(t)


def transform_subclass(
    t: Tensor,
    callback: Callable[[str, Tensor], Tensor],
    outer_size: tuple | None = None,
    outer_stride: tuple | None = None,
) -> Tensor:
    """A wrapper like `t` around callback(attribute, inner tensor), of the sizes and strides of `t` unless others
    are given. Raises TypeError when what is made has other sizes.
    """
    names, context = t.__tensor_flatten__()
    inner = {name: callback(name, getattr(t, name)) for name in names}
    sizes = t.sizes if outer_size is None else tuple(outer_size)
    strides = t.strides if outer_stride is None else tuple(outer_stride)
    return unflatten(type(t), inner, context, sizes, strides)


def return_and_correct_aliasing(func, args: tuple, kwargs: dict | None, out: Any) -> Any:
    """What a `__torch_dispatch__` returns that has computed `out` for `func(*args, **kwargs)`.

    An argument that `func` writes to and returns is returned itself, with new sizes and strides if `func` is an
    in-place view. A view shares the storage of its base. Raises TypeError when a view is of another class than its
    base, UnsupportedError for operators that set a tensor to other memory or that also compute new tensors.
    """
    given = func.prepare(args, kwargs or {})
    if func.placement is not None and is_wrapper(given[0]):
        raise UnsupportedError("a wrapper tensor has no memory of its own to set", op=func.name)
    if func.is_inplace_view and is_wrapper(given[0]):
        (geometry, _) = view_geometry(func, given[0], given[1:])
        reshape_in_place(given[0], geometry)
    returned = [r for r in func.schema.returns if r.alias is not None and r.is_write]
    if returned:
        return _written(func, given)
    if func.is_view:
        for view in out if isinstance(out, (tuple, list)) else (out,):
            _share_storage(func, given[0], view)
    return out


def _written(func, given: tuple) -> Any:
    """The arguments that an operator writes to and returns."""
    if len(func.writes) != len(func.schema.returns):
        raise UnsupportedError(
            "some results are arguments that it writes to, and some are new", op=func.name
        )
    found = tuple(given[i] for i in func.writes)
    return found[0] if len(found) == 1 else found


def _share_storage(func, base: Tensor, view: Tensor) -> None:
    if not is_wrapper(base) and not is_wrapper(view):
        return
    if type(base) is not type(view):
        raise TypeError(
            f"{func} of a {type(base).__name__} is a view of it, and cannot be a {type(view).__name__}"
        )
    view._storage = base._storage
