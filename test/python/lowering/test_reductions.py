"""Reductions and groups of rows of any size, against double precision."""

import ml_dtypes
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lamina import machine
from native import check, run

rng = np.random.default_rng(0)
SIZES = [1, 7, 8, 15, 16, 17, 63, 255, 257, 513, 1021]


@pytest.mark.parametrize("rows", SIZES)
def test_sums_of_columns_and_of_all(rows):
    x = rng.standard_normal((rows, 97)).astype(np.float32)
    columns, everything = run(lambda p, x: (p.sum(x, (0,)), p.sum(x, (0, 1))), x)
    exact = x.astype(np.float64)
    bound = 1e-6 * np.abs(exact).sum(0)
    assert (np.abs(columns - exact.sum(0)) <= bound).all()
    assert abs(everything - exact.sum()) <= bound.sum()


@pytest.mark.parametrize("rows", [513, 1021, 4093])
def test_position_of_the_extreme_of_columns(rows):
    x = rng.integers(0, 50, (rows, 33)).astype(np.float32)
    x[rows // 2, 3] = np.nan
    check(lambda p, x: (p.argmax(x, 0), p.argmin(x, 0)), x)


FLOATS = [np.float32, np.float64, np.float16, ml_dtypes.bfloat16, ml_dtypes.float8_e4m3fn]


@pytest.mark.parametrize("dtype", FLOATS)
def test_position_of_the_extreme_among_neighbours(dtype):
    info = ml_dtypes.finfo(dtype)
    small, large, one = float(info.smallest_subnormal), float(info.max), 1.0
    edges = [0, -0.0, small, -small, one, -one, one + float(info.eps), large, -large]
    edges += [np.nan, float(np.inf), float(-np.inf)]
    rows = [[x, y, x, z] for x in edges for y in edges for z in edges]
    x = np.repeat(np.array(rows), 5, axis=1).astype(dtype)
    check(lambda p, x: (p.argmax(x, 1), p.argmin(x, 1)), x)
    check(lambda p, x: (p.argmax(x, 0), p.argmin(x, 0)), np.ascontiguousarray(x.T))


def test_products_extremes_and_small_floats_of_columns():
    x = rng.uniform(0.99, 1.01, (1021, 65)).astype(np.float32)
    check(lambda p, x: (p.amax(x, (0,)), p.amin(x, (0,)), p.prod(x, (0,))), x, rtol=1e-4)
    integers = rng.integers(-9, 9, (1021, 65))
    check(lambda p, x: (p.sum(x, (0,)), p.amax(x, (0,))), integers)
    small = x.astype(ml_dtypes.bfloat16)
    check(lambda p, x: p.sum(x, (0,)), small, rtol=1e-2)


def test_a_sum_does_not_depend_on_the_number_of_threads():
    x = rng.standard_normal((1021, 513)).astype(np.float32)
    before = machine.get_num_threads()
    sums = []
    for threads in (1, 2):
        machine.set_num_threads(threads)
        sums.append(run(lambda p, x: (p.sum(x, (0,)), p.sum(x, (0, 1))), x))
    machine.set_num_threads(before)
    for one, two in zip(*sums):
        np.testing.assert_array_equal(one, two)


def normalized(p, x):
    """Softmax over the last dimension, and the sum that it divides by."""
    shape = x.shape
    kept = (*shape[:-1], 1)
    greatest = p.expand(p.reshape(p.amax(x, (len(shape) - 1,)), kept), shape)
    e = p.exp(p.sub(x, greatest))
    total = p.reshape(p.sum(e, (len(shape) - 1,)), kept)
    return p.div(e, p.expand(total, shape)), total


@settings(max_examples=12, deadline=None)
@given(st.lists(st.integers(1, 70), min_size=2, max_size=4))
def test_rows_of_any_number_of_dimensions(shape):
    x = rng.standard_normal(shape).astype(np.float32)
    got, total = run(lambda p, x: normalized(p, x), x)
    e = np.exp(x.astype(np.float64) - x.max(-1, keepdims=True))
    np.testing.assert_allclose(total, e.sum(-1, keepdims=True), rtol=1e-5)
    np.testing.assert_allclose(got, e / e.sum(-1, keepdims=True), rtol=1e-5)
