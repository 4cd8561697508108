"""The call of a module: `forward` between its hooks."""

from __future__ import annotations

from collections.abc import Callable

from .backward_hooks import Crossing
from .hooks import RemovableHandle, register


class Hooked:
    """What of Module concerns calls; the tables of hooks are Module's."""

    def forward(self, *args, **kwargs):
        """What the module computes. Raises NotImplementedError unless a subclass defines it."""
        raise NotImplementedError(f"{type(self).__name__} does not define forward")

    def __call__(self, *args, **kwargs):
        """`forward`, between the hooks if there are any."""
        if (
            self._forward_hooks
            or self._forward_pre_hooks
            or self._backward_hooks
            or self._backward_pre_hooks
        ):
            return self._call_with_hooks(args, kwargs)
        return self.forward(*args, **kwargs)

    def _call_with_hooks(self, args: tuple, kwargs: dict):
        done: set = set()
        try:
            return self._between_hooks(args, kwargs, done)
        except Exception:
            # Those that run in any case see a result of None; what they raise or return is lost.
            for key, (hook, with_kwargs, always) in tuple(self._forward_hooks.items()):
                if always and key not in done:
                    hook(self, args, kwargs, None) if with_kwargs else hook(self, args, None)
            raise

    def _between_hooks(self, args: tuple, kwargs: dict, done: set):
        """The call; `done` collects the keys of the forward hooks that ran."""
        for hook, with_kwargs in tuple(self._forward_pre_hooks.values()):
            changed = hook(self, args, kwargs) if with_kwargs else hook(self, args)
            if changed is None:
                continue
            if with_kwargs:
                args, kwargs = changed
            else:
                args = changed if isinstance(changed, tuple) else (changed,)
        crossing = Crossing(self) if self._backward_hooks or self._backward_pre_hooks else None
        if crossing is not None:
            args = crossing.enter(args)
        result = self.forward(*args, **kwargs)
        for key, (hook, with_kwargs, _) in tuple(self._forward_hooks.items()):
            done.add(key)
            changed = hook(self, args, kwargs, result) if with_kwargs else hook(self, args, result)
            result = result if changed is None else changed
        return result if crossing is None else crossing.leave(result)

    def register_forward_pre_hook(
        self, hook: Callable, *, prepend: bool = False, with_kwargs: bool = False
    ) -> RemovableHandle:
        """Calls `hook(module, args)` before `forward`; what it returns, unless None, replaces the
        arguments.
        """
        return register(self._forward_pre_hooks, (hook, with_kwargs), prepend)

    def register_forward_hook(
        self,
        hook: Callable,
        *,
        prepend: bool = False,
        with_kwargs: bool = False,
        always_call: bool = False,
    ) -> RemovableHandle:
        """Calls `hook(module, args, output)` after `forward`; what it returns, unless None,
        replaces the output. With always_call also when the call fails, with an output of None.
        """
        return register(self._forward_hooks, (hook, with_kwargs, always_call), prepend)

    def register_full_backward_pre_hook(
        self, hook: Callable, prepend: bool = False
    ) -> RemovableHandle:
        """Calls `hook(module, grad_output)` before the module's backward; a returned tuple replaces
        grad_output.
        """
        return register(self._backward_pre_hooks, hook, prepend)

    def register_full_backward_hook(self, hook: Callable, prepend: bool = False) -> RemovableHandle:
        """Calls `hook(module, grad_input, grad_output)` after the backward; a returned tuple
        replaces grad_input.

        The gradients are those of the positional arguments and of the results that require grad.
        """
        return register(self._backward_hooks, hook, prepend)
