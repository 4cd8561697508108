"""Wrapper tensors: classes that answer every operator with `__torch_dispatch__`, as they do in torch."""

import copy

import lamina
import pytest
from lamina import nn
from lamina.errors import UnsupportedError
from lamina.utils import _python_dispatch as dispatch
from wrapper_classes import classes

from .agreement import agree, raised


def two(m, *sizes, grad=True):
    """A TwoTensor of these sizes, of which 0 and 1 are told apart."""
    count = lamina.Size(sizes).numel()
    a = m.arange(count, dtype=m.float32).reshape(sizes) + 1
    return classes(m).TwoTensor(a, 10 - a).requires_grad_(grad)


def arithmetic(m):
    x = two(m, 2, 3)
    y = (x * x + 1).sqrt() @ m.ones(3, 2)
    y.sum().backward()
    return y, x.grad


def accumulation(m):
    x = two(m, 2, 3)
    for _ in range(2):
        (x * x).sum().backward()
    return x.grad, x.grad._version


def plain_operand(m):
    x, y = two(m, 2, 3, grad=False), m.ones(2, 3, requires_grad=True)
    (x * y).sum().backward()
    return y.grad


def write_through_view(m):
    x = two(m, 2, 3)
    z = x * 1
    v = z.transpose(0, 1)
    v.mul_(2)
    z.sum().backward()
    return z, v, x.grad, [z._version, v._version, v._base is z], z.grad_fn, v.grad_fn


def detached_write(m):
    x = two(m, 2, 3)
    w = x.detach()
    w.add_(1)
    return x, w, x._version, w._is_view()


def view_in_place(m):
    x = two(m, 2, 3, grad=False)
    same = x.t_()
    return x, same is x, x._version, x.a.stride()


def several_views(m):
    x = two(m, 2, 3)
    parts = (x * 1).split(1)
    return list(parts), raised(lambda: parts[0].mul_(2), "modified inplace")


def written_leaf(m):
    x = two(m, 2, 3)
    return raised(lambda: x.mul_(2), "a leaf Variable that requires grad")


def no_grad_write(m):
    x = two(m, 2, 3)
    with m.no_grad():
        x.add_(1)
    return x, x._version


def inference(m):
    with m.inference_mode():
        return two(m, 2, 3, grad=False) * 2


def lists_and_conditions(m):
    x = two(m, 2, 3)
    return m.cat([x, x]), m.where(x > 3, x, x * 0), m.softmax(x, 0), m.stack([x, x.detach()], 1)


def casts_and_factories(m):
    x = two(m, 2, 3)
    return x.to(m.float64), m.zeros_like(x), x.new_ones(2), x.data, len(x)


def nested(m):
    wrap = classes(m)
    x = wrap.TwoTensor(two(m, 4, grad=False), two(m, 4, grad=False)).requires_grad_()
    (x.sin().cos() * 2).sum().backward()
    return x.grad, type(x.grad.b).__name__


def of_two_classes(m):
    wrap = classes(m)
    x = wrap.Tagged(two(m, 4, grad=False), 5).requires_grad_()
    y = 3 * x.elem * x.sin()
    y.sum().backward()
    return y, x.grad


def saved_and_written(m):
    x = two(m, 3)
    y = x * 1
    z = y * y
    y.add_(1)
    return raised(lambda: z.sum().backward(), "modified by an inplace operation")


def parameters(m):
    layer = m.nn.Linear(3, 2)
    with m.no_grad():
        layer.weight.fill_(0.5)
        layer.bias.fill_(1)
    layer.weight = m.nn.Parameter(two(m, 2, 3, grad=False))
    layer.register_buffer("scale", two(m, 2, grad=False))
    optimizer = m.optim.SGD(layer.parameters(), lr=0.5, momentum=0.9)
    for _ in range(2):
        optimizer.zero_grad()
        (layer(m.ones(1, 3)) * layer.scale).sum().backward()
        optimizer.step()
    names = [name for name, _ in layer.named_parameters()]
    return layer.weight, layer.weight.grad, names, isinstance(layer.weight, m.nn.Parameter)


