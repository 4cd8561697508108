"""Factories and writes: arrays made from nothing, and the one primitive that changes an array."""

import numpy as np

from ._numeric import scalar

__all__ = ["assign", "constant", "full", "iota", "resize"]


def constant(array):
    """A fresh copy of `array`."""
    return np.array(array, order="C", copy=True)


def full(shape, value, dtype):
    """An array of one value."""
    return np.full(tuple(shape), scalar(value, dtype), dtype)


def iota(shape, dim, dtype):
    """0, 1, ..., n-1 along dim, repeated along the other dimensions."""
    ramp = np.arange(shape[dim]).astype(dtype)
    lined = ramp.reshape([-1 if i == dim else 1 for i in range(len(shape))])
    return np.array(np.broadcast_to(lined, tuple(shape)), order="C", copy=True)


def assign(value, ref):
    """Write value into the elements of ref; value may overlap it."""
    np.copyto(ref, value)


def resize(source, sizes):
    """The same memory with another number of elements, row-major; what is new is zero."""
    fresh = np.zeros(sizes, source.dtype)
    flat = source.reshape(-1)[: fresh.size]
    fresh.reshape(-1)[: flat.size] = flat
    return fresh
