"""The engine: order, accumulation, retained graphs, hooks, modes, and what it refuses."""

import gc
import weakref

import lamina
import pytest
from lamina.autograd.gradcheck import GradcheckError, gradcheck, gradgradcheck
from lamina.errors import AutogradError, DtypeError


def _leaf(*values):
    return lamina.tensor(values, requires_grad=True)


def test_gradients_accumulate():
    x = _leaf(1.0, 2.0)
    (x * 3).sum().backward()
    (x * x).sum().backward()
    assert x.grad.tolist() == [5, 7]


def test_a_tensor_used_twice():
    x = _leaf(2.0)
    y = x * x
    (y * y + y).sum().backward()
    assert x.grad.tolist() == [4 * 8 + 4]


def test_gradient_of_a_broadcast_operand_is_summed():
    x, w = _leaf(1.0, 2.0), lamina.ones(3, 1).requires_grad_()
    (x * w).sum().backward()
    assert x.grad.tolist() == [3, 3] and w.grad.tolist() == [[3], [3], [3]]


def test_gradient_has_the_input_dtype():
    x = _leaf(1.0)
    (x * lamina.ones(1, dtype=lamina.float64)).sum().backward()
    assert x.grad.dtype is lamina.float32


def test_grad_returns_without_accumulating():
    x = _leaf(3.0)
    (found,) = lamina.autograd.grad((x * x).sum(), x)
    assert found.tolist() == [6] and x.grad is None


def test_grad_of_an_intermediate():
    x = _leaf(3.0)
    y = x * 2
    (found,) = lamina.autograd.grad((y * y).sum(), y)
    assert found.tolist() == [12]


def test_grad_stops_at_its_inputs():
    calls = []
    x = _leaf(3.0)
    y = x * 2
    y.grad_fn.register_hook(lambda *_: calls.append(1))
    lamina.autograd.grad((y * y).sum(), y)
    assert not calls


def test_higher_derivatives():
    x = _leaf(2.0)
    y = (x * x * x).sum()
    for expected in (12, 12, 6):
        (y,) = lamina.autograd.grad(y.sum(), x, create_graph=True)
        assert y.tolist() == [expected]


def test_backward_with_create_graph_keeps_history_in_grad():
    x = _leaf(3.0)
    (x * x).sum().backward(create_graph=True)
    assert x.grad.requires_grad


def test_incoming_gradient():
    x = _leaf(1.0, 2.0)
    (x * 2).backward(lamina.tensor([1.0, 10.0]))
    assert x.grad.tolist() == [2, 20]


def test_the_incoming_gradient_is_not_aliased():
    x, seed = _leaf(1.0), lamina.tensor([1.0])
    (x + 0).backward(seed)
    x.grad.add_(5)
    assert seed.tolist() == [1]


def test_two_leaves_do_not_share_a_gradient():
    x, y = _leaf(1.0), _leaf(1.0)
    (x + y).sum().backward()
    x.grad.add_(5)
    assert y.grad.tolist() == [1]


def test_backward_into_given_inputs_only():
    x, y = _leaf(1.0), _leaf(2.0)
    (x * y).sum().backward(inputs=[x])
    assert x.grad.tolist() == [2] and y.grad is None


def test_unused_input():
    x, y = _leaf(1.0), _leaf(2.0)
    with pytest.raises(AutogradError, match="appears to not have been used in the graph"):
        lamina.autograd.grad((x * 2).sum(), [x, y])
    assert lamina.autograd.grad((x * 2).sum(), [x, y], allow_unused=True)[1] is None
    assert lamina.autograd.grad((x * 2).sum(), y, materialize_grads=True)[0].tolist() == [0]


def test_second_backward_through_a_freed_graph():
    x = _leaf(1.0)
    y = (x * x).sum()
    y.backward()
    with pytest.raises(AutogradError, match="Trying to backward through the graph a second time"):
        y.backward()


def test_retained_graph():
    x = _leaf(1.0)
    y = (x * x).sum()
    y.backward(retain_graph=True)
    y.backward()
    assert x.grad.tolist() == [4]


@pytest.mark.parametrize(
    "call, message",
    [
        (lambda: lamina.ones(2).backward(), "does not require grad and does not have a grad_fn"),
        (
            lambda: (_leaf(1.0, 2.0) * 2).backward(),
            "grad can be implicitly created only for scalar outputs",
        ),
        (lambda: (_leaf(1.0) * 2).backward(lamina.ones(2)), "Mismatch in shape"),
        (
            lambda: (_leaf(1.0) * 2).requires_grad_(False),
            "you can only change requires_grad flags of leaf variables",
        ),
        (lambda: _leaf(1.0).numpy(), "can't call numpy"),
        (lambda: lamina.ones(2).retain_grad(), "can't retain_grad"),
    ],
)
def test_refusals(call, message):
    with pytest.raises(AutogradError, match=message):
        call()


def test_integer_tensors_cannot_require_grad():
    with pytest.raises(
        DtypeError, match="only Tensors of floating point and complex dtype can require gradients"
    ):
        lamina.arange(3).requires_grad_()


