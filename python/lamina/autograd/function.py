"""`Function`: a user's own forward and backward as one node of the graph."""

from __future__ import annotations

import functools
from collections.abc import Iterator

from ..dispatch.state import state
from ..errors import AutogradError, UnsupportedError
from ..tensor import Tensor
from .inplace import check_target, rebase
from .meta import AutogradMeta, edge, requires_grad
from .nodes import Node, OutputMeta, zeros
from .saved import SavedTensor
from .views import IN_CUSTOM_FUNCTION


class FunctionCtx(Node):
    """The node of a `Function` call, which is also the `ctx` its forward and backward share."""

    function: type

    def __init__(self, needs_input_grad: tuple):
        super().__init__([], [])
        self.needs_input_grad = needs_input_grad
        self._to_save: tuple = ()
        self._saved: list | None = None
        self._dirty: tuple = ()
        self._non_differentiable: tuple = ()
        self._materialize = True
        self._input_slots: list[int] = []
        self._results: list[OutputMeta | None] = []

    def save_for_backward(self, *tensors) -> None:
        """Saves inputs or outputs for backward; the last call counts. Anything but tensors and None
        is a TypeError of `apply`.
        """
        self._to_save = tensors

    def save_for_forward(self, *tensors) -> None:
        """Saves tensors for `jvp`."""
        self.saved_for_forward = tensors

    def mark_dirty(self, *tensors) -> None:
        """Declares inputs that forward writes to."""
        self._dirty = tensors

    def mark_non_differentiable(self, *tensors) -> None:
        """Declares outputs that have no gradient."""
        self._non_differentiable = tensors

    def set_materialize_grads(self, value: bool) -> None:
        """Whether absent gradients reach backward as zeros (the default) or as None."""
        self._materialize = value

    def _check_dirty(self, outputs: tuple) -> None:
        if not all(any(t is o for o in outputs) for t in self._dirty):
            raise AutogradError(
                "Some elements marked as dirty during the forward method were not returned as "
                "output. The inputs that "
                "are modified inplace must all be outputs of the Function.",
                op=self.name(),
            )

    @property
    def saved_tensors(self) -> tuple:
        """The saved tensors. Raises AutogradError when they were freed or written to since."""
        if self._saved is None:
            return tuple(self._to_save)
        return tuple([None if s is None else s.unpack(self) for s in self._saved])

    def name(self) -> str:
        """The function's name and "Backward"."""
        return self.function.__name__ + "Backward"

    def saved_values(self) -> Iterator:
        """The saved tensors."""
        return (saved for saved in self._saved or () if saved is not None)

    def apply(self, grads: list, wanted: list) -> list:
        """Runs the user's backward. Raises AutogradError when it returns the wrong number or
        type.
        """
        if self._materialize:
            grads = [
                zeros(m) if g is None and m is not None else g for g, m in zip(grads, self._results)
            ]
        results = self.function._backward()(self, *grads)
        results = results if isinstance(results, tuple) else (results,)
        expected = len(self.needs_input_grad)
        if len(results) > expected and all(r is None for r in results[expected:]):
            results = results[:expected]
        if len(results) != expected:
            raise AutogradError(
                f"returned an incorrect number of gradients (expected {expected}, got "
                f"{len(results)})",
                op=self.name(),
            )
        for slot, grad in enumerate(results):
            if grad is not None and slot not in self._input_slots:
                raise AutogradError(
                    f"function {self.name()} returned a gradient different from None at position "
                    f"{slot + 1}, but the "
                    "corresponding forward input was not a Tensor",
                    op=self.name(),
                )
        return [self._checked(results[slot], slot) for slot in self._input_slots]

    def _checked(self, grad, slot: int):
        if grad is not None and not isinstance(grad, Tensor):
            raise AutogradError(
                f"gradient {slot} is a {type(grad).__name__}, expected a tensor or None",
                op=self.name(),
            )
        return grad


class _FunctionMeta(type):
    """Gives each Function class a node class of its own, so that nodes carry its name."""

    def __init__(cls, name, bases, attributes):
        super().__init__(name, bases, attributes)
        cls._backward_cls = type(name + "Backward", (FunctionCtx,), {"function": cls})


