"""`__torch_function__`: classes and modes that replace a call before anything else sees it."""

from __future__ import annotations

from types import FunctionType

from ..tensor import Tensor
from . import autocast
from .state import state


def call(op, args: tuple):
    """Offers the call to function modes and overriding argument classes, then goes on to
    autocast.
    """
    if state.function_modes or not state.function_disabled:
        overriding = overriding_types(args)
        if overriding or state.function_modes:
            positional, kwargs = op.schema.unbind(args)
            return handle(op.packet.function, overriding, positional, kwargs, op)
    return autocast.call(op, args)


def overriding_types(args) -> list[type]:
    """Argument classes with a `__torch_function__` of their own, subclasses before their bases."""
    found: list[type] = []
    for value in _leaves(args):
        cls = type(value)
        if cls is Tensor or cls in found or not overrides(cls):
            continue
        at = next((i for i, other in enumerate(found) if issubclass(cls, other)), len(found))
        found.insert(at, cls)
    return found


def _leaves(args):
    for value in args:
        if isinstance(value, (list, tuple)):
            yield from value
        else:
            yield value


def overrides(cls: type) -> bool:
    """Whether a class wants to see calls; plain subclasses do, to give results their class."""
    method = getattr(cls, "__torch_function__", None)
    return cls is not Tensor and method is not None and method is not disabled_torch_function


def disabled_torch_function(func, types, args=(), kwargs=None):
    """A `__torch_function__` that opts a class out of the protocol."""
    with state.override(function_disabled=state.function_disabled + 1):
        return func(*args, **(kwargs or {}))


def handle(public, types: list, args: tuple, kwargs: dict, op=None):
    """Asks the innermost mode, then each class in turn. Raises TypeError when all decline."""
    if state.function_modes:
        mode = state.function_modes[-1]
        with state.override(function_modes=state.function_modes[:-1]):
            result = mode.__torch_function__(public, tuple(types), args, kwargs)
        if result is not NotImplemented:
            return result
    for cls in types:
        result = _method(cls, args, kwargs)(public, tuple(types), args, kwargs)
        if result is not NotImplemented:
            return result
    raise TypeError(
        f"no __torch_function__ implementation of {public.__name__} for types "
        f"{[t.__name__ for t in types]}"
    )


def _method(cls: type, args: tuple, kwargs: dict):
    """The `__torch_function__` of a class, that of the argument where it is a method of instances."""
    method = cls.__torch_function__
    if type(method) is not FunctionType or method is disabled_torch_function:
        return method
    return method.__get__(next(v for v in _leaves((*args, *kwargs.values())) if type(v) is cls))


def default_torch_function(cls, func, types, args=(), kwargs=None):
    """The inherited protocol of a plain subclass: run as usual, and give results this class."""
    if not all(issubclass(cls, t) for t in types):
        return NotImplemented
    with state.override(function_disabled=state.function_disabled + 1):
        result = func(*args, **(kwargs or {}))
    return _as_class(result, cls)


def _as_class(result, cls: type):
    if isinstance(result, Tensor) and not isinstance(result, cls):
        return result.as_subclass(cls)
    if type(result) in (list, tuple):
        return type(result)([_as_class(r, cls) for r in result])
    return result
