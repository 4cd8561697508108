"""Which strides a new result gets: the memory order of its operands, or a memory format.

The rule for pointwise operators is that of strided iterators: operands that agree keep their
strides; otherwise dimensions are sorted by the operands' strides, the first operand that can tell
deciding, and the result is dense in that order. The rules below it are `layout=` facts of registry
entries: functions of an operator's arguments, by name, and of the result's sizes. They must be the
same eagerly and in a trace, which is why they are stated here once.
"""

from __future__ import annotations

from collections.abc import Callable

from .. import memory_format as formats
from ..storage import Geometry, contiguous_strides
from . import geometry as rules
from .promotion import result_dtype

# Tensors of a lower rank are in no other memory format.
_IMAGES = 4


def pointwise_strides(operands: list[Geometry], sizes: tuple) -> tuple:
    """Strides, in elements, of a fresh pointwise result of `sizes` computed from `operands`."""
    row_major = contiguous_strides(sizes)
    if len(sizes) < 2 or not operands:
        return row_major
    if all(g.sizes == sizes for g in operands):
        for format in (formats.contiguous_format, formats.channels_last):
            if all(formats.is_contiguous(g, format) for g in operands):
                return formats.strides_in(format, sizes)
        first = operands[0]
        if all(g.strides == first.strides for g in operands) and formats.is_dense(first):
            return first.strides
    aligned = [_broadcast(g, sizes) for g in operands]
    order = _sorted_dims(aligned, sizes)
    if order == list(reversed(range(len(sizes)))):
        return row_major
    strides, step = [0] * len(sizes), 1
    for d in order:
        strides[d] = step
        step *= sizes[d]
    return tuple(strides)


def preserved_strides(g: Geometry, sizes: tuple) -> tuple:
    """Strides of a copy of `g` with these sizes: its own if it is dense, else dense in the
    same order.
    """
    if sizes != g.sizes:
        return contiguous_strides(sizes)
    if formats.is_dense(g):
        return g.strides
    order = _sorted_dims([g.strides], sizes)
    return formats.strides_for(sizes, tuple(reversed(order)))


def strides_in(format, g: Geometry | None, sizes: tuple) -> tuple:
    """Strides of a result in a memory format; None and `preserve_format` keep those of `g`."""
    if format is None or (format is formats.preserve_format and g is not None):
        return contiguous_strides(sizes) if g is None else preserved_strides(g, sizes)
    return formats.strides_in(format, sizes)


def chosen(name: str | None = "self") -> Callable:
    """The layout of operators with a `memory_format` argument, which keep the strides of
    argument `name`.
    """

    def strides(arguments: dict, sizes: tuple) -> tuple:
        format = arguments["memory_format"]
        if format is None and (not sizes or (len(sizes) == 1 and sizes[0] > 1)):
            return contiguous_strides(sizes)
        source = None if name is None else arguments[name].geometry
        return strides_in(format, source, sizes)

    strides.keeps_row_major = name is not None
    return strides


def given(arguments: dict, sizes: tuple) -> tuple:
    """The layout of operators that are told the strides of their result."""
    return tuple(arguments["stride"])


def preserved(name: str = "self") -> Callable:
    """The layout of operators whose result lies in memory as argument `name` does."""

    def strides(arguments: dict, sizes: tuple) -> tuple:
        return preserved_strides(arguments[name].geometry, sizes)

    strides.keeps_row_major = True
    return strides


def rotated(arguments: dict, sizes: tuple) -> tuple:
    """The layout of `self` turned in the plane of two `dims`: that of the transposed tensor where sides change places."""
    g, k = arguments["self"].geometry, arguments["k"]
    if k % 4 == 0:
        return contiguous_strides(sizes)
    if k % 2:
        g = rules.transpose(g, *arguments["dims"])
    return preserved_strides(g, sizes)


def with_gaps(arguments: dict, sizes: tuple) -> tuple:
    """The layout of copies of `self` that keep its strides, and so the gaps between its elements."""
    geometry = arguments["self"].geometry
    if any([step == 0 and size > 1 for size, step in zip(geometry.sizes, geometry.strides)]):
        return preserved_strides(geometry, sizes)
    return geometry.strides


with_gaps.keeps_row_major = True


def modulus(arguments: dict, sizes: tuple) -> tuple:
    """The layout of real functions of complex numbers, which keep the strides of `self`; for real numbers that of
    a pointwise result.
    """
    given = arguments["self"]
    if given.is_complex():
        return preserved_strides(given.geometry, sizes)
    return pointwise_strides([given.geometry], sizes)


