"""Devices: where a storage's memory lives.

A device is part of every type decision. This room only names devices; the array module that serves one
is chosen by `array_module`, which loads CuPy on first use.
"""

from __future__ import annotations

import numpy as np

from .errors import DeviceError

_TYPES = ("cpu", "cuda", "meta")


class device:
    """A device: `type` ("cpu", "cuda", "meta") and an `index` or None. Built from "cuda:0" or ("cuda", 0)."""

    __slots__ = ("index", "type")

    def __init__(self, type: str | int | device, index: int | None = None):
        if isinstance(type, device):
            type, index = type.type, type.index if index is None else index
        elif isinstance(type, int):
            type, index = "cuda", type
        name, colon, number = type.partition(":")
        if name not in _TYPES or (colon and not number.isdigit()) or (colon and index is not None):
            raise DeviceError(
                f"invalid device {type!r}: expected one of {', '.join(_TYPES)}, with an optional ':index'"
            )
        object.__setattr__(self, "type", name)
        object.__setattr__(self, "index", int(number) if colon else index)

    def __setattr__(self, name, value):
        raise AttributeError(f"device.{name} is read-only")

    def __eq__(self, other) -> bool:
        return isinstance(other, device) and (self.type, self.index) == (other.type, other.index)

    def __hash__(self) -> int:
        return hash((self.type, self.index))

    def __str__(self) -> str:
        return self.type if self.index is None else f"{self.type}:{self.index}"

    def __repr__(self) -> str:
        return f"device(type='{self.type}'" + (
            ")" if self.index is None else f", index={self.index})"
        )

    def __reduce__(self):
        return (device, (self.type, self.index))


CPU = device("cpu")


def as_device(value) -> device:
    """`value` as a device; None means the CPU. Raises DeviceError when lamina has no arrays for it."""
    if value is None:
        return CPU
    found = value if isinstance(value, device) else device(value)
    if found.type != "cpu":
        raise DeviceError(f"there are no arrays on device {found}; tensors live on the CPU")
    return CPU


def array_module(d: device):
    """The module (NumPy, CuPy) whose arrays live on `d`. Raises DeviceError when it cannot be used."""
    if d.type == "cpu":
        return np
    if d.type != "cuda":
        raise DeviceError(f"tensors on device {d} hold no data")
    try:
        import cupy
    except ImportError as error:
        raise DeviceError(
            f"device {d} needs the cuda extra (CuPy), which is not installed"
        ) from error
    return cupy
