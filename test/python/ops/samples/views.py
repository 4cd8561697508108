"""Samples of view operators, of their backward operators, and of copies."""

from __future__ import annotations

from .arrays import DType, Sample


def _each(a, *calls, shape=(2, 3, 4)):
    """Every call's arguments on a dense, a transposed and a strided tensor."""
    for rest in calls:
        yield Sample((a(*shape), *rest))
    yield Sample((a(*shape, layout="transposed"), *calls[0]))
    yield Sample((a(*shape, layout="strided", dtype="float32"), *calls[0]))
    yield Sample((a(*shape, dtype="bfloat16"), *calls[0]))


def _viewed(a):
    for size in ([6, 4], [-1], [2, 1, 3, 4], [2, 3, -1, 2]):
        yield Sample((a(2, 3, 4), size))
    yield Sample((a(), [1, 1]))
    yield Sample((a(0, 3), [3, 0]))
    yield Sample((a(2, 3, layout="transposed"), [2, 3, 1]))


def _expanded(a):
    for x, size in ((a(3, 1), [3, 4]), (a(3), [2, 3]), (a(1, 3), [-1, 3]), (a(), [2]), (a(1), [0])):
        yield Sample((x, size))


def _squeezes(a, *rest):
    for shape in ((1, 3, 1), (2, 1, 3), ()):
        yield Sample((a(*shape), *rest))


def _strided(a):
    yield Sample((a(3, 4), [2, 2], [4, 1], 1))
    yield Sample((a(3, 4), [2, 3], [1, 1], 0))
    yield Sample((a(3, 4, layout="transposed"), [2, 2], [1, 3]))
    yield Sample((a(3, 4), [], [], 5))


def _windows(a):
    for dim, size, step in ((0, 2, 1), (1, 3, 2), (-1, 4, 1), (1, 1, 3)):
        yield Sample((a(3, 4), dim, size, step))
    yield Sample((a(4, 3, layout="transposed"), 0, 2, 2))


def _regions(a, *, source):
    """slice_backward and slice_scatter take a source and a region."""
    for dim, start, end, step, size in (
        (0, 1, 3, 1, (2, 3)),
        (1, 0, 3, 2, (4, 2)),
        (-1, 0, 3, 1, (4, 3)),
        (0, 5, 9, 1, (0, 3)),
    ):
        yield source(size, dim, start, end, step)


SAMPLES = {
    "alias": lambda a: _each(a, ()),
    "detach": lambda a: _each(a, ()),
    "view": _viewed,
    "_unsafe_view": _viewed,
    "view.dtype": lambda a: [
        Sample((a(3, dtype="float32"), DType("int32"))),
        Sample((a(3, 2), DType("int64"))),
    ],
    "permute": lambda a: _each(a, ([2, 0, 1],), ([0, 1, 2],), ([-1, -2, -3],)),
    "transpose.int": lambda a: _each(a, (0, 1), (-1, 0), (1, 1)),
    "t": lambda a: [Sample((a(2, 3),)), Sample((a(3),)), Sample((a(),))],
    "expand": _expanded,
    "select.int": lambda a: _each(a, (0, 1), (1, -1), (-1, 2)),
    "slice.Tensor": lambda a: _each(
        a, (0, 0, 1), (1, 1, 3, 2), (-1, -2), (2, 3, 1), (1,), (0, 0, 100)
    ),
    "squeeze": _squeezes,
    "squeeze.dim": lambda a: _squeezes(a, 0),
    "squeeze.dims": lambda a: [Sample((a(1, 3, 1), [0, 2])), Sample((a(2, 1), [0, 1]))],
    "unsqueeze": lambda a: _each(a, (0,), (-1,), (3,), (1,)),
    "diagonal": lambda a: _each(a, (), (1,), (-1, 1, 2), (0, -1, 0), (9,)),
    "as_strided": _strided,
    "unfold": _windows,
    "split.Tensor": lambda a: _each(a, (2,), (2, 1), (5, -1)),
    "split_with_sizes": lambda a: _each(a, ([1, 1],), ([1, 2], 1), ([4, 0], 2)),
    "unsafe_split.Tensor": lambda a: _each(a, (2,), (2, 1)),
    "unsafe_split_with_sizes": lambda a: _each(a, ([1, 1],), ([1, 2], 1)),
    "unbind.int": lambda a: _each(a, (), (1,), (-1,)),
    "view_as_real": lambda a: [
        Sample((a(2, 3, dtype="complex128"),)),
        Sample((a(dtype="complex64"),)),
    ],
    "view_as_complex": lambda a: [Sample((a(3, 2),)), Sample((a(2, 2, dtype="float32"),))],
    "slice_backward": lambda a: _regions(
        a, source=lambda size, *region: Sample((a(*size), [4, 3], *region))
    ),
    "slice_scatter": lambda a: _regions(
        a, source=lambda size, *region: Sample((a(4, 3), a(*size), *region))
    ),
    "select_backward": lambda a: [Sample((a(3), [4, 3], 0, 1)), Sample((a(4), [4, 3], -1, -1))],
    "select_scatter": lambda a: [Sample((a(4, 3), a(3), 0, 1)), Sample((a(4, 3), a(4), -1, -1))],
    "diagonal_backward": lambda a: [
        Sample((a(3), [4, 3], 0, 0, 1)),
        Sample((a(2), [4, 3], 1, 0, 1)),
    ],
    "diagonal_scatter": lambda a: [Sample((a(4, 3), a(3))), Sample((a(4, 3), a(2), 1))],
    "unfold_backward": lambda a: [Sample((a(3, 3, 2), [3, 4], 1, 2, 1), grad=False)],
    "as_strided_backward": lambda a: [
        Sample((a(2, 2), 12, [2, 2], [4, 1], 1)),
        Sample((a(2, 3), 5, [2, 3], [1, 1], 0)),
    ],
    "copy_": lambda a: [
        Sample((a(2, 3).frozen(), a(3))),
        Sample((a(2, dtype="int32"), a(2))),
        Sample((a(2, 3, layout="transposed").frozen(), a(2, 3, dtype="float32"))),
        Sample((a(2).frozen(), 2.5)),
    ],
    "_write_out": lambda a: [Sample((a(2, 3).frozen(), a(2, 3).frozen()))],
}
