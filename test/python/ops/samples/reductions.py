"""Samples of reductions, scans, sorts and statistics."""

from __future__ import annotations

from .arrays import DType, Sample, literal

_NAN, _INF = float("nan"), float("inf")


def _whole(a, *, dtypes=("float64", "float32", "bfloat16", "float16"), empty=True, **options):
    for dtype in dtypes:
        yield Sample((a(3, 4, dtype=dtype, **options),))
    yield Sample((a(2, 3, 4, layout="transposed", **options),))
    yield Sample((a(4, layout="strided", **options),))
    yield Sample((a(**options),))
    if empty:
        yield Sample((a(0, 3, **options),))


def _dims(
    a,
    dims=(0, -1, 1),
    *,
    many=True,
    dtypes=("float64", "float32", "bfloat16"),
    empty=True,
    zero_dim=True,
    keep=True,
    **options,
):
    """self, dim, keepdim."""
    for dim in dims:
        for keepdim in (False, True) if keep else (False,):
            yield Sample((a(3, 4, **options), dim, keepdim))
    for dtype in dtypes:
        yield Sample((a(2, 3, 4, dtype=dtype, **options), 1))
    yield Sample((a(2, 3, 4, layout="transposed", **options), 0))
    if many:
        yield Sample((a(2, 3, 4, **options), [0, -1]))
        yield Sample((a(2, 3, 4, **options), [0, 2], True))
        yield Sample((a(2, 3, **options), []))
    if zero_dim:
        yield Sample((a(**options), 0))
    if empty:
        yield Sample((a(0, 3, **options), 0))
    yield Sample((a(0, 3, **options), 1))


_INTEGERS = ("int64", "int32", "uint8", "bool")


def _totals(a):
    yield from _whole(a)
    yield from _whole(a, dtypes=_INTEGERS, empty=False)
    yield Sample((a(3, dtype="complex128"),))
    yield Sample((a(3, dtype="int32"),), {"dtype": DType("float32")})
    yield Sample((a(3, dtype="float32"),), {"dtype": DType("float64")})


def _totals_dim(a):
    yield from _dims(a)
    for dtype in _INTEGERS:
        yield Sample((a(3, 4, dtype=dtype), [1]))
    yield Sample((a(3, 4, dtype="complex128"), [0]))
    yield Sample((a(3, 4), [0]), {"dtype": DType("float32")})


def _products(a):
    yield from _whole(a, low=0.5, high=1.5)
    yield Sample((literal([1.0, 0.0, 2.0, 3.0]),))
    yield Sample((literal([1.0, 0.0, 2.0, 0.0]),))
    yield Sample((a(3, dtype="int32"),))
    yield Sample((a(3, dtype="bool"),))


def _products_dim(a):
    yield from _dims(a, many=False, low=0.5, high=1.5)
    yield Sample((literal([[1.0, 0.0, 2.0], [3.0, 0.0, 0.0]]), 1))
    yield Sample((a(3, 4, dtype="int64"), 1))


def _means(a):
    yield from _whole(a)
    yield Sample((a(3, dtype="complex128"),))
    yield Sample((a(3, dtype="int64"),), {"dtype": DType("float64")})


def _truth(a):
    for dtype in ("bool", "float64", "int32", "uint8", "bfloat16"):
        yield Sample((a(3, 4, dtype=dtype),))
    yield Sample((a(0, 3, dtype="bool"),))
    yield Sample((a(dtype="bool"),))
    yield Sample((literal([0.0, 0.0]),))
    yield Sample((literal([_NAN]),))


def _truth_dim(a):
    yield Sample((a(3, 4, dtype="bool"), 0))
    yield Sample((a(3, 4, dtype="bool"), -1, True))
    yield Sample((a(3, 4), 1))
    yield Sample((a(0, 3, dtype="bool"), 0))
    yield Sample((a(dtype="bool"), 0))


def _truth_dims(a):
    yield Sample((a(2, 3, 4, dtype="bool"), [0, 2]))
    yield Sample((a(2, 3, 4, dtype="bool"), [1], True))
    yield Sample((a(2, 3, dtype="bool"), None))