def test_comparisons_do_not_require_grad():
    assert not (_leaf(1.0) > 0).requires_grad


def test_tensor_hook_replaces_the_gradient():
    x = _leaf(1.0)
    y = x * 2
    handle = y.register_hook(lambda g: g * 10)
    (y * 3).sum().backward(retain_graph=True)
    assert x.grad.tolist() == [60]
    handle.remove()
    x.grad = None
    (y * 3).sum().backward()
    assert x.grad.tolist() == [6]


def test_leaf_hook_and_post_accumulate_hook():
    x, seen = _leaf(1.0), []
    x.register_hook(lambda g: g + 1)
    x.register_post_accumulate_grad_hook(lambda t: seen.append(t.grad.tolist()))
    (x * 2).sum().backward()
    assert seen == [[3]]


def test_retain_grad_follows_an_inplace_write():
    x = _leaf(1.0)
    y = x * 2
    y.retain_grad()
    y.mul_(3)
    (y * 5).sum().backward()
    assert y.grad.tolist() == [5] and x.grad.tolist() == [30]


def test_node_hooks():
    x, seen = _leaf(1.0), []
    y = x * 2
    y.grad_fn.register_prehook(lambda grads: (grads[0] * 10,))
    y.grad_fn.register_hook(lambda into, out: seen.append((into[0].tolist(), out[0].tolist())))
    y.sum().backward()
    assert seen == [([20], [10])]


def test_modes():
    x = _leaf(1.0)
    with lamina.no_grad():
        assert not (x * 2).requires_grad and not lamina.is_grad_enabled()
        with lamina.enable_grad():
            assert (x * 2).requires_grad
    with lamina.set_grad_enabled(False):
        assert not (x * 2).requires_grad
    lamina.set_grad_enabled(False)
    assert not lamina.is_grad_enabled()
    lamina.set_grad_enabled(True)
    with lamina.inference_mode():
        y = x * 2
        assert lamina.is_inference_mode_enabled() and y.is_inference()
    assert not y.requires_grad


def test_modes_as_decorators():
    x = _leaf(1.0)
    assert not lamina.no_grad()(lambda: x * 2)().requires_grad
    assert not lamina.no_grad(lambda: x * 2)().requires_grad

    @lamina.no_grad()
    def generate():
        yield (x * 2).requires_grad
        yield lamina.is_grad_enabled()

    assert list(generate()) == [False, False] and lamina.is_grad_enabled()


def test_mode_is_restored_after_an_exception():
    with pytest.raises(KeyError), lamina.no_grad():
        raise KeyError
    assert lamina.is_grad_enabled()


def test_saved_tensors_hooks():
    packed = []

    def pack(t):
        packed.append(t.tolist())
        return t * 2

    x = _leaf(3.0)
    with lamina.autograd.graph.saved_tensors_hooks(pack, lambda t: t / 2):
        y = x.exp()
    y.sum().backward()
    assert packed == [y.tolist()]
    assert x.grad.tolist() == pytest.approx(y.tolist())


def test_next_functions_show_the_graph():
    x = _leaf(1.0)
    y = x * 2 + lamina.ones(1)
    (mul, _), (constant, _) = y.grad_fn.next_functions
    assert mul.name() == "MulBackward0" and constant is None
    assert mul.next_functions[0][0].variable is x


def test_a_graph_dies_with_its_tensors():
    gc.disable()
    try:
        x = _leaf(1.0)
        y = x.exp()
        node = weakref.ref(y.grad_fn)
        del y
        assert node() is None
    finally:
        gc.enable()


def test_a_deep_graph():
    x = _leaf(1.0)
    y = x
    for _ in range(5000):
        y = y + 1
    y.sum().backward()
    assert x.grad.tolist() == [1]


def test_backward_inside_a_hook():
    x, z = _leaf(2.0), _leaf(5.0)
    y = x * 1

    def hook(grad):
        with lamina.enable_grad():
            (z * z).sum().backward()

    y.register_hook(hook)
    y.sum().backward()
    assert z.grad.tolist() == [10] and x.grad.tolist() == [1]


def test_complex_gradient_convention():
    x = lamina.tensor([1 + 2j], requires_grad=True)
    (x * x.conj()).real.sum().backward()
    assert x.grad.tolist() == [2 + 4j]


def test_gradcheck_finds_a_wrong_derivative():
    class Wrong(lamina.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            return x * 2

        @staticmethod
        def backward(ctx, grad):
            return grad * 3

    x = lamina.ones(2, dtype=lamina.float64).requires_grad_()
    with pytest.raises(GradcheckError, match="output 0 with respect to input 0"):
        gradcheck(Wrong.apply, [x])
    assert not gradcheck(Wrong.apply, [x], raise_exception=False)


def test_gradcheck_of_complex_functions():
    x = lamina.tensor([1 + 2j, -0.5j], dtype=lamina.complex128, requires_grad=True)
    assert gradcheck(lambda x: x * x.conj() + x.exp(), [x])
    assert gradgradcheck(lambda x: x * x, [x])
