"""Batching rules of operators that take positions: the mapped dimension is one more position."""

from __future__ import annotations

import math

import numpy as np

from ..errors import UnsupportedError
from ..ops.registry import aten
from ..tensor import Tensor
from .rules import all_front, batching, front, looped, padded, shifted_dim


@batching("index_select", "index_add", "index_copy", "index_fill", inplace=True)
def along_dimension(op, values: tuple, owned: list, size: int):
    """One list of positions for all examples; lists of their own are taken one by one."""
    x, dim, index = values[:3]
    ndim = x.ndim - owned[0]
    is_fill = op.schema.name.startswith("index_fill")
    if ndim == 0 or owned[2] or (is_fill and owned[3]):
        return looped(op, values, owned, size)
    rest = values[3:] if is_fill else all_front(values[3:], owned[3:], size)
    return op.call((front(x, owned[0], size), shifted_dim(dim, ndim, False), index, *rest))


@batching("take")
def take(op, values: tuple, owned: list, size: int):
    """A gather from the flattened example."""
    x, index = [front(v, o, size) for v, o in zip(values, owned, strict=True)]
    flat, places = x.reshape((size, -1)), index.reshape((size, -1))
    places = aten.where(places < 0, places + flat.shape[1], places)
    return flat.gather(1, places).reshape(index.shape)


@batching("embedding")
def embedding(op, values: tuple, owned: list, size: int):
    """Rows of one table; tables of their own are one long table."""
    weight, indices = values[:2]
    if not owned[0]:
        return op.call(values)
    rows = weight.shape[1]
    indices = front(indices, owned[1], size)
    offsets = aten.arange(size, device=weight.device) * rows
    places = indices + offsets.reshape((size, *(1,) * (indices.ndim - 1)))
    # The row of padding is another in each table, and only matters to the gradient.
    return aten.index_select(
        weight.reshape((size * rows, weight.shape[2])), 0, places.reshape(-1)
    ).reshape((*indices.shape, weight.shape[2]))


@batching("index.Tensor")
def index(op, values: tuple, owned: list, size: int):
    """The examples' numbers are one more index, in front of all others."""
    x, indices = values
    placed = _Placed(x, owned[0], indices, owned[1], size)
    found = op.call((placed.source, placed.indices))
    return placed.to_function(found)


@batching("index_put", inplace=True)
def index_put(op, values: tuple, owned: list, size: int):
    """As `index`, the values brought into the order of its result."""
    x, indices, given, accumulate = values
    placed = _Placed(x, owned[0], indices, owned[1], size)
    given = padded(front(given, owned[2], size), True, placed.ndim)
    given = placed.to_indexed(given.expand((size, *placed.shape)))
    return op.call((placed.source, placed.indices, given, accumulate))


class _Placed:
    """Indices with the number of the example in front.

    The function sees a result of `shape`, whose index dimensions stand where the first index was, or
    first if indices are not side by side. With the number in front they always come first.
    """

    def __init__(self, x: Tensor, has_batch: bool, indices, owned: list, size: int):
        self.source = front(x, has_batch, size)
        sizes = self.source.shape[1:]
        indices, owned = _as_positions(indices, owned)
        at = [i for i, index in enumerate(indices) if index is not None]
        shapes = [tuple(indices[i].shape[owned[i] :]) for i in at]
        self.index_shape = np.broadcast_shapes(*shapes)
        count = len(self.index_shape)
        numbers = aten.arange(size, device=x.device).reshape((size, *(1,) * count))
        aligned = [
            None if i is None else padded(i, o, count) for i, o in zip(indices, owned, strict=True)
        ]
        self.indices = [numbers, *aligned]
        kept = [s for d, s in enumerate(sizes) if d >= len(indices) or indices[d] is None]
        adjacent = at == list(range(at[0], at[-1] + 1))
        self.at = at[0] if adjacent else 0
        self.shape = (*kept[: self.at], *self.index_shape, *kept[self.at :])
        self.ndim = len(self.shape)

    def to_function(self, found: Tensor) -> Tensor:
        """A result of the indexed operator, with dimensions where the function sees them."""
        return found.movedim(*self._moves())

    def to_indexed(self, values: Tensor) -> Tensor:
        """The other way round."""
        source, target = self._moves()
        return values.movedim(target, source)

    def _moves(self) -> tuple:
        count = len(self.index_shape)
        source = tuple(range(1, 1 + count))
        return source, tuple([d + self.at for d in source])


def _as_positions(indices, owned: list) -> tuple[list, list]:
    """Masks as the positions of their true elements. Raises UnsupportedError for one that differs by
    example, whose positions may be more or fewer.
    """
    found, has = [], []
    for index, is_owned in zip(indices, owned, strict=True):
        if index is None or index._array.dtype.kind != "b":
            found.append(index)
            has.append(is_owned)
            continue
        if is_owned:
            raise UnsupportedError(
                "vmap: a mask as index gives results of different sizes; use where()",
                op="index.Tensor",
            )
        positions = index.nonzero().unbind(1)
        found += positions
        has += [False] * len(positions)
    return found, has


@batching("embedding_dense_backward")
def embedding_backward(op, values: tuple, owned: list, size: int):
    """Each example adds to rows of a table of its own, all of them one long table."""
    grad, indices, rows, padding, by_frequency = values
    if by_frequency:
        return looped(op, values, owned, size)
    grad, indices = front(grad, owned[0], size), front(indices, owned[1], size)
    width = grad.shape[-1]
    offsets = aten.arange(size, device=grad.device) * rows
    places = (indices + offsets.reshape((size, *(1,) * (indices.ndim - 1)))).reshape(-1)
    given = grad.reshape((math.prod(indices.shape), width))
    if padding >= 0:
        given = given.masked_fill((indices.reshape(-1) == padding).unsqueeze(1), 0)
    table = aten.zeros((size * rows, width), dtype=grad.dtype, device=grad.device)
    return table.index_add(0, places, given).reshape((size, rows, width))
