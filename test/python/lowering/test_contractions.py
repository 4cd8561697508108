"""Products of any size, layout and type as native code, against NumPy in float64."""

import lamina
import ml_dtypes
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lamina.backends import CompileOptions
from lamina.backends.cpu import BACKEND
from lamina.ir.context import context
from mlir import ir
from native import module_of

rng = np.random.default_rng(0)

TYPES = {
    "f32": (np.float32, 1e-5),
    "f64": (np.float64, 1e-13),
    "bf16": (ml_dtypes.bfloat16, 2e-2),
    "f16": (np.float16, 2e-3),
}
TARGETS = {"host": {}, "avx2": {"cpu": "x86-64-v3"}, "sse": {"cpu": "x86-64"}}


def uniform(shape, dtype=np.float32):
    return rng.uniform(-1, 1, shape).astype(dtype)


def run(function, *arrays, **options):
    """The only output of `function(p, *arrays)` as native code for a target."""
    module = ir.Module.parse(str(module_of(function, *arrays)), context())
    return BACKEND.compile(module, "f", CompileOptions(**options))(*arrays)[0]


def assert_close(got, expected, tolerance, depth):
    scale = tolerance * max(1.0, np.sqrt(depth))
    np.testing.assert_allclose(got.astype(np.float64), expected, rtol=scale, atol=scale)


LAYOUTS = [(False, False), (True, False), (False, True), (True, True)]


def check_product(m, n, k, batch, layout, kind, **options):
    """`layout` says for each operand whether its last dimensions are stored transposed."""
    dtype, tolerance = TYPES[kind]
    left, right = ((m, k), (k, n))
    stored = [s[::-1] if t else s for s, t in zip((left, right), layout, strict=True)]
    arrays = [uniform((*batch, *shape), dtype) for shape in stored]

    def product(p, a, b):
        a, b = (turned(p, x, t) for x, t in zip((a, b), layout, strict=True))
        return p.matmul(a, b)

    def turned(p, x, transposed):
        rank = len(batch) + 2
        dims = [*range(rank - 2), rank - 1, rank - 2]
        return p.permute(x, dims) if transposed else x

    wide = [a.astype(np.float64) for a in arrays]
    wide = [np.swapaxes(a, -1, -2) if t else a for a, t in zip(wide, layout, strict=True)]
    got = run(product, *arrays, **options)
    assert got.dtype == dtype
    assert_close(got, wide[0] @ wide[1], tolerance, k)


SIZES = st.one_of(st.integers(1, 40), st.sampled_from([63, 64, 65, 127, 129, 191, 257]))


@settings(max_examples=60, deadline=None)
@given(
    m=SIZES,
    n=SIZES,
    k=SIZES,
    batch=st.sampled_from([(), (), (1,), (3,), (2, 3)]),
    layout=st.tuples(st.booleans(), st.booleans()),
    kind=st.sampled_from(list(TYPES)),
    target=st.sampled_from(list(TARGETS)),
)
def test_products(m, n, k, batch, layout, kind, target):
    check_product(m, n, k, batch, layout, kind, **TARGETS[target])


@pytest.mark.parametrize("layout", LAYOUTS)
def test_arguments_that_are_stored_transposed(layout):
    a, b = lamina.randn(150, 130), lamina.randn(130, 140)
    a, b = (
        x.t().contiguous().t() if across else x for x, across in zip((a, b), layout, strict=True)
    )
    product = lamina.compile(lambda a, b: a @ b, fullgraph=True, backend="cpu")
    np.testing.assert_allclose(product(a, b).numpy(), (a @ b).numpy(), rtol=1e-3, atol=1e-4)


@pytest.mark.parametrize("layout", LAYOUTS)
def test_long_reductions_run_in_blocks(layout):
    check_product(70, 150, 3001, (), layout, "f32")


@pytest.mark.parametrize("shape", [(0, 4, 5), (4, 0, 5), (4, 5, 0)])
def test_sizes_of_zero(shape):
    m, n, k = shape
    check_product(m, n, k, (), (False, False), "f32")


def test_not_a_number_and_infinity_stay_in_their_rows():
    a, b = uniform((65, 70)), uniform((70, 130))
    a[3, 5], a[64, 0] = np.nan, np.inf
    with np.errstate(invalid="ignore"):
        expected = a.astype(np.float64) @ b.astype(np.float64)
    got = run(lambda p, x, y: p.matmul(x, y), a, b)
    np.testing.assert_array_equal(np.isnan(got), np.isnan(expected))
    np.testing.assert_array_equal(np.isinf(got), np.isinf(expected))


