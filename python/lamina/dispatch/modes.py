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
    for cls in _dispatching(op, args):
        with state.override(below_autograd=True):
            result = _ask(cls, op, args)
        if result is not NotImplemented:
            return result
        raise TypeError(f"no __torch_dispatch__ of {cls.__name__} handles {op}")
    return kernel.call(op, args)


def _ask(handler, op, args: tuple):
    positional, kwargs = op.schema.unbind(args)
    types = tuple(dict.fromkeys(type(t) for t in _tensors(op, args) if type(t) is not Tensor))
    return handler.__torch_dispatch__(op, types, positional, kwargs)


def _dispatching(op, args: tuple) -> list[type]:
    classes = dict.fromkeys(type(t) for t in _tensors(op, args))
    return [c for c in classes if getattr(c, "__torch_dispatch__", None) is not None]


def _tensors(op, args: tuple):
    for i in op.tensors:
        value = args[i]
        if isinstance(value, Tensor):
            yield value
        elif isinstance(value, (list, tuple)):
            yield from (v for v in value if isinstance(v, Tensor))
