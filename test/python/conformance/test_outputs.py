"""What a compiled program returns is what eager returns: the tensors themselves, their sharing, their
modes and histories.
"""

import lamina
import numpy as np
import pytest
from agreement import assert_agrees, tensor
from lamina.errors import DataDependentError, UnsupportedError


def compiled(fn, backend):
    return lamina.compile(fn, fullgraph=True, backend=backend)


def both(fn, make, backend):
    """What the eager and the compiled function give for equal arguments."""
    run = compiled(fn, backend)
    run(*make())
    return fn(*make()), run(*make())


def test_nnc_passthrough(backend):
    def fn(x, y):
        return x + y, y

    assert_agrees(fn, lambda: (tensor(3), tensor(3, seed=1)), backend)

    def rebuilt(d):
        return {**d, "a": d["a"] * 2}

    assert_agrees(rebuilt, lambda: ({"a": tensor(3), "b": tensor(3, seed=1)},), backend)


def test_nnc_passthrough_rebinding_a_key_is_a_side_effect(backend):
    def fn(d):
        d["a"] = d["a"] * 2
        return d

    with pytest.raises(UnsupportedError, match="changes Python state"):
        compiled(fn, backend)({"a": tensor(3), "b": tensor(3)})
    argument = {"a": tensor(3), "b": tensor(3)}
    assert lamina.compile(fn, backend=backend)(argument) is argument
    assert np.allclose(argument["a"], tensor(3) * 2)


@pytest.mark.parametrize("grad", [False, True])
def test_non_tensor_and_none_inputs(grad, backend):
    def fn(a, b, c):
        return a * c, b, c

    assert_agrees(fn, lambda: (tensor(3, grad=grad), None, 2), backend)


@pytest.mark.parametrize("grad", [False, True])
def test_single_output(grad, backend):
    def fn(a, b):
        return a + b

    make = lambda: (tensor(3, grad=grad), tensor(3, seed=1))  # noqa: E731
    assert_agrees(fn, make, backend)
    assert type(compiled(fn, backend)(*make())) is lamina.Tensor


def test_multi_output(backend):
    def fn(a, b):
        return a + b, a - b

    assert_agrees(fn, lambda: (tensor(3, grad=True), tensor(3, seed=1)), backend)


def test_multi_output_list(backend):
    def fn(a, b):
        return [a + b, a - b]

    make = lambda: (tensor(3, grad=True), tensor(3, seed=1))  # noqa: E731
    assert_agrees(fn, make, backend)
    assert type(compiled(fn, backend)(*make())) is list


def test_squeeze_mutation(backend):
    def fn(a):
        b = a.clone().squeeze(-1)
        b.add_(1.0)
        return a + b

    assert_agrees(fn, lambda: (tensor(3, 1, grad=True),), backend)


def test_complex_linear(backend):
    class F(lamina.nn.Module):
        def __init__(self):
            super().__init__()
            self.linear = lamina.nn.Linear(10, 10, dtype=lamina.complex64)

        def forward(self, x):
            return self.linear(x).sum().abs()

    x = tensor(1, 10, 10, dtype=np.complex64)
    lamina.manual_seed(0)
    module = F()
    module(x).backward()
    wanted = [np.array(p.grad.numpy()) for p in module.parameters()]
    module.zero_grad()
    compiled(module, backend)(x).backward()
    for p, grad in zip(module.parameters(), wanted, strict=True):
        np.testing.assert_allclose(p.grad.numpy(), grad, rtol=2e-5, atol=2e-5)


def test_alias_of_intermediate_detach(backend):
    def fn(x):
        x = x + 1
        a = x.transpose(0, 1)
        return a.detach(), a

    detached, a = both(fn, lambda: (tensor(3, 3, grad=True),), backend)[1]
    assert not detached.requires_grad and a.requires_grad
    assert detached.data_ptr() == a.data_ptr() and a._is_view()
    assert_agrees(fn, lambda: (tensor(3, 3, grad=True),), backend)


