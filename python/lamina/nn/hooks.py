"""Handles of registered hooks."""

from __future__ import annotations

from collections.abc import Callable
from itertools import count

_ids = count()


class RemovableHandle:
    """What registering a hook returns. `remove()` unregisters it; as a context manager, it does so
    on exit.
    """

    __slots__ = ("_hooks", "id")

    def __init__(self, hooks: dict):
        self._hooks = hooks
        self.id = next(_ids)

    def remove(self) -> None:
        """Unregisters the hook; harmless when it is gone already."""
        self._hooks.pop(self.id, None)

    def __enter__(self) -> RemovableHandle:
        return self

    def __exit__(self, *_) -> None:
        self.remove()


def register(hooks: dict, hook: Callable, prepend: bool = False) -> RemovableHandle:
    """Adds `hook` to `hooks` (last, or first with `prepend`) and returns its handle."""
    handle = RemovableHandle(hooks)
    others = dict(hooks) if prepend else {}
    if prepend:
        hooks.clear()
    hooks[handle.id] = hook
    hooks.update(others)
    return handle
