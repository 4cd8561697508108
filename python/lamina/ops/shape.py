"""Shape functions that are compositions of views (and a copy where a view cannot say it)."""

from __future__ import annotations

import operator

from ..errors import DimError, ShapeError
from ..memory_format import contiguous_format
from . import geometry as rules
from .registry import aten, composite


@composite(variants="function, method")
def reshape(self, *sizes, shape=()):
    """The same elements in row-major order under another shape: a view when strides allow, else a copy."""
    shape = _loose(sizes or shape)
    flags = getattr(self._array, "flags", None)
    if flags is not None and flags.c_contiguous:
        return (
            aten.view(self, shape) if type(shape) is list else aten.view.default.call((self, shape))
        )
    wanted = rules.infer_size(shape, self.numel())
    if rules.view_strides(self.geometry, wanted) is not None:
        return aten.view.default(self, shape)
    return aten._unsafe_view(aten.clone(self, memory_format=contiguous_format), shape)


@composite(variants="method")
def view_as(self, other):
    """`self.view(other.size())`."""
    return self.view(other.shape)


@composite(variants="method")
def reshape_as(self, other):
    """`self.reshape(other.size())`."""
    return self.reshape(other.shape)


@composite(variants="method")
def expand_as(self, other):
    """`self.expand(other.size())`."""
    return self.expand(other.shape)


@composite(variants="function, method")
def flatten(self, start_dim: int = 0, end_dim: int = -1):
    """Dimensions start_dim..end_dim as one. Raises ShapeError when they are out of order."""
    start, end = rules.wrap_dim(start_dim, self.ndim), rules.wrap_dim(end_dim, self.ndim)
    if start > end:
        raise ShapeError(
            f"flatten: start_dim {start_dim} comes after end_dim {end_dim}", op="flatten"
        )
    if self.ndim == 0:
        return self.reshape(1)
    if start == end:
        return self
    sizes = self.sizes
    merged = 1
    for size in sizes[start : end + 1]:
        merged *= size
    return self.reshape(*sizes[:start], merged, *sizes[end + 1 :])


@composite(variants="function, method")
def ravel(self):
    """All elements as one dimension."""
    return self.contiguous().view(-1)


@composite(variants="function, method")
def unflatten(self, dim: int, sizes):
    """One dimension as several; one of `sizes` may be -1. Raises ShapeError unless they make up the dimension."""
    if not sizes or self.ndim == 0:
        raise ShapeError(
            f"unflatten needs sizes and a dimension, got {list(sizes)} for shape {list(self.shape)}",
            op="unflatten",
        )
    at = rules.wrap_dim(dim, self.ndim)
    parts = rules.infer_size(sizes, self.sizes[at])
    return self.view(*self.sizes[:at], *parts, *self.sizes[at + 1 :])


@composite(variants="function, method")
def narrow(self, dim: int, start, length: int):
    """Elements start..start+length of a dimension. Raises DimError for a start that is not in it, ShapeError
    when the elements are not all there.
    """
    if self.ndim == 0:
        raise ShapeError("narrow() cannot be applied to a 0-d tensor", op="narrow")
    at = rules.wrap_dim(dim, self.ndim)
    size, start = self.sizes[at], operator.index(start)
    if length < 0:
        raise ShapeError(f"the length must not be negative, got {length}", op="narrow")
    if not -size <= start <= size:
        raise DimError(
            f"start {start} is out of range for dimension {at} of size {size}", op="narrow"
        )
    begin = start + size if start < 0 else start
    if begin + length > size:
        raise ShapeError(
            f"start ({start}) + length ({length}) exceeds dimension {at} of size {size}",
            op="narrow",
        )
    return aten.slice(self, at, begin, begin + length, 1)