@pytest.mark.parametrize("grad", [False, True])
def test_outputs_are_aliased(grad, backend):
    def fn(a):
        b = a.mul(2)
        return b, b.view(-1)

    for first, second in both(fn, lambda: (tensor(3, 3, grad=grad),), backend):
        first.mul_(3)
        assert (second.view(3, 3) == first).all()
    assert_agrees(fn, lambda: (tensor(3, 3, grad=grad),), backend)


# Modes.


def test_an_output_made_in_inference_mode(backend):
    def fn(x):
        with lamina.inference_mode():
            y = x * 2
            return y, y[1:], x.t(), x * 3

    assert_agrees(fn, lambda: (tensor(3, 3, grad=True),), backend)


def test_an_output_made_outside_of_the_inference_mode_of_the_call(backend):
    def fn(x):
        with lamina.inference_mode(False):
            y = x * 2
        return y, x * 3

    with lamina.inference_mode():
        wanted, found = both(fn, lambda: (tensor(3),), backend)
    assert [x.is_inference() for x in found] == [x.is_inference() for x in wanted]


def test_views_made_without_grad_of_inputs_that_need_it(backend):
    def fn(x):
        with lamina.no_grad():
            v = x.t()
            w = v[0]
        return v, w, w[1:], x.detach()

    assert_agrees(fn, lambda: (tensor(3, 3, grad=True),), backend)


def test_a_view_in_grad_mode_of_one_made_without(backend):
    def fn(x):
        y = x * 2
        with lamina.no_grad():
            v = y.t()
        return y, v[0], v[1:][0]

    def of_input(x):
        with lamina.no_grad():
            v = x.t()
        return v[0]

    make = lambda: (tensor(3, 3, grad=True),)  # noqa: E731
    assert_agrees(fn, make, backend)
    assert_agrees(of_input, make, backend)
    found = both(of_input, make, backend)[1]
    assert found.grad_fn.next_functions == ((None, 0),)


def test_indices_of_a_write_are_literals_in_its_derivative(backend):
    def fn(x, w):
        y = x.clamp(0.5, 2)
        y[lamina.tensor([0]), 1] = -1.5
        return y * w

    assert_agrees(fn, lambda: (tensor(2, 3, grad=True), tensor(2, 3, seed=1)), backend)


def test_one_of_several_views_seen_without_grad(backend):
    def fn(x):
        first, _ = x.chunk(2)
        with lamina.no_grad():
            return first.t()

    assert_agrees(fn, lambda: (tensor(4, 3, grad=True),), backend)


def test_no_gradient_arrives_at_an_input_that_is_a_view_made_without_grad(backend):
    def fn(v):
        (v * 2).sum().backward()
        return v * 3

    for run in (fn, compiled(fn, backend)):
        x = tensor(3, 3, grad=True)
        with lamina.no_grad():
            v = x[1]
        y = run(v)
        assert y.requires_grad and v.grad is None and x.grad is None


def test_a_view_of_a_product_that_was_computed_in_another_shape(backend):
    def fn(x, y):
        return lamina.kron(y, x).flatten(), (y.unsqueeze(0) @ x.new_ones(8, 3) * x).mT

    assert_agrees(fn, lambda: (tensor(3, 1, grad=True), tensor(3, 8)), backend)


