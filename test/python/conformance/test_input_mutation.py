"""Programs that write to their arguments: what the caller's tensors are afterwards, and which graph
the program becomes.
"""

import re

import lamina
import numpy as np
import pytest
from agreement import assert_agrees, tensor


def compiled(fn, backend):
    return lamina.compile(fn, fullgraph=True, backend=backend)


def results(fn, *args, name="forward"):
    """What the results of a function of the partitioned program are, in order."""
    text = lamina.compile(fn, fullgraph=True).lower(*args).text()
    head = re.search(rf"func.func @\w*{name}\(.*?\n", text)[0]
    return re.findall(r"lamina\.result = #lamina\.(\w+<\d+>)", head)


def operations(fn, *args, stage="partitioned"):
    """The operations of the first function of a stage, in order."""
    text = lamina.compile(fn, fullgraph=True).lower(*args).text(stage)
    body = text.split("func.func")[1]
    return re.findall(r"lamina\.(\w+) %", body) + re.findall(r"return .*", body)[:1]


@pytest.mark.parametrize("grad", [False, True])
def test_input_mutation_simple(grad, backend):
    def fn(a):
        a.mul_(2)
        return a * 3

    make = lambda: (tensor(3, 3, grad=grad) * 1,)  # noqa: E731
    assert_agrees(fn, make, backend)
    (a,) = make()
    run = compiled(fn, backend)
    run(a).mul_(2)
    assert a.requires_grad is grad and (a.grad_fn is not None) is grad


def test_input_mutation_simple_returns_the_new_data_first():
    def fn(a):
        a.mul_(2)
        return a * 3

    assert results(fn, tensor(3, grad=True) * 1) == ["mutation<0>", "output<0>"]
    found = operations(fn, tensor(3, grad=True) * 1)
    assert found[:2] == ["mul", "mul"] and len(found) == 3


@pytest.mark.parametrize("grad", [False, True])
def test_input_mutation_simple_with_none_and_nontensor(grad, backend):
    def fn(a, b, c):
        a.mul_(c)
        return a * c, b

    assert_agrees(fn, lambda: (tensor(3, grad=grad) * 1, None, 4), backend)


def test_mutates_input_noncontiguous(backend):
    def fn(a):
        a.add_(1)
        return ()

    run = compiled(fn, backend)
    for _ in range(2):
        x, y = tensor(3, 4, grad=True) * 1, tensor(3, 4, grad=True) * 1
        assert run(x[:, ::2]) == () == fn(y[:, ::2])
        assert np.allclose(x.detach(), y.detach())
    assert_agrees(fn, lambda: (tensor(3, 4)[:, ::2],), backend)


def test_input_mutation_modifies_autograd_meta_of_aliases(backend):
    def fn(a):
        a.mul_(2)
        out = a + 1
        return out.detach()

    leaves = []
    for run in (fn, compiled(fn, backend)):
        leaf = lamina.ones(3, 3, requires_grad=True)
        x = leaf.clone()
        view = x.view(3, 3)
        run(x)
        leaves.append((leaf, x, view))
    (ref, x_ref, view_ref), (leaf, x, view) = leaves
    assert (view == view_ref).all() and view._version == view_ref._version
    assert view.grad_fn.name() == view_ref.grad_fn.name() == "AsStridedBackward0"
    (x_ref * view_ref).sum().backward()
    (x * view).sum().backward()
    assert (leaf.grad == ref.grad).all()


def test_input_mutation_is_output(backend):
    def fn(a):
        a.mul_(2)
        return a

    for grad in (False, True):
        assert_agrees(fn, lambda grad=grad: (tensor(3, grad=grad) * 1,), backend)
    a = tensor(3)
    assert compiled(fn, backend)(a) is a


def test_input_mutation_multiple(backend):
    def fn(a, b, c):
        a.mul_(2)
        c.mul_(2)
        return a + b + c

    make = lambda: tuple(tensor(3, grad=True, seed=i) * 1 for i in range(3))  # noqa: E731
    assert_agrees(fn, make, backend)
    assert results(fn, *make()) == ["mutation<0>", "mutation<2>", "output<0>"]


def test_input_mutation_return(backend):
    def fn(a, b):
        return lamina.sin(a, out=b)

    assert_agrees(fn, lambda: (tensor(3), tensor(3, seed=1)), backend)
    a, b = tensor(3), tensor(3)
    assert compiled(fn, backend)(a, b) is b
    assert results(fn, a, b, name="fn") == ["mutation<1>"]
    assert operations(fn, a, b)[0] == "sin"


# Complaint 5: as_strided instead of replayed views, slow and with a wrong backward.


def test_views_are_replayed_not_restrided(backend):
    def fn(x):
        y = x * 2
        return y.t(), y[1:, ::2], y.unflatten(1, (2, 2)), x.diagonal(), x.unbind(1)

    make = lambda: (tensor(4, 4, grad=True),)  # noqa: E731
    assert "as_strided" not in lamina.compile(fn).lower(*make()).text("replayed")
    assert_agrees(fn, make, backend)
    assert all("AsStrided" not in y.grad_fn.name() for y in compiled(fn, backend)(*make())[:4])


def test_parts_of_repeated_complex_numbers_are_written(backend):
    def fn(x, y):
        x.expand(2, 3).imag.fill_(2)
        lamina.view_as_real(y.expand(2, 3))[0].zero_()
        return x * y

    make = lambda: (tensor(3, dtype=np.complex64), tensor(3, dtype=np.complex64, seed=1))  # noqa: E731
    assert_agrees(fn, make, backend)
