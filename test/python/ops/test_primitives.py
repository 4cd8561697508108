"""What primitives promise beyond values: views share memory, small floats round once, results
are arrays.
"""

import inspect
import math

import ml_dtypes
import numpy as np
import pytest
from lamina.ops import primitives as p

SMALL = [np.float16, ml_dtypes.bfloat16, ml_dtypes.float8_e4m3fn, ml_dtypes.float8_e5m2]
X = np.arange(24.0).reshape(2, 3, 4)

VIEWS = {
    "permute": lambda x: p.permute(x, (2, 0, 1)),
    "reshape": lambda x: p.reshape(x, (6, 4)),
    "expand": lambda x: p.expand(x, (5, 2, 3, 4)),
    "slice": lambda x: p.slice(x, (0, 1, 0), (2, 3, 4), (1, 1, 2)),
    "squeeze": lambda x: p.squeeze(x[:1], (0,)),
    "unsqueeze": lambda x: p.unsqueeze(x, (0, 4)),
    "diagonal": lambda x: p.diagonal(x, 1, 1, 2),
    "as_strided": lambda x: p.as_strided(x, (2, 2), (1, 2), 3),
    "unfold": lambda x: p.unfold(x, 1, 2, 1),
    "view_as_complex": lambda x: p.view_as_complex(p.reshape(x, (3, 4, 2))),
    "bitcast": lambda x: p.bitcast(x, np.dtype(np.int64)),
    "alias": p.alias,
}
COMPLEX_VIEWS = {"real": p.real, "imag": p.imag, "view_as_real": p.view_as_real}


@pytest.mark.parametrize("name", VIEWS)
def test_views_share_writable_memory(name):
    x = X.copy()
    view = VIEWS[name](x)
    assert np.shares_memory(view, x)
    view[...] = 0
    assert (x == 0).any() and not (x == X).all()


@pytest.mark.parametrize("name", COMPLEX_VIEWS)
@pytest.mark.parametrize("order", ["C", "F"])
def test_complex_views_share_writable_memory(name, order):
    x = np.array([[1 + 2j, 3 + 4j], [5 + 6j, 7 + 8j]], np.complex64, order=order)
    view = COMPLEX_VIEWS[name](x)
    view[...] = 9
    assert (x.imag == 9).all() or (x.real == 9).all()


@pytest.mark.parametrize("name", ["slice", "diagonal", "as_strided"])
def test_scatter_puts_back_what_the_view_took(name):
    params = {
        "slice": {"starts": (0, 1), "stops": (3, 4), "steps": (2, 1)},
        "diagonal": {"offset": 1, "dim1": 0, "dim2": 1},
        "as_strided": {"sizes": (2, 2), "strides": (4, 1), "offset": 1},
    }[name]
    base = np.arange(12.0).reshape(3, 4)
    taken = getattr(p, name)(base, **params)
    updated = getattr(p, f"{name}_scatter")(base, np.full(taken.shape, -1.0), **params)
    np.testing.assert_array_equal(getattr(p, name)(updated, **params), -1)
    assert (updated == -1).sum() == taken.size
    assert (base >= 0).all()


@pytest.mark.parametrize("dtype", SMALL)
@pytest.mark.parametrize("name", ["add", "mul", "sub", "maximum", "atan2"])
def test_small_floats_round_once(dtype, name):
    x = np.linspace(-2, 2, 7).astype(dtype)
    y = np.linspace(0.5, 3, 7).astype(dtype)
    exact = getattr(p, name)(x.astype(np.float64), y.astype(np.float64))
    result = getattr(p, name)(x, y)
    assert result.dtype == dtype
    np.testing.assert_allclose(
        result.astype(float),
        exact.astype(dtype).astype(float),
        rtol=float(ml_dtypes.finfo(dtype).eps),
    )


@pytest.mark.parametrize("dtype", [np.float16, ml_dtypes.bfloat16])
def test_small_floats_accumulate_wide(dtype):
    ones = np.ones(4096, dtype)
    assert p.sum(ones, (0,)) == 4096
    assert p.matmul(ones.reshape(1, -1), ones.reshape(-1, 1))[0, 0] == 4096


@pytest.mark.parametrize("dtype", SMALL)
def test_scalars_are_weak(dtype):
    x = np.ones(3, dtype)
    assert p.mul(x, 2.5).dtype == p.add(1, x).dtype == p.select(x > 0, x, 0).dtype == dtype