class Function(metaclass=_FunctionMeta):
    """Base of custom differentiable functions.

    Either `forward(ctx, *args)`, or `forward(*args)` with `setup_context(ctx, inputs, output)`; and
    `backward(ctx, *grad_outputs)` which returns one gradient (or None) per input. Call it by
    `apply`.
    """

    generate_vmap_rule = False

    @staticmethod
    def forward(*args, **kwargs):
        """Computes the outputs; runs without recording."""
        raise NotImplementedError(
            "you must implement the forward function of a custom autograd.Function"
        )

    @staticmethod
    def setup_context(ctx, inputs, output):
        """Saves what backward needs, when forward does not take ctx."""
        raise NotImplementedError("setup_context is not implemented")

    @staticmethod
    def backward(ctx, *grad_outputs):
        """Computes the gradients of the inputs."""
        raise NotImplementedError(
            "you must implement the backward function of a custom autograd.Function"
        )

    # The derivative may be called either name.
    vjp = backward

    @staticmethod
    def jvp(ctx, *grad_inputs):
        """Forward-mode derivatives are not computed. Raises UnsupportedError."""
        raise UnsupportedError("forward-mode derivatives of a custom autograd.Function")

    @staticmethod
    def vmap(info, in_dims, *args):
        """The batching rule, for functions under vmap. Raises UnsupportedError unless it is
        overridden.
        """
        raise UnsupportedError(
            "vmap of a custom autograd.Function needs its vmap staticmethod to be overridden"
        )

    def __call__(self, *args, **kwargs):
        """Raises AutogradError: a custom function is called through `apply` of its class."""
        raise AutogradError(
            "autograd.Function objects with a non-static forward are not supported; call the class "
            "method apply"
        )

    @classmethod
    def _backward(cls):
        own_backward, own_vjp = cls.backward is not Function.backward, cls.vjp is not Function.vjp
        if own_backward and own_vjp:
            raise AutogradError(
                f"{cls.__name__} implements both backward and vjp, which are the same thing"
            )
        return cls.vjp if own_vjp else cls.backward

    @classmethod
    def apply(cls, *args, **kwargs):
        """Runs forward and records one node. Returns what forward returned."""
        tensors = [(i, a) for i, a in enumerate(args) if isinstance(a, Tensor)]
        if state.transforms:
            state.transforms[-1].check_function(cls.__name__, [t for _, t in tensors])
        recording = state.grad_enabled and any(requires_grad(t) for _, t in tensors)
        needs = tuple([isinstance(a, Tensor) and requires_grad(a) for a in args])
        ctx = cls._backward_cls(needs)
        ctx._input_slots = [i for i, _ in tensors]
        ctx.next_edges = [edge(t) for _, t in tensors] if recording else []
        outputs = cls._run_forward(ctx, args, kwargs)
        many = isinstance(outputs, tuple)
        ctx._check_dirty(outputs if many else (outputs,))
        results = [
            _finish(ctx, [t for _, t in tensors], o, recording)
            for o in (outputs if many else (outputs,))
        ]
        if recording:
            _save(ctx, outputs if many else (outputs,), results)
        return tuple(results) if many else results[0]

    @classmethod
    def _run_forward(cls, ctx, args: tuple, kwargs: dict):
        with state.override(grad_enabled=False):
            if cls.setup_context is Function.setup_context:
                return cls.forward(ctx, *args, **kwargs)
            output = cls.forward(*args, **kwargs)
            cls.setup_context(ctx, args, output)
            return output


def _finish(ctx: FunctionCtx, inputs: list, output, recording: bool):
    """One output with its history: a plain result, a written input, or an input handed back."""
    if not isinstance(output, Tensor):
        ctx.outputs.append(None)
        ctx._results.append(None)
        return output
    is_input = any(output is t for t in inputs)
    dirty = any(output is t for t in ctx._dirty)
    dead = (
        any(output is t for t in ctx._non_differentiable) or output._array.dtype.kind not in "fcV"
    )
    nr, look = len(ctx.outputs), OutputMeta.of(output)
    ctx.outputs.append(None if dead else look)
    ctx._results.append(look)
    if dirty:
        return _dirty(ctx, output, nr, recording)
    if dead or not recording:
        return _without_history(output, is_input)
    if is_input:
        with state.override(grad_enabled=False):
            output = output.view_as(output)
    if output._view is not None:
        output._view.creation = IN_CUSTOM_FUNCTION
    output._autograd = AutogradMeta(grad_fn=ctx, output_nr=nr)
    return output


def _without_history(output, is_input: bool):
    """An output that no gradient goes through; an input that is handed back keeps its own flags."""
    if is_input:
        return output.detach() if requires_grad(output) else output.view_as(output)
    if output._view is None:
        output._autograd = None
    return output


def _dirty(ctx: FunctionCtx, output, nr: int, recording: bool):
    output._counter.version += 1
    if not recording:
        return output.detach() if requires_grad(output) else output
    check_target(output, ctx.name())
    if output._view is not None and nr:
        raise AutogradError(
            "a view that is written in place must be the only output of a custom Function",
            op=ctx.name(),
        )
    if output._view is not None:
        rebase(output, ctx)
        return output
    output._autograd = AutogradMeta(grad_fn=ctx, output_nr=nr)
    return output


def _save(ctx: FunctionCtx, outputs: tuple, results: list) -> None:
    saved = []
    for tensor in ctx._to_save:
        if tensor is None:
            saved.append(None)
            continue
        if not isinstance(tensor, Tensor):
            raise TypeError(
                f"save_for_backward can only save tensors, but got a {type(tensor).__name__}"
            )
        at = next((i for i, o in enumerate(outputs) if o is tensor), None)
        is_output = (
            at is not None
            and results[at]._autograd is not None
            and results[at]._autograd.grad_fn is ctx
        )
        saved.append(SavedTensor(results[at] if is_output else tensor, is_output))
    ctx._saved, ctx._to_save = saved, ()


def once_differentiable(backward):
    """Marks a backward that cannot be differentiated again; doing so raises AutogradError."""

    @functools.wraps(backward)
    def wrapped(ctx, *grads):
        with state.override(grad_enabled=False):
            results = backward(ctx, *grads)
        if not state.grad_enabled or not any(
            isinstance(g, Tensor) and requires_grad(g) for g in grads
        ):
            return results
        from .nodes import ErrorNode

        many = isinstance(results, tuple)
        marked = []
        for r in results if many else (results,):
            if isinstance(r, Tensor):
                r = r.detach()
                r._autograd = AutogradMeta(
                    grad_fn=ErrorNode(
                        "trying to differentiate twice a function that was marked with "
                        "@once_differentiable",
                        [OutputMeta.of(r)],
                    )
                )
            marked.append(r)
        return tuple(marked) if many else marked[0]

    return wrapped
