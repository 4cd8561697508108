"""Indexing and index assignment: every kind of key, alone and mixed, gives what torch gives."""

import numpy as np
import pytest

from .differential import check

SOURCES = {
    "cube": lambda m: m.arange(60.0).reshape(3, 4, 5).clone(),
    "permuted": lambda m: m.arange(60.0).reshape(5, 3, 4).permute(1, 2, 0),
    "sliced": lambda m: m.arange(240.0).reshape(6, 8, 5)[::2, ::2],
    "with empty": lambda m: m.zeros(3, 4, 0),
}


def _mask(m, *shape):
    return (m.arange(int(np.prod(shape))).reshape(shape) % 3) == 1


KEYS = {
    "int": lambda m: 1,
    "negative": lambda m: -1,
    "outside": lambda m: 3,
    "ints": lambda m: (1, 2, -1),
    "too many": lambda m: (0, 0, 0, 0),
    "slice": lambda m: slice(1, None),
    "steps": lambda m: (slice(None, None, 2), slice(1, 4, 2)),
    "negative step": lambda m: slice(None, None, -1),
    "zero step": lambda m: slice(None, None, 0),
    "float bound": lambda m: slice(1.0, None),
    "tensor bound": lambda m: slice(m.tensor(1), None),
    "none": lambda m: None,
    "nones": lambda m: (None, 1, None, slice(None), None),
    "ellipsis": lambda m: (..., 1),
    "ellipses": lambda m: (0, ..., 1, ...),
    "ellipsis of nothing": lambda m: (0, 1, ..., 2),
    "empty tuple": lambda m: (),
    "float": lambda m: 1.5,
    "text": lambda m: "a",
    "true": lambda m: True,
    "false": lambda m: False,
    "true and int": lambda m: (True, 1),
    "false and slice": lambda m: (slice(None), False),
    "true and tensor": lambda m: (True, m.tensor([0, 1])),
    "list": lambda m: [0, 2],
    "list in tuple": lambda m: ([0, 2],),
    "two lists": lambda m: ([0, 2], [1, 3]),
    "nested lists": lambda m: [[0, 2], [1, 1]],
    "list with slices": lambda m: [slice(None), 1],
    "empty list": lambda m: [],
    "list of bools": lambda m: [True, False, True],
    "list of floats": lambda m: [0.5, 1.0],
    "range": lambda m: (range(2),),
    "numpy": lambda m: np.array([0, 2]),
    "numpy int32": lambda m: (slice(None), np.array([[0, 2]], np.int32)),
    "numpy bool": lambda m: np.array([True, False, True]),
    "numpy scalar": lambda m: np.int64(1),
    "tensor": lambda m: m.tensor([0, 2]),
    "tensor outside": lambda m: m.tensor([0, 3]),
    "tensor negative": lambda m: m.tensor([-1, -3]),
    "tensor int32": lambda m: m.tensor([0, 2], dtype=m.int32),
    "tensor uint8": lambda m: m.tensor([0, 1, 1], dtype=m.uint8),
    "tensor int8": lambda m: m.tensor([0, 1], dtype=m.int8),
    "tensor float": lambda m: m.tensor([0.0, 1.0]),
    "0-d tensor": lambda m: m.tensor(1),
    "0-d tensors": lambda m: (m.tensor(1), m.tensor(2)),
    "0-d tensor and slice": lambda m: (m.tensor(1), slice(None), m.tensor(0)),
    "0-d tensor outside": lambda m: m.tensor(7),
    "0-d mask": lambda m: m.tensor(True),
    "0-d false mask": lambda m: m.tensor(False),
    "0-d mask and tensor": lambda m: (m.tensor(True), m.tensor([0, 1])),
    "matrix of indices": lambda m: m.tensor([[0, 2], [1, 1]]),
    "empty tensor": lambda m: m.tensor([], dtype=m.int64),
    "broadcast tensors": lambda m: (m.tensor([[0], [2]]), m.tensor([1, 3, 0])),
    "tensors that do not broadcast": lambda m: (m.tensor([0, 1]), m.tensor([0, 1, 2])),
    "slice and tensor": lambda m: (slice(None), m.tensor([0, 2])),
    "ellipsis and tensor": lambda m: (..., m.tensor([0, 2])),
    "tensors around a slice": lambda m: (m.tensor([0, 2]), slice(None), m.tensor([0, 1])),
    "tensors around an int": lambda m: (m.tensor([0, 2]), 1, m.tensor([0, 1])),
    "int then tensor": lambda m: (1, m.tensor([0, 2])),
    "int, slice, tensor": lambda m: (1, slice(None), m.tensor([0, 2])),
    "tensor, slice, int": lambda m: (m.tensor([0, 2]), slice(None), 1),
    "none and tensor": lambda m: (None, m.tensor([0, 2])),
    "tensors around none": lambda m: (m.tensor([0, 2]), None, m.tensor([0, 1])),
    "slice, two tensors": lambda m: (slice(0, 2), m.tensor([0, 2]), m.tensor([0, 1])),
    "step and tensor": lambda m: (slice(None, None, 2), m.tensor([0, 2])),
    "mask of all": lambda m: _mask(m, 3, 4, 5),
    "mask of rows": lambda m: _mask(m, 3),
    "mask of two": lambda m: _mask(m, 3, 4),
    "mask at the end": lambda m: (slice(None), _mask(m, 4, 5)),
    "mask in the middle": lambda m: (slice(None), _mask(m, 4)),
    "mask and tensor": lambda m: (_mask(m, 3), m.tensor([0])),
    "mask and int": lambda m: (_mask(m, 3), 1),
    "two masks": lambda m: (_mask(m, 3), _mask(m, 4)),
    "mask of another size": lambda m: _mask(m, 4),
    "mask of too many": lambda m: _mask(m, 3, 4, 5, 1),
    "mask of nothing": lambda m: m.zeros(3, dtype=m.bool),
    "mask and none": lambda m: (None, _mask(m, 3)),
}

