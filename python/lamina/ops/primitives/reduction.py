"""Reductions, scans and sort: the primitives for which one dimension is special.

Reductions drop the reduced dimensions and keep the operand's dtype (small floats accumulate in
float32). A 0-d operand of a scan or a sort counts as one element.
"""

import numpy as np

from ._numeric import SMALL_FLOATS, compute_dtype, quiet, rounded_once

__all__ = [
    "all",
    "amax",
    "amin",
    "any",
    "argmax",
    "argmin",
    "cumprod",
    "cumsum",
    "prod",
    "sort",
    "sum",
]


_largest = rounded_once(np.maximum.reduce)
_smallest = rounded_once(np.minimum.reduce)


@quiet
def sum(x, dims):
    """Sum over dims; logical or of booleans, 0 over nothing."""
    return np.asarray(np.add.reduce(x, axis=tuple(dims), dtype=compute_dtype(x.dtype))).astype(
        x.dtype, copy=False
    )


@quiet
def prod(x, dims):
    """Product over dims; logical and of booleans, 1 over nothing."""
    return np.asarray(np.multiply.reduce(x, axis=tuple(dims), dtype=compute_dtype(x.dtype))).astype(
        x.dtype, copy=False
    )


@quiet
def amax(x, dims):
    """Largest element over dims, nan if one is; a reduced dimension must not be empty."""
    return np.asarray(_largest(x, axis=tuple(dims)))


@quiet
def amin(x, dims):
    """Smallest element over dims, nan if one is; a reduced dimension must not be empty."""
    return np.asarray(_smallest(x, axis=tuple(dims)))


def any(x, dims):
    """Whether an element over dims is true (x is boolean)."""
    return np.asarray(np.any(x, axis=tuple(dims)))


def all(x, dims):
    """Whether every element over dims is true (x is boolean)."""
    return np.asarray(np.all(x, axis=tuple(dims)))


def argmax(x, dim):
    """int64 position along dim of the first largest element; the first nan wins."""
    return _arg("argmax", x, dim)


def argmin(x, dim):
    """int64 position along dim of the first smallest element; the first nan wins."""
    return _arg("argmin", x, dim)


def cumsum(x, dim):
    """Running sum along dim."""
    return _scan(np.cumsum, x, dim)


def cumprod(x, dim):
    """Running product along dim."""
    return _scan(np.cumprod, x, dim)


_SMALL = 1024


def sort(x, dim, descending):
    """(values, int64 positions) of a stable sort along dim; nan is the largest value."""
    if x.ndim == 0:
        return x.copy(), np.zeros((), np.int64)
    keys = x.astype(np.float32) if x.dtype in SMALL_FLOATS else x
    if descending:
        # Reversing before and after keeps equal elements in their order.
        positions = (
            x.shape[dim] - 1 - np.flip(np.argsort(np.flip(keys, dim), axis=dim, kind="stable"), dim)
        )
    else:
        positions = np.argsort(keys, axis=dim, kind="stable")
    if x.size <= _SMALL and not descending and keys is x:
        # Sorting a few numbers again is faster than picking them by their positions.
        return np.sort(x, axis=dim, kind="stable"), positions
    return np.take_along_axis(x, positions, axis=dim), positions.astype(np.int64, copy=False)


def _arg(name, x, dim):
    keys = x.astype(np.float32) if x.dtype in SMALL_FLOATS else x
    return np.asarray(getattr(keys, name)(axis=dim)).astype(np.int64, copy=False)


@quiet
def _scan(function, x, dim):
    if x.ndim == 0:
        return x.copy()
    return function(x, axis=dim, dtype=compute_dtype(x.dtype)).astype(x.dtype, copy=False)
