"""The way in: what a call costs when no layer is active is decided here.

Arguments are classified by type with one dictionary lookup each. Plain tensors under no active
layer go straight to the kernel, or to autograd when one of them requires grad; everything else
takes all layers.
"""

from __future__ import annotations

from ..errors import ArgumentError
from ..ops.entry import set_dispatcher
from ..tensor import Tensor
from . import aliasing, autograd, function, kernel
from .kinds import FOREIGN, LAYERED, NUMPY, PLAIN, SEQUENCE, kinds
from .state import state


def call(op, args: tuple):
    """Calls an operator with all its arguments in schema order. Raises ArgumentError for
    foreign operands.
    """
    handles = [*args]
    needs_grad = False
    for i in op.tensors:
        value = args[i]
        if type(value) is not Tensor:
            if value is None:
                continue
            args, layered, recorded = _classify(op, args, handles, i)
            if layered:
                return function.call(op, args)
            needs_grad = needs_grad or recorded
            continue
        handles[i] = value._array
        if value._autograd is not None or (
            value._view is not None and value._view.base._autograd is not None
        ):
            needs_grad = True
    if state.layered:
        return function.call(op, args)
    records = needs_grad and state.grad_enabled
    try:
        if op.is_simple:
            result = kernel.wrap_eagerly(op, args, handles, kernel.run_eagerly(op, args, handles))
        elif op.is_plain_view:
            result = kernel.view_eagerly(op, args)
        elif records:
            return autograd.call(op, args, kernel.call)
        else:
            return _write_or_all_else(op, args, handles)
    except Exception:
        if records:
            autograd.check_histories(op, args)
        raise
    if records:
        autograd.record(op, args, result)
    return result


def _write_or_all_else(op, args: tuple, handles: list):
    if op.direct_write is not None and kernel.write_directly(op, args, handles):
        return args[0]
    return aliasing.call(op, args, kernel.call)


def _classify(op, args: tuple, handles: list, i: int) -> tuple:
    """(arguments, whether a layer has a say, whether autograd may have one) after argument
    `i`, which is no plain tensor.
    """
    value = args[i]
    kind = kinds[type(value)]
    if kind == SEQUENCE:
        layered = recorded = False
        found = handles[i] = []
        for v in value:
            if type(v) is Tensor:
                recorded = recorded or v._autograd is not None or v._view is not None
                v = v._array
            elif isinstance(v, Tensor):
                recorded, layered = True, layered or kinds[type(v)] == LAYERED
                v = v._array
            else:
                layered = layered or kinds[type(v)] == LAYERED
            found.append(v)
        return args, layered, recorded
    if kind == NUMPY:
        handles[i] = value.item()
        args = (*args[:i], handles[i], *args[i + 1 :])
    elif kind == PLAIN:
        handles[i] = value._array
        return args, False, True
    elif kind == FOREIGN:
        got = type(value).__name__
        name = op.schema.arguments[i].name
        raise ArgumentError(f"argument {name!r} must be a Tensor, got {got}", op=op.name)
    return args, kind == LAYERED, False


def offer(public, args: tuple, kwargs: dict):
    """What modes and argument classes make of a call that fits no overload; NotImplemented if none sees calls."""
    types = [] if state.function_disabled else function.overriding_types((*args, *kwargs.values()))
    return function.handle(public, types, args, kwargs) if types else NotImplemented


def install() -> None:
    """Makes `call` what registry entries call, and `offer` what is asked where none fits."""
    set_dispatcher(call, offer)
