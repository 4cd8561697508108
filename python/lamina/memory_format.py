"""Memory formats and layouts: names for the orders in which a tensor's dimensions lie in memory.

A format is a rule that gives strides for sizes, and a question one can ask of a geometry. Nothing here
touches memory; `lamina.ops.layout` decides which format a result gets.
"""

from __future__ import annotations

from .errors import ShapeError
from .storage import Geometry, contiguous_strides


class memory_format:
    """A memory format, one of the module's constants: `name`, and `order`, its dimensions from slowest to fastest."""

    __slots__ = ("name", "order")

    def __init__(self, name: str, order: tuple | None = None):
        self.name, self.order = name, order

    def __repr__(self) -> str:
        return f"lamina.{self.name}"

    def __reduce__(self):
        return self.name


class layout:
    """How elements are stored. lamina has one: `strided`."""

    __slots__ = ("name",)

    def __init__(self, name: str):
        self.name = name

    def __repr__(self) -> str:
        return f"lamina.{self.name}"

    def __reduce__(self):
        return self.name


contiguous_format = memory_format("contiguous_format")
preserve_format = memory_format("preserve_format")
channels_last = memory_format("channels_last", (0, 2, 3, 1))
channels_last_3d = memory_format("channels_last_3d", (0, 2, 3, 4, 1))
strided = layout("strided")

PUBLIC = {f.name: f for f in (contiguous_format, preserve_format, channels_last, channels_last_3d)}
PUBLIC |= {"memory_format": memory_format, "layout": layout, "strided": strided}


def strides_for(sizes: tuple, order: tuple) -> tuple:
    """Dense strides of `sizes` with the dimensions `order`, from slowest to fastest; a size of 0 counts as 1."""
    inner = contiguous_strides(tuple([sizes[d] for d in order]))
    strides = [0] * len(sizes)
    for d, stride in zip(order, inner):
        strides[d] = stride
    return tuple(strides)


def strides_in(format: memory_format, sizes: tuple) -> tuple:
    """Dense strides of `sizes` in a format. Raises ShapeError when the format has another rank."""
    if format is contiguous_format:
        return contiguous_strides(sizes)
    if format.order is None:
        raise ShapeError(f"memory format {format} says nothing about the strides of a new tensor")
    if len(sizes) != len(format.order):
        raise ShapeError(
            f"{format} needs a tensor of rank {len(format.order)}, got sizes {list(sizes)}"
        )
    strides, step = [0] * len(sizes), 1
    for d in reversed(format.order):
        strides[d] = step
        step *= sizes[d]
    return tuple(strides)


def is_contiguous(g: Geometry, format: memory_format) -> bool:
    """Whether the elements lie in memory without gaps in the order of the format (row-major for a format
    that names none).
    """
    if format.order is None:
        return 0 in g.sizes or _follows(g, range(len(g.sizes)))
    return len(g.sizes) == len(format.order) and _follows(g, format.order)


def _follows(g: Geometry, order) -> bool:
    step = 1
    for d in reversed(order):
        if g.sizes[d] != 1:
            if g.strides[d] != step:
                return False
            step *= g.sizes[d]
    return True


def suggested(g: Geometry) -> memory_format:
    """The format that results computed from such a tensor should have: that in which its strides are ordered."""
    for format in (channels_last, channels_last_3d):
        if len(g.sizes) == len(format.order) and _is_ordered(g, format.order):
            return format
    return contiguous_format


def _is_ordered(g: Geometry, order: tuple) -> bool:
    """Whether strides grow along the format's order, gaps allowed.

    A tensor whose strides fit both this format and row-major order (one channel, or one pixel) counts as
    row-major.
    """
    channels = order[-1]
    if g.strides[channels] == 0:
        return False
    least = 0
    for d in reversed(order):
        if g.sizes[d] == 0 or g.strides[d] < least:
            return False
        if d == 0 and least == g.strides[channels]:
            return False
        least = g.strides[d] * max(g.sizes[d], 1)
    return True


def is_dense(g: Geometry) -> bool:
    """Whether the elements fill memory without gaps or overlaps, in some order of dimensions."""
    if 0 in g.sizes:
        return True
    step = 1
    for stride, size in sorted((stride, size) for size, stride in zip(*g[:2]) if size > 1):
        if stride != step:
            return False
        step *= size
    return True