class Doubled(lamina.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        return x

    @staticmethod
    def backward(ctx, grad):
        return grad * 2


def test_a_custom_function_that_returns_its_argument(backend):
    def fn(x):
        y = x * 3
        z = Doubled.apply(y)
        return Doubled.apply(x), z, z * 1, y

    assert_agrees(fn, lambda: (tensor(3, grad=True),), backend)


# Leaves that the program makes.


def test_a_leaf_made_by_the_program(backend):
    def fn(x):
        w = lamina.ones(3, requires_grad=True)
        return w, w * x, w[1:]

    assert_agrees(fn, lambda: (tensor(3, grad=True),), backend)
    for _, (w, y, _) in enumerate(both(fn, lambda: (tensor(3),), backend)):
        assert w.is_leaf and w.requires_grad and w.grad is None
        y.sum().backward()
        assert np.allclose(w.grad, tensor(3))


def test_a_view_of_a_leaf_made_by_the_program(backend):
    def fn():
        w = lamina.tensor(1.5, requires_grad=True)
        return w.view(-1)

    assert_agrees(fn, tuple, backend)


def test_every_call_makes_another_leaf(backend):
    def fn(x):
        w = lamina.zeros(3, requires_grad=True)
        return w, (w + x).sum()

    run = compiled(fn, backend)
    (w, y), (v, z) = run(tensor(3)), run(tensor(3))
    y.backward()
    z.backward()
    y2 = (w * 2).sum()
    y2.backward()
    assert np.allclose(w.grad, 3) and np.allclose(v.grad, 1)


def test_a_detached_alias_that_becomes_a_leaf(backend):
    def fn(x):
        y = x * 2
        d = y.detach().requires_grad_()
        e = x.detach().requires_grad_()
        return y, d, d * 3, e, e * 2

    wanted, found = both(fn, lambda: (tensor(3, grad=True),), backend)
    for y, d, z, e, u in (wanted, found):
        (z.sum() + u.sum()).backward()
        assert d.is_leaf and np.allclose(d.grad, 3) and np.allclose(e.grad, 2)
        assert d.data_ptr() == y.data_ptr()
    assert_agrees(fn, lambda: (tensor(3, grad=True),), backend)


def test_a_leaf_that_has_a_gradient_already(backend):
    def fn(x):
        w = lamina.ones(3, requires_grad=True)
        (w * x).sum().backward()
        return w

    wanted, found = both(fn, lambda: (tensor(3),), backend)
    assert found.is_leaf and (found.grad == wanted.grad).all()


def test_a_result_that_retains_its_gradient(backend):
    def fn(x):
        y = x * 2
        y.retain_grad()
        return y, (y * y).sum()

    for y, z in both(fn, lambda: (tensor(3, grad=True),), backend):
        z.backward()
        assert np.allclose(y.grad, y.detach() * 2)


# Histories outside.


def outside(fn, backend):
    """Gradients of the leaf behind an argument, eager and compiled, after two calls."""
    grads = []
    for run in (fn, compiled(fn, backend)):
        w = tensor(3, grad=True)
        for _ in range(2):
            run(w.exp())
        grads.append(np.array(w.grad.numpy()))
    return grads


def test_backward_in_the_program_goes_on_outside(backend):
    def fn(x):
        (x * x).sum().backward()

    wanted, found = outside(fn, backend)
    np.testing.assert_allclose(found, wanted, rtol=1e-5)


def test_two_passes_go_on_outside_in_program_order(backend):
    def fn(x):
        y = (x * x).sum()
        y.backward(retain_graph=True)
        (y * 3).backward()
        return y.detach()

    wanted, found = outside(fn, backend)
    np.testing.assert_allclose(found, wanted, rtol=1e-5)


def test_one_pass_reaches_two_inputs_of_one_history(backend):
    def fn(a, b):
        (a * b).sum().backward()

    grads = []
    for run in (fn, compiled(fn, backend)):
        w = tensor(3, grad=True)
        shared = w.exp()
        run(shared * 2, shared * 3)
        grads.append(np.array(w.grad.numpy()))
    np.testing.assert_allclose(grads[1], grads[0], rtol=1e-5)


@pytest.mark.parametrize(
    "fn, reason",
    [
        (lambda x: [x.sum().backward(), x.mul_(2)][1:], "writes to"),
        (lambda x: x.sum().backward(create_graph=True), "create_graph"),
        (lambda x: [x.sum().backward(), x.grad][:1], "looks at .grad"),
    ],
    ids=["written", "create_graph", "grad"],
)
def test_what_would_come_too_late_outside_is_refused(fn, reason, backend):
    with pytest.raises(UnsupportedError, match=reason):
        compiled(fn, backend)(tensor(3, grad=True) * 1)


@pytest.mark.parametrize("make", [lambda: tensor(3, grad=True), lambda: tensor(3, grad=True) * 1])
def test_a_hook_that_would_stay_on_an_argument_is_refused(make, backend):
    def stays(x):
        x.register_hook(lambda grad: grad * 2)
        return x * 2

    def is_removed(x):
        x.register_hook(lambda grad: grad * 2).remove()
        return x * 2

    with pytest.raises(UnsupportedError, match="registers a hook"):
        compiled(stays, backend)(make())
    assert_agrees(is_removed, lambda: (make(),), backend)


# A number that is not known while tracing.


def at(i):
    return lamina.tensor(i)


@pytest.mark.parametrize("i", [0, 2, -1])
def test_a_tensor_as_a_number_in_an_index(i, backend):
    def fn(x, i):
        return x[i] * 2 + x[i, 1:].sum() + x[:, i].amax()

    assert_agrees(fn, lambda: (tensor(3, 3, grad=True), at(i)), backend)


def test_an_element_is_read_before_it_is_written(backend):
    def fn(x, i):
        x[i] = x[i] + 1
        return x * 2

    assert_agrees(fn, lambda: (tensor(3, 3), at(1)), backend)


@pytest.mark.parametrize(
    "fn, what",
    [
        (lambda x, i: x[i], "is returned"),
        (lambda x, i: x[i].t(), "is returned"),
        (lambda x, i: [x[i].mul_(2), x * 1][1], "is written to"),
        (lambda x, i: (lambda y: [x.mul_(2), y * 1][1])(x[i]), "is used after a write"),
    ],
)
def test_a_view_at_an_unknown_place_that_must_be_one_is_refused(fn, what, backend):
    with pytest.raises(DataDependentError, match=what):
        compiled(fn, backend)(tensor(3, 3), at(1))


def test_a_leaf_made_by_the_program_is_written_from(backend):
    def program(x):
        leaf = lamina.tensor(1.5, requires_grad=True)
        y = x * 2
        y.mul_(leaf)
        return leaf, y

    for call in (program, lamina.compile(program, fullgraph=True, backend=backend)):
        leaf, y = call(lamina.ones(3))
        y.sum().backward()
        assert leaf.grad.item() == 6


def test_data_counts_writes_of_its_own(backend):
    """What `.data` gives, and views of that, share memory with a tensor but not its version."""

    def program(x):
        y = x * 2
        z = y.data
        z.add_(1)
        return y, z, z[0], x.data

    def outcome(call):
        x = lamina.arange(4.0).reshape(2, 2)
        y, z, row, data = call(x)
        row.mul_(2)
        data.add_(1)
        tensors = (x, y, z, row, data)
        facts = [(t._version, t.tolist(), t._is_view()) for t in tensors]
        return facts, [[a._counter is b._counter for a in tensors] for b in tensors]

    call = lamina.compile(program, fullgraph=True, backend=backend)
    for _ in range(2):
        assert outcome(call) == outcome(program)


PLAIN = {
    "test_nnc_jit": (lambda x: lamina.sin(x), lambda: (lamina.arange(4.0),)),
    "test_nnc_scalar": (lambda x: lamina.sin(x), lambda: (lamina.tensor(0.5),)),
    "test_nnc_pytrees": (lambda xs: [lamina.sin(xs[0])], lambda: ([lamina.arange(4.0)],)),
}


@pytest.mark.parametrize("name", PLAIN)
def test_shapes_and_trees_of_arguments(name, backend):
    assert_agrees(*PLAIN[name], backend)