def deep_copy(m):
    x = two(m, 2, 3)
    (x * x).sum().backward()
    twin = copy.deepcopy(x)
    with m.no_grad():
        x.mul_(0)
    return twin, twin.grad


def transformed(m):
    pick = {"torch": lambda: __import__("torch.utils._python_dispatch", fromlist=["x"])}
    module = pick.get(m.__name__, lambda: dispatch)()
    x = two(m, 2, 3, grad=False)
    made = module.transform_subclass(x, lambda name, t: t * (2 if name == "a" else 3))
    return made, [module.is_traceable_wrapper_subclass(t) for t in (x, x.a, 3)]


def subclass_of_plain_memory(m):
    class Plain(m.Tensor):
        pass

    x = m.ones(2, 2)
    y = m.Tensor._make_subclass(Plain, x)
    z = m.Tensor._make_subclass(m.Tensor, y, True)
    y += 2
    return [type(t).__name__ for t in (y, z)], x, x._version, y._version, z, z._is_view()


PROGRAMS = [
    arithmetic,
    accumulation,
    plain_operand,
    write_through_view,
    detached_write,
    view_in_place,
    several_views,
    written_leaf,
    no_grad_write,
    inference,
    lists_and_conditions,
    casts_and_factories,
    nested,
    of_two_classes,
    saved_and_written,
    parameters,
    deep_copy,
    transformed,
    subclass_of_plain_memory,
]


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda p: p.__name__)
def test_agrees_with_torch(program):
    agree(program)


def test_every_class_may_decline():
    class Shy(lamina.Tensor):
        __torch_function__ = lamina._C._disabled_torch_function_impl

        @classmethod
        def __torch_dispatch__(cls, func, types, args=(), kwargs=None):
            return NotImplemented

    shy = lamina.Tensor._make_wrapper_subclass(Shy, (3,))
    with pytest.raises(TypeError, match="no __torch_dispatch__ of Shy handles"):
        shy + 1

    class Bold(Shy):
        @classmethod
        def __torch_dispatch__(cls, func, types, args=(), kwargs=None):
            return types

    assert lamina.Tensor.__add__(shy, lamina.Tensor._make_wrapper_subclass(Bold, (3,))) == (
        Shy,
        Bold,
    )


def test_a_wrapper_has_no_data():
    x = two(lamina, 3, grad=False)
    for read in (x.numpy, x.tolist, lambda: float(x[0]), x.data_ptr):
        with pytest.raises(UnsupportedError, match="has no memory of its own"):
            read()
    with pytest.raises(UnsupportedError, match="inner tensors"):
        x.data = two(lamina, 3)


def test_a_class_must_answer_operators():
    class Silent(lamina.Tensor):
        pass

    with pytest.raises(TypeError, match="must define __torch_dispatch__"):
        lamina.Tensor._make_wrapper_subclass(Silent, (3,))


def test_a_view_of_another_class_is_refused():
    x = two(lamina, 3, grad=False)
    with pytest.raises(TypeError, match="is a view of it"):
        dispatch.return_and_correct_aliasing(lamina.ops.aten.view.default, (x, [3]), {}, x.a)


def test_a_wrapper_prints_by_its_class():
    assert repr(two(lamina, 2, grad=False)).startswith("TwoTensor(tensor([1., 2.])")
    assert lamina.Tensor.__repr__(two(lamina, 2)).startswith("TwoTensor(..., size=[2]")


def test_parameters_of_wrapper_classes_keep_their_class():
    parameter = nn.Parameter(two(lamina, 3, grad=False))
    assert type(parameter).__name__ == "TwoTensor" and parameter.requires_grad
    assert isinstance(parameter, nn.Parameter) and not isinstance(parameter, nn.Buffer)
    assert isinstance(nn.Buffer(two(lamina, 3, grad=False)), nn.Buffer)
