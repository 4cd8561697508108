"""What `Tensor` offers of autograd: `requires_grad`, `grad`, `grad_fn`, hooks, `backward`."""

from __future__ import annotations

from ..dispatch.state import state
from ..errors import AutogradError, DtypeError
from ..tensor import Tensor
from . import backward as run_backward
from . import meta as facts
from .hooks import Hooks


def install(cls: type) -> None:
    """Puts these members on Tensor."""
    for name, member in vars(_Members).items():
        if not name.startswith("__") or name == "__setstate__":
            setattr(cls, name, member)


class _Members:
    """Members of Tensor; `self` is a tensor."""

    @property
    def requires_grad(self) -> bool:
        """Whether gradients flow to or through this tensor."""
        return facts.requires_grad(self)

    @requires_grad.setter
    def requires_grad(self, value: bool) -> None:
        self.requires_grad_(value)

    def requires_grad_(self, requires_grad: bool = True) -> Tensor:
        """Asks for gradients of this leaf (or no longer). Raises DtypeError unless it is
        floating or complex.
        """
        if requires_grad and self._array.dtype.kind not in "fcV":
            raise DtypeError(
                "only Tensors of floating point and complex dtype can require gradients, got "
                f"{self.dtype}",
                op="requires_grad_",
            )
        if state.tracer is not None:
            state.tracer.history.check_mark(self)
        if not facts.is_bare_leaf(self):
            if not requires_grad:
                raise AutogradError(
                    "you can only change requires_grad flags of leaf variables; use detach() for a "
                    "tensor "
                    "that doesn't require grad",
                    op="requires_grad_",
                )
            return self
        if requires_grad and self._counter is None and not state.inference:
            raise AutogradError(
                "setting requires_grad=True on an inference tensor outside inference mode is "
                "not allowed",
                op="requires_grad_",
            )
        if requires_grad or self._autograd is not None:
            facts.ensure(self).requires_grad = bool(requires_grad)
        if requires_grad and state.tracer is not None:
            state.tracer.history.marked(self)
        return self

    @property
    def grad(self) -> Tensor | None:
        """The accumulated gradient of a leaf (or of a tensor that retains it)."""
        return None if self._autograd is None else self._autograd.grad

    @grad.setter
    def grad(self, value: Tensor | None) -> None:
        if value is None:
            if self._autograd is not None:
                self._autograd.grad = None
            return
        if not isinstance(value, Tensor):
            raise TypeError(
                "assigned grad expected to be a Tensor or None but got grad of type "
                f"{type(value).__name__}"
            )
        if value is self:
            raise AutogradError("can't assign a tensor as its own grad")
        if tuple(value.shape) != tuple(self.shape):
            raise AutogradError(
                f"attempting to assign a gradient of size {list(value.shape)} to a tensor of size "
                f"{list(self.shape)}"
            )
        if value._array.dtype != self._array.dtype:
            raise AutogradError(
                f"attempting to assign a gradient with dtype {value.dtype} to a tensor with dtype "
                f"{self.dtype}"
            )
        facts.ensure(self).grad = value

    @grad.deleter
    def grad(self) -> None:
        self.grad = None

    @property
    def grad_fn(self):
        """The graph node that computed this tensor; None for leaves."""
        return facts.grad_fn(self)

    @property
    def is_leaf(self) -> bool:
        """Whether the tensor was not computed from one that requires grad."""
        return facts.grad_fn(self) is None

    @property
    def output_nr(self) -> int:
        """Which output of its grad_fn this is."""
        facts.grad_fn(self)
        return 0 if self._autograd is None else self._autograd.output_nr

    @property
    def _base(self) -> Tensor | None:
        """The tensor this is a differentiable view of."""
        return None if self._view is None else self._view.base

    def _is_view(self) -> bool:
        return self._view is not None

    @property
    def retains_grad(self) -> bool:
        """Whether a non-leaf keeps its gradient."""
        return self._autograd is not None and self._autograd.retains_grad and not self.is_leaf

    def retain_grad(self) -> None:
        """Keeps the gradient of this non-leaf in `grad`. Raises AutogradError when it needs
        none.
        """
        if not facts.requires_grad(self):
            raise AutogradError(
                "can't retain_grad on Tensor that has requires_grad=False", op="retain_grad"
            )
        if facts.is_bare_leaf(self):
            return
        fn = facts.grad_fn(self)
        if fn is None or self._autograd.retains_grad:
            return
        import weakref

        self._autograd.retains_grad = True
        fn.retain(self._autograd.output_nr, weakref.ref(self))

    def register_hook(self, hook):
        """Runs hook(grad) when the gradient of this tensor is known; a returned tensor
        replaces it.
        """
        if not facts.requires_grad(self):
            raise AutogradError(
                "cannot register a hook on a tensor that doesn't require gradient",
                op="register_hook",
            )
        fn = facts.grad_fn(self)
        if fn is not None:
            return fn.add_tensor_hook(self._autograd.output_nr, hook)
        if self._autograd.hooks is None:
            self._autograd.hooks = Hooks()
        return self._autograd.hooks.add(hook)

    def register_post_accumulate_grad_hook(self, hook):
        """Runs hook(self) after a gradient was added to this leaf's `grad`."""
        if not self.is_leaf or not facts.requires_grad(self):
            raise AutogradError(
                "post accumulate grad hooks cannot be registered on non-leaf tensors or on tensors "
                "that don't "
                "require grad",
                op="register_post_accumulate_grad_hook",
            )
        if self._autograd.post_accumulate_hooks is None:
            self._autograd.post_accumulate_hooks = Hooks()
        return self._autograd.post_accumulate_hooks.add(hook)

    def backward(self, gradient=None, retain_graph=None, create_graph=False, inputs=None) -> None:
        """Adds the gradients of this tensor to the leaves' `grad`; see
        `lamina.autograd.backward`.
        """
        run_backward(self, gradient, retain_graph, create_graph, inputs)

    def detach_(self) -> Tensor:
        """Cuts this tensor off from the graph, in place; nothing in inference mode. Raises AutogradError for views."""
        if state.inference:
            return self
        is_view = (
            self._view is not None if state.tracer is None else state.tracer.history.is_view(self)
        )
        if is_view:
            raise AutogradError("Can't detach views in-place. Use detach() instead.", op="detach_")
        meta = self._autograd
        if meta is not None:
            meta.requires_grad, meta.grad_fn, meta.output_nr = False, None, 0
        return self
