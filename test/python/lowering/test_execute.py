"""Every primitive as native code means what its NumPy form means."""

import lamina
import ml_dtypes
import numpy as np
import pytest
from native import check

rng = np.random.default_rng(0)

FLOATS = [np.float64, np.float32, np.float16, ml_dtypes.bfloat16]
SMALL_FLOATS = [np.float16, ml_dtypes.bfloat16, ml_dtypes.float8_e4m3fn, ml_dtypes.float8_e5m2]
INTEGERS = [np.int64, np.int32, np.int16, np.int8, np.uint8]
COMPLEX = [np.complex64, np.complex128]


def floats(*shape, dtype=np.float32, low=-3.0, high=3.0):
    return rng.uniform(low, high, shape).astype(dtype)


def integers(*shape, dtype=np.int64, low=-9, high=10):
    return rng.integers(0 if np.dtype(dtype).kind == "u" else low, high, shape).astype(dtype)


def complexes(*shape, dtype=np.complex64):
    return (rng.uniform(-2, 2, shape) + 1j * rng.uniform(-2, 2, shape)).astype(dtype)


def booleans(*shape):
    return rng.integers(0, 2, shape).astype(bool)


EDGES = [
    0.0,
    -0.0,
    np.inf,
    -np.inf,
    np.nan,
    1.0,
    -1.0,
    0.5,
    -0.5,
    2.5,
    -2.5,
    1.5,
    1e-40,
    88.0,
    -90.0,
]

UNARY = [
    "neg",
    "abs",
    "sign",
    "exp",
    "exp2",
    "expm1",
    "log",
    "log2",
    "log1p",
    "sqrt",
    "rsqrt",
    "sin",
    "cos",
    "tan",
    "asin",
    "acos",
    "atan",
    "sinh",
    "cosh",
    "tanh",
    "asinh",
    "acosh",
    "atanh",
    "erf",
    "erfinv",
    "lgamma",
    "digamma",
    "floor",
    "ceil",
    "round",
    "trunc",
]
BINARY = ["add", "sub", "mul", "div", "rem", "pow", "atan2", "maximum", "minimum"]


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("op", UNARY)
def test_float_functions(op, dtype):
    def f(p, x):
        return getattr(p, op)(x)

    near = {"acosh": (1, 5), "asin": (-1, 1), "acos": (-1, 1), "atanh": (-1, 1), "erfinv": (-1, 1)}
    positive = {"log", "log2", "log1p", "sqrt", "rsqrt", "lgamma", "digamma"}
    low, high = near.get(op, (0.01, 9) if op in positive else (-9, 9))
    check(
        f, floats(67, dtype=dtype, low=low, high=high), rtol=4e-6 if dtype is np.float32 else 1e-11
    )
    check(f, np.array(EDGES, dtype), rtol=4e-6 if dtype is np.float32 else 1e-11)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("op", BINARY)
def test_float_pairs(op, dtype):
    x, y = (a.ravel() for a in np.meshgrid(np.array(EDGES, dtype), np.array(EDGES, dtype)))
    check(lambda p, x, y: getattr(p, op)(x, y), x, y, rtol=4e-6 if dtype is np.float32 else 1e-12)


@pytest.mark.parametrize("dtype", SMALL_FLOATS)
@pytest.mark.parametrize("op", ["exp", "neg", "sqrt", "round"])
def test_small_floats_round_once(op, dtype):
    everything = np.arange(256 if np.dtype(dtype).itemsize == 1 else 65536)
    bits = everything.astype(f"u{np.dtype(dtype).itemsize}").view(dtype)
    check(lambda p, x: getattr(p, op)(x), bits)


