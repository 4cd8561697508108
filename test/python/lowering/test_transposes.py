"""Programs that read along one dimension and write along another, of any size, rank and type."""

import ml_dtypes
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lamina.backends import configured_options
from lamina.backends.cpu import BACKEND
from native import module_of

rng = np.random.default_rng(0)

TYPES = [np.float32, np.float64, np.float16, ml_dtypes.bfloat16, np.int64, np.int16, np.uint8]
TARGETS = {"host": None, "avx2": "x86-64-v3", "sse": "x86-64"}


def numbers(shape, dtype):
    return rng.integers(-100 if np.dtype(dtype).kind != "u" else 0, 100, shape).astype(dtype)


def check(function, *arrays, cpu=None):
    """The result is exactly that of the same function over NumPy."""
    module = module_of(function, *arrays)
    (got,) = BACKEND.compile(module, "f", configured_options(cpu=cpu))(*arrays)
    np.testing.assert_array_equal(got, function(Numpy, *arrays))


class Numpy:
    """What the functions here need of the builder."""

    permute = staticmethod(np.transpose)
    add = staticmethod(np.add)
    mul = staticmethod(np.multiply)


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("dtype", TYPES)
@pytest.mark.parametrize("shape", [(64, 128), (67, 131), (128, 33)])
def test_add_to_a_transpose(shape, dtype, target):
    a, b = numbers(shape, dtype), numbers(shape[::-1], dtype)
    check(lambda p, a, b: p.add(p.permute(a, (1, 0)), b), a, b, cpu=TARGETS[target])


@settings(max_examples=25, deadline=None)
@given(st.data())
def test_permutations_of_any_rank(data):
    rank = data.draw(st.integers(2, 4))
    dims = data.draw(st.permutations(range(rank)))
    large = st.integers(32, 150)
    sizes = [data.draw(st.integers(1, 5)) for _ in range(rank)]
    sizes[-1] = data.draw(large)
    sizes[dims[-1]] = data.draw(large)
    dtype = data.draw(st.sampled_from(TYPES))
    a = numbers(sizes, dtype)
    b = numbers([sizes[d] for d in dims], dtype)
    check(lambda p, a, b: p.mul(p.permute(a, dims), b), a, b)


def test_rows_columns_and_numbers_beside_a_transpose():
    a, row, column = (
        numbers((70, 66), np.float32),
        numbers((70,), np.float32),
        numbers((66, 1), np.float32),
    )
    three = np.array(3, np.float32)
    check(
        lambda p, a, row, column, n: p.mul(p.add(p.add(p.permute(a, (1, 0)), row), column), n),
        *(a, row, column, three),
    )


def test_two_transposes_and_a_row():
    a, b, row = (
        numbers((96, 80), np.float32),
        numbers((96, 80), np.float64),
        numbers(96, np.float32),
    )

    def f(p, a, b):
        return p.permute(p.add(a, b), (1, 0))

    check(f, a, b.astype(np.float32))
    check(lambda p, a, c: p.add(p.permute(a, (1, 0)), p.permute(c, (1, 0))), a, a + row[:, None])