def _extrema(a):
    yield from _dims(a, empty=False)
    yield Sample((literal([[1.0, 3.0, 3.0], [2.0, _NAN, 5.0]]), [1]), grad=False)
    yield Sample((literal([[1.0, 3.0, 3.0], [2.0, 5.0, 5.0]]), [1]))
    yield Sample((a(3, 4, dtype="int32"), [0]))
    yield Sample((a(3, 4, dtype="bool"), [0]))
    yield Sample((literal([_INF, -_INF]), [0]))


def _whole_extrema(a):
    yield from _whole(a, empty=False)
    yield Sample((literal([1.0, 3.0, 3.0]),))
    yield Sample((a(3, 4, dtype="uint8"),))
    yield Sample((literal([1.0, _NAN]),), grad=False)


def _located(a):
    yield from _dims(a, many=False, empty=False)
    yield Sample((literal([[1.0, 3.0, 3.0], [2.0, _NAN, _NAN]]), 1))
    yield Sample((a(3, 4, dtype="int64"), 0))


def _positions(a):
    yield from _located(a)
    yield Sample((a(3, 4),))
    yield Sample((a(3, 4), None, True))
    yield Sample((a(),))


def _logsumexp(a):
    yield from _dims(a, many=False)
    yield Sample((a(2, 3, 4), [0, 2], True))
    yield Sample((literal([[_INF, 1.0], [-_INF, -_INF], [800.0, 801.0]]), [1]), grad=False)
    yield Sample((a(3, dtype="int64"), [0]))


def _scan(a, *, integers=True, low=-3.0):
    for dim in (0, 1, -1):
        yield Sample((a(3, 4, low=low), dim))
    for dtype in ("float32", "bfloat16", "float16"):
        yield Sample((a(2, 5, dtype=dtype, low=low), 1))
    yield Sample((a(3, 4, layout="transposed", low=low), 0))
    yield Sample((a(low=low), 0))
    yield Sample((a(0, 3, low=low), 0))
    yield Sample((a(4, dtype="int32"), 0))
    yield Sample((a(4, dtype="bool"), 0))
    yield Sample((a(4, dtype="int64"), 0), {"dtype": DType("float32")})


def _products_scan(a):
    yield from _scan(a, low=0.5)
    yield Sample((literal([1.0, 2.0, 0.0, 3.0, 4.0]), 0))
    yield Sample((literal([[1.0, 0.0, 2.0, 0.0, 3.0], [0.0, 1.0, 2.0, 3.0, 4.0]]), 1))


def _sort(a, **kwargs):
    for dim in (0, -1):
        for descending in (False, True):
            yield Sample((a(3, 5), dim, descending))
    yield from _ordered(a)


def _ordered(a, *rest, **kwargs):
    yield Sample((a(), *rest), kwargs)
    yield Sample((a(3, 5, dtype="float32", layout="transposed"), *rest), kwargs)
    yield Sample((a(6, dtype="bfloat16"), *rest), kwargs)


def _stable(a):
    ties = literal([3, 1, 3, 2, 1], "int64")
    for descending in (False, True):
        yield Sample((ties,), {"stable": True, "descending": descending})
        yield Sample(
            (literal([1.0, _NAN, 3.0, _NAN, 2.0]),),
            {"stable": True, "descending": descending},
            grad=False,
        )
    yield Sample((a(0, 3),), {"stable": True, "dim": 0})
    yield Sample((a(3, 4),), {"stable": True, "dim": 0})


def _topk(a):
    for k, dim, largest in ((2, -1, True), (2, 0, False), (0, 1, True), (5, 1, True)):
        yield Sample((a(3, 5), k, dim, largest))
    yield Sample((a(), 1))
    yield Sample((a(3, 5, dtype="float32"), 1, 1))


def _kth(a):
    for k, dim, keepdim in ((1, -1, False), (3, 1, True), (2, 0, False)):
        yield Sample((a(3, 5), k, dim, keepdim))
    yield Sample((a(), 1))