@pytest.mark.parametrize("dtype", INTEGERS)
@pytest.mark.parametrize(
    "op",
    [
        "add",
        "sub",
        "mul",
        "div",
        "rem",
        "pow",
        "maximum",
        "minimum",
        "bitwise_and",
        "bitwise_or",
        "bitwise_xor",
        "shift_left",
        "shift_right",
    ],
)
def test_integer_pairs(op, dtype):
    info = np.iinfo(dtype)
    corners = np.array([info.min, info.max, 0, 1, 2, 3, 7, info.max - 1, 64, 8], dtype)
    if np.dtype(dtype).kind == "i":
        corners = np.concatenate([corners, np.array([-1, -2, -7], dtype)])
    x, y = (a.ravel() for a in np.meshgrid(corners, corners))
    check(lambda p, x, y: getattr(p, op)(x, y), x, y)


@pytest.mark.parametrize("dtype", INTEGERS)
@pytest.mark.parametrize("op", ["neg", "abs", "sign", "bitwise_not"])
def test_integer_functions(op, dtype):
    info = np.iinfo(dtype)
    check(lambda p, x: getattr(p, op)(x), np.array([info.min, info.max, 0, 1, 5], dtype))


@pytest.mark.parametrize(
    "op", ["add", "mul", "bitwise_and", "bitwise_or", "bitwise_xor", "maximum"]
)
def test_booleans(op):
    x, y = np.array([0, 0, 1, 1], bool), np.array([0, 1, 0, 1], bool)
    check(lambda p, x, y: (getattr(p, op)(x, y), p.bitwise_not(x)), x, y)


@pytest.mark.parametrize("dtype", COMPLEX)
@pytest.mark.parametrize(
    "op",
    [
        "neg",
        "abs",
        "sign",
        "conj",
        "exp",
        "exp2",
        "expm1",
        "log",
        "log2",
        "log1p",
        "sqrt",
        "rsqrt",
        "sin",
        "cos",
        "tan",
        "asin",
        "acos",
        "atan",
        "sinh",
        "cosh",
        "tanh",
        "asinh",
        "acosh",
        "atanh",
    ],
)
def test_complex_functions(op, dtype):
    tolerance = 2e-5 if dtype is np.complex64 else 1e-11
    check(lambda p, x: getattr(p, op)(x), complexes(33, dtype=dtype), rtol=tolerance)


@pytest.mark.parametrize("op", ["add", "sub", "mul", "div", "pow"])
def test_complex_pairs(op):
    check(lambda p, x, y: getattr(p, op)(x, y), complexes(33), complexes(33), rtol=1e-4)


@pytest.mark.parametrize("predicate", ["eq", "ne", "lt", "le", "gt", "ge"])
@pytest.mark.parametrize("dtype", [np.float32, ml_dtypes.bfloat16, np.int32, np.uint8, bool])
def test_comparisons(predicate, dtype):
    values = [0, 1, 200, 3] if np.dtype(dtype).kind in "iub" else [0.0, -0.0, 1, np.nan, np.inf]
    x, y = (a.ravel() for a in np.meshgrid(np.array(values, dtype), np.array(values, dtype)))
    check(lambda p, x, y: p.compare(x, y, predicate), x, y)


def test_select_ignores_the_other_side():
    x = np.array([1, np.nan, 3], np.float32)
    check(lambda p, c, x, y: p.select(c, x, y), np.array([1, 0, 1], bool), x, -x[::-1].copy())


EVERY = [*FLOATS, ml_dtypes.float8_e4m3fn, ml_dtypes.float8_e5m2, *INTEGERS, bool, *COMPLEX]


@pytest.mark.parametrize("source", EVERY, ids=lambda t: np.dtype(t).name)
def test_casts(source):
    x = np.array([0, 1, 2, 3, 100, 0.5, 1.75], np.float64).astype(source)
    if np.dtype(source).kind not in "ub":
        x = np.concatenate([x, np.array([-1, -3, -100], np.float64).astype(source)])
    # What a negative float becomes as ui8 is unspecified.
    targets = [t for t in EVERY if not (t is np.uint8 and np.dtype(source).kind not in "iub")]
    check(lambda p, x: tuple(p.cast(x, np.dtype(t)) for t in targets), x, rtol=0)


