"""What a tensor is made of, which a trace replaces for its time and gives back."""

from __future__ import annotations

from ..tensor import Tensor

_SLOTS = ("_array", "_storage", "_strides", "_offset", "_autograd", "_view", "_counter")


def slots_of(tensor: Tensor) -> dict:
    """What a tensor is made of."""
    return {slot: getattr(tensor, slot) for slot in _SLOTS}


def put_back(tensor: Tensor, slots: dict) -> None:
    """Makes a tensor of what `slots_of` gave."""
    for slot, value in slots.items():
        setattr(tensor, slot, value)
