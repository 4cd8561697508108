"""Conformance: wrapper tensors, by the rows of the seed tests."""

import dataclasses
from typing import NamedTuple

import lamina
import pytest
from lamina import nn
from lamina.errors import CompileError, UnsupportedError
from lamina.utils._python_dispatch import TorchDispatchMode, return_and_correct_aliasing
from lamina.utils._pytree import tree_map_only
from lamina.wrapper import is_wrapper
from wrapper_agreement import assert_agrees, inner, observe
from wrapper_classes import classes

wrap = classes(lamina)
TwoTensor, Tagged = wrap.TwoTensor, wrap.Tagged


def ones(count=4, grad=True):
    return lamina.ones(count, requires_grad=grad)


def two(count=4, grad=True):
    return TwoTensor(ones(count, grad), ones(count, grad))


def two_of_two():
    return TwoTensor(two(), two())


def shape_of(tensor):
    """The classes in a wrapper, outermost first."""
    return [type(t).__name__ for t in inner(tensor)]


def test_nested_subclasses(backend):
    compiled = assert_agrees(lambda x: x.sin().cos(), lambda: (two_of_two(),), backend)
    x = two_of_two()
    result = compiled(x)
    result.sum().backward()
    levels = ["TwoTensor", "TwoTensor", "Tensor", "Tensor", "TwoTensor", "Tensor", "Tensor"]
    assert shape_of(result) == shape_of(x.grad) == levels


def test_nested_subclasses_non_nested_grad(backend):
    call = lamina.compile(lambda x: x.sin().cos(), fullgraph=True, backend=backend)
    result = call(two())
    downstream = result * TwoTensor(two(), two())
    guessed = "During the backward, we encountered a tensor subclass where we guessed its\nmetadata incorrectly."
    tangent = TwoTensor(two(grad=False), two(grad=False))
    with pytest.raises(RuntimeError, match=guessed):
        result.backward(tangent)
    assert downstream.shape == (4,)


def test_nested_subclasses_non_homogenous(backend):
    def program(x):
        elem, tag = x.elem, x.tag
        return tag * elem * x.sin().cos()

    make = lambda: (Tagged(two(), 6),)  # noqa: E731
    compiled = assert_agrees(program, make, backend)
    (x,) = make()
    result = compiled(x)
    result.sum().backward()
    assert shape_of(result)[:2] == shape_of(x.grad)[:2] == ["TwoTensor", "Tagged"]


def test_subclasses_mixed(backend):
    def program(x, y):
        return TwoTensor(x.tag * x * y.a, x * y.a * y.b)

    make = lambda: (Tagged(ones(grad=False), 5), two(grad=False))  # noqa: E731
    result = assert_agrees(program, make, backend)(*make())
    assert shape_of(result) == ["TwoTensor", "Tagged", "Tensor", "Tagged", "Tensor"]


class TaggingMode(TorchDispatchMode):
    """Wraps what is not tagged yet."""

    def __torch_dispatch__(self, func, types, args=(), kwargs=None):
        result = func(*args, **(kwargs or {}))
        return result if Tagged in types else Tagged(result, 5)


def test_subclasses_mixed_mode(backend):
    def outcome(call):
        x = two()
        with TaggingMode():
            result = call(x)
        result.sum().backward()
        return result, x.grad

    eager = outcome(lambda x: x.sin().cos())
    found = outcome(lamina.compile(lambda x: x.sin().cos(), backend=backend))
    for one, other in zip(eager, found, strict=True):
        assert shape_of(one) == shape_of(other)
        assert shape_of(one)[:2] == ["Tagged", "TwoTensor"]
        for a, b in zip(inner(one)[2:], inner(other)[2:], strict=True):
            assert lamina.allclose(a, b)


def test_custom_tensor_metadata(backend):
    def program(x):
        return x * x.elem * x.elem.elem * x.elem.tag

    make = lambda: (Tagged(Tagged(ones(), 6), 4),)  # noqa: E731
    compiled = assert_agrees(program, make, backend)
    (x,) = make()
    compiled(x).sum().backward()
    assert shape_of(x.grad) == ["Tagged", "Tagged", "Tensor"]


def test_nested_subclasses_complicated_inps(backend):
    def program(x, y, unused):
        both, parts = x + y, x.a + y.b
        return x.sin().cos() + both.sum() + parts.sum()

    make = lambda: (two_of_two(), two_of_two(), ones())  # noqa: E731
    compiled = assert_agrees(program, make, backend)
    x, y, unused = make()
    compiled(x, y, unused).sum().backward()
    assert shape_of(x.grad)[:2] == shape_of(y.grad)[:2] == ["TwoTensor", "TwoTensor"]
    assert unused.grad is None


