"""Operators whose result sizes depend on data. They run eagerly and cannot be traced.

Each has an array kernel; its impl over primitives is the error that tracing raises.
"""

from __future__ import annotations

import numpy as np

from ..errors import DataDependentError, DtypeError, ShapeError, ValueError_
from .geometry import wrap_dim
from .registry import aten, composite, op


def _untraceable(what):
    raise DataDependentError(f"{what} is not known while tracing")


def _coordinates(self):
    return np.argwhere(self) if self.ndim else np.zeros((int(bool(self)), 0), np.int64)


@op(
    "nonzero(Tensor self) -> Tensor",
    differentiable=False,
    kernel=_coordinates,
    # One column after the other.
    layout=lambda arguments, sizes: (1, sizes[0]),
)
def nonzero(p, self):
    """int64 coordinates [count, ndim] of the nonzero elements. Eager only."""
    _untraceable("the number of nonzero elements")


@composite(name="nonzero", variants="function, method")
def _nonzero(self, *, as_tuple=False):
    """int64 coordinates [count, ndim] of the nonzero elements, or, `as_tuple`, one vector per dimension (a 0-d
    tensor counts as having one). Eager only.
    """
    if as_tuple:
        return (self if self.ndim else self.unsqueeze(0)).nonzero().unbind(1)
    return aten.nonzero.default(self)


def _repeated(repeats, output_size):
    if repeats.ndim != 1:
        raise ShapeError(f"repeats must be a vector, got shape {repeats.shape}")
    if repeats.dtype not in (np.int32, np.int64):
        raise DtypeError(f"repeats must be int32 or int64, got {repeats.dtype}")
    if (repeats < 0).any():
        raise ValueError_("repeats must not be negative")
    if output_size is not None and repeats.sum() != output_size:
        raise ValueError_(f"repeats add up to {repeats.sum()}, and output_size is {output_size}")
    return np.repeat(np.arange(len(repeats), dtype=repeats.dtype), repeats)


@op(
    "repeat_interleave.Tensor(Tensor repeats, *, SymInt? output_size=None) -> Tensor",
    differentiable=False,
    kernel=_repeated,
)
def repeat_interleave(p, repeats, output_size):
    """Each index of the vector repeats as often as it says, in its dtype, int32 or int64. Eager only.

    Raises ShapeError unless repeats is a vector, DtypeError for other dtypes, ValueError_ for negative repeats and
    where they do not add up to output_size.
    """
    _untraceable("the sum of the repeats")


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
    kernel=_sorted_set,
)
def _unique2(p, self, sorted, return_inverse, return_counts):
    """(distinct values in order, where each element's value is, how often each occurs); what is
    not asked for is empty. Eager only.
    """
    _untraceable("the number of distinct values")


def _sorted_slices(self, dim, sorted, return_inverse, return_counts):
    dim = wrap_dim(dim, self.ndim)
    return np.unique(self, return_inverse=True, return_counts=True, axis=dim)


@op(
    "unique_dim(Tensor self, int dim, bool sorted=True, bool return_inverse=False, bool "
    "return_counts=False) -> (Tensor, Tensor, Tensor)",
    variants="",
    kernel=_sorted_slices,
)
def unique_dim(p, self, dim, sorted, return_inverse, return_counts):
    """(distinct slices along dim in lexicographic order, where each slice is, how often each
    occurs). Eager only.
    """
    _untraceable("the number of distinct slices")


def _runs(self, return_inverse, return_counts, dim):
    if dim is None:
        slices = self.reshape(self.size)
    else:
        dim = wrap_dim(dim, self.ndim)
        slices = np.moveaxis(self, dim, 0)
    count = slices.shape[0]
    changes = slices[1:] != slices[:-1]
    starts = np.ones(count, bool)
    starts[1:] = changes.any(tuple(range(1, slices.ndim)))
    values = slices[starts] if dim is None else np.moveaxis(slices[starts], 0, dim)
    inverse = np.cumsum(starts) - 1
    shape = self.shape if dim is None else (count,)
    empty = np.zeros((0,), np.int64)
    return (
        np.array(values),
        inverse.reshape(shape) if return_inverse else empty,
        np.diff(np.flatnonzero(starts), append=count) if return_counts else empty.copy(),
    )


@op(
    "unique_consecutive(Tensor self, bool return_inverse=False, bool return_counts=False, int? "
    "dim=None) -> (Tensor, Tensor, Tensor)",
    variants="",
    kernel=_runs,
)
def _unique_consecutive(p, self, return_inverse, return_counts, dim):
    """(the first of each run of equal elements, or slices along dim; the number of its run for each
    element; the lengths of the runs); what is not asked for is empty. Eager only.
    """
    _untraceable("the number of runs")


def _asked(found, return_inverse, return_counts):
    values, inverse, counts = found
    asked = [values] + [inverse] * return_inverse + [counts] * return_counts
    return tuple(asked) if len(asked) > 1 else values


@composite(variants="function, method")
def unique(self, sorted=True, return_inverse=False, return_counts=False, dim=None):
    """The distinct values (slices along dim) in order, with each one's position and each value's
    count if asked.
    """
    options = sorted, return_inverse, return_counts
    found = aten._unique2(self, *options) if dim is None else aten.unique_dim(self, dim, *options)
    return _asked(found, return_inverse, return_counts)


@composite(variants="function, method")
def unique_consecutive(self, return_inverse=False, return_counts=False, dim=None):
    """The first of each run of equal elements (slices along dim), with the number of each element's
    run and the length of each run if asked.
    """
    found = aten.unique_consecutive.default(self, return_inverse, return_counts, dim)
    return _asked(found, return_inverse, return_counts)


def _counts(self, weights, minlength):
    if self.dtype.kind not in "iu":
        raise DtypeError(f"needs integers, got {self.dtype}")
    if self.ndim != 1 or (self.size and self.min() < 0):
        raise ShapeError("needs a vector of integers that are not negative")
    if weights is not None and weights.dtype.kind == "c":
        weights = weights.real.astype(np.float64)
    counted = np.bincount(self, weights, minlength)
    return counted if weights is None or weights.dtype != np.float32 else counted.astype(np.float32)


@op(
    "bincount(Tensor self, Tensor? weights=None, SymInt minlength=0) -> Tensor",
    differentiable=False,
    kernel=_counts,
)
def bincount(p, self, weights, minlength):
    """How often each integer from 0 occurs in a vector, or the sum of its weights, of which
    imaginary parts do not count. Eager only.
    """
    _untraceable("the largest element")
