"""`__torch_function__` for users: modes that see every public call, and helpers for functions of their own."""

from __future__ import annotations

from .dispatch.function import disabled_torch_function, handle, overriding_types
from .dispatch.state import state

_disabled_torch_function_impl = disabled_torch_function


class TorchFunctionMode:
    """A with block in which `__torch_function__(func, types, args, kwargs)` sees every public call.

    While it handles a call the mode itself is off, so it may call `func`.
    """

    def __init__(self):
        self._before: list[dict] = []

    def __torch_function__(self, func, types, args=(), kwargs=None):
        raise NotImplementedError

    def __enter__(self):
        self._before.append(state.set(function_modes=(*state.function_modes, self)))
        return self

    def __exit__(self, *exception) -> None:
        state.set(**self._before.pop())


class DisableTorchFunctionSubclass:
    """A with block in which classes do not see calls; modes still do."""

    def __init__(self):
        self._before: list[dict] = []

    def __enter__(self):
        self._before.append(state.set(function_disabled=state.function_disabled + 1))

    def __exit__(self, *exception) -> None:
        state.set(**self._before.pop())


class DisableTorchFunction(DisableTorchFunctionSubclass):
    """A with block in which neither classes nor modes see calls."""

    def __enter__(self):
        disabled = {"function_disabled": state.function_disabled + 1, "function_modes": ()}
        self._before.append(state.set(**disabled, function_all_disabled=True))


def is_torch_function_enabled() -> bool:
    """Whether classes see calls."""
    return not state.function_disabled


def is_torch_function_all_disabled() -> bool:
    """Whether neither classes nor modes see calls."""
    return state.function_all_disabled


def has_torch_function_unary(argument) -> bool:
    """`has_torch_function` of one argument."""
    return has_torch_function((argument,))


def has_torch_function_variadic(*arguments) -> bool:
    """`has_torch_function` of these arguments."""
    return has_torch_function(arguments)


def has_torch_function(relevant_args) -> bool:
    """Whether a mode, or the class of one of the arguments, wants to see a call."""
    if state.function_modes:
        return True
    return not state.function_disabled and bool(overriding_types(relevant_args))


def handle_torch_function(public_api, relevant_args, *args, **kwargs):
    """Offers a call of `public_api` to modes and to the classes of `relevant_args`."""
    types = [] if state.function_disabled else overriding_types(relevant_args)
    return handle(public_api, types, args, kwargs)
