"""lamina.special agrees with the oracle's module of that name."""

import math

import pytest

torch = pytest.importorskip("torch")

import lamina  # noqa: E402
from functions import compare  # noqa: E402
from samples import Maker, literal  # noqa: E402

a = Maker("special")
X, POSITIVE, UNIT = a(2, 3), a(2, 3, low=0.3), a(2, 3, low=0.1, high=0.9)

CALLS = [
    *((name, (X,)) for name in ("erf", "exp2", "expit", "expm1", "i0", "i0e", "i1", "i1e", "ndtr")),
    *((name, (POSITIVE,)) for name in ("digamma", "psi", "gammaln", "log1p", "entr")),
    *((name, (X, -1)) for name in ("softmax", "log_softmax", "logsumexp")),
    ("erfc", (X,)),
    ("erfinv", (a(3, low=-0.9, high=0.9),)),
    ("logit", (UNIT,)),
    ("round", (X,)),
    ("sinc", (X,)),
    ("polygamma", (1, POSITIVE)),
    ("multigammaln", (a(3, low=1.5, high=4.0), 3)),
    ("xlogy", (X, POSITIVE)),
    ("xlog1py", (X, UNIT)),
    ("xlog1py", (literal([0.0, 0.0, 1.0]).frozen(), literal([-1.0, math.nan, 2.0]).frozen())),
    ("entr", (literal([0.0, -1.0, 1.0]).frozen(),)),
]


@pytest.mark.parametrize("name,args", CALLS, ids=[f"{c[0]}-{i}" for i, c in enumerate(CALLS)])
def test_function(name, args):
    compare(name, lamina.special, torch.special, args, order=2)


@pytest.mark.parametrize("name,args", [("polygamma", (2,)), ("mvlgamma", (2,))])
def test_methods_and_their_twins_in_place(name, args):
    compare(name, lamina.Tensor, torch.Tensor, (a(3, low=1.0), *args), order=2)
    mine, theirs = a(3, low=1.0), lamina.Tensor
    before = mine.to_lamina()
    after = getattr(theirs, name + "_")(before, *args)
    assert after is before
    assert after.tolist() == getattr(theirs, name)(mine.to_lamina(), *args).tolist()


def test_digamma_is_differentiable_twice():
    compare("lgamma", lamina, torch, (POSITIVE,), order=3)
