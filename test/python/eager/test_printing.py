"""Tensors print as in torch: every kind of number, size, wrapping, summary and option."""

import math

import lamina
import pytest
from lamina.errors import ValueError_

nan, inf = math.nan, math.inf
FLOATS = [
    [1.0, 2.0],
    [1.5, -2.25],
    [1e-5, 1.0],
    [1e5, 1.0],
    [1e8, 1.0],
    [1e9, 2.0],
    [123456789.0],
    [0.1, 100000.0],
    [1e-3, 999.9],
    [0.0, 0.0],
    [-0.0, 0.0],
    [nan],
    [inf, -inf],
    [nan, inf, -inf, 0.0],
    [nan, 1.5],
    [inf, 1.0],
    [1e-10, 1e10],
    [1234.5, 0.001],
    [3.0],
    [0.5],
    [1e-8],
    [99999.0, 1.0],
    [-1.0, 10.0],
    [-1.5, inf],
    [1.0000001, 1.0],
    [1e7 + 1, 3.5],
]
COMPLEX = [
    [1 + 2j],
    [1.5 - 2j, 3j],
    [1e10 + 1j, 1],
    [complex(nan, 1), 1j],
    [0j],
    [complex(0, -0.0)],
    [1e5j, 0.1],
]
SHAPES = [(), (0,), (0, 3), (2, 0, 3), (1, 1), (2, 2, 2), (2, 1, 2, 2), (100,), (5, 30)]
LARGE = [(1000,), (1001,), (40, 40), (30, 3, 20), (2, 600), (7, 7, 7, 7), (6, 400), (1, 2000)]


def _same(torch, show):
    assert show(lamina).replace("lamina.", "torch.") == show(torch)


@pytest.mark.parametrize("dtype", ["float32", "float64", "float16", "bfloat16"])
@pytest.mark.parametrize("values", FLOATS, ids=str)
def test_floats(torch, values, dtype):
    _same(torch, lambda m: repr(m.tensor(values, dtype=getattr(m, dtype))))


@pytest.mark.parametrize("dtype", ["complex64", "complex128"])
@pytest.mark.parametrize("values", COMPLEX, ids=str)
def test_complex_numbers(torch, values, dtype):
    _same(torch, lambda m: repr(m.tensor(values, dtype=getattr(m, dtype))))


@pytest.mark.parametrize(
    "values", [[1, 20, 300], [-1, 5], [0], [2**62, 1], [], True, [True, False]]
)
def test_integers_and_bools(torch, values):
    _same(torch, lambda m: repr(m.tensor(values)))


def test_other_dtypes(torch):
    for dtype in ("int32", "uint8", "float8_e4m3fn", "float8_e5m2"):
        _same(torch, lambda m, dtype=dtype: repr(m.tensor([1.0, 2.0]).to(getattr(m, dtype))))


MAKERS = {
    "int": lambda m, x: x,
    "float": lambda m, x: x / 7,
    "bool": lambda m, x: x % 3 == 0,
    "complex": lambda m, x: x / 7 * (1 - 2j),
    "zeros": lambda m, x: m.zeros(x.shape, dtype=m.float64),
}


@pytest.mark.parametrize("kind", MAKERS)
@pytest.mark.parametrize("shape", SHAPES + LARGE, ids=str)
def test_shapes(torch, shape, kind):
    count = math.prod(shape)
    _same(torch, lambda m: repr(MAKERS[kind](m, m.arange(count).reshape(shape))))


@pytest.mark.parametrize("count", range(5, 13))
def test_suffixes_wrap(torch, count):
    _same(torch, lambda m: repr((m.ones(count, requires_grad=True) / 3)[None]))
    _same(torch, lambda m: repr(m.ones(count, dtype=m.float16) / 3))


def test_history_and_parameters(torch):
    for make in (
        lambda m: m.ones(2, requires_grad=True),
        lambda m: m.ones(2, dtype=m.float64, requires_grad=True) * 2,
        lambda m: m.ones(3, requires_grad=True).sum(),
        lambda m: m.nn.Parameter(m.ones(2)),
        lambda m: m.nn.Parameter(m.ones(200, 20)),
        lambda m: [m.ones(2), m.zeros(1)],
    ):
        _same(torch, lambda m, make=make: repr(make(m)))


OPTIONS = {
    "precision 2": {"precision": 2},
    "precision 8": {"precision": 8},
    "threshold": {"threshold": 10},
    "edge of one": {"threshold": 10, "edgeitems": 1},
    "narrow": {"linewidth": 40},
    "wide": {"linewidth": 120},
    "scientific": {"sci_mode": True},
    "not scientific": {"sci_mode": False},
    "short": {"profile": "short"},
    "full": {"profile": "full"},
}
SAMPLES = {
    "floats": lambda m: m.tensor([1.23456789, 1000.5]),
    "many": lambda m: m.arange(2000.0) / 3,
    "ints": lambda m: m.arange(60),
    "matrix": lambda m: m.arange(60.0).reshape(6, 10) / 7,
    "complex": lambda m: m.tensor([1.23456 + 2j]),
    "wide range": lambda m: m.tensor([1e-10, 1.0]),
    "whole": lambda m: m.tensor([1.0, 2.0]),
    "zeros": lambda m: m.zeros(3),
}


@pytest.mark.parametrize("sample", SAMPLES)
@pytest.mark.parametrize("option", OPTIONS)
def test_options(torch, option, sample):
    def show(m):
        m.set_printoptions(**OPTIONS[option])
        try:
            return repr(SAMPLES[sample](m))
        finally:
            m.set_printoptions(profile="default")

    _same(torch, show)


def test_unknown_profile():
    with pytest.raises(ValueError_, match="no print profile"):
        lamina.set_printoptions(profile="tiny")
    assert lamina.get_printoptions()["edgeitems"] == 3


def test_format(torch):
    for show in (
        lambda m: f"{m.tensor(1.5)}",
        lambda m: f"{m.tensor(1.5):.3f}",
        lambda m: f"{m.tensor(3):5d}",
        lambda m: f"{m.ones(2)}",
    ):
        _same(torch, show)
    with pytest.raises(TypeError):
        f"{lamina.ones(2):.2f}"
