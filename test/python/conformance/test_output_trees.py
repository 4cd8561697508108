"""Containers of arguments and results."""

import collections
import dataclasses

import lamina
import numpy as np
import pytest
from agreement import assert_agrees, tensor
from lamina.errors import UnsupportedError, ValueError_
from lamina.utils import _pytree as pytree

Pair = collections.namedtuple("Pair", ["first", "second"])


@dataclasses.dataclass
class State:
    x: object
    step: int
    rest: list


class Box:
    """A container that pytrees learn of."""

    def __init__(self, value, label):
        self.value, self.label = value, label


pytree.register_pytree_node(Box, lambda b: ([b.value], b.label), lambda c, label: Box(c[0], label))

OUTSIDE = object()


def make():
    return (tensor(3, grad=True), tensor(3, seed=1))


RESULTS = {
    "twice": lambda a, b: (lambda y: (y, y, [y]))(a * b),
    "input twice": lambda a, b: (a, b, a),
    "nothing": lambda a, b: None,
    "an empty tuple": lambda a, b: (),
    "no tensors": lambda a, b: (1, "two", None, 2.5, 1j, ...),
    "among others": lambda a, b: (a * b, None, 3, {"k": b}),
    "dict": lambda a, b: {"z": a * b, "a": b, 3: a},
    "ordered dict": lambda a, b: collections.OrderedDict(z=a * b, a=b),
    "default dict": lambda a, b: collections.defaultdict(list, z=a * b),
    "named tuple": lambda a, b: Pair(a * b, Pair(b, None)),
    "dataclass": lambda a, b: State(a * b, 3, [b, {"k": a}]),
    "deque": lambda a, b: collections.deque([a * b, b]),
    "detached": lambda a, b: (a.detach(), (a * 2).detach(), b.detach()),
    "dtype and size": lambda a, b: (a.dtype, a.device, a.shape, a * 1),
}


@pytest.mark.parametrize("what", RESULTS)
def test_results(what, backend):
    assert_agrees(RESULTS[what], make, backend)


def test_dictionaries_keep_the_order_of_their_keys(backend):
    run = lamina.compile(RESULTS["dict"], fullgraph=True, backend=backend)
    assert list(run(*make())) == ["z", "a", 3]


def test_arguments_in_containers(backend):
    def fn(state, pair, *, boxes):
        state.rest[0].mul_(2)
        return state.x * pair.first + boxes["b"].value, pair.second

    def arguments():
        state = State(tensor(3, grad=True), 2, [tensor(3, seed=4)])
        return (state, Pair(tensor(3, seed=1), None)), {"boxes": {"b": Box(tensor(3, seed=2), "l")}}

    args, kwargs = arguments()
    other, others = arguments()
    wanted = fn(*args, **kwargs)
    found = lamina.compile(fn, fullgraph=True, backend=backend)(*other, **others)
    assert np.allclose(found[0].detach(), wanted[0].detach()) and found[1] is None
    assert np.allclose(other[0].rest[0], args[0].rest[0])


def test_a_registered_container_comes_back(backend):
    run = lamina.compile(lambda b: Box(b.value * 2, b.label), fullgraph=True, backend=backend)
    for label in ("one", "two", "one"):
        found = run(Box(tensor(3), label))
        assert type(found) is Box and found.label == label
        assert np.allclose(found.value, tensor(3) * 2)
    assert len(run.entries) == 2


def test_a_class_is_registered_once():
    with pytest.raises(ValueError_, match="a tree node already"):
        pytree.register_pytree_node(Box, lambda b: ([], None), lambda c, _: None)


def test_a_dataclass_can_be_registered_after_it_was_seen(backend):
    @dataclasses.dataclass
    class Named:
        value: object
        name: str = "unset"

    run = lamina.compile(lambda x: Named(x * 2), fullgraph=True, backend=backend)
    assert run(tensor(3)).name == "unset"
    pytree.register_pytree_node(
        Named, lambda n: ([n.value], n.name), lambda c, name: Named(c[0], "mine")
    )
    assert lamina.compile(lambda x: Named(x * 2), fullgraph=True)(tensor(3)).name == "mine"


def test_trees_are_mapped():
    tree = {"a": [1, (2, None)], "b": Pair(3, 4)}
    assert pytree.tree_map(lambda x: x and x * 2, tree) == {"a": [2, (4, None)], "b": Pair(6, 8)}
    leaves, spec = pytree.tree_flatten(tree)
    assert leaves == [1, 2, None, 3, 4] == pytree.tree_leaves(tree)
    assert pytree.tree_unflatten(leaves, spec) == tree
    with pytest.raises(ValueError_, match="4 leaves for a structure of 5"):
        pytree.tree_unflatten(leaves[1:], spec)


def test_an_object_known_from_outside(backend):
    def fn(x, marker):
        return x * 2, marker, OUTSIDE

    marker = object()
    run = lamina.compile(fn, fullgraph=True, backend=backend)
    for _ in range(2):
        _, found, outside = run(tensor(3), marker)
        assert found is marker and outside is OUTSIDE
    other = object()
    assert run(tensor(3), other)[1] is other


def test_an_object_that_the_program_makes_is_refused(backend):
    class Opaque:
        pass

    with pytest.raises(UnsupportedError, match="the program returns a Opaque"):
        lamina.compile(lambda x: (x, Opaque()), fullgraph=True, backend=backend)(tensor(3))
