"""A dispatch mode sees the operators that torch's modes see: public functions are operators, or compositions of them,
where they are so in torch.
"""

import operator
import pathlib

import pytest

torch = pytest.importorskip("torch")

import lamina  # noqa: E402
from lamina.utils._python_dispatch import TorchDispatchMode  # noqa: E402
from samples import convert  # noqa: E402
from test_composites import CALLS, X, Y, a  # noqa: E402
from torch.utils import _python_dispatch as oracle  # noqa: E402

# Compositions of other operators than in torch, which docs/limitations.md names.
OTHERS = {
    *("matmul", "einsum", "outer", "chain_matmul", "argsort", "vstack", "take_along_dim"),
    *("nanmean", "cdist", "conj", "trapezoid", "trapz", "cumulative_trapezoid", "cov", "corrcoef"),
    *("allclose", "equal", "block_diag"),
    *("tril_indices", "triu_indices", "logspace", "diag"),
}
MORE = [
    ("add", (X, Y)),
    ("norm", (X,)),
    ("addr", (X, a(3), a(4)), {"alpha": 2}),
    ("pixel_shuffle", (a(4, 2, 2), 2)),
    ("pixel_unshuffle", (a(1, 4, 4), 2)),
    ("linalg.cross", (a(2, 3), a(2, 3))),
    ("softmax", (X, 0)),
    ("std", (X, 1)),
    ("nn.functional.pixel_shuffle", (a(4, 2, 2), 2)),
]


def logging(mode):
    """An instance of the dispatch mode that lists the names of operators."""

    class Log(mode):
        def __init__(self):
            super().__init__()
            self.seen = []

        def __torch_dispatch__(self, op, types, args=(), kwargs=None):
            self.seen.append(str(op))
            return op(*args, **(kwargs or {}))

    return Log()


def seen(library, mode, how, name, args, kwargs=None):
    args, kwargs, log = convert(args, how), convert(kwargs or {}, how), logging(mode)
    with log:
        operator.attrgetter(name)(library)(*args, **kwargs)
    return log.seen


def sees_the_same(one) -> bool:
    mine = seen(lamina, TorchDispatchMode, lambda x: x.to_lamina(), *one)
    return mine == seen(torch, oracle.TorchDispatchMode, lambda x: x.to_torch(), *one)


@pytest.mark.parametrize("one", [*CALLS, *MORE], ids=lambda one: one[0])
def test_modes_see_torchs_operators(one):
    if one[0] not in OTHERS:
        assert sees_the_same(one)


@pytest.mark.parametrize("name", sorted(OTHERS))
def test_other_compositions_are_documented(name):
    page = (pathlib.Path(__file__).parents[3] / "docs" / "limitations.md").read_text()
    assert f"`{name}`" in page.partition("* A dispatch mode")[2].partition("\n* ")[0]
    assert not all(map(sees_the_same, [one for one in CALLS if one[0] == name]))
