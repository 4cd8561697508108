"""Groups of rows over arrays whose neighbours in memory are in different rows, beside eager execution."""

import lamina
import ml_dtypes
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from native import meaning, run
from test_reductions import normalized

rng = np.random.default_rng(0)
ROWS = [31, 32, 33, 63, 64, 65, 127, 131, 192]


def crossed(shape, dtype=np.float32, order=None):
    """An array of `shape` in memory of the reversed dimensions, or of those in `order`."""
    order = order or tuple(reversed(range(len(shape))))
    memory = rng.standard_normal([shape[dim] for dim in order]).astype(dtype)
    return memory.transpose(np.argsort(order))


def tensor(array):
    """A tensor over memory of its own, in the layout of `array`."""
    return lamina.from_numpy(np.array(array, order="K"))


def agree(f, *arrays, rtol=1e-5, atol=1e-6):
    """f compiled and eager, on tensors of these layouts; results and what f wrote."""
    inputs = [[tensor(a) for a in arrays] for _ in range(2)]
    got, expected = lamina.compile(f, fullgraph=True)(*inputs[0]), f(*inputs[1])
    for one, other in zip([got, *inputs[0]], [expected, *inputs[1]], strict=True):
        one, other = one.detach().numpy(), other.detach().numpy()
        assert one.dtype == other.dtype and one.strides == other.strides
        wide = np.float64
        np.testing.assert_allclose(one.astype(wide), other.astype(wide), rtol=rtol, atol=atol)


def softmax(x):
    return lamina.softmax(x, -1)


@pytest.mark.parametrize("rows", ROWS)
@pytest.mark.parametrize("columns", [63, 64, 97])
def test_rows_of_column_major_arrays(rows, columns):
    agree(softmax, crossed((rows, columns)))
    weights = rng.standard_normal((2, columns)).astype(np.float32)

    def layer_norm(x, w, b):
        return lamina.nn.functional.layer_norm(x, (columns,), w, b)

    agree(layer_norm, crossed((rows, columns)), *weights)


@pytest.mark.parametrize("dtype", [np.float64, np.float16, ml_dtypes.bfloat16])
def test_element_types(dtype):
    agree(softmax, crossed((131, 97), dtype), rtol=0.02 if np.dtype(dtype).itemsize == 2 else 1e-12)


def test_rows_too_long_for_a_cache():
    agree(softmax, crossed((37, 5003)))
    agree(softmax, crossed((65, 70001)))
    agree(softmax, crossed((33, 70001), np.float64))


@settings(max_examples=15, deadline=None)
@given(st.data())
def test_any_order_of_dimensions_in_memory(data):
    rank = data.draw(st.integers(2, 4))
    order = data.draw(st.permutations(range(rank)))
    shape = [data.draw(st.integers(1, 3)) for _ in range(rank)]
    shape[order[-1]] = data.draw(st.sampled_from(ROWS))
    shape[-1] = data.draw(st.sampled_from([64, 67]))
    agree(softmax, crossed(shape, order=order))


@pytest.mark.parametrize("rows", [64, 67])
def test_transposes_within_the_program(rows):
    x = rng.standard_normal((97, rows)).astype(np.float32)

    def f(p, x):
        return normalized(p, p.permute(x, (1, 0)))

    for got, expected in zip(run(f, x), meaning(f, x), strict=True):
        np.testing.assert_allclose(got, expected, rtol=1e-5)


def test_one_array_along_and_across():
    agree(lambda x: lamina.softmax(x + x.t() * 2, 1), crossed((97, 97)))
    agree(lambda x, y: lamina.softmax(x - y, 1), crossed((67, 97)), crossed((67, 97)).copy("C"))


def test_what_is_read_is_overwritten():
    def f(x):
        x.copy_(lamina.softmax(x, 1))
        return x.sum(1)

    agree(f, crossed((67, 97)))

    def turned(x):
        x.copy_(lamina.softmax(x.t(), 1))
        return x.sum(1)

    agree(turned, crossed((97, 97)))


def test_several_results_and_positions():
    def f(x):
        return lamina.stack([x.argmax(1).float(), x.amax(1), x.exp().sum(1), x.argmin(1).float()])

    x = crossed((131, 97))
    x[3, 5] = x[70, 96] = np.nan
    x[:, 7] = x[:, 8]
    agree(f, x)


def test_no_number_and_infinities_stay_in_their_row():
    x = crossed((67, 97))
    x[1, 2], x[66, 3], x[64, 96] = np.nan, np.inf, -np.inf
    agree(softmax, x)


@pytest.mark.parametrize("shape", [(0, 97), (67, 0)])
def test_no_elements(shape):
    agree(lambda x: lamina.softmax(x * 2, 1), crossed(shape))


def test_gradients():
    def computed(x, g):
        (gradient,) = lamina.autograd.grad(
            lamina.nn.functional.layer_norm(x * 1, (97,)).mul(g).sum(), x
        )
        return gradient

    for rows in (67, 128):
        x, g = crossed((rows, 97)), crossed((rows, 97))
        inputs = [[tensor(x).requires_grad_(), tensor(g)] for _ in range(2)]
        got = lamina.compile(computed, fullgraph=True)(*inputs[0])
        np.testing.assert_allclose(got.numpy(), computed(*inputs[1]).numpy(), rtol=1e-4, atol=1e-5)
