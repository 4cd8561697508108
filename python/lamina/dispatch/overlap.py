"""Which writes are refused because of the memory they go to.

An elementwise write has no order, so it must not read what it has written in another place: an
operand that shares some elements with the target, but not each with its own, is an error, and so is
a target in which several elements are one. Only tensors that fill their memory without gaps are
looked at, as elsewhere.
"""

from __future__ import annotations

from ..errors import ShapeError
from ..memory_format import is_dense
from ..tensor import Tensor


def check_operands(name: str, target: Tensor, operands) -> None:
    """Raises ShapeError when an operand shares memory with `target` in part."""
    storage = target._storage
    for operand in operands:
        if isinstance(operand, (list, tuple)):
            check_operands(name, target, operand)
        elif (
            isinstance(operand, Tensor)
            and operand._storage is storage
            and operand is not target
            and _overlap_in_part(operand, target)
        ):
            raise ShapeError(
                "unsupported operation: some elements of the input tensor and the written-to "
                "tensor refer to a "
                "single memory location; clone() the tensor before performing the operation",
                op=name,
            )


def _overlap_in_part(a: Tensor, b: Tensor) -> bool:
    first, second = a.geometry, b.geometry
    if a._array is b._array or 0 in first.sizes or 0 in second.sizes:
        return False
    if not (is_dense(first) and is_dense(second)):
        return False
    (start, end), (other_start, other_end) = _span(a), _span(b)
    if (start, end) == (other_start, other_end):
        return first.strides != second.strides
    return start < other_end and other_start < end


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