def test_nested_subclasses_complicated_inps_mixed(backend):
    def program(x, y):
        return y * y.elem * y.elem.elem * y.elem.tag + x

    assert_agrees(program, lambda: (two_of_two(), Tagged(Tagged(ones(), 6), 4)), backend)


class Sub(lamina.Tensor):
    """A class without protocols of its own."""


def test_make_subclass(backend):
    def program(x):
        y = lamina.Tensor._make_subclass(Sub, x)
        z = lamina.Tensor._make_subclass(lamina.Tensor, x)
        x += 1
        y += 2
        z += 3
        return x * y + z

    assert_agrees(program, lambda: (lamina.arange(4.0).reshape(2, 2),), backend)


class Swapping(lamina.Tensor):
    """Subtracts where it should be added."""

    @classmethod
    def __torch_function__(cls, func, types, args=(), kwargs=None):
        if func.__name__ == "add_":
            func = lamina.Tensor.sub_
        return super().__torch_function__(func, types, args, kwargs)


def test_torch_function_call_on_method_arg(backend):
    def program(a, w):
        a.add_(w)
        return a

    def make():
        return lamina.ones(2, 2), lamina.ones(2, 2).as_subclass(Swapping)

    compiled = assert_agrees(program, make, backend)
    x, w = make()
    compiled(x, w)
    assert x.tolist() == [[0, 0], [0, 0]]


VIEWS = {
    "narrow": lambda t: t.narrow(dim=-1, start=3, length=8),
    "split": lambda t: t.split(5, -1)[2],
    "split_with_sizes": lambda t: t.split_with_sizes([9, 6], -1)[1],
    "expand": lambda t: t.unsqueeze(-1).expand(4, 15, 10),
    "select": lambda t: t.select(-1, 6),
    "slice": lambda t: t[2:3, 5:9],
    "view": lambda t: t.view(-1, 15),
}


@pytest.mark.parametrize("view", VIEWS.values(), ids=VIEWS)
def test_subclass_views(view, backend):
    def make():
        values = lamina.arange(60.0).reshape(4, 15)
        return (view(TwoTensor(values, values + 1)),)

    assert_agrees(lambda x: x * 2, make, backend)


def test_subclass_parameters_are_static_under_training(backend):
    """The tensors in a parameter are there anyway: the backward gets them, and no copies."""
    layer = nn.Linear(4, 4)
    layer.weight = nn.Parameter(TwoTensor(lamina.rand(4, 4), lamina.rand(4, 4)))
    x = lamina.rand(2, 4, requires_grad=True)
    explained = lamina.compile(layer, fullgraph=True, backend=backend).explain(x)
    inputs = [text.split(":")[0].split(".", 1)[-1] for text in explained.inputs]
    assert {"weight.a", "weight.b", "bias"} <= set(inputs)
    assert explained.saved and all("the input itself" in text for text in explained.saved)


class Scaled(lamina.Tensor):
    """A tensor with a scale, or none, and a constant that is its context."""

    __torch_function__ = lamina._C._disabled_torch_function_impl

    @staticmethod
    def __new__(cls, data, scale=None, constant=0):
        return lamina.Tensor._make_wrapper_subclass(
            cls, data.size(), strides=data.stride(), dtype=data.dtype
        )

    def __init__(self, data, scale=None, constant=0):
        self.data_, self.scale, self.constant = data, scale, constant

    def __tensor_flatten__(self):
        return ["data_"] + ["scale"] * (self.scale is not None), {"constant": self.constant}

    @classmethod
    def __tensor_unflatten__(cls, inner, context, size, stride):
        return cls(inner["data_"], inner.get("scale"), context["constant"])

    @classmethod
    def __torch_dispatch__(cls, func, types, args=(), kwargs=None):
        first = next(a for a in args if isinstance(a, cls))
        result = func(*tree_map_only(cls, lambda t: t.data_, args), **(kwargs or {}))
        if first.scale is not None:
            result = result * first.scale
        result = cls(result + first.constant, first.scale, first.constant)
        return return_and_correct_aliasing(func, args, kwargs, result)


class AtMost(Scaled):
    """Programs for a constant serve all that are no smaller."""

    @classmethod
    def __metadata_guard__(cls, saved, new):
        return saved["constant"] <= new["constant"]


