"""Custom autograd Functions: contexts, saved tensors, dirty and returned inputs, and mistakes."""

import lamina
import pytest
from lamina.autograd import Function
from lamina.autograd.function import once_differentiable
from lamina.autograd.gradcheck import gradcheck, gradgradcheck
from lamina.errors import AutogradError


def _leaf(*values):
    return lamina.tensor(values, dtype=lamina.float64, requires_grad=True)


class Cube(Function):
    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return x * x * x

    @staticmethod
    def backward(ctx, grad):
        (x,) = ctx.saved_tensors
        return grad * 3 * x * x


class Scale(Function):
    @staticmethod
    def forward(x, factor):
        return x * factor

    @staticmethod
    def setup_context(ctx, inputs, output):
        ctx.factor = inputs[1]

    @staticmethod
    def backward(ctx, grad):
        return grad * ctx.factor, None


class Exp(Function):
    @staticmethod
    def forward(ctx, x):
        result = x.exp()
        ctx.save_for_backward(result)
        return result

    @staticmethod
    def backward(ctx, grad):
        return grad * ctx.saved_tensors[0]


class Double_(Function):
    @staticmethod
    def forward(ctx, x):
        ctx.mark_dirty(x)
        return x.mul_(2)

    @staticmethod
    def backward(ctx, grad):
        return grad * 2


class Identity(Function):
    @staticmethod
    def forward(ctx, x):
        return x

    @staticmethod
    def backward(ctx, grad):
        return grad * 10


class SortLike(Function):
    @staticmethod
    def forward(ctx, x):
        index = lamina.arange(x.shape[0])
        same = x + 0
        ctx.mark_non_differentiable(same)
        return x * 2, index, same

    @staticmethod
    def backward(ctx, grad, index_grad, same_grad):
        return grad * 2


def test_first_and_second_derivative():
    x = _leaf(1.0, 2.0)
    assert gradcheck(Cube.apply, [x])
    assert gradgradcheck(Cube.apply, [x])
    assert gradgradcheck(Exp.apply, [x])


def test_node_carries_the_class_name():
    assert Cube.apply(_leaf(1.0)).grad_fn.name() == "CubeBackward"


def test_setup_context_and_arguments_that_are_no_tensors():
    x = _leaf(1.0)
    y = Scale.apply(x, 5)
    assert y.grad_fn.needs_input_grad == (True, False)
    y.sum().backward()
    assert x.grad.tolist() == [5]


def test_forward_does_not_record():
    class Probe(Function):
        @staticmethod
        def forward(ctx, x):
            assert not lamina.is_grad_enabled()
            return x.clone()

        @staticmethod
        def backward(ctx, grad):
            return grad

    assert Probe.apply(_leaf(1.0)).requires_grad
    assert not Probe.apply(lamina.ones(1)).requires_grad


def test_dirty_input():
    x = _leaf(3.0)
    y = x * 1
    z = Double_.apply(y)
    assert z is y and y.grad_fn.name() == "Double_Backward" and y._version == 2
    y.sum().backward()
    assert x.grad.tolist() == [2]


def test_dirty_view_rebases_its_base():
    x = _leaf(1.0, 1.0)
    base = x * 1
    Double_.apply(base[0])
    base.sum().backward()
    assert x.grad.tolist() == [2, 1]


def test_dirty_leaf():
    with pytest.raises(AutogradError, match="a leaf Variable that requires grad"):
        with lamina.no_grad():
            leaf = _leaf(1.0)
        Double_.apply(leaf)


def test_returned_input_becomes_a_view():
    x = _leaf(1.0)
    y = Identity.apply(x)
    assert y is not x and y.untyped_storage() is x.untyped_storage()
    y.sum().backward()
    assert x.grad.tolist() == [10]


def test_writing_to_a_returned_input():
    y = Identity.apply(_leaf(1.0) * 1)
    with pytest.raises(AutogradError, match="created inside a custom Function"):
        y.mul_(2)


def test_outputs_without_gradient():
    first, index, same = SortLike.apply(_leaf(1.0, 2.0))
    assert first.requires_grad and not index.requires_grad and not same.requires_grad


def test_absent_gradients_are_zeros_unless_declined():
    seen = []

    class Two(Function):
        materialize = True

        @staticmethod
        def forward(ctx, x):
            ctx.set_materialize_grads(Two.materialize)
            return x * 1, x * 2

        @staticmethod
        def backward(ctx, a, b):
            seen.append(b if b is None else b.tolist())
            return a

    for Two.materialize in (True, False):
        Two.apply(_leaf(1.0))[0].sum().backward()
    assert seen == [[0], None]


def test_wrong_number_of_gradients():
    class Wrong(Function):
        @staticmethod
        def forward(ctx, x):
            return x * 1

        @staticmethod
        def backward(ctx, grad):
            return grad, grad

    with pytest.raises(
        AutogradError,
        match=r"WrongBackward: returned an incorrect number of gradients \(expected 1, got 2\)",
    ):
        Wrong.apply(_leaf(1.0)).sum().backward()


def test_saved_input_written_to_afterwards():
    x = _leaf(1.0) * 1
    y = Cube.apply(x)
    x.add_(1)
    with pytest.raises(AutogradError, match="CubeBackward: one of the variables needed"):
        y.sum().backward()


def test_saved_tensors_of_a_freed_graph():
    y = Cube.apply(_leaf(1.0)).sum()
    y.backward()
    with pytest.raises(AutogradError, match="backward through the graph a second time"):
        y.backward()


def test_once_differentiable():
    class Once(Function):
        @staticmethod
        def forward(ctx, x):
            return x * 2

        @staticmethod
        @once_differentiable
        def backward(ctx, grad):
            return grad * 2

    x = _leaf(1.0)
    (grad,) = lamina.autograd.grad(Once.apply(x).pow(2).sum(), x, create_graph=True)
    with pytest.raises(AutogradError, match="once_differentiable"):
        grad.sum().backward()


def test_only_tensors_can_be_saved():
    class Bad(Function):
        @staticmethod
        def forward(ctx, x):
            ctx.save_for_backward(3)

    with pytest.raises(TypeError, match="can only save tensors, but got"):
        Bad.apply(_leaf(1.0))
