"""Compiled programs do what eager ones do: values, mutations, sharing, versions, requires_grad,
gradients.
"""

import lamina
import pytest
from agreement import assert_agrees, tensor

PROGRAMS = {}


def program(*make):
    """Registers a program with the function that makes its arguments."""

    def register(fn):
        PROGRAMS[fn.__name__] = (fn, make[0])
        return fn

    return register


@program(lambda: (tensor(2, 3), tensor(3, 2)))
def mutate_then_view(a, b):
    a.mul_(2)
    return a.t() + b


@program(lambda: (tensor(2, 3), tensor(3, 2, grad=True)))
def mutate_then_differentiate(a, b):
    a.mul_(2)
    return a.t() * b


@program(lambda: (tensor(3, 4, grad=True), tensor(4, grad=True, seed=3)))
def broadcast_gradients(x, w):
    return (x * w).sin().sum()


@program(lambda: (tensor(3, 4),))
def mutate_through_a_view(a):
    a[1:, ::2].add_(1)
    return a * 2


@program(lambda: (tensor(3, 4),))
def mutate_through_chained_views(a):
    row = a.t()[1]
    row.mul_(3)
    return row + 1, a.sum()


@program(lambda: (tensor(3, 4),))
def return_views_of_an_input(a):
    return a.t(), a[0], a


@program(lambda: (tensor(3, 4, grad=True),))
def return_views_of_a_differentiable_input(a):
    return a.t(), a[0] * 2, a


@program(lambda: (tensor(3, 4, grad=True),))
def outputs_share_fresh_memory(a):
    y = a * 2
    return y, y.t(), y[0]


@program(lambda: (tensor(3, 4, grad=True),))
def outputs_share_a_hidden_base(a):
    y = a * 2
    return y.t(), y[1:]


@program(lambda: (tensor(3, 4, grad=True),))
def one_output_twice(a):
    y = a.exp()
    return y, y


@program(lambda: (tensor(3, 4, grad=True),))
def detached_output(a):
    y = a * 3
    return y, y.detach(), a.detach()


@program(lambda: (tensor(3, 4, grad=True),))
def single_view_of_fresh_memory(a):
    return (a * 2).t()


@program(lambda: (tensor(3, 4, grad=True),))
def expanded_output(a):
    return a.sum(0).expand(5, 4)


@program(lambda: (tensor(3, 4), tensor(3, 4, grad=True)))
def mutation_makes_an_input_differentiable(a, w):
    a.mul_(w)
    return a.sum()


@program(lambda: (tensor(3, 4), tensor(4, grad=True)))
def mutation_of_a_part_makes_an_input_differentiable(a, w):
    a[1].mul_(w)


@program(lambda: (tensor(3, 4, grad=True) * 1,))
def mutate_a_non_leaf(a):
    a.mul_(2)
    return a.cos()


@program(lambda: (tensor(3, 4, grad=True),))
def mutate_an_intermediate(a):
    y = a * 2
    y[0].mul_(5)
    return y.sin()


@program(lambda: (tensor(3, 4), tensor(3, 4, grad=True, seed=1)))
def views_that_autograd_does_not_follow(a, w):
    with lamina.no_grad():
        hidden = w.t()
    return a.detach(), a.t().detach(), w.detach()[0], hidden, w.detach().sum()


@program(lambda: (tensor(3, 4), tensor(3, 4, grad=True, seed=1)))
def fresh_views_that_autograd_does_not_follow(a, w):
    y, z = a * 2, w * 2
    with lamina.no_grad():
        hidden = z.t()
    return y, y.detach(), y.expand_as(y), z.detach()[0], hidden, (a * 3).detach()


@program(lambda: (tensor(6), tensor(6, grad=True, seed=1)))
def several_views_at_once(a, w):
    return a.split(2), w.chunk(3)[1:], (a * 2).unbind()


@program(lambda: (tensor(3), tensor(3, seed=1)))
def every_write_counts(a, b):
    a.add_(1).mul_(2)
    a[0] = 5.0
    b.ravel().unsqueeze_(0)
    with lamina.no_grad():
        b.zero_()