def test_zero_dim_results_are_arrays():
    x = np.full((), 2.0)
    for result in (
        p.exp(x),
        p.add(x, 1),
        p.sum(x, ()),
        p.compare(x, 1, "gt"),
        p.argmax(np.ones(3), 0),
        p.cumsum(x, 0),
    ):
        assert type(result) is np.ndarray and result.shape == ()


def test_no_warnings(recwarn):
    p.div(np.ones(2), np.zeros(2))
    p.log(np.zeros(2))
    p.cast(np.array([np.nan, np.inf]), np.dtype(np.int32))
    p.exp(np.array([1e4], np.float32))
    assert not recwarn.list


@pytest.mark.parametrize(
    "x,y,quotient", [(-7, 2, -3), (7, -2, -3), (-7, -2, 3), (6, 3, 2), (-6, 3, -2)]
)
def test_integer_division_truncates(x, y, quotient):
    assert p.div(np.array([x]), np.array([y]))[0] == quotient


def test_sort_is_stable_both_ways_and_puts_nan_last():
    x = np.array([2.0, np.nan, 1.0, 2.0, 1.0])
    assert p.sort(x, 0, False)[1].tolist() == [2, 4, 0, 3, 1]
    assert p.sort(x, 0, True)[1].tolist() == [1, 0, 3, 2, 4]


def test_index_out_of_range():
    x = np.arange(3.0)
    for call in (
        lambda: p.gather(x, np.array([3]), 0),
        lambda: p.gather(x, np.array([-1]), 0),
        lambda: p.scatter(x, np.array([3]), x[:1], 0, "set"),
        lambda: p.index(x, [np.array([3])]),
        lambda: p.as_strided(x, (2,), (2,), 1),
    ):
        with pytest.raises(IndexError):
            call()


@pytest.mark.parametrize(
    "low,high,interior,expected",
    [
        ((1,), (2,), (0,), [9, 0, 1, 2, 9, 9]),
        ((0,), (0,), (1,), [0, 9, 1, 9, 2]),
        ((-1,), (1,), (0,), [1, 2, 9]),
        ((-1,), (-1,), (1,), [9, 1, 9]),
    ],
)
def test_pad(low, high, interior, expected):
    assert p.pad(np.arange(3), low, high, interior, 9).tolist() == expected


def test_convolution_agrees_with_its_definition():
    random = np.random.default_rng(0)
    x, w = random.normal(size=(2, 4, 6)), random.normal(size=(6, 2, 3))
    result = p.convolution(x, w, [2], [1, 2], [2], 2)
    padded = np.pad(x, ((0, 0), (0, 0), (1, 2)))
    for n, o, i in np.ndindex(result.shape):
        channels = padded[n, 2 * (o // 3) : 2 * (o // 3) + 2, 2 * i : 2 * i + 5 : 2]
        assert math.isclose(result[n, o, i], (channels * w[o]).sum(), rel_tol=1e-12)


@pytest.mark.parametrize(
    "name,reference,points",
    [
        ("erf", math.erf, np.linspace(-6, 6, 97)),
        ("lgamma", math.lgamma, np.linspace(0.05, 30, 97)),
        ("lgamma", math.lgamma, np.linspace(-3.9, -0.1, 20)),
    ],
)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_special_functions(name, reference, points, dtype):
    points = points.astype(dtype)
    expected = np.array([reference(float(x)) for x in points])
    error = np.abs(getattr(p, name)(points) - expected)
    assert (error <= 8 * np.finfo(dtype).eps * np.maximum(np.abs(expected), 1)).all()


def test_erfinv_inverts_erf():
    y = np.linspace(-0.999, 0.999, 101)
    np.testing.assert_allclose([math.erf(x) for x in p.erfinv(y)], y, rtol=1e-14, atol=1e-15)
    assert p.erfinv(np.array([1.0, -1.0])).tolist() == [math.inf, -math.inf]


def test_digamma_satisfies_its_recurrence():
    x = np.linspace(0.1, 20, 57)
    np.testing.assert_allclose(p.digamma(x + 1) - p.digamma(x), 1 / x, rtol=1e-10)


@pytest.mark.parametrize("name", [n for n in dir(p) if inspect.isfunction(getattr(p, n))])
def test_is_documented(name):
    assert getattr(p, name).__doc__