def test_doubles_round_once_to_small_floats():
    x = np.concatenate(
        [rng.standard_normal(500) * 10.0 ** rng.integers(-6, 6, 500), [1 + 2**-11 + 2**-40]]
    )
    check(lambda p, x: p.cast(x, np.dtype(np.float16)), x, rtol=0)


def test_complex_parts():
    def f(p, x, re):
        return p.real(x), p.imag(x), p.view_as_real(x), p.complex(re, p.neg(re)), p.conj(x)

    check(f, complexes(3, 5), floats(3, 5))
    check(lambda p, x: p.view_as_complex(x), floats(3, 4, 2))


def test_bitcast():
    check(lambda p, x: p.bitcast(x, np.dtype(np.int32)), floats(9))
    check(lambda p, x: p.bitcast(x, np.dtype(np.int8)), integers(9, dtype=np.uint8))


@pytest.mark.parametrize("wanted", ["i1", "i2", "i8", "f8", "f2", "u1"])
def test_bitcast_to_another_width(wanted):
    dtype = np.dtype(wanted)
    check(lambda p, x: p.bitcast(x, dtype), floats(3, 4))
    check(lambda p, x: p.bitcast(x, dtype), integers(2, 8, dtype=np.uint8))


VIEWS = {
    "permute": (lambda p, x: p.permute(x, (2, 0, 1)), (2, 3, 4)),
    "reshape merges and splits": (lambda p, x: p.reshape(x, (6, 2, 2)), (2, 3, 4)),
    "reshape regroups": (lambda p, x: p.reshape(x, (8, 3)), (2, 3, 4)),
    "reshape with ones": (lambda p, x: p.reshape(x, (1, 6, 1, 4, 1)), (2, 1, 3, 4)),
    "reshape to 0-d": (lambda p, x: p.reshape(x, ()), (1, 1)),
    "reshape from 0-d": (lambda p, x: p.reshape(x, (1, 1)), ()),
    "reshape of nothing": (lambda p, x: p.reshape(x, (3, 0, 2)), (0, 4)),
    "expand": (lambda p, x: p.expand(x, (5, 2, 3, 4)), (2, 1, 4)),
    "expand 0-d": (lambda p, x: p.expand(x, (2, 3)), ()),
    "slice": (lambda p, x: p.slice(x, (0, 1, 3), (2, 3, 4), (1, 2, 1)), (2, 3, 4)),
    "empty slice": (lambda p, x: p.slice(x, (0, 1, 2), (2, 3, 2), (1, 1, 1)), (2, 3, 4)),
    "squeeze": (lambda p, x: p.squeeze(x, (0, 2)), (1, 3, 1, 4)),
    "unsqueeze": (lambda p, x: p.unsqueeze(x, (0, 2)), (3, 4)),
    "diagonal": (lambda p, x: p.diagonal(x, 1, 0, 2), (3, 2, 4)),
    "lower diagonal": (lambda p, x: p.diagonal(x, -1, 2, 0), (3, 2, 4)),
    "diagonal outside": (lambda p, x: p.diagonal(x, 9, 0, 1), (3, 4)),
    "as_strided": (lambda p, x: p.as_strided(x, (2, 3), (4, 1), 2), (4, 5)),
    "overlapping as_strided": (lambda p, x: p.as_strided(x, (3, 3), (1, 1), 0), (2, 3)),
    "unfold": (lambda p, x: p.unfold(x, 1, 3, 2), (2, 9, 2)),
    "alias": (lambda p, x: p.alias(x), (3,)),
    "flip": (lambda p, x: p.flip(x, (0, 2)), (2, 3, 4)),
    "chain": (
        lambda p, x: p.mul(p.permute(p.slice(x, (0, 1), (4, 5), (1, 2)), (1, 0)), 2.0),
        (4, 5),
    ),
}


@pytest.mark.parametrize("case", VIEWS)
def test_views(case):
    f, shape = VIEWS[case]
    check(f, floats(*shape))


