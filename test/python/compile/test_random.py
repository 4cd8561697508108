"""Random programs of views, writes and computations do compiled what they do eagerly.

Every tensor that a program makes is returned, so all that it did can be seen: data, sharing,
histories.
"""

import lamina
import pytest
from agreement import assert_same, observe, tensor
from lamina import config
from lamina.errors import CompileError, LaminaError, UnsupportedError, VerifyError

hypothesis = pytest.importorskip("hypothesis")
st = hypothesis.strategies


def views(x, n):
    """Views that a tensor of this shape admits."""
    rank, sizes = x.dim(), tuple(x.shape)
    yield lambda x: x.unsqueeze(n % (rank + 1))
    yield lambda x: x.squeeze()
    yield lambda x: x.detach()
    yield lambda x: x.expand(2, *sizes)
    yield lambda x: x.reshape(-1)
    if rank and 0 not in sizes:
        d, size = n % rank, sizes[n % rank]
        yield lambda x: x.transpose(0, d)
        yield lambda x: x.narrow(d, n % size, 1 + n % (size - n % size))
        yield lambda x: x[..., ::2]
        yield lambda x: x.select(d, -1)
        yield lambda x: x.unbind(d)[n % size]
    if rank > 1:
        yield lambda x: x.diagonal(n % 3 - 1, 0, 1)
        yield lambda x: x.flatten(0, 1)


def writes(x, n):
    """In-place operations on a tensor of this shape."""
    yield lambda x, o: x.mul_(2)
    yield lambda x, o: x.add_(o)
    yield lambda x, o: x.mul_(o)
    yield lambda x, o: x.copy_(o)
    yield lambda x, o: x.sin_()
    yield lambda x, o: x.fill_(0.5)
    if x.dim() and x.shape[0]:
        yield lambda x, o: x.__setitem__(n % x.shape[0], 3.0)


def computations(x, n):
    """Operations that make fresh tensors."""
    yield lambda x, o: x * o
    yield lambda x, o: x + o
    yield lambda x, o: x.clone()
    yield lambda x, o: x.exp()
    yield lambda x, o: x.sum(0, True) if x.dim() else x.sum()


def play(steps, pool):
    """Runs the steps on a pool of tensors; everything that was made."""
    pool = list(pool)
    for kind, which, other, n in steps:
        x, o = pool[which % len(pool)], pool[other % len(pool)]
        options = list({"v": views, "w": writes, "c": computations}[kind](x, n))
        chosen = options[n % len(options)]
        if kind == "v":
            pool.append(chosen(x))
        elif kind == "c":
            pool.append(chosen(x, o))
        else:
            # What an operand that overlaps the target means is left open.
            chosen(x, o.clone() if o is not x and o._storage is x._storage else o)
    return tuple(pool)


step = st.tuples(
    st.sampled_from("vvvwwc"), st.integers(0, 99), st.integers(0, 99), st.integers(0, 99)
)


def pools(kind):
    """Arguments: a plain tensor beside one that is plain, a leaf, a result, or a view of the first."""
    first = tensor(3, 4)
    if kind == "view":
        return first, first[1:]
    second = tensor(3, 4, seed=2, grad=kind in ("leaf", "result"))
    return first, second * 1 if kind == "result" else second


@hypothesis.settings(max_examples=120, deadline=None, derandomize=True)
@hypothesis.given(
    st.lists(step, min_size=1, max_size=8), st.sampled_from(["plain", "leaf", "result", "view"])
)
def test_agrees_with_eager(steps, kind):
    def program(*pool):
        return play(steps, pool)

    try:
        wanted = observe(program, pools(kind))
    except LaminaError:
        hypothesis.assume(False)
    compiled = lamina.compile(program, fullgraph=True, backend="interpreter")
    with config.scope(validate=True):
        try:
            found = observe(compiled, pools(kind))
        except (UnsupportedError, CompileError) as error:
            assert not isinstance(error, VerifyError)
            hypothesis.assume(False)
    assert_same(wanted, found)
