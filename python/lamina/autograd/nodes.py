"""Graph nodes: what backward runs.

A node has one edge per differentiable input of what it differentiates. Nodes never hold the tensors they
produced, only their sizes and dtypes, so a graph dies with the tensors that refer to it.
"""

from __future__ import annotations

import itertools
import sys
import threading
import weakref
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from ..dispatch.state import state
from ..errors import AutogradError, NoDerivativeError
from ..memory_format import is_dense
from ..storage import Hollow, contiguous_strides
from . import anomaly
from .hooks import Hooks, RemovableHandle, run_after, run_before, run_on_gradient
from .saved import SavedNumber, SavedTensor

_sequence = itertools.count()
_new_tuple = tuple.__new__
_LAST = sys.maxsize


class OutputMeta(NamedTuple):
    """What a node knows of a tensor it computed: gradients for it must look like this."""

    sizes: tuple
    dtype: object
    device: object

    @classmethod
    def of(cls, tensor) -> OutputMeta:
        """What to remember of `tensor`."""
        array = tensor._array
        return _new_tuple(cls, (array.shape, array.dtype, tensor._storage.device))


class Node:
    """A step of backward: `apply(grads of outputs) -> grads of inputs`, along `next_edges`."""

    # Most nodes never have hooks, so they get their containers when the first is registered.
    tensor_hooks: dict[int, Hooks] | None = None
    retained: dict[int, weakref.ref] | None = None
    prehooks: Hooks | None = None
    posthooks: Hooks | None = None
    _metadata: dict | None = None

    def __init__(self, next_edges: list, outputs: list):
        self.next_edges = next_edges
        self.outputs = outputs
        self.sequence = next(_sequence)
        if anomaly.setting.enabled:
            tasks = state.backward_tasks
            anomaly.remember(self, tasks[-1].node if tasks else None)

    def name(self) -> str:
        """The node's public name, as in `MulBackward0`."""
        return type(self).__name__

    @property
    def next_functions(self) -> tuple:
        """((node or None, output number), ...) of the inputs."""
        return tuple([(None, 0) if e is None else e for e in self.next_edges])

    @property
    def requires_grad(self) -> bool:
        """Whether gradients go on from this node, or end in the leaf it belongs to."""
        return True

    @property
    def metadata(self) -> dict:
        """A place for users to keep things."""
        if self._metadata is None:
            self._metadata = {}
        return self._metadata

    def register_hook(self, hook) -> RemovableHandle:
        """Runs hook(grad_inputs, grad_outputs) after the node; it may return new grad_inputs."""
        if self.posthooks is None:
            self.posthooks = Hooks()
        return self.posthooks.add(hook)

    def register_prehook(self, hook) -> RemovableHandle:
        """Runs hook(grad_outputs) before the node; it may return new grad_outputs."""
        if self.prehooks is None:
            self.prehooks = Hooks()
        return self.prehooks.add(hook)

    def add_tensor_hook(self, output_nr: int, hook) -> RemovableHandle:
        """Runs hook(grad) on the gradient of one output."""
        if self.tensor_hooks is None:
            self.tensor_hooks = {}
        return self.tensor_hooks.setdefault(output_nr, Hooks()).add(hook)

    def retain(self, output_nr: int, tensor: weakref.ref) -> None:
        """Stores the gradient of one output in the `grad` of a tensor, after all hooks."""
        if self.retained is None:
            self.retained = {}
        self.retained[output_nr] = tensor

    def receive(self, grads: list) -> list:
        """The gradients of the outputs after their tensors' hooks; retained ones are stored."""
        if self.tensor_hooks:
            grads = [
                run_on_gradient(self.tensor_hooks[nr], g)
                if g is not None and nr in self.tensor_hooks
                else g
                for nr, g in enumerate(grads)
            ]
        if self.retained:
            for nr, reference in self.retained.items():
                _retain(reference(), grads[nr])
        return grads

    def run(self, grads: list, wanted: list) -> list:
        """`apply` between the node's hooks."""
        if self.prehooks:
            grads = run_before(self.prehooks, grads)
        results = self.apply(grads, wanted)
        return run_after(self.posthooks, results, grads) if self.posthooks else results

    def apply(self, grads: list, wanted: list) -> list:
        """Gradients of the inputs; `wanted` says along which edges anybody waits for one."""
        raise NotImplementedError

    def saved_values(self) -> Iterator:
        """What was saved for backward: each a SavedTensor or SavedNumber."""
        return iter(())

    def release(self) -> None:
        """Frees what was saved for backward."""
        for value in self.saved_values():
            value.release()

    def __repr__(self) -> str:
        return f"<{self.name()} object at {id(self):#x}>"


