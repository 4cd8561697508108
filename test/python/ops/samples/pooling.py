"""Samples of pooling: over windows, to a given size, at random places, and back."""

from __future__ import annotations

import numpy as np

from .arrays import Array, Sample


def _max_pools(a, rank):
    shape = (2, 3, 6, 7, 5)[: 2 + rank]
    for rest in ((2,), (3, 2), (3, 2, 1), (3, 1, 1, 2), (3, 2, 1, 1, True), (2, 3, 0, 1, True)):
        yield Sample(
            (
                a(*shape),
                *([v] if isinstance(v, int) and not isinstance(v, bool) else v for v in rest),
            )
        )
    yield Sample((a(*shape[1:], dtype="float32"), [2] * rank))
    yield Sample((a(*shape, dtype="bfloat16"), [2] * rank))
    yield Sample((a(*shape, layout="transposed"), [2] * rank))
    yield Sample((a(0, *shape[1:]), [2] * rank))


def _average_pools(a, rank):
    shape = (2, 3, 6, 7, 5)[: 2 + rank]
    for rest in (
        ([2],),
        ([3], [2]),
        ([3], [2], [1]),
        ([3], [2], [1], True),
        ([3], [2], [1], False, False),
        ([3], [2], [1], True, False),
        ([2], [2], [0], False, True, 3),
        ([2], [3], [0], True),
    ):
        yield Sample((a(*shape), *rest))
    yield Sample((a(*shape[1:], dtype="float32"), [2]))
    if rank == 2:
        yield Sample((a(*shape, dtype="bfloat16"), [2]))


def _max_pool_gradients(a, rank):
    # Windows of size 2 without overlap: every index is in its own window.
    shape = (2, 3, 4, 4, 4)[: 2 + rank]
    out = (2, 3, 2, 2, 2)[: 2 + rank]
    yield Sample(
        (a(*out), a(*shape), [2], [2], [0], [1], False, a.index(*out, size=4**rank)), grad=False
    )


def _average_pool_gradients(a, rank):
    shape, out = (2, 3, 6, 6, 6)[: 2 + rank], (2, 3, 3, 3, 3)[: 2 + rank]
    for include in (True, False):
        yield Sample((a(*out), a(*shape), [3], [2], [1], False, include, None))


def _adaptive(a, rank):
    shape = (2, 3, 6, 6, 4)[: 2 + rank]
    for size in ([1, 1, 1], [2, 3, 2], [4, 5, 3]):
        yield Sample((a(*shape), size[:rank]))
    yield Sample((a(3, *(5, 7, 3)[:rank], dtype="float32"), [2, 3, 2][:rank]))
    yield Sample((a(1, 2, *(4, 4, 4)[:rank], dtype="bfloat16"), [2, 2, 2][:rank]))
    yield Sample((a(0, *shape[1:]), [2] * rank))


def _adaptive_gradients(a, rank):
    yield Sample((a(2, 3, *(2, 2, 2)[:rank]), a(2, 3, *(4, 6, 4)[:rank])))
    yield Sample((a(3, *(2, 3, 2)[:rank]), a(3, *(5, 7, 3)[:rank])))


def _adaptive_max_gradients(a, rank):
    out, shape = (2, 3, 2, 2, 2)[: 2 + rank], (2, 3, 4, 4, 4)[: 2 + rank]
    yield Sample((a(*out), a(*shape), a.index(*out, size=4**rank)), grad=False)


def _unpools(a, rank):
    rest = ([2] * rank, [0] * rank) if rank == 3 else ()
    for batch in ((2, 3), (3,)):
        shape = (*batch, *[2] * rank)
        taken = [a.random.permutation(4**rank)[: 2**rank] for _ in range(int(np.prod(batch)))]
        places = Array(np.array(taken).reshape(shape))
        yield Sample((a(*shape), places, [4] * rank, *rest))


def _fractional(a, rank):
    for shape, kernel, out in (
        ((2, 3, 7, 6, 5), [2, 2, 2], [3, 4, 2]),
        ((3, 7, 6, 5), [3, 2, 1], [1, 3, 4]),
    ):
        sizes = shape[: len(shape) - 3 + rank]
        numbers = a(shape[0] if len(shape) == 5 else 1, 3, rank, low=0.0, high=1.0).frozen()
        yield Sample((a(*sizes), kernel[:rank], out[:rank], numbers))


def _fractional_gradients(a, rank):
    out, shape = (2, 3, 2, 2, 2)[: 2 + rank], (2, 3, 4, 4, 4)[: 2 + rank]
    places = a.index(*out, size=4**rank)
    yield Sample((a(*out), a(*shape), [2] * rank, [2] * rank, places), grad=False)


SAMPLES = {
    "max_pool2d_with_indices": lambda a: _max_pools(a, 2),
    "max_pool3d_with_indices": lambda a: _max_pools(a, 3),
    "max_pool2d_with_indices_backward": lambda a: _max_pool_gradients(a, 2),
    "max_pool3d_with_indices_backward": lambda a: _max_pool_gradients(a, 3),
    "avg_pool2d": lambda a: _average_pools(a, 2),
    "avg_pool3d": lambda a: _average_pools(a, 3),
    "avg_pool2d_backward": lambda a: _average_pool_gradients(a, 2),
    "avg_pool3d_backward": lambda a: _average_pool_gradients(a, 3),
    **{
        f"{name.format(rank)}": lambda a, rank=rank, draw=draw: draw(a, rank)
        for rank in (2, 3)
        for name, draw in (
            ("_adaptive_avg_pool{}d", _adaptive),
            ("_adaptive_avg_pool{}d_backward", _adaptive_gradients),
            ("adaptive_max_pool{}d", _adaptive),
            ("adaptive_max_pool{}d_backward", _adaptive_max_gradients),
            ("max_unpool{}d", _unpools),
            ("fractional_max_pool{}d", _fractional),
            ("fractional_max_pool{}d_backward", _fractional_gradients),
        )
    },
}
