"""Functions take their arguments by the names that torch and NumPy give them."""

import lamina
import pytest
from lamina.errors import ArgumentError

torch = pytest.importorskip("torch")

# Entries and compositions, as functions and as methods.
CALLS = [
    lambda lib, x: lib.mul(input=x, other=x),
    lambda lib, x: lib.add(x1=x, x2=x, alpha=2),
    lambda lib, x: lib.relu(input=x),
    lambda lib, x: lib.sum(x, axis=0),
    lambda lib, x: x.sum(axis=(0, 1), keepdims=True),
    lambda lib, x: lib.max(x, axis=1).indices,
    lambda lib, x: lib.cat([x, x], axis=1),
    lambda lib, x: lib.softmax(input=x, dim=1),
    lambda lib, x: x.log_softmax(axis=0),
    lambda lib, x: lib.std(input=x, axis=0, keepdims=True),
    lambda lib, x: lib.norm(input=x, p=1, dim=0),
    lambda lib, x: lib.matmul(input=x, other=x.t()),
    lambda lib, x: lib.where(condition=x > 0, input=x, other=-x),
    lambda lib, x: lib.reshape(input=x, shape=(3, 2)),
    lambda lib, x: x.reshape(shape=(6,)),
    lambda lib, x: lib.tile(x, dims=(2, 1)),
    lambda lib, x: x.sum_to_size(size=(1, 3)),
    lambda lib, x: lib.split(tensor=x, split_size_or_sections=2, dim=1)[1],
    lambda lib, x: lib.hsplit(x, sections=3)[2],
    lambda lib, x: lib.swapdims(x, dim0=0, dim1=1),
    lambda lib, x: lib.linalg.norm(x, axis=1),
    lambda lib, x: lib.cdist(x, x, compute_mode="donot_use_mm_for_euclid_dist"),
    lambda lib, x: lib.diff(x, prepend=x, append=x[:, :1]),
    lambda lib, x: lib.zeros(5, 2).fill_diagonal_(1, wrap=True),
    lambda lib, x: lib.repeat_interleave(x, repeats=lib.tensor([1, 0, 2]), axis=1),
    lambda lib, x: lib.repeat_interleave(x, lib.tensor([2, 1]), dim=0, output_size=3),
    lambda lib, x: lib.repeat_interleave(x, lib.tensor(2)),
    lambda lib, x: lib.repeat_interleave(lib.tensor([2, 0, 1])),
    lambda lib, x: lib.sum(x, axis=0, out=lib.empty(3)),
    lambda lib, x: lib.tril_indices(3, 2, 1, dtype=lib.int32, device="cpu"),
    lambda lib, x: lib.triu_indices(2, 4, -1),
    lambda lib, x: lib.logspace(0, 1, 3, device="cpu", requires_grad=False),
    lambda lib, x: lib.tensor([1, 2], pin_memory=False),
    lambda lib, x: 0 * lib.rand_like(x, generator=lib.Generator()),
    lambda lib, x: 0 * lib.rand(size=(2, 3), pin_memory=False),
]


@pytest.mark.parametrize("call", CALLS)
def test_arguments_go_by_torchs_names(call):
    mine, theirs = (call(lib, lib.arange(6.0).reshape(2, 3) - 2) for lib in (lamina, torch))
    assert tuple(mine.shape) == tuple(theirs.shape)
    torch.testing.assert_close(torch.from_numpy(mine.numpy()), theirs)


@pytest.mark.parametrize(
    "call",
    [
        lambda lib, x: lib.sum(x, axis=0, dim=1),
        lambda lib, x: lib.sum(x, axes=0),
        lambda lib, x: lib.add(x, input=x, other=x),
        lambda lib, x: lib.softmax(x, dim=0, axis=1),
        lambda lib, x: lib.flip(x, axis=(0,)),
    ],
)
def test_an_argument_given_twice_or_unknown_is_an_error(call):
    for lib in (lamina, torch):
        with pytest.raises(TypeError):
            call(lib, lib.ones(2, 3))


def test_names_are_those_of_the_chosen_overload():
    x = lamina.ones(2, 3)
    with pytest.raises(ArgumentError, match="no signature takes"):
        lamina.sum(x, axis="rows")


def test_compiled_calls_take_the_same_names():
    x = lamina.arange(6.0).reshape(2, 3)
    f = lamina.compile(lambda x: lamina.softmax(input=x, axis=1).sum(axis=0), fullgraph=True)
    assert f(x).tolist() == pytest.approx(lamina.softmax(x, 1).sum(0).tolist())


@pytest.mark.parametrize("repeats", [[1], [1, -1], [[1, 1]]])
def test_repeats_that_do_not_fit_are_errors(repeats):
    for lib in (lamina, torch):
        with pytest.raises(RuntimeError):
            lib.repeat_interleave(lib.ones(2, 3), lib.tensor(repeats + repeats), 1)


def test_gradients_flow_through_repeats():
    grads = []
    for lib in (lamina, torch):
        x = lib.ones(2, 3, requires_grad=True)
        lib.repeat_interleave(x, lib.tensor([2, 0, 1]), 1).sum().backward()
        grads.append(x.grad.tolist())
    assert grads[0] == grads[1]


def test_repeats_by_slice_are_refused_in_a_program():
    f = lamina.compile(lambda x, n: lamina.repeat_interleave(x, n, 0), fullgraph=True)
    with pytest.raises(lamina.errors.DataDependentError, match="repeat_interleave"):
        f(lamina.ones(2, 3), lamina.tensor([1, 2]))