def calls(program, arguments, backend):
    """How many programs there are after each call; results are eager's where `compare` is set."""
    call = lamina.compile(program, fullgraph=True, backend=backend)
    counts = []
    for argument in arguments:
        found, wanted = call(argument), program(argument)
        for a, b in zip(inner(found), inner(wanted), strict=True):
            assert type(a) is type(b) and (is_wrapper(a) or lamina.allclose(a, b))
        counts.append(len(call.entries))
    return counts


def test_recompiles_with_optional_inner_tensor(backend):
    data, scale = lamina.arange(4.0), lamina.full((4,), 3.0)
    arguments = [
        Scaled(data, scale),
        Scaled(data + 1, scale),
        Scaled(data),
        Scaled(data + 1),
        Scaled(data, scale),
    ]
    assert calls(lambda x: x + 1, arguments, backend) == [1, 1, 2, 2, 2]


def test_torch_dispatch_subclass_guard_recompile(backend):
    values = lamina.arange(4.0)
    arguments = [TwoTensor(values, values * 2), TwoTensor(values + 1, values + 2), values]
    assert calls(lambda x: x.sin().cos() + 1, arguments, backend) == [1, 1, 2]


def test_tensor_subclass_ctx_guards(backend):
    values = lamina.arange(4.0)
    arguments = [Scaled(values, None, c) for c in (2, 2, 3, 2)]
    assert calls(lambda x: x * 2, arguments, backend) == [1, 1, 2, 2]


def test_tensor_subclass_ctx_recursive_guards(backend):
    values = lamina.arange(4.0)
    arguments = [TwoTensor(Scaled(values, None, c), Scaled(values, None, 1)) for c in (2, 2, 3)]
    assert calls(lambda x: x * 2, arguments, backend) == [1, 1, 2]


def test_tensor_subclass_ctx_custom_guards_override(backend):
    call = lamina.compile(lambda x: x.data_ * 2, fullgraph=True, backend=backend)
    counts = []
    for constant in (2, 3, 1):
        call(AtMost(lamina.arange(4.0), None, constant))
        counts.append(len(call.entries))
    assert counts == [1, 1, 2]


def test_tensor_subclass_ctx_custom_guards_error_arg_num(backend):
    class Wrong(Scaled):
        @classmethod
        def __metadata_guard__(cls, saved):
            return True

    text = "__metadata_guard__ must take exactly two subclass metadata arguments"
    with pytest.raises(CompileError, match=text):
        lamina.compile(lambda x: x * 2, fullgraph=True, backend=backend)(Wrong(lamina.ones(2)))


def test_tensor_subclass_ctx_custom_guards_error_not_classmethod(backend):
    class Wrong(Scaled):
        def __metadata_guard__(self, saved, new):
            return True

    text = "__metadata_guard__ must be a classmethod"
    with pytest.raises(CompileError, match=text):
        lamina.compile(lambda x: x * 2, fullgraph=True, backend=backend)(Wrong(lamina.ones(2)))


@dataclasses.dataclass(frozen=True)
class Facts:
    original_shape: tuple
    device: object
    more: object


class NamedFacts(NamedTuple):
    original_shape: tuple
    device: object
    more: object


@pytest.mark.parametrize("kind", [Facts, NamedFacts])
def test_subclass_constructor_proxying(kind, backend):
    def program(x):
        return Tagged(x * 2, kind(x.shape, x.device, None))

    result = assert_agrees(program, lambda: (lamina.arange(4.0),), backend)(lamina.arange(4.0))
    assert result.tag == kind((4,), lamina.device("cpu"), None)


def test_wrapper_subclass_dynamo_attribute_access_on_intermediate(backend):
    outside = Scaled(lamina.arange(4.0), None, 3)

    def program(x):
        between = outside + x
        return between.data_ * between.constant

    assert_agrees(program, lambda: (lamina.arange(4.0),), backend)


class Doubled(Scaled):
    """Twice as long as the tensor in it."""

    @staticmethod
    def __new__(cls, data, scale=None, constant=0):
        return lamina.Tensor._make_wrapper_subclass(cls, (2 * len(data),), dtype=data.dtype)


