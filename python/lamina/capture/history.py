"""What autograd knows of an input while a program is traced: as differentiable as before, with nothing behind it."""

from __future__ import annotations

from collections.abc import Callable

from ..autograd.engine import current_task
from ..autograd.meta import AutogradMeta, requires_grad
from ..autograd.nodes import DeadEnd, Node, OutputMeta
from ..tensor import Tensor


class InputMeta(AutogradMeta):
    """Autograd metadata of an input. `came_with` is the `grad` that it had; `reads_grad` whether the
    program, or a backward in it, asked for that before it put another in its place.
    """

    def __init__(self, came_with: Tensor | None, requires_grad: bool = False, grad_fn=None):
        super().__init__(requires_grad, grad_fn)
        self.came_with = self.current_grad = came_with
        self.reads_grad = self._writes_grad = False

    @property
    def grad(self) -> Tensor | None:
        """The gradient, as the program sees it."""
        self.reads_grad |= not self._writes_grad
        return self.current_grad

    @grad.setter
    def grad(self, value: Tensor | None) -> None:
        self._writes_grad = True
        self.current_grad = value

    @property
    def replaces_grad(self) -> bool:
        """Whether a call has to give the input another `grad` than it comes with."""
        is_unseen = self._writes_grad and not self.reads_grad
        return is_unseen or self.current_grad is not self.came_with


class InputNode(Node):
    """Stands for the history that a tensor which is no leaf has outside of the trace. A gradient that
    a backward of the program itself sends there is handed to `defer`, to go on after the call.
    """

    def __init__(self, tensor: Tensor, defer: Callable[[InputNode, Tensor], None]):
        super().__init__([], [OutputMeta.of(tensor)])
        self._name = tensor._autograd.grad_fn.name()
        self._defer = defer

    def name(self) -> str:
        """The name of the node outside."""
        return self._name

    def apply(self, grads: list, wanted: list) -> list:
        """Nothing: there are no edges in the trace. A pass to given targets ends here."""
        if grads[0] is not None and current_task().needed is None:
            self._defer(self, grads[0])
        return []


def leave_history(tensor: Tensor, defer: Callable[[InputNode, Tensor], None]) -> InputMeta:
    """Metadata of a tensor for the time of the trace; `defer` takes the gradients that leave it."""
    meta = tensor._autograd
    grad = None if meta is None else meta.grad
    if not requires_grad(tensor):
        return InputMeta(grad)
    if not tensor.is_leaf:
        return InputMeta(grad, grad_fn=InputNode(tensor, defer))
    if meta is None or not meta.requires_grad:
        # A view made without grad: what is computed from it requires grad, and none arrives.
        return InputMeta(grad, grad_fn=DeadEnd([], [OutputMeta.of(tensor)], is_target=False))
    return InputMeta(grad, requires_grad=True)


def grad_of(tensor: Tensor) -> Tensor | None:
    """The `grad` of a tensor, without noting that the program asked for it."""
    meta = tensor._autograd
    return meta.current_grad if type(meta) is InputMeta else meta and meta.grad
