"""Samples of the pointwise operators: every layout, 0-d and empty, mixed dtypes, the edges of
the domain.
"""

from __future__ import annotations

from .arrays import Sample, literal

_INF, _NAN = float("inf"), float("nan")

# name -> (low, high, complex too, integers too)
_FLOAT_UNARY = {
    "exp": (-3, 3, True),
    "exp2": (-3, 3, False),
    "expm1": (-3, 3, False),
    "log": (0.1, 4, True),
    "log2": (0.1, 4, True),
    "log10": (0.1, 4, True),
    "log1p": (-0.9, 3, False),
    "sqrt": (0.1, 4, True),
    "rsqrt": (0.1, 4, False),
    "sin": (-3, 3, True),
    "cos": (-3, 3, True),
    "tan": (-1.2, 1.2, False),
    "asin": (-0.9, 0.9, False),
    "acos": (-0.9, 0.9, False),
    "atan": (-3, 3, False),
    "sinh": (-3, 3, True),
    "cosh": (-3, 3, True),
    "tanh": (-3, 3, True),
    "asinh": (-3, 3, False),
    "acosh": (1.1, 4, False),
    "atanh": (-0.9, 0.9, False),
    "erf": (-3, 3, False),
    "erfc": (-3, 3, False),
    "erfinv": (-0.9, 0.9, False),
    "lgamma": (0.2, 5, False),
    "digamma": (0.2, 5, False),
    "reciprocal": (0.3, 3, True),
    "sigmoid": (-4, 4, False),
    "arcsin": (-0.9, 0.9, False),
    "arccos": (-0.9, 0.9, False),
    "arctan": (-3, 3, False),
}
_NO_GRADIENT = {"digamma"}


def _unary(name, low, high, complex_too):
    def samples(a):
        grad = name not in _NO_GRADIENT
        options = {"low": low, "high": high}
        yield Sample((a(3, 4, **options),), grad=grad)
        yield Sample((a(**options),), grad=grad)
        yield Sample((a(0, 3, **options),), grad=grad)
        yield Sample((a(2, 3, 4, layout="transposed", **options),), grad=grad)
        yield Sample((a(3, 4, dtype="float32", layout="strided", **options),), grad=grad)
        yield Sample((a(5, dtype="bfloat16", **options),))
        yield Sample((a(5, dtype="float16", **options),))
        yield Sample((a(5, dtype="int64", low=0, high=1),))
        yield Sample((a(5, dtype="bool"),))
        if complex_too:
            yield Sample((a(3, 2, dtype="complex128", **options),))

    return samples


def _rounding(a):
    yield Sample((a(3, 4),))
    yield Sample((literal([-2.5, -1.5, -0.5, 0.5, 1.5, 2.5, -0.0, _INF, -_INF, _NAN]),))
    yield Sample((a(),))
    yield Sample(
        (
            a(
                0,
            ),
        )
    )
    yield Sample((a(4, dtype="bfloat16"),))
    yield Sample((a(4, 3, dtype="float32", layout="transposed"),))


def _rounding_with_integers(a):
    yield from _rounding(a)
    yield Sample((a(4, dtype="int32"),))


def _classification(a):
    yield Sample((literal([1.0, -1.0, 0.0, -0.0, _INF, -_INF, _NAN]),))
    yield Sample((literal([1.0, _INF, _NAN], "bfloat16"),))
    yield Sample((a(2, 3, dtype="int64"),))
    yield Sample((a(3, dtype="bool"),))
    yield Sample((a(),))


def _classification_with_complex(a):
    yield from _classification(a)
    yield Sample((literal([1 + 1j, complex(_INF, 0), complex(0, _NAN)], "complex64"),))


def _numeric(a, *, complex_too=True, bool_too=False):
    """Any dtype in, the same out."""
    yield Sample((a(3, 4),))
    yield Sample((a(),))
    yield Sample((a(2, 0),))
    yield Sample((a(3, 4, layout="transposed"),))
    yield Sample((a(4, dtype="int32"),))
    yield Sample((a(4, dtype="uint8"),))
    yield Sample((a(4, dtype="float16"),))
    yield Sample((a(4, dtype="bfloat16"),))
    if complex_too:
        yield Sample((a(4, dtype="complex128"),))
    if bool_too:
        yield Sample((a(4, dtype="bool"),))


