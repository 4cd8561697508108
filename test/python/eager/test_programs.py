"""Random programs of views, writes and modes do the same here and in torch.

Both run the same steps on a pool of tensors. After every step the pools must agree in everything one can
see; at the end, so must the gradients. Where torch refuses a step, so must lamina.
"""

import contextlib

import lamina
import numpy as np
import pytest
from lamina.errors import LaminaError

from .conftest import assert_same

hypothesis = pytest.importorskip("hypothesis")
st = hypothesis.strategies


def _views(x, n):
    """Some views that this tensor admits, as functions of any tensor of its shape."""
    rank, sizes = x.dim(), tuple(x.shape)
    yield lambda x: x.view(-1)
    yield lambda x: x.unsqueeze(n % (rank + 1))
    yield lambda x: x.squeeze()
    yield lambda x: x.expand(2, *sizes)
    yield lambda x: x.detach()
    yield lambda x: x.reshape(-1)
    if rank and 0 not in sizes:
        d, size = n % rank, sizes[n % rank]
        yield lambda x: x.transpose(0, d)
        yield lambda x: x.permute(*range(rank)[::-1])
        yield lambda x: x.narrow(d, n % size, 1 + n % (size - n % size))
        yield lambda x: x[..., ::2]
        yield lambda x: x.select(d, -1)
        yield lambda x: x.unfold(d, 1 + n % size, 1 + n % size)
        yield lambda x: x.split(2, d)[0]
        yield lambda x: x.unbind(d)[n % size]
        yield lambda x: x.as_strided((1 + n % 2,), (1,), None)
    if rank > 1:
        yield lambda x: x.diagonal(n % 3 - 1, 0, 1)
        yield lambda x: x.flatten(0, 1)


def _writes(x, other, n):
    """Some in-place operations on x; `other` is another tensor of the pool."""
    yield lambda x, o: x.mul_(2)
    yield lambda x, o: x.add_(o)
    yield lambda x, o: x.copy_(o)
    yield lambda x, o: x.mul_(o)
    yield lambda x, o: x.sin_()
    yield lambda x, o: x.fill_(0.5)
    yield lambda x, o: x.unsqueeze_(0)
    if x.dim() == 2:
        yield lambda x, o: x.t_()
    if x.dim() and x.shape[0]:
        yield lambda x, o: x.__setitem__(n % x.shape[0], 3.0)
        yield lambda x, o: x.__setitem__(slice(0, 1), o)


def _computations(x, n):
    yield lambda x, o: x * 2
    yield lambda x, o: x * o
    yield lambda x, o: x + o
    yield lambda x, o: x.clone()
    yield lambda x, o: x.exp()
    yield lambda x, o: x.sum(0, True) if x.dim() else x.sum()


step = st.tuples(
    st.sampled_from("vvvwwwcg"), st.integers(0, 99), st.integers(0, 99), st.integers(0, 99)
)


def _shares(pool, a, b):
    return (
        pool[a % len(pool)].untyped_storage().data_ptr()
        == pool[b % len(pool)].untyped_storage().data_ptr()
    )


def _run(module, pool, kind, which, other, n):
    """Performs one step on a pool."""
    x, o = pool[which % len(pool)], pool[other % len(pool)]
    if kind == "w" and o is not x and _shares(pool, which, other):
        o = o.clone()  # torch leaves it open what a partly overlapping operand means
    options = {
        "v": lambda: list(_views(x, n)),
        "w": lambda: list(_writes(x, o, n)),
        "c": lambda: list(_computations(x, n)),
        "g": lambda: list(_views(x, n)),
    }[kind]()
    chosen = options[n % len(options)]
    with module.no_grad() if kind == "g" else contextlib.nullcontext():
        result = chosen(x) if kind in "vg" else chosen(x, o)
    if kind != "w":
        pool.append(result)


@hypothesis.settings(max_examples=300, deadline=None, derandomize=True)
@hypothesis.given(st.lists(step, min_size=1, max_size=8), st.booleans())
def test_same_as_torch(steps, from_leaf):
    torch = pytest.importorskip("torch")
    values = np.linspace(0.1, 1.0, 12, dtype=np.float64).reshape(3, 4)
    leaves = [m.tensor(values).requires_grad_() for m in (lamina, torch)]
    constants = [m.zeros(3, 4, dtype=m.float64) for m in (lamina, torch)]
    ours, theirs = [
        [leaf if from_leaf else leaf * 1, constant] for leaf, constant in zip(leaves, constants)
    ]
    for one in steps:
        try:
            _run(torch, theirs, *one)
        except (RuntimeError, IndexError) as error:
            with pytest.raises(LaminaError):
                _run(lamina, ours, *one)
                pytest.fail(f"torch refused: {error}")
            return
        _run(lamina, ours, *one)
        for a, b in zip(ours, theirs):
            if _usable(a, b):
                assert_same(a, b)
    pairs = [(a, b) for a, b in zip(ours, theirs) if _usable(a, b)]
    _compare_gradients(*zip(*pairs), leaves, strict=all(kind != "g" for kind, *_ in steps))


def _usable(a, b):
    """Whether the history of a tensor can be asked for; both sides must agree."""
    try:
        b.grad_fn  # noqa: B018
    except RuntimeError:
        with pytest.raises(LaminaError):
            a.grad_fn  # noqa: B018
        return False
    return True


def _compare_gradients(ours, theirs, leaves, strict):
    """Both backwards agree. A view made under no_grad has no gradient edge; torch checks what was saved for it
    all the same, lamina need not (`strict`)."""
    total = sum((t * (i + 1)).sum() for i, t in enumerate(theirs))
    if not total.requires_grad:
        return
    mine = sum((t * (i + 1)).sum() for i, t in enumerate(ours))
    try:
        total.backward()
    except RuntimeError:
        with pytest.raises(LaminaError) if strict else contextlib.suppress(LaminaError):
            mine.backward()
        return
    mine.backward()
    if leaves[1].grad is None:
        assert leaves[0].grad is None
        return
    np.testing.assert_allclose(leaves[0].grad.numpy(), leaves[1].grad.numpy(), rtol=1e-6)
