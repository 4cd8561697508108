"""Hooks on the gradients that pass through a module.

The tensors that enter and leave a call pass through identity functions whose backward sees the
gradients: the outer one those of the outputs, the inner one, after the module's own backward, those
of the inputs.
"""

from __future__ import annotations

from collections.abc import Callable

from ..autograd import Function, is_grad_enabled
from ..tensor import Tensor


class _Boundary(Function):
    """Passes tensors on, and their gradients through `on_grads`."""

    @staticmethod
    def forward(ctx, on_grads: Callable, *tensors):
        """Other tensors over the same memory."""
        ctx.on_grads = on_grads
        ctx.set_materialize_grads(False)
        return tuple(t.view_as(t) for t in tensors)

    @staticmethod
    def backward(ctx, *grads):
        """What the hooks make of the gradients."""
        return (None, *ctx.on_grads(grads))


class Crossing:
    """One call of a module with backward hooks: `enter` its arguments, then `leave` with its
    result.
    """

    def __init__(self, module):
        self.module = module
        self._has_inputs = False
        self._grad_outputs: tuple = ()

    def enter(self, args: tuple) -> tuple:
        """The positional arguments, watched."""
        args, self._has_inputs = _watched(args, self._on_inputs)
        return args

    def leave(self, result):
        """The result, watched where it is a tensor or a tuple or list of them."""
        if isinstance(result, tuple | list):
            return type(result)(_watched(tuple(result), self._on_outputs)[0])
        return _watched((result,), self._on_outputs)[0][0]

    def _on_outputs(self, grads: tuple) -> tuple:
        for hook in tuple(self.module._backward_pre_hooks.values()):
            grads = _replaced(hook(self.module, grads), grads)
        self._grad_outputs = grads
        if not self._has_inputs:
            self._run_hooks((None,))
        return grads

    def _on_inputs(self, grads: tuple) -> tuple:
        return self._run_hooks(grads)

    def _run_hooks(self, grads: tuple) -> tuple:
        for hook in tuple(self.module._backward_hooks.values()):
            grads = _replaced(hook(self.module, grads, self._grad_outputs), grads)
        return grads


def _watched(values: tuple, on_grads: Callable) -> tuple[tuple, bool]:
    """The values with those that require grad behind a boundary, and whether there were any."""
    places = [i for i, v in enumerate(values) if isinstance(v, Tensor) and v.requires_grad]
    if not places or not is_grad_enabled():
        return values, False
    passed = _Boundary.apply(on_grads, *[values[i] for i in places])
    changed = list(values)
    for i, tensor in zip(places, passed, strict=True):
        changed[i] = tensor
    return tuple(changed), True


def _replaced(returned, grads: tuple) -> tuple:
    """The gradients that go on. Raises ValueError when a hook returns another number of them."""
    if returned is None:
        return grads
    returned = returned if isinstance(returned, tuple) else (returned,)
    if len(returned) != len(grads):
        raise ValueError(
            f"a backward hook returned {len(returned)} gradients in place of {len(grads)}"
        )
    return returned