def _binary(
    a,
    second=None,
    *,
    complex_too=True,
    integers=True,
    bools=False,
    low=-3.0,
    number=2.5,
    in_number=2,
):
    """Layouts, broadcasting and promotion. `second` narrows the second operand's range."""
    options = second or {"low": low}
    first = {"low": low}
    yield Sample((a(3, 4, **first), a(3, 4, **options)))
    yield Sample((a(3, 1, **first), a(4, **options)))
    yield Sample((a(**first), a(2, 3, **options)))
    yield Sample((a(0, 3, **first), a(1, 3, **options)))
    yield Sample((a(3, 4, layout="transposed", **first), a(3, 4, layout="strided", **options)))
    yield Sample((a(3, dtype="float32", **first), a(dtype="float64", **options)))
    yield Sample((a(3, dtype="bfloat16", **first), a(3, dtype="bfloat16", **options)))
    yield Sample((a(3, dtype="bfloat16", **first), a(3, dtype="float16", **options)))
    if number is not None:
        yield Sample((a(3, 4, **first), number))
        yield Sample((a(3, dtype="float16", **first), number))
    if integers:
        yield Sample((a(3, dtype="int32", **first), a(3, dtype="int64", low=1, high=3)))
        yield Sample((a(3, dtype="uint8", low=0), a(3, dtype="int8", low=1, high=3)))
        yield Sample((a(3, dtype="int64", **first), a(3, dtype="float32", **options)))
    if integers and number is not None:
        yield Sample((a(3, dtype="int32", **first), in_number))
        yield Sample((a(3, dtype="int64", **first), number))
    if bools:
        yield Sample((a(3, dtype="bool"), a(3, dtype="bool")))
        yield Sample((a(3, dtype="bool"), a(3, dtype="int16")))
    if complex_too:
        yield Sample((a(3, dtype="complex128", **first), a(3, **options)))
        yield Sample((a(3, dtype="complex128", **first), a(3, dtype="complex128", **options)))


def _scalar(a, numbers=(2, 2.5), *, dtypes=("float64", "float32", "bfloat16", "int32"), low=-3.0):
    for number in numbers:
        for dtype in dtypes:
            yield Sample((a(3, 4, dtype=dtype, low=low), number))
    yield Sample((a(low=low), numbers[0]))
    yield Sample((a(0, 2, low=low), numbers[0]))


def _no_grad(drawn):
    return [sample._replace(grad=False) for sample in drawn]


def _with_alpha(a):
    yield from _binary(a)
    yield Sample((a(3), a(3)), {"alpha": 2.5})
    yield Sample((a(3, dtype="int64"), a(3, dtype="int64")), {"alpha": 3})
    yield Sample((a(3, dtype="complex128"), a(3, dtype="complex128")), {"alpha": 1 + 2j})


def _quotients(a):
    far = {"low": 0.5, "high": 3}
    yield from _binary(a, far, complex_too=False, bools=False)
    yield Sample(
        (literal([7.0, -7.0, 7.0, -7.0, 0.0, -0.0]), literal([2.0, 2.0, -2.0, -2.0, 3.0, 3.0])),
        grad=False,
    )
    yield Sample((literal([7, -7, 7, -7, 6], "int64"), literal([2, 2, -2, -2, 3], "int64")))
    yield Sample(
        (literal([_INF, 1.0, _NAN, 1.0, 0.0]), literal([2.0, _INF, 1.0, 0.0, 0.0])), grad=False
    )


def _moded(a):
    for mode in (None, "trunc", "floor"):
        for sample in _quotients(a):
            if mode is None or not any(getattr(x, "dtype", "") == "bool" for x in sample.args):
                yield sample._replace(kwargs={"rounding_mode": mode})