@settings(max_examples=15, deadline=None)
@given(m=SIZES, n=SIZES, k=SIZES, kind=st.sampled_from(list(TYPES)))
def test_what_follows_a_product(m, n, k, kind):
    dtype, tolerance = TYPES[kind]
    a, b, bias, residual = (uniform(s, dtype) for s in ((m, k), (k, n), (n,), (m, n)))

    def block(p, a, b, bias, residual):
        hidden = p.add(p.matmul(a, b), p.expand(p.unsqueeze(bias, [0]), [m, n]))
        return p.add(p.tanh(hidden), residual)

    x, y, c, r = (v.astype(np.float64) for v in (a, b, bias, residual))
    got = run(block, a, b, bias, residual)
    assert_close(got, np.tanh(x @ y + c) + r, tolerance, k)


def test_a_product_that_others_read_too():
    a, b = uniform((100, 50)), uniform((50, 140))

    def both(p, a, b):
        product = p.matmul(a, b)
        return p.add(p.tanh(product), p.permute(p.permute(product, [1, 0]), [1, 0]))

    x = a.astype(np.float64) @ b.astype(np.float64)
    assert_close(run(both, a, b), np.tanh(x) + x, 1e-5, 50)


def test_a_product_written_over_its_operand():
    """The old data is read until the last tile is computed."""
    text = """
func.func @f(%a: tensor<200x200xf32> {lamina.arg = #lamina.input<0>})
    -> (tensor<200x200xf32> {lamina.result = #lamina.mutation<0>}) {
  %0 = lamina.matmul %a, %a : (tensor<200x200xf32>, tensor<200x200xf32>) -> tensor<200x200xf32>
  return %0 : tensor<200x200xf32>
}"""
    a = uniform((200, 200))
    expected = a.astype(np.float64) @ a.astype(np.float64)
    assert BACKEND.compile(ir.Module.parse(text, context()), "f")(a) == []
    assert_close(a, expected, 1e-5, 200)


@settings(max_examples=15, deadline=None)
@given(
    batch=st.sampled_from([(), (3,), (2, 2)]),
    queries=SIZES,
    keys=SIZES,
    width=st.integers(1, 40),
    kind=st.sampled_from(["f32", "f64", "bf16"]),
)
def test_attention(batch, queries, keys, width, kind):
    dtype, tolerance = TYPES[kind]
    q, k, v = (uniform((*batch, n, width), dtype) for n in (queries, keys, keys))

    def attention(p, q, k, v):
        rank = len(batch) + 2
        shape = [*batch, queries, keys]
        scores = p.matmul(q, p.permute(k, [*range(rank - 2), rank - 1, rank - 2]))
        largest = p.expand(p.unsqueeze(p.amax(scores, [rank - 1]), [rank - 1]), shape)
        weights = p.exp(p.sub(scores, largest))
        total = p.expand(p.unsqueeze(p.sum(weights, [rank - 1]), [rank - 1]), shape)
        return p.matmul(p.div(weights, total), v)

    x, y, z = (a.astype(np.float64) for a in (q, k, v))
    scores = x @ np.swapaxes(y, -1, -2)
    weights = np.exp(scores - scores.max(-1, keepdims=True))
    expected = weights / weights.sum(-1, keepdims=True) @ z
    assert_close(run(attention, q, k, v), expected, tolerance, width)


@settings(max_examples=40, deadline=None)
@given(
    images=st.integers(1, 3),
    groups=st.sampled_from([1, 1, 2, 4]),
    channels=st.integers(1, 5),
    filters=st.integers(1, 9),
    positions=st.lists(st.tuples(st.integers(1, 30), st.integers(1, 4)), min_size=1, max_size=3),
    stride=st.integers(1, 3),
    dilation=st.integers(1, 2),
    padding=st.integers(0, 2),
    kind=st.sampled_from(["f32", "f64", "bf16"]),
)
def test_convolutions(
    images, groups, channels, filters, positions, stride, dilation, padding, kind
):
    torch = pytest.importorskip("torch")
    dtype, tolerance = TYPES[kind]
    rank = len(positions)
    taps = [t for _, t in positions]
    sizes = [
        max(s if rank < 3 else s % 7 + 1, dilation * (t - 1) + 1 - 2 * padding)
        for s, t in positions
    ]
    x = uniform((images, groups * channels, *sizes), dtype)
    w = uniform((groups * filters, channels, *taps), dtype)

    def convolve(p, x, w):
        return p.convolution(x, w, [stride] * rank, [padding] * 2 * rank, [dilation] * rank, groups)

    function = getattr(torch.nn.functional, f"conv{rank}d")
    wide = [torch.from_numpy(v.astype(np.float64)) for v in (x, w)]
    expected = function(*wide, None, stride, padding, dilation, groups).numpy()
    depth = channels * int(np.prod(taps))
    assert_close(run(convolve, x, w), expected, tolerance, depth)
