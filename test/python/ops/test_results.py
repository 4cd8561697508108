"""How results come back: operators with several named results return them as a named tuple."""

import copy
import pickle

import lamina
import pytest


@pytest.fixture
def x():
    return lamina.tensor([[3.0, 1.0], [2.0, 5.0]])


def test_named_results(x):
    found = x.sort(descending=True)
    assert found.values.tolist() == [[3, 1], [5, 2]] and found.indices.tolist() == [[0, 1], [1, 0]]


def test_unnamed_results_are_a_plain_tuple(x):
    assert type(lamina.native_layer_norm(x, [2], None, None, 1e-5)) is tuple


def test_a_number_after_the_tensor_is_a_dimension(x):
    assert x.max(0).indices.tolist() == [0, 1]
    assert x.min(1).values.tolist() == [1, 2]


def test_a_tensor_after_the_tensor_is_an_operand(x):
    assert lamina.max(x, x.t()).tolist() == [[3, 2], [2, 5]]


def test_named_results_keep_their_history(x):
    x.requires_grad_()
    x.max(0).values.sum().backward()
    assert x.grad.tolist() == [[1, 0], [0, 1]]


def test_named_results_can_be_copied_and_pickled(x):
    for found in (x.max(0), lamina.svd(x), lamina.linalg.lu_factor(x)):
        for twin in (copy.deepcopy(found), pickle.loads(pickle.dumps(found))):
            assert type(twin) is type(found)
            assert all((a == b).all() for a, b in zip(twin, found))
    assert type(x.max(0)) is lamina.return_types.max


@pytest.mark.parametrize("shapes", [((0, 3), (3, 0)), ((2, 0), (0, 2)), ((2, 3), (3, 0))])
def test_products_of_booleans_with_nothing_to_multiply(shapes):
    left, right = [lamina.zeros(*s, dtype=lamina.bool) for s in shapes]
    for product in (lamina.mm, lamina.compile(lamina.mm, fullgraph=True)):
        found = product(left, right)
        assert found.dtype == lamina.bool
        assert found.tolist() == [[False] * right.shape[1]] * left.shape[0]