def _running(a):
    yield from _scan(a)
    yield Sample((a(40), 0))
    yield Sample((literal([1.0, 3.0, 3.0, 2.0, _NAN, 5.0]).frozen(), 0))
    yield Sample((literal([2, 2, 1, 2], "int64"), 0))


def _running_logarithms(a):
    for dim in (0, 1, -1):
        yield Sample((a(3, 4), dim))
    for dtype in ("float32", "bfloat16", "float16"):
        yield Sample((a(2, 5, dtype=dtype), 1))
    yield Sample((a(3, 7, layout="transposed"), 0))
    yield Sample((a(), 0))
    yield Sample((a(0, 3), 0))
    yield Sample((literal([-800.0, 0.0, 900.0, 5.0]), 0))
    yield Sample((literal([-_INF, 1.0, _INF, 0.0]).frozen(), 0))


def _median(a):
    yield Sample((a(3, 5), 1))
    yield Sample((a(4, 3), 0, True))
    yield Sample((a(), 0))
    yield Sample((literal([[1.0, _NAN, 3.0], [1.0, 2.0, 3.0]]), 1))
    yield Sample((a(5, dtype="int64"), 0))


def _spread(a):
    for kwargs in ({}, {"correction": 0}, {"correction": 2}, {"keepdim": True, "correction": 1}):
        yield Sample((a(3, 5), [1]), kwargs)
    yield Sample((a(3, 5),), {})
    yield Sample((a(2, 3, 4, layout="transposed"), [0, 2]))
    yield Sample((a(3, 5, dtype="bfloat16"), [1]))
    yield Sample((a(3, 5, dtype="float32"), [1]))
    yield Sample((a(3, 5, dtype="complex128"), [1]), grad=False)


def _norms(a):
    for order in (2, 1, 0, _INF, -_INF, 3, 0.5):
        yield Sample((a(3, 4), order, [1]))
        yield Sample((a(3, 4), order))
    yield Sample((a(3, 4), 2, [0], True))
    yield Sample((a(3, 4, dtype="complex128"), 2))
    yield Sample((a(3, 4, dtype="bfloat16"), 2, [1]))
    yield Sample((literal([[0.0, 0.0], [3.0, 4.0]]), 2, [1]))
    yield Sample((a(0, 3), 2, [0]))
    yield Sample((a(3, dtype="float32"), 2), {"dtype": DType("float64")})


def _modes(a):
    for dim, keepdim in ((-1, False), (0, True), (1, False)):
        yield Sample((a(5, 6, dtype="int64", low=0, high=2), dim, keepdim))
    yield Sample((literal([[1.0, 2.0, 2.0, 3.0, 1.0], [5.0, 4.0, 5.0, 4.0, 4.0]]),))
    yield Sample((literal([[0.0, -0.0, 1.0], [2.0, 1.0, 2.0]]).frozen(), 0))
    yield Sample((a(4, 3, layout="transposed"), 0))
    yield Sample((literal([3, 3, 1], "uint8"),))
    yield Sample((a(3, dtype="bfloat16"),))
    yield Sample((a(2, 1, 3), 1))
    yield Sample((a(),))
    yield Sample((a(0, 3),))


def _renorms(a):
    for p in (1, 2, 3, 0.5, _INF):
        yield Sample((a(3, 4), p, 0, 4.0))
        yield Sample((a(2, 3, 2), p, -1, 1.0))
    yield Sample((a(3, 4, dtype="float32"), 2, 1, 1.0))
    yield Sample((a(3, 4, dtype="complex128"), 2, 0, 1.0))
    yield Sample((a(3, 4, dtype="bfloat16"), 2, 0, 1.0))
    yield Sample((a(3, 4, layout="transposed"), 2, 0, 1.0))
    yield Sample((literal([[0.0, 0.0], [3.0, 4.0]]), 2, 0, 1.0))
    yield Sample((a(0, 4), 2, 1, 1.0))


