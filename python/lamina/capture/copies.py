"""Copies that stand for views: `x[i]` with a number `i` that is not known while tracing is a view of
x at a place that no operation of the dialect can name.

A copy of those elements is as good while nobody can tell. It can be told when the copy is written
to, when it is returned, and when it is read after the memory that it was copied from has changed.
"""

from __future__ import annotations

from mlir import ir

from ..errors import DataDependentError
from ..ir.locations import frame_of
from .outputs import Outputs
from .tracer import Copy, Tracer, root_of, written_by


def refuse_visible_copies(tracer: Tracer, outputs: Outputs) -> None:
    """Raises DataDependentError for a copy that the program can tell from a view."""
    if not tracer.copies:
        return
    ops = [op.operation for op in tracer.block.operations]
    position = {op: at for at, op in enumerate(ops)}
    writes = [(at, root_of(ref)) for at, op in enumerate(ops) for ref in written_by(op)]
    returned = {id(output.tensor._storage) for output in outputs.all}
    for copy in tracer.copies:
        made, last = position[copy.root.owner], _last_use(copy.root, position)
        if id(copy.tensor._storage) in returned:
            _refuse(copy, "is returned")
        if any(root == copy.root for _, root in writes):
            _refuse(copy, "is written to")
        if any(root == copy.source and made < at < last for at, root in writes):
            _refuse(copy, "is used after a write to the tensor that was indexed")


def _last_use(value: ir.Value, position: dict) -> int:
    """Where the elements of an array, or of a view of it, are used last."""
    last = position[value.owner]
    for use in value.uses:
        owner = use.owner.operation
        last = max(last, position[owner])
        if any(root_of(result) == root_of(value) for result in owner.results):
            last = max(last, *(_last_use(result, position) for result in owner.results))
    return last


def _refuse(copy: Copy, what: str) -> None:
    raise DataDependentError(
        "indexing with a 0-d integer tensor gives a view at a place that is not known while tracing, "
        f"and this one {what}, which a copy would not do alike; use index_select for a copy",
        op="index",
        frame=frame_of(copy.root.owner.location),
    )
