"""Hooks: containers with removable entries, and what running them checks."""

from __future__ import annotations

import itertools
import weakref
from collections import OrderedDict

from ..errors import AutogradError
from ..tensor import Tensor


class RemovableHandle:
    """Removes a hook when asked, or at the end of a with block."""

    _ids = itertools.count()

    def __init__(self, hooks: dict):
        self.id = next(RemovableHandle._ids)
        self._hooks = weakref.ref(hooks)

    def remove(self) -> None:
        """Removes the hook; a second call does nothing."""
        hooks = self._hooks()
        if hooks is not None:
            hooks.pop(self.id, None)

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        self.remove()


class Hooks(OrderedDict):
    """Hooks by handle id (a class of its own, so that handles can refer to it weakly)."""

    def add(self, hook) -> RemovableHandle:
        """Adds a hook; the handle removes it."""
        handle = RemovableHandle(self)
        self[handle.id] = hook
        return handle


def run_on_gradient(hooks: Hooks, grad):
    """`grad` after each hook(grad) in turn. Raises TypeError or AutogradError for a
    replacement that cannot be.
    """
    for hook in list(hooks.values()):
        changed = hook(grad)
        if changed is not None:
            _check(hook, grad, changed)
            grad = changed
    return grad


def run_before(hooks: Hooks, grads: list) -> list:
    """The gradients of a node's outputs after each hook(grads)."""
    for hook in list(hooks.values()):
        changed = hook(tuple(grads))
        if changed is not None:
            grads = _checked(hook, grads, changed)
    return grads


def run_after(hooks: Hooks, results: list, grads: list) -> list:
    """The gradients of a node's inputs after each hook(results, grads)."""
    for hook in list(hooks.values()):
        changed = hook(tuple(results), tuple(grads))
        if changed is not None:
            results = _checked(hook, results, changed)
    return results


def _checked(hook, before: list, after) -> list:
    if not isinstance(after, tuple):
        raise TypeError(f"expected tuple, but hook returned '{type(after).__name__}'")
    if len(after) != len(before):
        raise AutogradError(
            f"hook '{_name(hook)}' has returned an incorrect number of values (got {len(after)}, "
            "but "
            f"expected {len(before)})"
        )
    for old, new in zip(before, after):
        if old is not None and new is not None:
            _check(hook, old, new)
    return list(after)


def _check(hook, before, after) -> None:
    if not isinstance(after, Tensor):
        raise TypeError(f"expected a Tensor, but hook returned '{type(after).__name__}'")
    if before is None or after._array is before._array:
        return
    if after._array.dtype != before._array.dtype:
        raise AutogradError(
            f"hook '{_name(hook)}' has changed the type of value (was {before.dtype} got "
            f"{after.dtype})"
        )
    if tuple(after._array.shape) != tuple(before._array.shape):
        raise AutogradError(
            f"hook '{_name(hook)}' has changed the size of value (was {list(before.shape)} got "
            f"{list(after.shape)})"
        )


def _name(hook) -> str:
    return getattr(hook, "__name__", type(hook).__name__)
