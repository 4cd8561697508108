"""`TorchDispatchMode`: a with block that sees every operator below autograd."""

from __future__ import annotations

from ..dispatch.state import state


class TorchDispatchMode:
    """Its `__torch_dispatch__(func, types, args, kwargs)` gets each aten operator that reaches it.

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
