"""The graph node of a compiled function: its `apply` is one call of the backward executable."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from ..autograd.meta import AutogradMeta
from ..autograd.nodes import ErrorNode, Node, OutputMeta
from ..dispatch.state import state
from ..errors import AutogradError, DataDependentError
from ..storage import Storage
from ..tensor import Tensor, make

_FREED = (
    "the values that a compiled function saved for its backward have been freed by an earlier "
    "backward or autograd.grad(); pass retain_graph=True to keep them"
)
_TWICE = (
    "the gradient of a compiled function cannot be differentiated again; compute the outer "
    "derivative inside of the compiled function, or run the function eagerly"
)


class Argument(NamedTuple):
    """What one argument of the backward is: saved value number `saved`, or else the gradient of
    output `output`.
    """

    saved: int | None
    output: int | None
    shape: tuple
    dtype: np.dtype


class Plan(NamedTuple):
    """How to run a backward: what to pass to `execute`, whose results go along the node's edges in
    order.
    """

    execute: Callable[..., list]
    arguments: tuple[Argument, ...]
    name: str


class Saved(NamedTuple):
    """An array kept for backward; with the counter and version of the caller's tensor when it is
    that tensor's own.
    """

    array: np.ndarray
    counter: Any = None
    version: int = 0


class CompiledBackward(Node):
    """Gradients of a compiled function, from what its forward saved."""

    def __init__(
        self, plan: Plan, edges: list, outputs: list[OutputMeta | None], saved: list[Saved]
    ):
        super().__init__(edges, outputs)
        self.plan, self.saved = plan, saved

    def name(self) -> str:
        """The node's public name: that of the function."""
        return f"{self.plan.name}Backward"

    def apply(self, grads: list, wanted: list) -> list:
        """Gradients along the edges. Raises AutogradError when saved values are freed or were
        written to since.
        """
        if self.saved is None:
            raise AutogradError(_FREED, op=self.name())
        arrays = self.plan.execute(*[self._argument(a, grads) for a in self.plan.arguments])
        return [_tensor(array) for array in arrays]

    def _argument(self, argument: Argument, grads: list) -> np.ndarray:
        if argument.saved is not None:
            return self._unpack(self.saved[argument.saved])
        grad = grads[argument.output]
        if grad is None:
            return np.zeros(argument.shape, argument.dtype)
        array = grad._array
        if not isinstance(array, np.ndarray):
            raise DataDependentError(
                "the backward of a compiled function cannot be traced", op=self.name()
            )
        return array if array.flags.c_contiguous else array.copy(order="C")

    def _unpack(self, saved: Saved) -> np.ndarray:
        counter, array = saved.counter, saved.array
        if counter is not None and counter.version != saved.version:
            raise AutogradError(
                "one of the variables needed for gradient computation has been modified by an "
                f"inplace operation: an input of shape {list(array.shape)} and dtype {array.dtype} "
                f"is at version {counter.version}; expected version {saved.version} instead",
                op=self.name(),
            )
        return array

    def release(self) -> None:
        """Frees what was saved."""
        self.saved = None


class WriteBack(Node):
    """The history of an input that a compiled function wrote to: nothing of its old data, all of
    the new.
    """

    def __init__(self, edges: list, output: OutputMeta):
        super().__init__(edges, [output])

    def apply(self, grads: list, wanted: list) -> list:
        """The gradient goes to the compiled function, none of it to the old data."""
        return [None, grads[0]]


def _tensor(array: np.ndarray) -> Tensor:
    tensor = make(array, Storage(array))
    if state.grad_enabled:
        tensor._autograd = AutogradMeta(grad_fn=ErrorNode(_TWICE, [OutputMeta.of(tensor)]))
    return tensor
