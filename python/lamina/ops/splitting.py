"""Functions that cut a tensor into pieces along a dimension; the pieces are views.

`split`, `chunk` and `unbind` are operators with several results, whose pieces autograd does not let one write
to; `tensor_split` and its kin are slices one by one.
"""

from __future__ import annotations

from itertools import pairwise

from ..errors import ArgumentError, ShapeError
from . import geometry as rules
from .registry import aten, composite


def _check_rank(name: str, self, rank: int = 1) -> None:
    if self.ndim < rank:
        raise ShapeError(
            f"{name} expects a tensor of at least {rank} dimensions, got shape {list(self.shape)}",
            op=name,
        )


@composite(variants="function, method")
def split(tensor, split_size_or_sections=None, dim: int = 0, *, split_size=None):
    """Pieces of one size, or of the given sizes, along a dimension; views, as a tuple.

    The method calls its first argument `split_size`, as torch's does.
    """
    pieces = split_size if split_size_or_sections is None else split_size_or_sections
    if isinstance(pieces, (list, tuple)):
        return aten.split_with_sizes(tensor, pieces, dim)
    return aten.split.Tensor(tensor, pieces, dim)


def _cut(sized, with_sizes, self, chunks: int, dim: int):
    _check_rank("chunk", self)
    if chunks < 1:
        raise ShapeError(f"chunk expects at least 1 chunk, got {chunks}", op="chunk")
    size = self.sizes[rules.wrap_dim(dim, self.ndim)]
    piece = (size + chunks - 1) // chunks
    return with_sizes(self, (0,) * chunks, dim) if piece == 0 else sized(self, piece, dim)


@composite(variants="function, method")
def chunk(self, chunks: int, dim: int = 0):
    """At most `chunks` equal pieces along a dimension; views, as a tuple."""
    return _cut(aten.split.Tensor, aten.split_with_sizes, self, chunks, dim)


@composite(variants="function, method")
def unsafe_chunk(self, chunks: int, dim: int = 0):
    """`chunk` whose pieces autograd takes for tensors of their own."""
    return _cut(aten.unsafe_split.Tensor, aten.unsafe_split_with_sizes, self, chunks, dim)


@composite(variants="function, method")
def tensor_split(self, indices_or_sections=None, dim: int = 0, *, sections=None, indices=None):
    """Pieces between indices, or a number of nearly equal pieces, given as ints or as an integer tensor; views,
    as a tuple. Raises ShapeError for a 0-d tensor and for less than one piece.
    """
    given = [v for v in (indices_or_sections, sections, indices) if v is not None]
    if len(given) != 1:
        raise ArgumentError("expected either a number of sections or indices", op="tensor_split")
    _check_rank("tensor_split", self)
    where = given[0].tolist() if hasattr(given[0], "tolist") else given[0]
    size = self.sizes[rules.wrap_dim(dim, self.ndim)]
    if not isinstance(where, int):
        cuts = [0, *where, size]
    elif where > 0:
        small, extra = divmod(size, where)
        cuts = [i * small + min(i, extra) for i in range(where + 1)]
    else:
        raise ShapeError(f"the number of sections must be positive, got {where}", op="tensor_split")
    return tuple([aten.slice(self, dim, a, b, 1) for a, b in pairwise(cuts)])


def _along(name: str, rank: int, dim, doc: str) -> None:
    def divide(self, indices_or_sections=None, *, sections=None, indices=None):
        _check_rank(name, self, rank)
        at = dim(self)
        given = [v for v in (indices_or_sections, sections, indices) if v is not None]
        if len(given) != 1:
            raise ArgumentError("expected either a number of sections or indices", op=name)
        parts = given[0]
        if isinstance(parts, int) and (parts < 1 or self.sizes[at] % parts):
            raise ShapeError(
                f"dimension {at} of size {self.sizes[at]} does not divide into {parts} sections",
                op=name,
            )
        return tensor_split(self, parts, at)

    divide.__name__ = divide.__qualname__ = name
    divide.__doc__ = f"`tensor_split` along {doc}. Raises ShapeError for sections of unequal size."
    composite(divide, variants="function, method", name=name)


_along("hsplit", 1, lambda x: 0 if x.ndim == 1 else 1, "columns (the only dimension of a vector)")
_along("vsplit", 2, lambda x: 0, "rows")
_along("dsplit", 3, lambda x: 2, "the third dimension")