def _moded_scalar(a):
    for mode in (None, "trunc", "floor"):
        for sample in _scalar(a):
            yield sample._replace(kwargs={"rounding_mode": mode})


def _comparison(a):
    yield from _binary(a, complex_too=False, bools=True)
    yield Sample((literal([1.0, _NAN, _INF]), literal([1.0, _NAN, -_INF])))


def _equality(a):
    yield from _comparison(a)
    yield Sample((literal([1 + 1j, 2], "complex64"), literal([1 + 1j, 3], "complex64")))


def _logical(a):
    yield from _binary(a, bools=True, number=None)


def _bits(a, *, bools=True, number=3, **second):
    options = {"low": 0, **second}
    for dtype in ("int64", "int32", "int16", "int8", "uint8"):
        yield Sample((a(3, 2, dtype=dtype, high=100), a(2, dtype=dtype, **options)))
    yield Sample((a(dtype="int32"), a(3, dtype="int8", **options)))
    yield Sample((a(0, dtype="int64"), a(0, dtype="int64", **options)))
    yield Sample((a(3, dtype="int64"), number))
    if bools:
        yield Sample((a(4, dtype="bool"), a(4, dtype="bool")))
        yield Sample((a(4, dtype="bool"), a(4, dtype="int32")))


def _bits_scalar(a, *, number=3):
    for dtype in ("int64", "int32", "uint8"):
        yield Sample((a(3, 2, dtype=dtype), number))


def _powers(a):
    for exponent in (2, 3, -1, -2, 0.5, -0.5, 1, 0, 2.5, -1.5):
        yield Sample((a(3, 2, low=0.3), exponent))
    yield Sample((a(4, low=-3, high=-0.5), 3))
    yield Sample((a(4, dtype="int64"), 2))
    yield Sample((a(4, dtype="int64", low=1), 1.5))
    yield Sample((a(low=0.3), 2))
    yield Sample((a(0, 2, low=0.3), 2.5))
    yield Sample((a(4, dtype="bfloat16", low=0.3), 2.5))
    yield Sample((a(4, dtype="complex128"), 2))


def _tensor_powers(a):
    yield Sample((a(3, 4, low=0.3), a(4)))
    yield Sample((a(3, low=0.3, dtype="float32"), a(2, 1)))
    yield Sample((literal([2, -1, -1, 1, 3], "int64"), literal([3, -3, -2, -5, 0], "int64")))
    yield Sample((a(low=0.3), a(3)))
    yield Sample((literal([0.0, 0.0, 2.0]), literal([2.0, 1.0, 0.0])))


def _extremum(a):
    yield from _binary(a, complex_too=False, number=None)
    yield Sample((literal([1.0, 2.0, _NAN, 0.0]), literal([1.0, 3.0, 1.0, _NAN])), grad=False)
    yield Sample((literal([1.0, 2.0]), literal([1.0, 3.0])))


def _where(a):
    mask = a(3, 4, dtype="bool")
    yield Sample((mask, a(3, 4), a(3, 4)))
    yield Sample((mask, a(4), a(3, 1)))
    yield Sample((mask, a(3, 4, dtype="float32"), a(dtype="float64")))
    yield Sample((mask, a(3, 4, dtype="int64"), a(3, 4)))
    yield Sample((a(dtype="bool"), a(2), a(2)))
    yield Sample((a(0, dtype="bool"), a(0), a(1)))
    yield Sample((mask, a(3, 4, dtype="bfloat16"), a(3, 4, dtype="bfloat16")))


def _fill(a, value):
    yield Sample((a(3, 4), a(3, 4, dtype="bool"), value()))
    yield Sample((a(3, 4, layout="transposed"), a(4, dtype="bool"), value()))
    yield Sample((a(3, dtype="bfloat16"), a(3, dtype="bool"), value()))
    yield Sample((a(), a(dtype="bool"), value()))
    yield Sample((a(0, 3), a(3, dtype="bool"), value()))