@pytest.mark.parametrize("dtype", [np.float16, np.uint8, bool, np.complex64])
def test_views_of_other_types(dtype):
    x = integers(4, 6, low=0, high=2).astype(dtype)
    check(lambda p, x: (p.permute(x, (1, 0)), p.expand(p.unsqueeze(x, (0,)), (3, 4, 6))), x)


SCATTERS = {
    "slice": (lambda p, x, u: p.slice_scatter(x, u, (1, 0), (4, 6), (2, 1)), (5, 6), (2, 6)),
    "nothing": (lambda p, x, u: p.slice_scatter(x, u, (5,), (5,), (1,)), (5,), (0,)),
    "diagonal": (lambda p, x, u: p.diagonal_scatter(x, u, 1, 0, 1), (3, 4), (3,)),
    "lower diagonal": (lambda p, x, u: p.diagonal_scatter(x, u, -1, 2, 0), (3, 2, 4), (2, 3)),
    "as_strided": (lambda p, x, u: p.as_strided_scatter(x, u, (2, 2), (4, 1), 1), (3, 4), (2, 2)),
}


@pytest.mark.parametrize("case", SCATTERS)
def test_view_scatters(case):
    f, base, update = SCATTERS[case]
    check(f, floats(*base), floats(*update))


@pytest.mark.parametrize("op", ["sum", "prod", "amax", "amin"])
@pytest.mark.parametrize(
    "dtype", [*FLOATS, np.int32, np.uint8, np.int8], ids=lambda t: np.dtype(t).name
)
def test_reductions(op, dtype):
    x = rng.uniform(0, 3, (4, 5, 6)).astype(dtype)
    for dims in [(0,), (1,), (2,), (0, 2), (0, 1, 2), ()]:
        check(lambda p, x, dims=dims: getattr(p, op)(x, dims), x)


def test_reductions_of_nan_and_nothing():
    x = np.array([[1, np.nan, 3], [-np.inf, 2, np.inf]], np.float32)
    check(lambda p, x: (p.amax(x, (1,)), p.amin(x, (1,)), p.sum(x, (0,))), x)
    check(lambda p, x: (p.sum(x, (0,)), p.prod(x, (0,)), p.sum(x, (1,))), floats(0, 3))


def test_logical_reductions():
    check(
        lambda p, x: (p.any(x, (0,)), p.all(x, (1,)), p.sum(x, (0, 1)), p.prod(x, ())),
        booleans(3, 4),
    )


def test_complex_sum():
    check(lambda p, x: (p.sum(x, (0,)), p.prod(x, (1,))), complexes(3, 4), rtol=1e-5)


@pytest.mark.parametrize("dtype", [np.float32, np.float16, np.int32, np.uint8, bool])
def test_arg_reductions_take_the_first(dtype):
    x = integers(5, 40, low=0, high=3).astype(dtype)
    for dim in (0, 1):
        check(lambda p, x, dim=dim: (p.argmax(x, dim), p.argmin(x, dim)), x)


def test_arg_reductions_of_nan():
    x = np.array([[1, np.nan, np.nan], [-np.inf, -np.inf, -np.inf]], np.float32)
    check(lambda p, x: (p.argmax(x, 1), p.argmin(x, 1)), x)
    check(lambda p, x: p.argmax(x, 0), np.float32(3).reshape(()) + np.zeros((1,), np.float32))


@pytest.mark.parametrize("dtype", [np.float32, ml_dtypes.bfloat16, np.int64, np.uint8])
@pytest.mark.parametrize("op", ["cumsum", "cumprod"])
def test_scans(op, dtype):
    x = integers(3, 7, 2, low=-3, high=4, dtype=np.int64).astype(dtype)
    for dim in (0, 1, 2):
        check(lambda p, x, dim=dim: getattr(p, op)(x, dim), x)


