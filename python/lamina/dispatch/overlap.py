"""Which writes are refused because of the memory they go to.

An elementwise write has no order, so it must not read what it has written in another place: an
operand that shares some elements with the target, but not each with its own, is an error, and so is
a target in which several elements are one. Only tensors that fill their memory without gaps are
looked at, as elsewhere.
"""

from __future__ import annotations

from enum import Enum

from ..errors import ShapeError
from ..memory_format import is_dense
from ..tensor import Tensor


def check_memory(op, args: tuple) -> None:
    """Raises ShapeError when an operand of the in-place operator `op` shares memory with its target: in part, where
    each element is written from those in its own place, or at all, where elements are written elsewhere.
    """
    target, operands = args[op.writes[0]], [args[i] for i in op.tensors]
    if "scatters" in op.tags:
        _check_disjoint(op.name, target, operands[1:])
    elif "elementwise" in op.tags:
        check_operands(op.name, target, operands[1:2])
    elif op.pointwise and "reads_first" not in op.tags:
        check_operands(op.name, target, operands)


def check_operands(name: str, target: Tensor, operands) -> None:
    """Raises ShapeError when an operand shares memory with `target` in part."""
    for operand in _sharing(target, operands):
        if operand is not target and _relation(operand, target) is Relation.PART:
            raise _refusal(name)


def _check_disjoint(name: str, target: Tensor, operands) -> None:
    for operand in _sharing(target, operands):
        if operand is target or _relation(operand, target) is not Relation.NONE:
            raise _refusal(name)


def _refusal(name: str) -> ShapeError:
    return ShapeError(
        "unsupported operation: some elements of the input tensor and the written-to tensor refer to a "
        "single memory location; clone() the tensor before performing the operation",
        op=name,
    )


def _sharing(target: Tensor, operands):
    """The tensors among the operands that look at the storage of the target."""
    for operand in operands:
        if isinstance(operand, (list, tuple)):
            yield from _sharing(target, operand)
        elif isinstance(operand, Tensor) and operand._storage is target._storage:
            yield operand


class Relation(Enum):
    """How two tensors of one storage share elements. NONE is also the answer where it is hard to say."""

    NONE, PART, ALL = range(3)


def _relation(a: Tensor, b: Tensor) -> Relation:
    first, second = a.geometry, b.geometry
    if 0 in first.sizes or 0 in second.sizes or not (is_dense(first) and is_dense(second)):
        return Relation.NONE
    (start, end), (other_start, other_end) = _span(a), _span(b)
    if (start, end) == (other_start, other_end):
        return Relation.ALL if first.strides == second.strides else Relation.PART
    return Relation.PART if start < other_end and other_start < end else Relation.NONE


def _span(tensor: Tensor) -> tuple[int, int]:
    """The bytes of a dense tensor in its storage."""
    item = tensor.itemsize
    return tensor._offset * item, (tensor._offset + tensor.numel()) * item


def overlaps_itself(target: Tensor) -> bool:
    """Whether several elements are the same memory, as after expand."""
    sizes = target.sizes
    return 0 not in sizes and any(
        stride == 0 and size > 1 for size, stride in zip(sizes, target.strides)
    )
