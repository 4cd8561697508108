"""Samples of special functions and windows."""

from __future__ import annotations

from .arrays import DType, Sample, literal


def _bessel(a):
    for dtype in ("float64", "float32", "bfloat16", "float16", "int64", "bool"):
        yield Sample((a(2, 3, dtype=dtype),))
    yield Sample((a(20, low=-30, high=30),))
    yield Sample((a(20, low=-30, high=30, dtype="float32"),))
    yield Sample((literal([0.0, 8.0, -8.0]),))
    yield Sample((a(2, 3, layout="transposed"),))
    yield Sample((a(0, 3),))
    yield Sample((a(),))


def _polygamma(a):
    for n in (0, 1, 2, 3, 5):
        yield Sample((n, a(20, low=0.1, high=20)))
        yield Sample((n, a(6, low=0.5, high=5, dtype="float32")))
        yield Sample((n, literal([0.25, 1.0, 1e-3, 100.0])))
    yield Sample((1, a(20, low=-5, high=0)))
    yield Sample((2, a(20, low=-5, high=0)))
    for n in (1, 2):
        yield Sample((n, literal([0.0])), grad=False)
    yield Sample((1, a(3, low=1, high=5, dtype="int64")))
    yield Sample((1, a(2, 3, low=1, high=5, layout="transposed")))
    yield Sample((2, a(0)))


def _windows(a, *rest):
    for length in (0, 1, 2, 7, 8):
        for periodic in (True, False):
            yield Sample((length, periodic, *rest))
    yield Sample((9, True, *rest), {"dtype": DType("float64")})
    yield Sample((9, True, *rest), {"dtype": DType("bfloat16")})


SAMPLES = {
    "i0": _bessel,
    "special_i0e": _bessel,
    "special_i1": _bessel,
    "special_i1e": _bessel,
    "polygamma": _polygamma,
    "hann_window.periodic": _windows,
    "hamming_window.periodic_alpha_beta": lambda a: _windows(a, 0.54, 0.46),
    "blackman_window.periodic": _windows,
    "bartlett_window.periodic": _windows,
    "kaiser_window.beta": lambda a: _windows(a, 12.0),
}
