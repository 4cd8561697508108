"""Saved-tensor hooks: with blocks that decide how tensors are kept between forward and backward."""

from __future__ import annotations

import weakref

from ..dispatch.state import state
from ..errors import AutogradError
from .modes import Mode


class saved_tensors_hooks(Mode):
    """Passes every tensor saved for backward through `pack_hook(tensor)`, and back through
    `unpack_hook(packed)`.

    The innermost block counts. Raises AutogradError on entry where the hooks are disabled.
    """

    def __init__(self, pack_hook, unpack_hook):
        super().__init__()
        self.pack_hook, self.unpack_hook = pack_hook, unpack_hook

    def clone(self):
        """A fresh mode for one call of a decorated function."""
        return saved_tensors_hooks(self.pack_hook, self.unpack_hook)

    def _changes(self) -> dict:
        _check_enabled()
        return {"saved_hooks": (*state.saved_hooks, (self.pack_hook, self.unpack_hook))}


class save_on_cpu(saved_tensors_hooks):
    """Keeps saved tensors on the CPU until backward needs them."""

    def __init__(self, pin_memory: bool = False, device_type: str = "cuda"):
        super().__init__(lambda t: (t.device, t.cpu()), lambda packed: packed[1].to(packed[0]))

    def clone(self):
        """A fresh mode for one call of a decorated function."""
        return save_on_cpu()


class disable_saved_tensors_hooks(Mode):
    """A with block in which saved-tensor hooks cannot be used: trying raises AutogradError
    with this message.
    """

    def __init__(self, error_message: str):
        super().__init__()
        self.error_message = error_message

    def clone(self):
        """A fresh mode for one call of a decorated function."""
        return disable_saved_tensors_hooks(self.error_message)

    def _changes(self) -> dict:
        if state.saved_hooks:
            raise AutogradError(self.error_message)
        return {"saved_hooks_disabled": self.error_message}


def _check_enabled() -> None:
    if state.saved_hooks_disabled is not None:
        raise AutogradError(state.saved_hooks_disabled)


class OutsideContextError(AutogradError, AssertionError):
    """Backward through a graph whose saved tensors are only valid in a context that has been
    left.
    """


class _Kept:
    """A saved tensor, and the copy of it that was made when somebody was about to write to its
    memory.
    """

    __slots__ = ("__weakref__", "copy", "tensor")

    def __init__(self, tensor):
        self.tensor, self.copy = tensor, None


class allow_mutation_on_saved_tensors(saved_tensors_hooks):
    """A with block in which tensors saved for backward may be written to: they are copied before
    the first write.

    Backward through a graph recorded in it must run inside of it; otherwise it raises
    OutsideContextError. Raises AutogradError when nested.
    """

    def __init__(self):
        super().__init__(self._pack, self._unpack)
        self._kept: dict[int, weakref.WeakSet] = {}
        self._open = False

    def clone(self):
        """A fresh mode for one call of a decorated function."""
        return allow_mutation_on_saved_tensors()

    def _changes(self) -> dict:
        if any(isinstance(m, _CopyBeforeWrite) for m in state.dispatch_modes):
            raise AutogradError("allow_mutation_on_saved_tensors contexts cannot be nested")
        self._open = True
        modes = (*state.dispatch_modes, _CopyBeforeWrite(self))
        return {**super()._changes(), "dispatch_modes": modes}

    def __exit__(self, *exception) -> None:
        super().__exit__(*exception)
        self._kept.clear()
        self._open = False

    def _pack(self, tensor) -> _Kept:
        kept = _Kept(tensor)
        self._kept.setdefault(id(tensor._counter), weakref.WeakSet()).add(kept)
        return kept

    def _unpack(self, kept: _Kept):
        if not self._open:
            raise OutsideContextError(
                "Trying to backward outside of the 'allow_mutation_on_saved_tensors' context in "
                "which the graph was "
                "originally recorded."
            )
        return kept.tensor if kept.copy is None else kept.copy

    def about_to_write(self, tensor) -> None:
        """Copies what is saved of the memory of `tensor`."""
        for kept in self._kept.get(id(tensor._counter), ()):
            if kept.copy is None:
                kept.copy = kept.tensor.detach().clone()


class _CopyBeforeWrite:
    """The dispatch mode that sees writes coming."""

    def __init__(self, owner: allow_mutation_on_saved_tensors):
        self.owner = owner

    def __torch_dispatch__(self, func, types, args=(), kwargs=None):
        arguments = func.schema.bind(tuple(args), kwargs or {})
        for position in func.writes:
            self.owner.about_to_write(arguments[position])
        return func(*args, **(kwargs or {}))