def _histograms(a):
    for args in ((), (10,), (5, -1, 2), (7, -4, 4), (1, 0, 0)):
        yield Sample((a(40), *args), grad=False)
        yield Sample((a(6, 7, dtype="float32"), *args), grad=False)
    yield Sample((literal([1.0, 1.0, 1.0]), 4), grad=False)
    yield Sample((literal([0.0, 1.0, 2.0, 3.0, _NAN]), 3, 0, 3), grad=False)
    yield Sample((a(0), 3), grad=False)
    yield Sample((a(), 3), grad=False)


def _distances(a):
    for p in (2, 1, 0, 3, float("inf"), -float("inf")):
        yield Sample((a(3, 4), a(3, 4), p), grad=p != 0)
    yield Sample((a(3, 4), a(4)))
    yield Sample((a(3, 4, dtype="complex128"), a(3, 4, dtype="complex128")))


SAMPLES = {
    "aminmax": lambda a: [
        Sample((a(3, 4, dtype=d),), kwargs)
        for d in ("float64", "float32", "int64")
        for kwargs in ({}, {"dim": 1}, {"dim": 0, "keepdim": True})
    ],
    "nansum": lambda a: [
        *_dims(a, dtypes=("float64", "float32")),
        Sample((literal([[1.0, _NAN], [_NAN, _NAN]]), 1)),
        Sample((a(3, dtype="int32"),)),
        Sample((a(3, dtype="float32"),), {"dtype": DType("float64")}),
    ],
    "count_nonzero": lambda a: [
        Sample((a(3, 4, dtype=d, low=-1, high=1), *dim))
        for d in ("float64", "int64", "bool", "complex64")
        for dim in ((), (1,))
    ],
    "count_nonzero.dim_IntList": lambda a: [
        Sample((a(2, 3, 4, dtype="int64", low=-1, high=1), [0, -1]))
    ],
    "sum": _totals,
    "sum.dim_IntList": _totals_dim,
    "mean": _means,
    "mean.dim": _dims,
    "prod": _products,
    "prod.dim_int": _products_dim,
    "amax": _extrema,
    "amin": _extrema,
    "max": _whole_extrema,
    "min": _whole_extrema,
    "max.dim": _located,
    "min.dim": _located,
    "argmax": _positions,
    "argmin": _positions,
    "any": _truth,
    "all": _truth,
    "any.dim": _truth_dim,
    "all.dim": _truth_dim,
    "any.dims": _truth_dims,
    "all.dims": _truth_dims,
    "logsumexp": _logsumexp,
    "cumsum": _scan,
    "cumprod": _products_scan,
    "sort": _sort,
    "sort.stable": _stable,
    "topk": _topk,
    "kthvalue": _kth,
    "median.dim": _median,
    "median": lambda a: [
        Sample((a(3, 5),)),
        Sample((a(4),)),
        Sample((a(),)),
        Sample((literal([1.0, _NAN]),)),
    ],
    "mode": _modes,
    "cummax": lambda a: [s for s in _running(a) if not s.kwargs],
    "cummin": lambda a: [s for s in _running(a) if not s.kwargs],
    "logcumsumexp": _running_logarithms,
    "nanmedian.dim": _median,
    "nanmedian": lambda a: [
        Sample((a(3, 5),)),
        Sample((a(),)),
        Sample((literal([_NAN, 3.0, 1.0, 2.0]),)),
        Sample((literal([_NAN, _NAN]).frozen(),)),
        Sample((a(5, dtype="int64"),)),
    ],
    "renorm": _renorms,
    "histc": _histograms,
    "var.correction": _spread,
    "std.correction": _spread,
    "var_mean.correction": _spread,
    "std_mean.correction": _spread,
    "linalg_vector_norm": _norms,
    "dist": _distances,
    "trace": lambda a: [
        Sample((a(*sizes, dtype=dtype),))
        for sizes in ((3, 3), (2, 4), (0, 3))
        for dtype in ("float64", "float32", "int32", "complex128")
    ],
}