@pytest.mark.parametrize("cls", [Scaled, Doubled])
def test_wrapper_subclass_with_differently_sized_inner_tensor(cls, backend):
    """A size is a fact of a program, whether the wrapper and what is in it agree on it or not; also
    test_wrapper_subclass_with_same_sized_inner_tensor.
    """
    arguments = [cls(lamina.ones(count), None) for count in (4, 4, 5)]
    assert calls(lambda x: x + 1, arguments, backend) == [1, 1, 2]


def partitioned(program, *args):
    text = lamina.compile(program, fullgraph=True).lower(*args).text("partitioned")
    forward, _, backward = text.partition("_backward(")
    return forward, backward


def matrix():
    values = lamina.arange(12.0).reshape(3, 4)
    return TwoTensor(values, values + 1).requires_grad_()


TWO_TENSOR = {
    "simple": lambda x: x * x.size(1),
    "clone_view": lambda x: x.clone().view(x.size(1), x.size(0)),
    "mul": lambda x: x * 3 * 4 * 3 * 4,
    "view": lambda x: x.clone().view(x.size(0), x.size(1)),
    "view_mul": lambda x: x.clone().view(x.size(0) * x.size(1)),
}


@pytest.mark.parametrize("name", TWO_TENSOR)
def test_tensor_subclass_TwoTensor(name, backend):
    """Plain tensors go in and out, attribute by attribute, and gradients likewise; nothing is saved. Sizes are numbers
    of the program, so what the rows ask of symbolic ones is not shown.
    """
    program = TWO_TENSOR[name]
    assert_agrees(program, lambda: (matrix(),), backend)
    forward, backward = partitioned(program, matrix())
    for part, kinds in ((forward, ("input", "output")), (backward, ("tangent", "gradient"))):
        for kind in kinds:
            assert part.count(f"#lamina.{kind}<") >= 2
    assert "lamina.saved" not in forward
    for line in forward.splitlines():
        assert "TwoTensor" not in line


def test_tensor_subclass_TwoTensor_return_tensor_and_subclass(backend):
    """A tensor out of a result, and a view of the whole: only the latter has tangents."""

    def program(x):
        y = x.clone()
        return y.a, y.view(y.shape[0] * y.shape[1])

    compiled = assert_agrees(program, lambda: (matrix(),), backend)
    inside, view = compiled(matrix())
    assert not inside.requires_grad and view.requires_grad
    assert inside._storage is view.a._storage


def test_sizes_stay_static():
    with pytest.raises(UnsupportedError, match="sizes are static"):
        lamina.compile(lambda x: x, dynamic=True)(matrix())


@pytest.mark.parametrize("grad", [False, True])
def test_metadata_mutations_of_wrappers(grad, backend):
    """Row 37: the wrapper and every tensor in it have the new geometry, and the data."""

    def program(x):
        x.transpose_(0, 1)
        x.mul_(2)
        return x + 1

    def make():
        return (matrix() * 1 if grad else matrix().detach(),)

    assert_agrees(program, make, backend)
    seen = observe(lamina.compile(program, fullgraph=True, backend=backend), make())
    assert [look["sizes"] for look in seen["arguments"]] == [(4, 3)] * 3


class Handing(lamina.Tensor):
    """Sees public calls and operators, and hands both on."""

    @staticmethod
    def __new__(cls, t):
        look = (t.shape, t.stride(), t.storage_offset(), lamina.contiguous_format, t.dtype)
        rest = (lamina.strided, t.device, False, t.requires_grad, "sizes", False, False, None)
        return lamina.Tensor._make_wrapper_subclass(cls, *look, *rest)

    def __init__(self, t):
        self.t_ = t

    def __tensor_flatten__(self):
        return ["t_"], {}

    @staticmethod
    def __tensor_unflatten__(inner, context, size, stride):
        return Handing(inner["t_"])

    @classmethod
    def __torch_function__(cls, func, types, args=(), kwargs=None):
        with lamina._C.DisableTorchFunctionSubclass():
            return func(*args, **(kwargs or {}))

    @classmethod
    def __torch_dispatch__(cls, func, types, args=(), kwargs=None):
        result = func(*tree_map_only(cls, lambda s: s.t_, args), **(kwargs or {}))
        return tree_map_only(lamina.Tensor, cls, result)


def test_torch_function_subclass_survives_into_aot_autograd(backend):
    call = lamina.compile(lambda x: x.unflatten(-1, [2, 5]), fullgraph=True, backend=backend)
    values = lamina.arange(30.0).reshape(3, 10)
    result = call(Handing(values))
    assert type(result) is Handing and lamina.equal(result.t_, values.reshape(3, 2, 5))
