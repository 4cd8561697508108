"""Samples of the elementary functions beside arithmetic: with nan, infinities and the edges of the domain."""

from __future__ import annotations

from .arrays import Sample, literal
from .pointwise import _binary, _scalar, _unary

_INF, _NAN = float("inf"), float("nan")


def _passing_nan(a):
    yield from _binary(a, complex_too=False, number=None)
    yield Sample((literal([_NAN, 1.0, _NAN, _INF]), literal([1.0, _NAN, _NAN, 2.0])), grad=False)


def _lengths(a):
    yield from _binary(a, complex_too=False, integers=False, number=None)
    yield Sample((literal([1e200, _INF, 0.0]), literal([1e200, _NAN, 0.0])), grad=False)


def _sums(a):
    yield from _binary(a, complex_too=False, integers=False, number=None)
    yield Sample(
        (literal([1000.0, -_INF, _INF, -_INF]), literal([1000.0, -_INF, 1.0, 2.0])), grad=False
    )


def _signs(a):
    yield from _binary(a, complex_too=False, number=None)
    yield Sample((literal([1.0, -1.0, 0.0, _NAN]), literal([-0.0, 0.0, -2.0, -1.0])), grad=False)


def _steps(a):
    yield Sample((literal([-1.0, 0.0, 2.0, _NAN]), a(1)), grad=False)
    yield Sample((a(3, dtype="int64", low=-1, high=1), a(dtype="int64")))


def _products(a):
    yield from _binary(a, {"low": 0.5, "high": 3}, complex_too=False, number=None)
    yield Sample((literal([0.0, 0.0, 0.0, 1.0]), literal([0.0, -1.0, _NAN, 0.0])), grad=False)


def _logits(a):
    yield from _unary("logit", 0.1, 0.9, False)(a)
    yield Sample((a(5, low=-1, high=2), 0.1))


SAMPLES = {
    "fmax": _passing_nan,
    "fmin": _passing_nan,
    "hypot": _lengths,
    "logaddexp": _sums,
    "logaddexp2": _sums,
    "copysign.Tensor": _signs,
    "copysign.Scalar": lambda a: _scalar(a, (2, -2.5, -0.0)),
    "heaviside": _steps,
    "xlogy.Tensor": _products,
    "xlogy.Scalar_Other": lambda a: _scalar(a, (2, 0.5)),
    "xlogy.Scalar_Self": lambda a: [Sample((n, a(3, low=0.5))) for n in (2, 2.5, 0)],
    "sinc": _unary("sinc", -3, 3, True),
    "logit": _logits,
    "deg2rad": _unary("deg2rad", -3, 3, False),
    "rad2deg": _unary("rad2deg", -3, 3, False),
}
