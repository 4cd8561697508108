"""In-place writes under autograd: what is allowed, and whose history changes.

A write to a tensor that is no view gives it a new node. A write through a view changes the history
of the base, by a `CopySlices` node that sends the gradient of the written region through the
operator and the rest straight on; every view of that base then replays itself when it is next asked
for its grad_fn.
"""

from __future__ import annotations

from collections.abc import Iterator

from ..dispatch.state import state
from ..errors import AutogradError
from ..memory_format import strides_for
from ..ops.registry import aten
from .meta import edge, ensure, is_bare_leaf, requires_grad, set_history
from .nodes import Node, OutputMeta, zeros
from .saved import FREED
from .views import Step, check_rebase, regenerate


def check(op, target) -> None:
    """Raises AutogradError when `target` cannot be written to while grad mode is on."""
    if "out" in op.tags:
        raise AutogradError(
            "functions with out=... arguments don't support automatic differentiation, but one of "
            "the "
            "arguments requires grad",
            op=op.name,
        )
    check_target(target, op.name)


def check_target(target, name: str) -> None:
    """Raises AutogradError when `name` may not write to `target` because of what autograd
    knows of it.
    """
    if state.tracer is not None:
        state.tracer.history.check_target(target, name)
    info = target._view
    if info is not None:
        check_rebase(target, indirect=False)
        if requires_grad(target) and is_bare_leaf(info.base):
            raise AutogradError(
                "a view of a leaf Variable that requires grad is being used in an in-place "
                "operation.",
                op=name,
            )
    if requires_grad(target) and is_bare_leaf(target):
        raise AutogradError(
            "a leaf Variable that requires grad is being used in an in-place operation.", op=name
        )


def rebase(target, node) -> None:
    """Makes `node`, whose first edge is that of `target` before the write, part of its history."""
    info = target._view
    if info is None:
        _set(target, node)
        return
    base = info.base
    _set(base, CopySlices(base, info.steps(), node))
    regenerate(target)


def _set(tensor, node) -> None:
    meta = ensure(tensor)
    if meta.retains_grad and meta.grad_fn is not None:
        node.retain(0, meta.grad_fn.retained.pop(meta.output_nr))
    set_history(tensor, node)


class CopySlices(Node):
    """The history of a base after a write through a view of it."""

    def __init__(self, base, chain: tuple, fn: Node):
        super().__init__([edge(base), *fn.next_edges[1:]], [OutputMeta.of(base)])
        self.geometry, self.chain, self.fn = base.geometry, chain, fn

    def name(self) -> str:
        """ "CopySlices"."""
        return "CopySlices"

    def apply(self, grads: list, wanted: list) -> list:
        """Sends the written region's gradient through the write, and the rest on."""
        grad = grads[0]
        if grad is None:
            return [None] * len(self.next_edges)
        if self.fn is None:
            raise AutogradError(FREED, op=self.name())
        whole = _copy_in_order(grad, self.geometry.strides)
        region = whole
        for step in self.chain:
            region = self._moved(step).apply(region)
        inner = self.fn.apply([region.clone()], [True, *wanted[1:]])
        region.copy_(zeros(OutputMeta.of(region)) if inner[0] is None else inner[0])
        return [whole, *inner[1:]]

    def _moved(self, step: Step) -> Step:
        """A step that counts from the start of the storage, made to count from the start of
        the base.
        """
        if "of_storage" not in step.op.tags or step.args[2] is None:
            return step
        size, stride, offset = step.args
        return step._replace(args=(size, stride, offset - self.geometry.offset))

    def saved_values(self) -> Iterator:
        """What the write saved."""
        return self.fn.saved_values() if self.fn is not None else iter(())

    def release(self) -> None:
        """Lets go of the write, whose node may have a life of its own in the graph of a gradient."""
        self.fn = None


def _copy_in_order(grad, strides: tuple):
    """A dense copy with the memory order of `strides`, on which views of the base can be
    replayed.
    """
    order = sorted(range(len(strides)), key=lambda d: -strides[d])
    return aten._clone_strided(grad, strides_for(grad.sizes, tuple(order)))
