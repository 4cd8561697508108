"""What a tensor is made of, which a trace replaces for its time and gives back."""

from __future__ import annotations

from typing import Any

from ..errors import UnsupportedError
from ..tensor import Size, Tensor
from .record import SIMPLE

_SLOTS = ("_array", "_storage", "_strides", "_offset", "_autograd", "_view", "_counter")


def slots_of(tensor: Tensor) -> dict:
    """What a tensor is made of."""
    return {slot: getattr(tensor, slot) for slot in _SLOTS}


def put_back(tensor: Tensor, slots: dict) -> None:
    """Makes a tensor of what `slots_of` gave."""
    for slot in _SLOTS:
        setattr(tensor, slot, slots[slot])


def changed_attributes(tensor: Tensor, before: dict, text: str) -> dict[str, Any]:
    """The Python attributes that a program set on a tensor with these before. Raises UnsupportedError if it took some
    away; `text` is how to call the tensor.
    """
    now = vars(tensor)
    gone = [name for name in before if name not in now]
    if gone:
        raise UnsupportedError(f"the program deletes the attribute {gone[0]!r} of {text}")
    return {k: v for k, v in now.items() if k not in before or before[k] is not v}


def plain_attributes(tensor: Tensor) -> dict[str, Any]:
    """The Python attributes of a tensor that a program can depend on by value."""
    return {k: v for k, v in vars(tensor).items() if isinstance(v, (*SIMPLE, Size))}
