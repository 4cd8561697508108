"""Which strides a new pointwise result gets: the memory order of its operands.

The rule is that of strided pointwise iterators: operands that agree keep their strides; otherwise
dimensions are sorted by the operands' strides, the first operand that can tell deciding, and the result
is dense in that order. It must be the same eagerly and in a trace, which is why it is stated here once.
"""

from __future__ import annotations

from ..storage import Geometry, contiguous_strides


def pointwise_strides(operands: list[Geometry], sizes: tuple) -> tuple:
    """Strides, in elements, of a fresh pointwise result of `sizes` computed from `operands`."""
    row_major = contiguous_strides(sizes)
    if len(sizes) < 2 or not operands:
        return row_major
    same = [g.strides for g in operands if tuple(g.sizes) == sizes]
    if len(same) == len(operands):
        if all(s == row_major for s in same):
            return row_major
        if all(s == same[0] for s in same) and is_dense(sizes, same[0]):
            return same[0]
    aligned = [_broadcast(g, sizes) for g in operands]
    order = _sorted_dims(aligned, sizes)
    strides, step = [0] * len(sizes), 1
    for d in order:
        strides[d] = step
        step *= max(sizes[d], 1)
    return tuple(strides)


def _broadcast(geometry: Geometry, sizes: tuple) -> tuple:
    """The operand's strides seen at the result's rank: 0 where it is broadcast."""
    lead = len(sizes) - len(geometry.sizes)
    inner = [
        0 if size == 1 and sizes[lead + i] != 1 else stride
        for i, (size, stride) in enumerate(zip(geometry.sizes, geometry.strides))
    ]
    return (0,) * lead + tuple(inner)


def is_dense(sizes: tuple, strides: tuple) -> bool:
    """Whether the elements fill memory without gaps or overlaps, in some order of dimensions."""
    step = 1
    for stride, size in sorted((stride, size) for size, stride in zip(sizes, strides) if size != 1):
        if stride != step:
            return False
        step *= size
    return True


def _sorted_dims(operands: list[tuple], sizes: tuple) -> list[int]:
    """Dimensions from fastest to slowest: an insertion sort, because the comparison is not transitive."""
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
    """Positive when dimension `a` must be slower than `b`, negative when faster, 0 when nobody can tell."""
    for strides in operands:
        if strides[a] == 0 or strides[b] == 0:
            continue
        if strides[a] != strides[b]:
            return -1 if strides[a] < strides[b] else 1
        if sizes[a] > sizes[b]:
            return 1
    return 0