def _bounds(a):
    for low, high in ((-1, 1), (-1.5, None), (None, 0.5), (1, -1)):
        yield Sample((a(3, 4), low, high), grad=low != 1)
    yield Sample((a(4, dtype="int64"), -1, 1))
    yield Sample((a(4, dtype="int32"), 0.5, None))
    yield Sample((a(4, dtype="bfloat16"), -1, 1))
    yield Sample((literal([_NAN, _INF, -_INF]), -1, 1), grad=False)
    yield Sample((a(), 0, 1))
    yield Sample((a(0, 2), 0, 1))


def _tensor_bounds(a):
    yield Sample((a(3, 4), a(3, 4, low=-2, high=-1), a(4, low=1, high=2)))
    yield Sample((a(3, 4), a(3, 1), None))
    yield Sample((a(3, 4), None, a()))
    yield Sample((a(4, dtype="float32"), a(4, low=-2, high=-1, dtype="float64"), None))


def _lerp(a, weight):
    yield Sample((a(3, 4), a(3, 4), weight()))
    yield Sample((a(3, 1), a(4), weight()))
    yield Sample((a(0, 2), a(0, 2), weight()))


def _fused(a, **options):
    yield Sample((a(3, 4), a(3, 4), a(3, 4, **options)))
    yield Sample((a(3, 4), a(4), a(3, 1, **options)), {"value": 2.5})
    yield Sample((a(), a(), a(**options)))
    yield Sample(
        (a(3, dtype="float32"), a(3, dtype="float32"), a(3, dtype="float32", **options)),
        {"value": 2},
    )


def _nan_to_num(a):
    edges = literal([1.0, _NAN, _INF, -_INF])
    yield Sample((edges,), grad=False)
    yield Sample((edges, 1.0, 2.0, -3.0), grad=False)
    yield Sample((literal([1.0, _NAN, _INF], "bfloat16"),))
    yield Sample((a(3, dtype="int64"),))
    yield Sample((a(3, 4),))


def _isclose(a):
    x = a(3, 4)
    yield Sample((x, x))
    yield Sample((a(3, 4), a(3, 4)), {"rtol": 0.5})
    yield Sample(
        (literal([_NAN, _INF, 1.0]), literal([_NAN, _INF, 1.0 + 1e-9])), {"equal_nan": True}
    )
    yield Sample((a(4, dtype="int64"), a(4, dtype="int64")))


def _decimals(a):
    yield Sample((a(3, 4, high=300),), {"decimals": 2})
    yield Sample((a(3, 4, high=300),), {"decimals": -1})


def _angle(a):
    yield Sample((literal([1.0, -1.0, 0.0, _NAN]),), grad=False)
    yield Sample((a(3, 4, dtype="complex128"),))
    yield Sample((a(3, dtype="int64"),))