class OpNode(Node):
    """The derivative of one registered operator."""

    def __init__(self, plan, next_edges: list, layout: list, saved: dict):
        self.plan, self.layout, self.saved = plan, layout, saved
        super().__init__(next_edges, [])

    def name(self) -> str:
        """The operator's name in camel case, and "Backward0"."""
        return self.plan.node_name

    def __getattr__(self, name: str):
        for prefix, look in (("_saved_", self._unpack), ("_raw_saved_", self.saved.get)):
            if name.startswith(prefix):
                asked = name[len(prefix) :]
                if asked in self.saved:
                    return look(asked)
                if any(asked in formula.parameters for formula in self.plan.op.formulas):
                    return None
        raise AttributeError(f"{self.name()} has no attribute {name!r}")

    def apply(self, grads: list, wanted: list) -> list:
        """Runs the formulas of the inputs that are wanted. Raises NoDerivativeError where there is none, and
        AutogradError where something saved is gone, wanted or not.
        """
        plan = self.plan
        values = {name: self._unpack(name) for name in self.saved}
        if all(g is None for g in grads):
            return [None] * len(self.next_edges)
        if plan.missing:
            raise NoDerivativeError(
                f"the derivative with respect to {plan.missing} is not implemented", op=plan.op.name
            )
        if plan.op.multi and plan.op.materialize:
            grads = [
                self._zeros(i) if g is None and self.outputs[i] is not None else g
                for i, g in enumerate(grads)
            ]
        asked, by_name = self._asked(wanted), {}
        values["grad"], values["grads"] = grads[0], grads
        for formula in plan.formulas:
            needs = tuple([asked.get(name, False) for name in formula.names])
            if True not in needs:
                continue
            values["needs"] = needs
            found = formula.fn(*[values[name] for name in formula.parameters])
            if formula.is_tuple:
                by_name.update(zip(formula.names, found))
            else:
                by_name[formula.names[0]] = found
        return self._flat(by_name)

    def _asked(self, wanted: list) -> dict:
        """Which inputs, by name, need their gradient."""
        asked, at = {}, 0
        for name, count in self.layout:
            asked[name] = wanted[at] if count is None else True in wanted[at : at + count]
            at += 1 if count is None else count
        return asked

    def _unpack(self, name: str):
        value = self.saved[name]
        if type(value) is SavedTensor or type(value) is SavedNumber:
            return value.unpack(self)
        if name == "results":
            return _Results(value, self)
        if type(value) is list:
            return [v.unpack(self) if type(v) is SavedTensor else v for v in value]
        return value

    def _flat(self, by_name: dict) -> list:
        flat = []
        for name, count in self.layout:
            value = by_name.get(name)
            if count is None:
                flat.append(value)
            else:
                flat.extend([None] * count if value is None else value)
        return flat

    def _zeros(self, index: int):
        meta = self.outputs[index]
        return zeros(meta)

    def saved_values(self) -> Iterator:
        """The saved tensors and numbers of the formulas."""
        for value in self.saved.values():
            for one in value if type(value) is list else (value,):
                if type(one) is SavedTensor or type(one) is SavedNumber:
                    yield one


class _Results(Sequence):
    """The saved results of a node; those that nobody looks at may have been written to."""

    def __init__(self, saved: list, node):
        self.saved, self.node = saved, node

    def __len__(self) -> int:
        return len(self.saved)

    def __getitem__(self, index):
        if isinstance(index, slice):
            return [one.unpack(self.node) for one in self.saved[index]]
        return self.saved[index].unpack(self.node)


class AccumulateGrad(Node):
    """Adds what arrives to the `grad` of a leaf, whose hooks it runs."""

    def __init__(self, variable):
        super().__init__([], [OutputMeta.of(variable)])
        self.variable = variable
        self.sequence = _LAST

    def receive(self, grads: list) -> list:
        """The gradient after the leaf's hooks, which outlive this node."""
        hooks = self.variable._autograd.hooks
        return [run_on_gradient(hooks, grads[0])] if hooks and grads[0] is not None else grads

    def apply(self, grads: list, wanted: list) -> list:
        """Adds the gradient to the variable, if it still asks for one, and runs its hooks."""
        grad = grads[0]
        if grad is not None and self.variable._autograd.requires_grad:
            accumulate(self.variable, grad)
            hooks = self.variable._autograd.post_accumulate_hooks
            for hook in list(hooks.values()) if hooks else ():
                if hook(self.variable) is not None:
                    raise AutogradError("a post accumulate grad hook must return None")
        return []


