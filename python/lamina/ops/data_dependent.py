"""Operators whose result sizes depend on data. They run eagerly and cannot be traced.

Each has an array kernel; its impl over primitives is the error that tracing raises.
"""

from __future__ import annotations

import numpy as np

from ..errors import DataDependentError, DtypeError, ShapeError
from .registry import aten, composite, op


def _untraceable(what):
    raise DataDependentError(f"{what} is not known while tracing")


def _coordinates(self):
    return np.argwhere(self) if self.ndim else np.zeros((int(bool(self)), 0), np.int64)


@op("nonzero(Tensor self) -> Tensor", differentiable=False, kernel=_coordinates)
def nonzero(p, self):
    """int64 coordinates [count, ndim] of the nonzero elements. Eager only."""
    _untraceable("the number of nonzero elements")


def _positions(condition):
    return [np.array(axis) for axis in np.atleast_1d(condition).nonzero()]


@op("where(Tensor condition) -> Tensor[]", differentiable=False, kernel=_positions)
def where_nonzero(p, condition):
    """Coordinates of the nonzero elements, one int64 vector per dimension. Eager only."""
    _untraceable("the number of nonzero elements")


def _sorted_set(self, sorted, return_inverse, return_counts):
    values, inverse, counts = np.unique(self, return_inverse=True, return_counts=True)
    empty = np.zeros((0,), np.int64)
    return (
        values,
        inverse.reshape(self.shape) if return_inverse or return_counts else empty,
        counts if return_counts else empty,
    )


@op(
    "_unique2(Tensor self, bool sorted=True, bool return_inverse=False, bool return_counts=False)"
    " -> (Tensor, Tensor, Tensor)",
    variants="",
    differentiable=False,
    kernel=_sorted_set,
)
def _unique2(p, self, sorted, return_inverse, return_counts):
    """(distinct values in order, where each element's value is, how often each occurs); what is
    not asked for is empty. Eager only.
    """
    _untraceable("the number of distinct values")


@composite(variants="function, method")
def unique(self, sorted=True, return_inverse=False, return_counts=False):
    """The distinct values in order, with each element's position and each value's count if
    asked.
    """
    values, inverse, counts = aten._unique2(self, sorted, return_inverse, return_counts)
    asked = [values] + [inverse] * return_inverse + [counts] * return_counts
    return tuple(asked) if len(asked) > 1 else values


def _counts(self, weights, minlength):
    if self.dtype.kind not in "iu":
        raise DtypeError(f"needs integers, got {self.dtype}")
    if self.ndim != 1 or (self.size and self.min() < 0):
        raise ShapeError("needs a vector of integers that are not negative")
    counted = np.bincount(self, weights, minlength)
    return counted if weights is None or weights.dtype != np.float32 else counted.astype(np.float32)


@op(
    "bincount(Tensor self, Tensor? weights=None, SymInt minlength=0) -> Tensor",
    differentiable=False,
    kernel=_counts,
)
def bincount(p, self, weights, minlength):
    """How often each integer from 0 occurs in a vector, or the sum of its weights. Eager only."""
    _untraceable("the largest element")
