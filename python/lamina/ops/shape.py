"""Shape functions that are compositions of views (and a copy where a view cannot say it)."""

from __future__ import annotations

import operator
from itertools import pairwise

from ..errors import ShapeError
from . import geometry as rules
from .registry import aten, composite


@composite(variants="function, method")
def reshape(self, *shape):
    """The same elements in row-major order under another shape: a view when strides allow, else a copy."""
    shape = _loose(shape)
    wanted = rules.infer_size(shape, self.numel())
    if rules.view_strides(self.geometry, wanted) is not None:
        return aten.view.default(self, shape)
    return aten._unsafe_view(aten._clone_contiguous(self), shape)


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


@composite(variants="method")
def ravel(self):
    """All elements as one dimension."""
    return self.reshape(-1)


@composite(variants="function, method")
def unflatten(self, dim: int, sizes):
    """One dimension as several; one of `sizes` may be -1."""
    at = rules.wrap_dim(dim, self.ndim)
    parts = rules.infer_size(sizes, self.sizes[at])
    return self.view(*self.sizes[:at], *parts, *self.sizes[at + 1 :])


@composite(variants="function, method")
def narrow(self, dim: int, start, length: int):
    """Elements start..start+length of a dimension. Raises DimError when they are not all there."""
    at, size = rules.wrap_dim(dim, self.ndim), self.sizes[rules.wrap_dim(dim, self.ndim)]
    start = operator.index(start)
    begin = start + size if start < 0 else start
    if not 0 <= begin <= size or length < 0 or begin + length > size:
        raise ShapeError(
            f"start ({start}) + length ({length}) exceeds dimension {at} of size {size}",
            op="narrow",
        )
    return aten.slice(self, at, begin, begin + length, 1)


@composite(variants="function, method")
def split(self, split_size_or_sections, dim: int = 0):
    """Pieces of one size, or of the given sizes, along a dimension; views, as a tuple."""
    if isinstance(split_size_or_sections, (list, tuple)):
        return aten.split_with_sizes(self, split_size_or_sections, dim)
    return aten.split.Tensor(self, split_size_or_sections, dim)


@composite(variants="function, method")
def chunk(self, chunks: int, dim: int = 0):
    """At most `chunks` equal pieces along a dimension; views, as a tuple."""
    if chunks < 1:
        raise ShapeError(f"chunk expects at least 1 chunk, got {chunks}", op="chunk")
    size = self.sizes[rules.wrap_dim(dim, self.ndim)]
    piece = (size + chunks - 1) // chunks
    if piece == 0:
        return aten.split_with_sizes(self, (0,) * chunks, dim)
    return aten.split.Tensor(self, piece, dim)


@composite(variants="function, method")
def tensor_split(self, indices_or_sections, dim: int = 0):
    """Pieces between indices, or a number of nearly equal pieces; views, as a tuple."""
    size = self.sizes[rules.wrap_dim(dim, self.ndim)]
    if isinstance(indices_or_sections, int):
        small, extra = divmod(size, indices_or_sections)
        cuts = [i * small + min(i, extra) for i in range(indices_or_sections + 1)]
    else:
        cuts = [0, *indices_or_sections, size]
    return tuple([aten.slice(self, dim, a, b, 1) for a, b in pairwise(cuts)])


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
    source, destination = (
        rules.wrap_dims(source, self.ndim),
        rules.wrap_dims(destination, self.ndim),
    )
    rest = iter([d for d in range(self.ndim) if d not in source])
    placed = dict(zip(destination, source))
    return self.permute([placed[d] if d in placed else next(rest) for d in range(self.ndim)])


moveaxis = composite(movedim, variants="function, method", name="moveaxis")


@composite(variants="function, method")
def swapaxes(self, axis0: int, axis1: int):
    """Two dimensions swapped."""
    return self.transpose(axis0, axis1)


swapdims = composite(swapaxes, variants="function, method", name="swapdims")


@composite(variants="function, method")
def adjoint(self):
    """The last two dimensions swapped, conjugated when complex."""
    swapped = self.transpose(-2, -1)
    return swapped.conj() if self.is_complex() else swapped


@composite(variants="function, method")
def real(self):
    """The real parts as a view; a real tensor itself."""
    return aten.view_as_real(self).select(-1, 0) if self.is_complex() else self


@composite(variants="function")
def imag(self):
    """The imaginary parts as a view. Raises DtypeError for a real tensor."""
    return aten.view_as_real(self).select(-1, 1)


def _loose(shape):
    return shape[0] if len(shape) == 1 and isinstance(shape[0], (list, tuple)) else shape
