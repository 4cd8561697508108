"""Who gets the gradient where nan, infinities and ties meet: the same elements as in the oracle."""

import math

import pytest

torch = pytest.importorskip("torch")

import lamina  # noqa: E402

NAN, INF = math.nan, math.inf
ONE = [
    (lambda lib, x: x.max(), [1.0, NAN, NAN]),
    (lambda lib, x: x.min(), [1.0, NAN, 2.0]),
    (lambda lib, x: lib.amax(x, 0), [1.0, NAN]),
    (lambda lib, x: lib.amax(x, 0), [INF, INF, 1.0]),
    (lambda lib, x: lib.amin(x, 0), [2.0, 1.0, 1.0]),
    (lambda lib, x: lib.amax(x * 0), [1.0, 2.0]),
    (lambda lib, x: x.median(), [1.0, NAN, NAN]),
    (lambda lib, x: x.logsumexp(0), [-INF, -INF]),
    (lambda lib, x: x.cumprod(0), [0.0, 2.0, 0.0, 3.0]),
    (lambda lib, x: x.prod(), [0.0, 0.0, 3.0]),
    (lambda lib, x: x.std(), [1.0, 1.0]),
    (lambda lib, x: x.norm(), [0.0, 0.0]),
    (lambda lib, x: x.norm(INF), [3.0, -3.0, 1.0]),
]
TWO = [lambda lib, x, y, name=name: getattr(lib, name)(x, y) for name in ("maximum", "minimum")]
TWO += [lambda lib, x, y, name=name: getattr(lib, name)(x, y) for name in ("fmax", "fmin")]
PAIR = ([1.0, 2.0, NAN, 1.0, NAN, INF], [NAN, 2.0, NAN, 3.0, 1.0, INF])


def _gradients(lib, function, values):
    leaves = [lib.tensor(v, dtype=lib.float64, requires_grad=True) for v in values]
    total = function(lib, *leaves).sum()
    return [g.tolist() for g in lib.autograd.grad(total, leaves)]


@pytest.mark.parametrize("function,values", [(f, (v,)) for f, v in ONE] + [(f, PAIR) for f in TWO])
def test_same_elements_get_it(function, values):
    found, wanted = (_gradients(lib, function, values) for lib in (lamina, torch))
    for mine, theirs in zip(found, wanted):
        assert mine == pytest.approx(theirs, nan_ok=True)