# Several threads may run backward into the same leaves.
_accumulating = threading.RLock()


def accumulate(variable, grad) -> None:
    """Adds `grad` to `variable.grad`, in place unless the addition itself is recorded."""
    meta = variable._autograd
    with _accumulating:
        if type(grad._array) is Hollow and not _is_alike(meta.grad, grad):
            # Only its class knows what its inner tensors share, and with what it can be added.
            meta.grad = _copy(grad, variable) if meta.grad is None else meta.grad + grad
        elif meta.grad is None:
            meta.grad = (
                grad.detach()
                if not state.grad_enabled
                and _is_sole_owner(grad)
                and grad.strides == _layout(variable)
                else _laid_out_like(grad, variable)
            )
        elif state.grad_enabled:
            meta.grad = meta.grad + grad
        else:
            meta.grad.add_(grad)


def _copy(grad, variable):
    """A copy of a wrapper, laid out as the gradient of `variable` is."""
    layout = _layout(variable)
    if grad.strides == layout:
        return grad.clone()
    return grad.new_empty_strided(variable.sizes, layout).copy_(grad)


def _is_alike(one, other) -> bool:
    """Whether both tensors are wrappers, of one class."""
    return one is not None and type(one) is type(other)


def _retain(tensor, grad) -> None:
    if tensor is None or grad is None:
        return
    meta = tensor._autograd
    if meta.grad is not None:
        meta.grad = meta.grad + grad
    else:
        meta.grad = grad.clone() if state.grad_enabled else grad.detach().clone()


def _is_sole_owner(grad) -> bool:
    """Whether nobody else will look at this gradient or its memory, so that it can be kept without a copy."""
    storage = grad._storage
    if (
        storage.traced
        or storage._bytes is not None
        or grad._view is not None
        or grad._array is not storage.data
    ):
        return False
    # The tensor is known to the engine's list, to `apply`, to `accumulate` and here; its storage to two of its
    # slots and here; the array to the tensor and the storage. Any further reference is somebody else's.
    if sys.getrefcount(grad) > 5:
        return False
    return (
        sys.getrefcount(storage) <= 4
        and sys.getrefcount(grad._array) <= 3
        and grad._array.base is None
    )


def _layout(variable) -> tuple:
    """The strides that the gradient of a leaf gets: its own where they are dense, else row-major ones."""
    geometry = variable.geometry
    return geometry.strides if is_dense(geometry) else contiguous_strides(geometry.sizes)


def _laid_out_like(grad, variable):
    fresh = _empty(variable.sizes, _layout(variable), grad)
    fresh.copy_(grad)
    return fresh


def _empty(sizes: tuple, strides: tuple, like):
    """An uninitialized tensor with these dense strides, of the dtype and on the device of `like`."""
    from ..ops.registry import aten

    return aten.empty_strided(sizes, strides, dtype=like.dtype, device=like.device)


def zeros(meta: OutputMeta):
    """A zero gradient for an output."""
    from ..dtypes import from_numpy
    from ..ops.registry import aten

    return aten.full(meta.sizes, 0, dtype=from_numpy(meta.dtype), device=meta.device)


class DeadEnd(Node):
    """The history of a tensor that requires grad though nothing it was computed from does.

    `is_target`: whether the gradient of that tensor itself can be asked for.
    """

    def __init__(self, next_edges: list, outputs: list, is_target: bool = True):
        super().__init__(next_edges, outputs)
        self.is_target = is_target

    def apply(self, grads: list, wanted: list) -> list:
        """Nothing: there are no inputs."""
        return []


class ErrorNode(Node):
    """Stands where a result has a gradient that cannot be computed; says so when asked."""

    def __init__(self, message: str, outputs: list, edges: list = (), kind: type = AutogradError):
        super().__init__(list(edges), outputs)
        self.message, self.kind = message, kind

    def apply(self, grads: list, wanted: list) -> list:
        """Raises the node's error."""
        raise self.kind(self.message)
