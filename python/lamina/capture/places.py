"""What inputs look at in the end, where the program changed their geometry or memory.

Such a place is an output of the program, from which the caller's own object takes over storage and
geometry. What it takes over of autograd is said here.
"""

from __future__ import annotations

import math

from mlir import ir

from .. import config
from ..autograd.meta import accumulator
from ..autograd.nodes import DeadEnd
from ..dispatch.state import state
from ..errors import UnsupportedError
from ..ir import opset
from ..ir.builder import TracedArray
from ..ir.descriptors import Mark
from ..memory_format import is_dense
from ..storage import Geometry
from .inputs import Input
from .tracer import Tracer, root_of, written_by

# How the history of such an input goes on: as it was; through the views that lead to the place; or
# through the program.
KEPT, VIEW, OWN = "kept", "view", "own"


def place_of(x: Input) -> str:
    """How the history of an input that looks elsewhere goes on."""
    node = x.history
    if node is None:
        return KEPT
    if x.tensor._storage is not x.storage:
        return OWN
    if x.tensor._view is not None:
        # What was written is part of the history of its base.
        return VIEW
    plan = getattr(node, "plan", None)
    while plan is not None and plan.op.is_inplace_view:
        (node, _), *_ = node.next_edges
        plan = getattr(node, "plan", None)
    return VIEW if x.edge is not None and node is x.edge[0] else OWN


def refuse_parts(tracer: Tracer) -> None:
    """Raises UnsupportedError for an input that is a view, was written to under autograd, and looks
    at a part of itself in the end: the rest of what was written would be missing in the history of
    its base. That an input is no view is guarded.
    """
    for x in tracer.inputs:
        if not x.is_rebound or place_of(x) != OWN or x.tensor._storage is not x.storage:
            continue
        sizes, strides, _ = x.tensor.geometry
        if math.prod(sizes) == x.root.size and is_dense(Geometry(sizes, strides)):
            continue
        if x.before["_view"] is not None:
            raise UnsupportedError(
                f"{x.source.text} is a view that the program writes to under autograd and then makes "
                "look at a part of itself"
            )
        tracer.memory.guard(x, "_view is None", "is no view")


def refuse_stale(tracer: Tracer) -> None:
    """Raises UnsupportedError for an input that is a view made without grad of a tensor that requires
    it, which the trace does not know, and that the program uses after it wrote to it: autograd refuses
    some of such uses.
    """
    unknown = [x for x in tracer.inputs if x.edge is not None and x.view is None]
    views = [x for x in unknown if type(x.edge[0]) is DeadEnd]
    if not views or not state.grad_enabled:
        return
    ops = [op.operation for op in tracer.block.operations]
    for x in views:
        root = root_of(x.root.value)
        writes = [at for at, op in enumerate(ops) if root in map(root_of, written_by(op))]
        later = ops[writes[0] + 1 :] if writes else []
        if any(root in map(root_of, op.operands) for op in later):
            raise UnsupportedError(
                f"{x.source.text} is a view made without grad of a tensor that requires it, and is used "
                "after the program wrote to it"
            )


def to_place(sharing: str) -> str:
    """How autograd sees a view of a place, relative to the memory that the place is in."""
    return "view_of_detached" if sharing == "view" else sharing


def leads_to(source: TracedArray, array: TracedArray) -> bool:
    """Whether `array` is a view of `source`, through views alone."""
    value = array.value
    while value != source.value:
        if isinstance(value.owner, ir.Block) or not opset.is_view(value.owner.name):
            return False
        value = value.owner.operands[0]
    return True


def marks(tracer: Tracer) -> list[Mark]:
    """The inputs of which the program changed whether they require grad of themselves.

    Raises UnsupportedError for an input that the program used as a leaf and as none.
    """
    changed = []
    for x in tracer.inputs:
        now = x.tensor._autograd
        after = now is not None and now.requires_grad
        is_cut_off = x.edge is not None and not x.is_marked and now.grad_fn is None
        if is_cut_off and after:
            raise UnsupportedError(
                f"{x.source.text}: the program makes a leaf that requires grad of an input that was "
                "none; detach it outside"
            )
        arrives = x.edge is None and leaf_edge(x) is not None
        if arrives or after != x.is_marked or is_cut_off:
            changed.append(Mark(x.number, arrives, after, is_cut_off))
    return changed


def leaf_edge(x: Input) -> tuple | None:
    """Where the gradient of an input goes that became a leaf in the program, None if it did not."""
    meta = x.tensor._autograd
    if meta is None or meta.grad_fn is not None:
        return None
    node = meta.accumulator() if meta.accumulator is not None else None
    if node is None and meta.requires_grad:
        node = accumulator(x.tensor)
    return None if node is None else (node, 0)


def refuse_like_torch(tracer: Tracer) -> None:
    """Raises UnsupportedError for what torch's compiler refuses of inputs that were set to other
    memory, if the settings ask for it.
    """
    if not config.get().refuse_like_torch:
        return
    for x in tracer.inputs:
        if not x.is_rebound or x.tensor._storage is x.storage:
            continue
        if tracer.writes_to_left(x):
            raise UnsupportedError(
                f"{x.source.text} was set to other memory: cannot mutate tensors with frozen storage"
            )
        if place_of(x) == OWN:
            raise UnsupportedError(
                f"{x.source.text} was set to other memory, but the input has other mutations that "
                "we cannot keep in the graph"
            )
