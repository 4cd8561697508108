"""Elementary functions are as near to the true value as docs/numerics.md says."""

import os
import re
from pathlib import Path

import mpmath
import numpy as np
import pytest
from lamina.backends import configured_options
from native import BACKEND, meaning, module_of

DOCS = Path(__file__).parents[3] / "docs" / "numerics.md"
BOUNDS = {
    name: (float(single), float(double))
    for name, single, double in re.findall(
        r"^\| (\w+) \| ([\d.]+) \| ([\d.]+) \|$", DOCS.read_text(), re.MULTILINE
    )
}
NUMPY_NAMES = {
    "asin": "arcsin",
    "acos": "arccos",
    "atan": "arctan",
    "atan2": "arctan2",
    "asinh": "arcsinh",
    "acosh": "arccosh",
    "atanh": "arctanh",
    "pow": "power",
}
PAIRS = ("pow", "atan2")
EDGES = [0.0, -0.0, np.inf, -np.inf, np.nan, 1.0, -1.0, 0.5, -0.5, 2.0, -2.0, 3.0, -3.0]


def true_values(name, *arrays):
    """The function in a type with at least eleven more digits."""
    wide = np.float64 if arrays[0].dtype == np.float32 else np.longdouble
    arrays = [a.astype(wide) for a in arrays]
    with np.errstate(all="ignore"):
        if name == "rsqrt":
            return 1 / np.sqrt(*arrays)
        if name != "erf":
            return getattr(np, NUMPY_NAMES.get(name, name))(*arrays)
    with mpmath.workdps(25):
        values = [wide(str(mpmath.erf(mpmath.mpf(float(x))))) for x in arrays[0]]
    return np.copysign(values, arrays[0])


def arguments(dtype, count, rng):
    """Every bit pattern is as likely as any other; then numbers of moderate size, multiples of
    pi / 2 and edges."""
    word = np.uint32 if dtype is np.float32 else np.uint64
    patterns = rng.integers(0, np.iinfo(word).max, count // 2, dtype=word, endpoint=True)
    moderate = np.exp2(rng.uniform(-30, 12, count // 4)) * rng.choice([-1, 1], count // 4)
    near = rng.uniform(-2, 2, count // 4)
    turns = np.arange(-count // 64, count // 64) * (np.pi / 2)
    parts = [patterns.view(dtype), moderate, near, turns, np.repeat(EDGES, 8)]
    return rng.permutation(np.concatenate([p.astype(dtype) for p in parts]))


def errors(got, true):
    """Distances in units of the last place of the true value; infinite where a NaN, an infinity or
    the sign of a zero is wrong."""
    info = np.finfo(got.dtype)
    rounded = true.astype(got.dtype)
    last = np.spacing(np.minimum(np.abs(rounded), info.max / 2))
    last = np.where(np.abs(rounded) > info.max / 2, 2 * last, last)
    # Past the largest number comes infinity, as if it were the next one.
    limit = true.dtype.type(info.max) * 2 / (2 - true.dtype.type(info.eps))
    clipped = [np.clip(a.astype(true.dtype), -limit, limit) for a in (got, true)]
    distance = np.abs(clipped[0] - clipped[1]) / last.astype(true.dtype)
    both_nan = np.isnan(got) & np.isnan(rounded)
    wrong = np.isnan(got) != np.isnan(rounded)
    wrong |= (got == 0) & (rounded == 0) & (np.signbit(got) != np.signbit(rounded))
    return np.where(wrong, np.inf, np.where(both_nan, 0, distance)).astype(np.float64)


@pytest.mark.parametrize("cpu", [None, "x86-64-v3", "x86-64"], ids=["host", "avx2", "sse"])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("name", BOUNDS)
def test_error_bound(name, dtype, cpu):
    rng = np.random.default_rng(0)
    arrays = [arguments(dtype, 4096 if name == "erf" else 1 << 18, rng)]
    if name in PAIRS:
        arrays.append(rng.permutation(arrays[0]))
        tiny = np.array([1, 2, 3, 5, -7], dtype) * np.finfo(dtype).smallest_subnormal
        edges = np.meshgrid(*[np.concatenate([np.array(EDGES, dtype), tiny])] * 2)
        arrays = [np.concatenate([a, e.ravel()]) for a, e in zip(arrays, edges, strict=True)]
    module = module_of(lambda p, *a: getattr(p, name)(*a), *arrays)
    function = BACKEND.compile(module, "f", configured_options(cpu=cpu))
    with np.errstate(all="ignore"):
        distance = errors(function(*arrays)[0], true_values(name, *arrays))
    worst = int(np.argmax(distance))
    bound = BOUNDS[name][0 if dtype is np.float32 else 1]
    assert distance[worst] <= bound, f"{name} of {[a[worst] for a in arrays]}"


@pytest.mark.skipif(os.cpu_count() == 1, reason="one core compiles everything in turn")
@pytest.mark.parametrize("opt_level", [0, 2])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_functions_are_shared_by_the_parts_of_a_large_program(dtype, opt_level):
    def times(p, x, factor):
        return p.mul(x, p.full(x.shape, factor, np.dtype(dtype)))

    def f(p, x):
        results = []
        for factor in range(1, 17):
            y = times(p, x, float(factor))
            for _ in range(3):
                y = p.add(p.sin(y), p.tan(times(p, p.expm1(y), 0.5)))
            results.append(p.sum(p.cos(y), (1,)))
        return tuple(results)

    x = np.random.default_rng(0).uniform(-0.01, 0.01, (1031, 257)).astype(dtype)
    x[3, 5] = 1e30  # takes the table with the digits of 2 / pi
    function = BACKEND.compile(module_of(f, x), "f", configured_options(opt_level=opt_level))
    assert function.code.startswith(b"!<arch>")
    for got, expected in zip(function(x), meaning(f, x), strict=True):
        np.testing.assert_allclose(got, expected, rtol=1e-5)
