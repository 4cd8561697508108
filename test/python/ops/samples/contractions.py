"""Samples of matrix products, convolution, pooling and normalization."""

from __future__ import annotations

import itertools

from .arrays import Sample

_DTYPES = ("float64", "float32", "bfloat16", "float16", "int64", "complex128")


def _products(a, *shapes):
    for dtype in _DTYPES:
        yield Sample(tuple(a(*shape, dtype=dtype) for shape in shapes))
    yield Sample(tuple(a(*shape, layout="transposed") for shape in shapes))
    for empty in ("m", "k", "n"):
        yield Sample(
            tuple(
                a(*(0 if name == empty else size for name, size in zip(names, shape)))
                for names, shape in zip(_NAMES[len(shapes[0]), len(shapes[1])], shapes)
            )
        )


_NAMES = {(2, 2): ("mk", "kn"), (3, 3): ("bmk", "bkn"), (2, 1): ("mk", "k"), (1, 1): ("k", "k")}


def _crosses(a):
    for dtype in ("float64", "float32", "int64", "complex128"):
        yield Sample((a(2, 3, dtype=dtype), a(2, 3, dtype=dtype)))
    yield Sample((a(3, 4), a(3, 1)), {"dim": 0})


def _sums(a, added, left, right):
    for dtype in ("float64", "float32", "bfloat16", "int64"):
        yield Sample((a(*added, dtype=dtype), a(*left, dtype=dtype), a(*right, dtype=dtype)))
    yield Sample((a(*added[-1:]), a(*left, layout="transposed"), a(*right)))
    yield Sample((a(), a(*left), a(*right)), {"beta": 0.5, "alpha": 2.0})
    yield Sample((a(*added), a(*left), a(*right)), {"beta": 0})
    yield Sample(
        (
            a(*added, dtype="complex128"),
            a(*left, dtype="complex128"),
            a(*right, dtype="complex128"),
        ),
        {"alpha": 1 + 2j},
    )


def _convolutions(a, *, options=((1, 0, 1), (2, 1, 1), (1, 2, 2), (3, 1, 1))):
    """input, weight, bias, stride, padding, dilation, transposed, output_padding, groups."""
    sizes, kernels = (7, 6, 5), (3, 2, 3)
    for rank, groups, (stride, padding, dilation), transposed in itertools.product(
        (1, 2, 3), (1, 2), options, (False, True)
    ):
        if rank == 3 and groups == 2:
            continue
        weight = (
            a(4, 3, *kernels[:rank]) if transposed else a(2 * groups, 4 // groups, *kernels[:rank])
        )
        bias = a(3 * groups if transposed else 2 * groups) if (stride + groups) % 2 else None
        extra = [1 if stride > 1 and transposed else 0] * rank
        yield Sample(
            (
                a(2, 4, *sizes[:rank]),
                weight,
                bias,
                [stride] * rank,
                [padding] * rank,
                [dilation] * rank,
                transposed,
                extra,
                groups,
            )
        )
    for dtype in ("float32", "bfloat16"):
        yield Sample(
            (
                a(1, 2, 5, 5, dtype=dtype),
                a(3, 2, 3, 3, dtype=dtype),
                a(3, dtype=dtype),
                [1, 1],
                [1, 1],
                [1, 1],
                False,
                [0, 0],
                1,
            )
        )
    yield Sample((a(0, 2, 5, 5), a(3, 2, 3, 3), None, [1, 1], [0, 0], [1, 1], False, [0, 0], 1))
    yield Sample(
        (
            a(2, 2, 5, 4, layout="transposed"),
            a(3, 2, 1, 1),
            a(3),
            [2, 1],
            [0, 1],
            [1, 1],
            False,
            [0, 0],
            1,
        )
    )


def _convolution_gradients(a):
    for masks in ((True, True, True), (True, False, False), (False, True, False)):
        yield Sample(
            (
                a(2, 4, 4, 4),
                a(2, 2, 7, 7),
                a(4, 2, 3, 3),
                [4],
                [2, 2],
                [1, 1],
                [1, 1],
                False,
                [0, 0],
                1,
                list(masks),
            )
        )
    yield Sample(
        (a(2, 4, 13), a(2, 2, 6), a(2, 4, 3), [4], [2], [0], [1], True, [0], 1, [True, True, True])
    )


def _layer_norms(a):
    for weight, bias in itertools.product((True, False), repeat=2):
        yield Sample((a(3, 4), [4], a(4) if weight else None, a(4) if bias else None, 1e-5))
    yield Sample((a(2, 3, 4), [3, 4], a(3, 4), a(3, 4), 1e-3))
    yield Sample((a(4, dtype="float32"), [4], a(4, dtype="float32"), None, 1e-5))
    yield Sample((a(2, 3, 4, layout="transposed"), [4], None, None, 1e-5))
    yield Sample((a(0, 4), [4], a(4), a(4), 1e-5))


def _group_norms(a):
    for groups in (1, 2, 4):
        yield Sample((a(2, 4, 5), a(4), a(4), 2, 4, 5, groups, 1e-5))
    yield Sample((a(2, 4, 3, 2), None, None, 2, 4, 6, 2, 1e-5))
    yield Sample((a(2, 4, dtype="float32"), a(4, dtype="float32"), None, 2, 4, 1, 2, 1e-5))


def _batch_norms(a):
    for shape in ((4, 3), (4, 3, 5), (2, 3, 4, 2)):
        yield Sample((a(*shape), a(3), a(3), None, None, True, 0.1, 1e-5))
        yield Sample(
            (a(*shape), a(3), a(3), a(3).frozen(), a(3, low=0.5).frozen(), False, 0.1, 1e-5)
        )
    yield Sample((a(4, 3), None, None, None, None, True, 0.1, 1e-5))
    yield Sample(
        (
            a(4, 3, dtype="float32"),
            None,
            None,
            a(3, dtype="float32").frozen(),
            a(3, dtype="float32", low=0.5).frozen(),
            False,
            0.1,
            1e-5,
        )
    )


SAMPLES = {
    "mm": lambda a: _products(a, (3, 4), (4, 5)),
    "bmm": lambda a: _products(a, (2, 3, 4), (2, 4, 5)),
    "mv": lambda a: _products(a, (3, 4), (4,)),
    "dot": lambda a: _products(a, (4,), (4,)),
    "vdot": lambda a: _products(a, (4,), (4,)),
    "addmm": lambda a: _sums(a, (3, 5), (3, 4), (4, 5)),
    "addmv": lambda a: _sums(a, (3,), (3, 4), (4,)),
    "addr": lambda a: _sums(a, (3, 4), (3,), (4,)),
    "linalg_cross": _crosses,
    "baddbmm": lambda a: _sums(a, (2, 3, 5), (2, 3, 4), (2, 4, 5)),
    "addbmm": lambda a: _sums(a, (3, 5), (2, 3, 4), (2, 4, 5)),
    "convolution": _convolutions,
    "convolution_backward": _convolution_gradients,
    "native_layer_norm": _layer_norms,
    "native_group_norm": _group_norms,
    "native_batch_norm": _batch_norms,
}