@composite(variants="function, method")
def movedim(self, source, destination):
    """Dimensions moved from `source` to `destination`, the others in order."""
    source = (source,) if isinstance(source, int) else tuple(source)
    destination = (destination,) if isinstance(destination, int) else tuple(destination)
    if len(source) != len(destination):
        raise ShapeError(
            f"movedim: {len(source)} source but {len(destination)} destination dimensions",
            op="movedim",
        )
    for dim in (*source, *destination):
        rules.wrap_dim(dim, self.ndim)
    source, destination = (
        rules.wrap_dims(source, self.ndim),
        rules.wrap_dims(destination, self.ndim),
    )
    if not self.ndim:
        return aten.alias(self)
    rest = iter([d for d in range(self.ndim) if d not in source])
    placed = dict(zip(destination, source))
    return self.permute([placed[d] if d in placed else next(rest) for d in range(self.ndim)])


moveaxis = composite(movedim, variants="function, method", name="moveaxis")


@composite(variants="function, method")
def swapaxes(self, axis0: int, axis1: int):
    """Two dimensions swapped."""
    return self.transpose(axis0, axis1)


@composite(variants="function, method")
def swapdims(self, dim0: int, dim1: int):
    """`transpose(dim0, dim1)`."""
    return self.transpose(dim0, dim1)


@composite(variants="function, method")
def adjoint(self):
    """The last two dimensions swapped, conjugated when complex. Raises ShapeError for vectors."""
    swapped = _matrix_transposed(self, "adjoint()")
    return swapped.conj() if self.is_complex() else swapped


def transposed(self):
    """All dimensions in reverse order: `Tensor.T`."""
    return self.permute(tuple(range(self.ndim))[::-1])


def matrix_transposed(self):
    """The last two dimensions swapped: `Tensor.mT`. Raises ShapeError for vectors."""
    return _matrix_transposed(self, "mT")


def conjugate_transposed(self):
    """A matrix transposed and conjugated: `Tensor.H`. Raises ShapeError unless it is a matrix or 0-d."""
    if self.ndim not in (0, 2):
        raise ShapeError(f"H needs a matrix, got shape {list(self.shape)}")
    return adjoint(self)


def _matrix_transposed(self, name: str):
    if self.ndim == 0:
        return self
    if self.ndim < 2:
        raise ShapeError(f"{name} needs matrices, got shape {list(self.shape)}")
    return self.transpose(-2, -1)


@composite(variants="function, method")
def real(self):
    """The real parts as a view; a real tensor itself."""
    return aten.view_as_real(self).select(-1, 0) if self.is_complex() else self


@composite(variants="function")
def imag(self):
    """The imaginary parts as a view. Raises DtypeError for a real tensor."""
    return aten.view_as_real(self).select(-1, 1)


@composite
def atleast_1d(*tensors):
    """Tensors of at least one dimension: 0-d ones get one. One tensor, or a tuple of them."""
    return _each(tensors, lambda x: x.reshape(1) if x.ndim == 0 else x)


@composite
def atleast_2d(*tensors):
    """Tensors of at least two dimensions, new ones in front. One tensor, or a tuple of them."""
    return _each(
        tensors,
        lambda x: x.reshape(1, 1) if x.ndim == 0 else x.unsqueeze(0) if x.ndim == 1 else x,
    )


@composite
def atleast_3d(*tensors):
    """Tensors of at least three dimensions: a vector becomes the middle one, a matrix the first two. One
    tensor, or a tuple of them.
    """

    def widened(x):
        if x.ndim == 0:
            return x.reshape(1, 1, 1)
        if x.ndim == 1:
            return x.unsqueeze(0).unsqueeze(-1)
        return x.unsqueeze(-1) if x.ndim == 2 else x

    return _each(tensors, widened)


def _each(tensors, widened):
    if len(tensors) == 1 and not isinstance(tensors[0], (list, tuple)):
        return widened(tensors[0])
    return tuple([widened(x) for x in (tensors[0] if len(tensors) == 1 else tensors)])


def _loose(shape):
    return shape[0] if len(shape) == 1 and isinstance(shape[0], (list, tuple)) else shape