@pytest.mark.parametrize("descending", [False, True])
@pytest.mark.parametrize("dtype", [np.float32, np.float16, np.int64, np.uint8, bool])
def test_sort_is_stable(dtype, descending):
    x = integers(3, 37, 2, low=0, high=6).astype(dtype)
    if np.dtype(dtype).kind == "f":
        x[0, 3, 0] = x[0, 7, 0] = np.nan
    for dim in (0, 1):
        check(lambda p, x, dim=dim: p.sort(x, dim, descending), x)


def test_sort_of_small_lanes():
    for n in (0, 1, 2, 3):
        check(lambda p, x: p.sort(x, 0, False), floats(n))


PRODUCTS = [
    ((3, 4), (4, 5)),
    ((2, 3, 4), (2, 4, 5)),
    ((2, 3, 4, 5), (2, 3, 5, 2)),
    ((3, 0), (0, 2)),
    ((1, 7), (7, 1)),
]


@pytest.mark.parametrize("shapes", PRODUCTS, ids=str)
@pytest.mark.parametrize(
    "dtype", [*FLOATS, np.int32, np.uint8, np.complex64], ids=lambda t: np.dtype(t).name
)
def test_matmul(shapes, dtype):
    x, y = (rng.uniform(0, 3, s).astype(dtype) for s in shapes)
    check(lambda p, x, y: p.matmul(x, y), x, y, rtol=1e-5 if dtype is np.float32 else None)


def test_matmul_of_transposed_operands():
    def f(p, x, y):
        return p.matmul(p.permute(x, (1, 0)), y), p.matmul(x, p.permute(y, (1, 0)))

    check(f, floats(8, 8), floats(8, 8), rtol=1e-5)


CONVOLUTIONS = [
    ((2, 3, 9), (4, 3, 3), (1,), (0, 0), (1,), 1),
    ((2, 3, 8, 7), (4, 3, 3, 2), (1, 1), (1, 1, 0, 2), (1, 1), 1),
    ((2, 4, 8, 8), (6, 2, 3, 3), (2, 1), (1, 0, 2, 1), (1, 2), 2),
    ((1, 4, 6, 6), (4, 1, 3, 3), (1, 1), (-1, 1, 0, -2), (1, 1), 4),
    ((1, 2, 5, 5, 5), (3, 2, 2, 2, 2), (2, 1, 1), (0, 0, 1, 1, 0, 0), (1, 1, 2), 1),
    ((0, 2, 5), (3, 2, 2), (1,), (0, 0), (1,), 1),
    ((1, 2, 2), (3, 2, 5), (1,), (0, 0), (1,), 1),
]


@pytest.mark.parametrize("case", CONVOLUTIONS, ids=str)
@pytest.mark.parametrize(
    "dtype", [np.float32, np.float16, np.int64], ids=lambda t: np.dtype(t).name
)
def test_convolution(case, dtype):
    image, filters, *parameters = case
    x, w = (rng.uniform(-3, 3, s).astype(dtype) for s in (image, filters))
    check(
        lambda p, x, w: p.convolution(x, w, *parameters),
        x,
        w,
        rtol=1e-5 if dtype is np.float32 else None,
    )


def test_gather_and_scatter():
    x, index = floats(4, 5), integers(3, 5, low=0, high=4)
    check(lambda p, x, i: p.gather(x, i, 0), x, index)
    check(lambda p, x, i: p.gather(x, i, 1), x, integers(4, 7, low=0, high=5))
    unique = np.array([[3, 0, 2, 1, 0], [1, 2, 3, 0, 2], [0, 3, 1, 2, 1]])
    for reduce in ("set", "add", "mul", "amax", "amin"):
        check(lambda p, x, i, s, r=reduce: p.scatter(x, i, s, 0, r), x, unique, floats(4, 5))


@pytest.mark.parametrize("dtype", [np.float16, np.uint8, np.int32])
def test_scatter_adds_every_occurrence(dtype):
    x = integers(4, 2, low=0, high=3, dtype=np.int64).astype(dtype)
    index = np.array([[0, 0], [0, 1], [2, 1], [0, 0], [2, 2]])
    source = integers(5, 2, low=0, high=3).astype(dtype)
    check(lambda p, x, i, s: p.scatter(x, i, s, 0, "add"), x, index, source)


