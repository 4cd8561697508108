"""`__torch_dispatch__`: modes and tensor classes that replace a call below autograd."""

from __future__ import annotations

from ..tensor import Tensor
from . import kernel
from .state import state


def call(op, args: tuple):
    """Offers the call to the innermost dispatch mode, then to argument classes, then runs the
    kernel.
    """
    modes = state.dispatch_modes
    if modes:
        with state.override(dispatch_modes=modes[:-1], below_autograd=True):
            return _ask(modes[-1], op, args)
    classes = _dispatching(op, args)
    if not classes:
        return kernel.call(op, args)
    for cls in classes:
        with state.override(below_autograd=True):
            result = _ask(cls, op, args)
        if result is not NotImplemented:
            return result
    names = ", ".join(cls.__name__ for cls in classes)
    raise TypeError(f"no __torch_dispatch__ of {names} handles {op}")


def _ask(handler, op, args: tuple):
    positional, kwargs = op.schema.unbind(args)
    types = tuple(dict.fromkeys(type(t) for t in _tensors(op, args) if type(t) is not Tensor))
    result = handler.__torch_dispatch__(op, types, positional, kwargs)
    return tuple(result) if isinstance(result, list) else result


def _dispatching(op, args: tuple) -> list[type]:
    """The argument classes that answer operators, in order, subclasses before their bases."""
    found: list[type] = []
    for cls in dict.fromkeys(type(t) for t in _tensors(op, args)):
        if getattr(cls, "__torch_dispatch__", None) is None:
            continue
        at = next((i for i, other in enumerate(found) if issubclass(cls, other)), len(found))
        found.insert(at, cls)
    return found


def _tensors(op, args: tuple):
    for i in op.tensors:
        value = args[i]
        if isinstance(value, Tensor):
            yield value
        elif isinstance(value, (list, tuple)):
            yield from (v for v in value if isinstance(v, Tensor))
