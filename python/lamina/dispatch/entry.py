"""The way in: what a call costs when no layer is active is decided here.

Arguments are classified by type with one dictionary lookup each. Plain tensors under no active layer go
straight to the kernel, or to autograd when one of them requires grad; everything else takes all layers.
"""

from __future__ import annotations

from ..errors import ArgumentError
from ..ops import registry
from ..tensor import Tensor
from . import aliasing, autograd, function, kernel
from .kinds import FOREIGN, LAYERED, NUMPY, PLAIN, SEQUENCE, kinds
from .state import state


def call(op, args: tuple):
    """Calls an operator with all its arguments in schema order. Raises ArgumentError for foreign operands."""
    handles = [*args]
    needs_grad = layered = False
    for i in op.tensors:
        value = args[i]
        kind = kinds[type(value)]
        if kind == PLAIN:
            handles[i] = value._array
            view = value._view
            if value._autograd is not None or (
                view is not None and view.base._autograd is not None
            ):
                needs_grad = True
        elif kind == SEQUENCE:
            layered = layered or any(kinds[type(v)] == LAYERED for v in value)
            handles[i] = [v._array if isinstance(v, Tensor) else v for v in value]
            needs_grad = True
        elif kind == LAYERED:
            layered = True
        elif kind == NUMPY:
            handles[i] = value.item()
            args = (*args[:i], handles[i], *args[i + 1 :])
        elif kind == FOREIGN:
            got = type(value).__name__
            name = op.schema.arguments[i].name
            raise ArgumentError(f"argument {name!r} must be a Tensor, got {got}", op=op.name)
    if layered or state.layered:
        return function.call(op, args)
    if needs_grad and state.grad_enabled:
        return autograd.call(op, args, kernel.call)
    if not op.is_simple:
        return aliasing.call(op, args, kernel.call)
    return kernel.wrap(op, args, handles, kernel.run(op, args, handles))


def install() -> None:
    """Makes `call` what registry entries call."""
    registry.set_dispatcher(call)
