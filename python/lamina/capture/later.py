"""Writes of the backward to memory that was there before it.

An input that the backward writes to holds, by then, whatever the caller has put there. So it becomes
a second argument, and where the forward ends the program says that the input now holds that: an
assignment which `lamina-functionalize` takes as the border between the two.
"""

from __future__ import annotations

from mlir import ir

from ..errors import UnsupportedError
from ..ir import locations
from ..ir.builder import TracedArray
from ..ir.context import context
from .inputs import Input
from .tracer import Tracer, root_of, written_by


def later_writes(
    tracer: Tracer, outputs: list[TracedArray], forward: int
) -> tuple[dict[int, TracedArray], bool]:
    """The new arguments by input, and whether the operations after the first `forward` ones, the
    backward's, write to memory that the forward made. Raises UnsupportedError for writes that a
    compiled backward cannot make.
    """
    operations = list(tracer.block.operations)[forward:]
    returned = {root_of(array.value) for array in outputs}
    inputs: dict[int, Input] = {}
    once = False
    for op, root in outside_writes(operations):
        if not isinstance(root.owner, ir.Block):
            if root in returned:
                _refuse(op, "memory that the program returns")
            once = True
            continue
        x = next((x for x in tracer.inputs if x.root.value == root), None)
        _check(tracer, op, x)
        inputs[x.number] = x
    return {n: _switch(tracer, x, operations[0]) for n, x in inputs.items()}, once


def outside_writes(operations: list[ir.Operation]) -> list[tuple[ir.Operation, ir.Value]]:
    """The operations that write to memory that none of them made, each with that memory."""
    own = {result for op in operations for result in op.results}
    written = ((op, root_of(ref)) for op in operations for ref in written_by(op))
    return [(op, root) for op, root in written if root not in own]


def _check(tracer: Tracer, op: ir.Operation, x: Input | None) -> None:
    if x is None:
        _refuse(op, "the gradient that it is given, which is the caller's")
    if x.edge is not None:
        _refuse(op, f"{x.source.text}, which requires grad")
    if any(y is not x and y.real_storage is x.real_storage for y in tracer.inputs):
        _refuse(op, f"{x.source.text}, which shares memory with another input")


def _refuse(op: ir.Operation, what: str) -> None:
    raise UnsupportedError(f"the backward writes to {what}", frame=locations.frame_of(op.location))


def _switch(tracer: Tracer, x: Input, first: ir.Operation) -> TracedArray:
    """A new argument, assigned to the input in front of the backward's first operation."""
    now = tracer.argument(x.root.shape, x.root.dtype)
    with context():
        ir.Operation.create(
            "lamina.assign",
            operands=[now.value, x.root.value],
            attributes={"lamina.backward": ir.UnitAttr.get()},
            loc=first.location,
            ip=ir.InsertionPoint(first),
        )
    return now