def power(arguments: dict, sizes: tuple) -> tuple:
    """The layout of `self` to the power of a number: a pointwise result, after `self` got the result's dtype."""
    base = arguments["self"]
    geometry, dtype = base.geometry, base._array.dtype
    if result_dtype(base._array, arguments.get("exponent", 2)) != dtype:
        geometry = geometry._replace(strides=preserved_strides(geometry, geometry.sizes))
    return pointwise_strides([geometry], sizes)


power.keeps_row_major = True


def outer(arguments: dict, sizes: tuple) -> tuple:
    """The layout of `addr`, which is pointwise over `self`, a column and a row."""
    column = rules.unsqueeze(arguments["vec1"].geometry, 1)
    row = rules.unsqueeze(arguments["vec2"].geometry, 0)
    return pointwise_strides([arguments["self"].geometry, column, row], sizes)


def suggested(*names: str) -> Callable:
    """The layout of operators over images: channels last when an argument among `names` is."""

    def strides(arguments: dict, sizes: tuple) -> tuple:
        for name in names:
            given = arguments[name]
            format = formats.suggested(given.geometry) if given is not None else None
            if format is not None and format.order and len(format.order) == len(sizes):
                return formats.strides_in(format, sizes)
        return contiguous_strides(sizes)

    strides.row_major_below = _IMAGES
    return strides


def suggested_or_kept(arguments: dict, sizes: tuple) -> tuple:
    """The layout of a copy of `self` in the format that it suggests; of nothing, the layout of a plain copy."""
    if 0 in sizes:
        return preserved_strides(arguments["self"].geometry, sizes)
    return suggested("self")(arguments, sizes)


def joined(arguments: dict, sizes: tuple) -> tuple:
    """The layout of `cat`: the format that all `tensors` suggest, row-major when they differ."""
    return _joined([t.geometry for t in arguments["tensors"]], sizes)


def stacked(arguments: dict, sizes: tuple) -> tuple:
    """The layout of `stack`: of `cat` along the dimension, of which the new one is then split
    off.
    """
    parts = [t.geometry for t in arguments["tensors"]]
    dim = rules.wrap_dim(arguments["dim"], len(sizes))
    if dim == len(sizes) - 1:
        return _joined([rules.unsqueeze(g, dim) for g in parts], sizes)
    whole = (*sizes[:dim], sizes[dim] * sizes[dim + 1], *sizes[dim + 2 :])
    return rules.view_strides(Geometry(whole, _joined(parts, whole)), sizes)


joined.row_major_below = stacked.row_major_below = _IMAGES
suggested_or_kept.row_major_below = _IMAGES


def _joined(parts: list[Geometry], sizes: tuple) -> tuple:
    found = {formats.suggested(g) for g in parts if len(g.sizes) == len(sizes)}
    return formats.strides_in(found.pop(), sizes) if len(found) == 1 else contiguous_strides(sizes)


def _broadcast(geometry: Geometry, sizes: tuple) -> tuple:
    """The operand's strides seen at the result's rank: 0 where it is broadcast."""
    lead = len(sizes) - len(geometry.sizes)
    inner = [
        0 if size == 1 and sizes[lead + i] != 1 else stride
        for i, (size, stride) in enumerate(zip(geometry.sizes, geometry.strides))
    ]
    return (0,) * lead + tuple(inner)


def _sorted_dims(operands: list[tuple], sizes: tuple) -> list[int]:
    """Dimensions from fastest to slowest: an insertion sort, because the comparison is not
    transitive.
    """
    order = list(reversed(range(len(sizes))))
    for i in range(1, len(order)):
        at = i
        for j in range(i - 1, -1, -1):
            verdict = _compare(order[j], order[at], operands, sizes)
            if verdict > 0:
                order[j], order[at] = order[at], order[j]
                at = j
            elif verdict < 0:
                break
    return order


def _compare(a: int, b: int, operands: list[tuple], sizes: tuple) -> int:
    """Positive when dimension `a` must be slower than `b`, negative when faster, 0 when nobody
    can tell.
    """
    for strides in operands:
        if strides[a] == 0 or strides[b] == 0:
            continue
        if strides[a] != strides[b]:
            return -1 if strides[a] < strides[b] else 1
        if sizes[a] > sizes[b]:
            return 1
    return 0