VALUES = {
    "number": lambda m, part: 7,
    "float for ints": lambda m, part: 2.5,
    "bool": lambda m, part: True,
    "0-d": lambda m, part: m.tensor(7.0),
    "of its shape": lambda m, part: m.arange(part.numel()).reshape(part.shape).to(m.float32),
    "with ones in front": lambda m, part: m.ones(1, 1, *part.shape) * 3,
    "row": lambda m, part: m.ones(part.shape[-1:]) * 3,
    "int": lambda m, part: m.ones(part.shape, dtype=m.int64),
    "too large": lambda m, part: m.ones(2, *part.shape),
    "wrong": lambda m, part: m.ones(7),
    "numpy": lambda m, part: np.full(part.shape, 5, np.float32),
    "list": lambda m, part: [1.0] * (part.shape[-1] if part.ndim else 1),
    "none": lambda m, part: None,
    "text": lambda m, part: "a",
}


@pytest.mark.parametrize("key", KEYS)
@pytest.mark.parametrize("source", SOURCES)
def test_get(torch, source, key):
    def case(m):
        x = SOURCES[source](m)
        return [x, x[KEYS[key](m)]]

    check(torch, case)


@pytest.mark.parametrize("key", KEYS)
def test_set_a_number(torch, key):
    def case(m):
        x = SOURCES["sliced"](m)
        x[KEYS[key](m)] = 7
        return x

    check(torch, case)


BASIC = ("int", "slice", "steps", "none", "ellipsis", "empty tuple", "ints", "true", "false")
ADVANCED = (
    "tensor",
    "broadcast tensors",
    "mask of rows",
    "mask of all",
    "list",
    "0-d mask",
    "0-d tensor",
)


@pytest.mark.parametrize("value", VALUES)
@pytest.mark.parametrize("key", [*BASIC, *ADVANCED, "tensors around a slice", "mask at the end"])
@pytest.mark.parametrize("dtype", ["float32", "int64", "bfloat16"])
def test_set(torch, key, value, dtype):
    def case(m):
        x = SOURCES["permuted"](m).to(getattr(m, dtype))
        x[KEYS[key](m)] = VALUES[value](m, x[KEYS[key](m)])
        return x

    check(torch, case)


def test_get_and_set_of_a_0d_tensor(torch):
    keys = (0, None, (), ..., True, False, slice(None), [0], (None, ...))
    for key in keys:
        check(torch, lambda m, key=key: m.tensor(1.5)[key])

        def assigned(m, key=key):
            x = m.tensor(1.5)
            x[key] = 3
            return x

        check(torch, assigned)


GRADIENTS = {
    "tensor": lambda m, x: x[m.tensor([0, 2, 0])],
    "mask": lambda m, x: x[_mask(m, 3, 4, 5)],
    "mixed": lambda m, x: x[m.tensor([0, 2]), 1:, m.tensor([0, 0])],
    "none and int": lambda m, x: x[None, 1, ..., 2],
    "views": lambda m, x: x[1:, ::2][..., None, 1],
}


@pytest.mark.parametrize("name", GRADIENTS)
def test_gradient(torch, name):
    def case(m):
        x = SOURCES["permuted"](m).requires_grad_()
        result = GRADIENTS[name](m, x)
        (result * m.arange(result.numel()).reshape(result.shape)).sum().backward()
        return x.grad

    check(torch, case, ignore=("strides", "contiguous", "view", "storage bytes"))


@pytest.mark.parametrize("key", ["int", "steps", "tensor", "mask of rows", "mask of all"])
def test_gradient_of_assignment(torch, key):
    def case(m):
        x = SOURCES["permuted"](m).requires_grad_()
        value = m.tensor(2.0).requires_grad_()
        y = x * 1
        y[KEYS[key](m)] = value
        (y * m.arange(60).reshape(3, 4, 5)).sum().backward()
        return [x.grad, value.grad]

    check(torch, case, ignore=("strides", "contiguous", "view", "storage bytes", "version"))


def test_assignment_from_its_own_memory(torch):
    def shifted(m):
        x = m.arange(6.0)
        x[1:] = x[:-1]

    def moved(m):
        x = m.arange(6.0)
        x[m.tensor([0, 1])] = x[m.tensor([4, 5])]
        x[::2] = x[1::2]
        x[:] = x
        return x

    check(torch, shifted)
    check(torch, moved)


def test_assignment_to_expanded_memory(torch):
    def basic(m):
        m.zeros(1).expand(3)[0:2] = 1

    check(torch, basic)


def test_iteration_and_membership(torch):
    check(torch, lambda m: list(m.arange(3.0)))
    check(torch, lambda m: list(m.tensor(3.0)))
    check(torch, lambda m: len(m.zeros(0, 2)))
    check(torch, lambda m: len(m.tensor(1)))
    check(torch, lambda m: [2 in m.arange(3), 5 in m.arange(3)])