def test_index_wraps_negative_numbers():
    x, rows, columns = (
        floats(4, 5, 3),
        integers(2, 6, low=-4, high=4),
        integers(2, 6, low=-5, high=5),
    )
    check(lambda p, x, i, j: (p.index(x, [i, j]), p.index(x, [i])), x, rows, columns)


@pytest.mark.parametrize("accumulate", [False, True])
@pytest.mark.parametrize("dtype", [np.float32, np.float16, np.int64])
def test_index_put(accumulate, dtype):
    x = integers(4, 3, low=0, high=5).astype(dtype)
    rows = np.array([0, -1, 0, 2, -1]) if accumulate else np.array([0, -1, 2])
    values = integers(len(rows), 3, low=0, high=5).astype(dtype)
    check(lambda p, x, v, i: p.index_put(x, v, [i], accumulate), x, values, rows)


def test_concat():
    def f(p, x, y):
        return p.concat([x, y, x], 0), p.concat([x, x], 1), p.concat([p.exp(x), p.neg(y)], 0)

    check(f, floats(2, 3), floats(4, 3))
    check(lambda p, x, y: (p.concat([x, y], 0), p.concat([y, x], 0)), floats(1, 3), floats(0, 3))


PADS = [
    ((1, 2), (0, 3), (0, 0)),
    ((-1, 2), (0, -2), (0, 0)),
    ((1, 0), (2, 1), (1, 2)),
    ((-2, 1), (-1, -3), (2, 1)),
    ((-3, 0), (-2, 0), (0, 0)),
]


@pytest.mark.parametrize("case", PADS, ids=str)
def test_pad(case):
    check(lambda p, x: p.pad(x, *case, 7.0), floats(5, 4))


def test_factories():
    def f(p, x):
        return (
            p.full((2, 3), 4.0, np.dtype(np.float16)),
            p.full((), 3, np.dtype(np.uint8)),
            p.iota((3, 4), 1, np.dtype(np.int64)),
            p.iota((3, 4), 0, np.dtype(np.float32)),
            p.constant(np.arange(6, dtype=np.float32).reshape(2, 3)),
            p.constant(np.arange(250, 256).astype(np.uint8)),
            p.constant(np.array([True, False, True])),
            p.constant(np.array([1 + 2j, 3])),
            p.full((2,), 1 + 2j, np.dtype(np.complex64)),
            p.add(x, 1.0),
        )

    check(f, floats(2))


def test_softmax_and_normalization():
    def f(p, x):
        n = x.shape[1]
        e = p.exp(p.sub(x, p.unsqueeze(p.amax(x, (1,)), (1,))))
        softmax = p.div(e, p.unsqueeze(p.sum(e, (1,)), (1,)))
        centred = p.sub(x, p.unsqueeze(p.div(p.sum(x, (1,)), float(n)), (1,)))
        variance = p.div(p.sum(p.mul(centred, centred), (1,)), float(n))
        return (
            softmax,
            e,
            p.mul(centred, p.unsqueeze(p.rsqrt(p.add(variance, 1e-5)), (1,))),
            variance,
        )

    check(f, floats(16, 33), rtol=1e-5)


def test_a_result_that_another_one_is_made_of_by_writes():
    def program(x):
        x.clamp_(-1, 1)
        rows = lamina.tensor([0, 2])
        return x.index_add(0, rows, x.index_select(0, rows))

    data = np.arange(6, dtype=np.uint8).reshape(2, 3)
    eager, compiled = lamina.from_numpy(data.copy()).t(), lamina.from_numpy(data.copy()).t()
    wanted = program(eager)
    found = lamina.compile(program, fullgraph=True, backend="cpu")(compiled)
    assert found.tolist() == wanted.tolist()
    assert compiled.tolist() == eager.tolist()