SAMPLES = {name: _unary(name, *domain) for name, domain in _FLOAT_UNARY.items()}
SAMPLES |= {
    "neg": _numeric,
    "negative": _numeric,
    "abs": _numeric,
    "abs_": lambda a: [Sample((a(2, 3).frozen(),)), Sample((a(4, dtype="int32"),))],
    "absolute_": lambda a: [Sample((a(2, 3).frozen(),))],
    "absolute": _numeric,
    "sgn": _numeric,
    "sign": lambda a: _numeric(a, complex_too=False, bool_too=True),
    "square": lambda a: _numeric(a, bool_too=True),
    "conj_physical": _numeric,
    "floor": _rounding_with_integers,
    "ceil": _rounding_with_integers,
    "trunc": _rounding_with_integers,
    "round": _rounding_with_integers,
    "round.decimals": _decimals,
    "frac": _rounding,
    "isnan": _classification_with_complex,
    "isinf": _classification_with_complex,
    "isfinite": _classification_with_complex,
    "isposinf": _classification,
    "isneginf": _classification,
    "signbit": _classification,
    "angle": _angle,
    "complex": lambda a: [
        Sample((a(3), a(3))),
        Sample((a(2, 1, dtype="float32"), a(3, dtype="float32"))),
    ],
    "add.Tensor": _with_alpha,
    "sub.Tensor": _with_alpha,
    "rsub.Tensor": _with_alpha,
    "add.Scalar": _scalar,
    "sub.Scalar": _scalar,
    "rsub.Scalar": _scalar,
    "mul.Scalar": _scalar,
    "div.Scalar": _scalar,
    "mul.Tensor": lambda a: _binary(a, bools=True),
    "div.Tensor": lambda a: _binary(a, {"low": 0.5}, bools=True),
    "div.Tensor_mode": _moded,
    "div.Scalar_mode": _moded_scalar,
    "floor_divide": lambda a: _no_grad(_quotients(a)),
    "floor_divide.Scalar": lambda a: _no_grad(_scalar(a)),
    "fmod.Tensor": _quotients,
    "fmod.Scalar": _scalar,
    "remainder.Tensor": _quotients,
    "remainder.Scalar": _scalar,
    "pow.Tensor_Scalar": _powers,
    "pow.Tensor_Tensor": _tensor_powers,
    "pow.Scalar": lambda a: [
        Sample((2.5, a(3, 4))),
        Sample((2, a(3, dtype="int64", low=0))),
        Sample((0, a(3, low=1))),
    ],
    "atan2": lambda a: _binary(a, complex_too=False, bools=True, number=None),
    "maximum": _extremum,
    "minimum": _extremum,
    "max.other": _extremum,
    "min.other": _extremum,
    "logical_not": lambda a: _numeric(a, bool_too=True),
    "logical_and": _logical,
    "logical_or": _logical,
    "logical_xor": _logical,
    "bitwise_not": lambda a: [Sample((a(3, dtype=d),)) for d in ("int64", "int8", "uint8", "bool")],
    "bitwise_and.Tensor": _bits,
    "bitwise_or.Tensor": _bits,
    "bitwise_xor.Tensor": _bits,
    "bitwise_and.Scalar": _bits_scalar,
    "bitwise_or.Scalar": _bits_scalar,
    "bitwise_xor.Scalar": _bits_scalar,
    "bitwise_left_shift.Tensor": lambda a: _bits(a, bools=False, high=3),
    "bitwise_right_shift.Tensor": lambda a: _bits(a, bools=False, high=3),
    "isclose": _isclose,
    "where.self": _where,
    "masked_fill.Scalar": lambda a: _fill(a, lambda: 0.5),
    "masked_fill.Tensor": lambda a: _fill(a, lambda: a()),
    "clamp": _bounds,
    "clip": _bounds,
    "clamp.Tensor": _tensor_bounds,
    "clip.Tensor": _tensor_bounds,
    "clamp_min": lambda a: [
        s._replace(args=s.args[:2]) for s in _bounds(a) if s.args[1] is not None
    ],
    "clamp_max": lambda a: [
        s._replace(args=(s.args[0], s.args[2])) for s in _bounds(a) if s.args[2] is not None
    ],
    "clamp_min.Tensor": lambda a: _binary(a, complex_too=False, number=None),
    "clamp_max.Tensor": lambda a: _binary(a, complex_too=False, number=None),
    "lerp.Scalar": lambda a: _lerp(a, lambda: 0.3),
    "lerp.Tensor": lambda a: _lerp(a, lambda: a(1)),
    "addcmul": _fused,
    "addcdiv": lambda a: _fused(a, low=0.5),
    "nan_to_num": _nan_to_num,
    "bitwise_left_shift.Tensor_Scalar": _bits_scalar,
    "bitwise_right_shift.Tensor_Scalar": _bits_scalar,
}
for _name in ("eq", "ne", "not_equal"):
    SAMPLES |= {f"{_name}.Tensor": _equality, f"{_name}.Scalar": _scalar}
for _name in ("lt", "less", "le", "less_equal", "gt", "greater", "ge", "greater_equal"):
    SAMPLES |= {f"{_name}.Tensor": _comparison, f"{_name}.Scalar": _scalar}