@program(lambda: (tensor(4).gt(1),))
def booleans_as_bytes(a):
    a.view(lamina.uint8)[1:3].bitwise_xor_(1)
    return a.view(lamina.int8), a.logical_not().view(lamina.uint8)


def all_of_one_memory():
    a = tensor(3, 1)
    return a, a.view(-1)


@program(all_of_one_memory)
def write_memory_that_two_arguments_are_all_of(a, flat):
    y = flat.tanh()
    a.mul_(2)
    return y, flat.sum()


@program(lambda: (tensor(1, 3), tensor(4)))
def mutate_overlapping_elements(a, b):
    a.expand(2, 3).fill_(2)
    b.expand(3, 4)[1, 1:3].zero_()
    b.unfold(0, 2, 1)[1].add_(1)
    return a.expand(2, 3), b * 2


@program(lambda: (tensor(3, 4, grad=True),))
def a_saved_result_is_overwritten(a):
    y = a.exp()
    z = y * 2
    y.add_(1)
    return y.detach(), z.detach()


@program(lambda: (tensor(3, 4), 3, "name", None, 2.5))
def other_arguments(a, n, s, none, f):
    return a * n + f, s, none, n + 1


@program(lambda: ({"x": tensor(3), "rest": [tensor(3, grad=True, seed=1), (tensor(3, seed=2),)]},))
def nested_arguments(tree):
    return {"y": tree["x"] * tree["rest"][0], "z": [tree["rest"][1][0] + 1]}


@program(lambda: (tensor(3, 4, grad=True),))
def no_grad_inside(a):
    with lamina.no_grad():
        scale = a.abs().amax()
    return a / scale


@program(lambda: (tensor(4, 3).t(), tensor(3, 4, grad=True)))
def strided_input(a, b):
    a.add_(1)
    return a * b, a.reshape(12)


@program(lambda: (tensor(3, 4),))
def nothing_returned(a):
    a.zero_()


@program(lambda: (tensor(3, 4, grad=True), tensor(4, 2, grad=True, seed=5)))
def matrix_product(a, b):
    return (a @ b).tanh()


@program(lambda: (tensor(3, 4, grad=True),))
def in_place_on_a_clone(a):
    y = a.clone()
    y.mul_(a)
    y += 1
    return y


@program(lambda: (tensor(3, 4, grad=True),))
def literals(a):
    return a * lamina.tensor([1.0, 2.0, 3.0, 4.0]) + lamina.arange(4) + lamina.ones(4)


@program(lambda: (tensor(3, 4),))
def integers_and_booleans(a):
    mask = a > 1.5
    return mask, mask.sum(), a.argmax(), (a * 10).int() // 3


@program(lambda: (tensor(),))
def zero_dimensional(a):
    a.add_(1)
    return a * 2


@program(lambda: (tensor(0, 3, grad=True),))
def empty(a):
    return a * 2, a.sum()


def views(*bounds):
    x = tensor(6)
    return tuple(x[a:b] for a, b in bounds)


@program(lambda: views((0, 4), (2, 6)))
def overlapping_inputs(a, b):
    return a + 1, b * 2, a


@program(lambda: views((0, 4), (2, 6)))
def write_to_overlapping_inputs(a, b):
    a.mul_(2)
    b.add_(a.clone())
    return a + b, b[1:], a


def matrix_and_row():
    x = tensor(3, 4)
    return x, x[1], x.t()


@program(matrix_and_row)
def write_through_a_view_that_is_an_input(x, row, transposed):
    row.zero_()
    return x.sum(), transposed * 2, row


@program(lambda: (tensor(2, 2, 3, grad=True, dtype="float64"),))
def rows_added_out_of_order(a):
    order = lamina.tensor([1, 0])
    return a.index_add(0, order, a.index_select(0, order)), a.abs()


@pytest.mark.parametrize("name", PROGRAMS)
def test_agrees_with_eager(name, backend):
    fn, make = PROGRAMS[name]
    assert_agrees(fn, make, backend)
