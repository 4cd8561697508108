"""Samples of factories, fills and conversions."""

from __future__ import annotations

from .arrays import DType, Sample

_DTYPES = (
    "float64",
    "float32",
    "bfloat16",
    "float16",
    "int64",
    "int32",
    "int8",
    "uint8",
    "bool",
    "complex64",
    "float8_e4m3fn",
    "float8_e5m2",
)


def _sized(a, *rest):
    yield Sample(([2, 3], *rest))
    yield Sample(([], *rest))
    yield Sample(([0, 3], *rest))
    for dtype in _DTYPES:
        yield Sample(([2], *rest), {"dtype": DType(dtype)})


def _like(a, *rest):
    yield Sample((a(2, 3), *rest))
    yield Sample((a(2, 3, layout="transposed"), *rest))
    yield Sample((a(3, dtype="int32"), *rest))
    yield Sample((a(dtype="bfloat16"), *rest), {"dtype": DType("float32")})


def _new(a, *rest):
    yield Sample((a(2), [2, 3], *rest))
    yield Sample((a(2, dtype="int32"), [], *rest))
    yield Sample((a(2), [3], *rest), {"dtype": DType("float32")})


def _ranges(*calls):
    def samples(a):
        for args in calls:
            yield Sample(args)
        yield Sample(calls[0], {"dtype": DType("float32")})
        yield Sample(calls[0], {"dtype": DType("int32")})

    return samples


def _conversions(a):
    for source in ("float64", "float32", "int64", "bool", "bfloat16", "uint8"):
        for target in _DTYPES[:9]:
            low = 0.0 if target == "uint8" else -3.0
            yield Sample((a(3, 4, dtype=source, low=low),), {"dtype": DType(target)})
    yield Sample((a(3, 4, layout="transposed"),))
    yield Sample((a(0, 3),), {"dtype": DType("float32")})
    yield Sample((a(3, dtype="float32"),), {"dtype": DType("complex64")})
    yield Sample((a(3, dtype="float32"),), {"dtype": DType("float8_e4m3fn")})
    yield Sample((a(3, dtype="float32"),), {"dtype": DType("float8_e5m2")})
    yield Sample((a(3, dtype="float8_e4m3fn"),), {"dtype": DType("float32")})


def _fills(a, value):
    yield Sample((a(2, 3), value()))
    yield Sample((a(), value()))
    yield Sample((a(2, 3, layout="transposed", dtype="float32"), value()))
    yield Sample((a(0, 3), value()))


SAMPLES = {
    "zeros": _sized,
    "ones": _sized,
    "empty": _sized,
    "empty.memory_format": _sized,
    "empty_strided": lambda a: [Sample(([2, 3], [1, 2])), Sample(([2, 3], [7, 2]))],
    "new_empty_strided": lambda a: [Sample((a(2), [2, 3], [1, 2]))],
    "empty_like": _like,
    "new_empty": _new,
    "zeros_like": _like,
    "ones_like": _like,
    "new_zeros": _new,
    "new_ones": _new,
    "full": lambda a: [*(Sample(([2, 3], value)) for value in (2, 2.5, True, 1j)), *_sized(a, 1)],
    "full_like": lambda a: _like(a, 2.5),
    "new_full": lambda a: _new(a, 2.5),
    "scalar_tensor": lambda a: [
        Sample((2,)),
        Sample((2.5,)),
        Sample((2,), {"dtype": DType("int64")}),
    ],
    "arange": _ranges((5,), (2.5,), (0,)),
    "arange.start": _ranges((2, 6), (0.5, 3.0), (-3, 0)),
    "arange.start_step": _ranges((0, 10, 3), (1, 0, -0.25), (5, -5, -3), (0, 1, 0.1), (2, 2, 1)),
    "linspace": _ranges((0, 1, 5), (-3.0, 2.0, 7), (5, 1, 4), (2, 3, 1), (0, 1, 0)),
    "eye": lambda a: [Sample((3,)), Sample((0,)), Sample((2,), {"dtype": DType("int64")})],
    "eye.m": lambda a: [Sample((2, 3)), Sample((3, 2)), Sample((0, 2))],
    "_to_copy": _conversions,
    "fill.Scalar": lambda a: _fills(a, lambda: 2.5),
    "fill.Tensor": lambda a: _fills(a, lambda: a()),
    "zero": lambda a: [Sample((a(2, 3),)), Sample((a(),)), Sample((a(2, dtype="bool"),))],
    "_clone_strided": lambda a: [
        Sample((a(2, 3), [1, 2])),
        Sample((a(2, 3, layout="transposed"), [3, 1])),
    ],
    "clone": lambda a: [
        Sample((a(2, 3),)),
        Sample((a(2, 3, layout="transposed"),)),
        Sample((a(),)),
        Sample((a(0, 2),)),
        Sample((a(3, dtype="bfloat16"),)),
    ],
}
