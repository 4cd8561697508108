"""Conformance: classes and modes with `__torch_function__`, by the rows of the seed tests."""

import abc

import lamina
import pytest
from agreement import assert_agrees
from lamina import _C, nn
from lamina.errors import UnsupportedError
from lamina.overrides import has_torch_function_unary, has_torch_function_variadic
from lamina.utils._pytree import tree_map_only


class Super(lamina.Tensor):
    """Only hands on."""

    @classmethod
    def __torch_function__(cls, func, types, args=(), kwargs=None):
        return super().__torch_function__(func, types, args, kwargs or {})


class NoNew(Super):
    """Cannot be constructed."""

    def __new__(cls, *args, **kwargs):
        raise RuntimeError("on purpose")


def compiled(fn, backend, fullgraph=True):
    return lamina.compile(fn, fullgraph=fullgraph, backend=backend)


def square(cls=None):
    x = lamina.arange(1.0, 5.0).reshape(2, 2)
    return x if cls is None else x.as_subclass(cls)


@pytest.mark.parametrize("cls", [NoNew, Super])
def test_base_torch_function_tracing(cls, backend):
    """Also test_no_call_to_new: a result gets its class without the class's code."""
    call = assert_agrees(lambda x: lamina.add(x, 1), lambda: (square(cls),), backend)
    assert type(call(square(cls))) is cls


class Jagged:
    """No tensor, but sees calls."""

    def __init__(self, values, offsets):
        self.values, self.offsets = values, offsets

    @classmethod
    def __torch_function__(cls, func, types, args=(), kwargs=None):
        assert func is lamina.sin
        return func(args[0].values)


def test_no_torch_function_recompiles(backend):
    call = compiled(lambda values, offsets: lamina.sin(Jagged(values, offsets)), backend)
    for _ in range(2):
        values = lamina.rand(10, 3, requires_grad=True)
        assert lamina.allclose(call(values, lamina.tensor([0, 3, 10])), values.sin())
    assert len(call.entries) == 1


def breaks():
    """Something that no program is captured with."""
    print(end="")


@pytest.mark.parametrize("disable", [_C.DisableTorchFunctionSubclass, _C.DisableTorchFunction])
def test_torch_function_state_graph_break(disable, backend):
    """Also test_disable_all_torch_function and test_disable_all_torch_function_restore_values_graph_break."""

    def program(x):
        with disable():
            breaks()
            inside = _C._is_torch_function_enabled(), _C._is_torch_function_all_disabled()
        return inside, _C._is_torch_function_enabled(), x + 1

    inside, after, _ = compiled(program, backend, fullgraph=False)(square())
    assert inside == (False, disable is _C.DisableTorchFunction) and after


def test_disable_all_torch_function_restore_values(backend):
    def program(x):
        with _C.DisableTorchFunction():
            inside = _C._is_torch_function_all_disabled()
        return inside, _C._is_torch_function_all_disabled(), x + 1

    assert compiled(program, backend)(square())[:2] == (True, False)


def test_torch_function_state_nested(backend):
    def program(x):
        with _C.DisableTorchFunctionSubclass():
            with _C.DisableTorchFunctionSubclass():
                x = x + 1
            return _C._is_torch_function_enabled(), x + 1

    assert compiled(program, backend)(square())[0] is False


def test_torch_function_state_tracing(backend):
    def program(x):
        with _C.DisableTorchFunctionSubclass():
            lamina.add(x, 1.0)

    assert compiled(program, backend)(square()) is None


def test_torch_function_state_guards(backend):
    call = compiled(lambda x: lamina.add(x, 1.0), backend)
    with _C.DisableTorchFunctionSubclass():
        without = call(square(Super))
    assert type(without) is lamina.Tensor and type(call(square(Super))) is Super
    assert len(call.entries) == 2


def test_return_subclass(backend):
    """Also test_return_as_subclass and test_return_local_subclass."""

    class Local(Super):
        pass

    for make in (lambda x: Local(x + 1) * 2, lambda x: (x + 1).as_subclass(Local) * 2):
        call = assert_agrees(make, lambda: (square(),), backend)
        assert type(call(square())) is Local


class Counted:
    """Handles the functions in a table."""

    handled: dict = {}  # noqa: RUF012

    def __init__(self, foo):
        self.foo = foo

    @classmethod
    def __torch_function__(cls, func, types, args=(), kwargs=None):
        if func not in cls.handled or not all(issubclass(t, cls) for t in types):
            return NotImplemented
        return cls.handled[func](*args, **(kwargs or {}))


Counted.handled[lamina.stack] = lambda tensors, dim=0: Counted(sum(x.foo for x in tensors))


def test_torch_function_list_args(backend):
    call = compiled(lambda x, a, b: x + lamina.stack([Counted(a), Counted(b)]).foo, backend)
    assert call(square(), 1, 1).tolist() == (square() + 2).tolist()


@pytest.mark.parametrize("cls", [lamina.Tensor, Super])
@pytest.mark.parametrize("same", [isinstance, lambda x, kind: type(x) is kind])
def test_type_check(same, cls, backend):
    def program(x):
        return lamina.ones(1, 1) if same(x, Super) else lamina.zeros(2, 2)

    assert_agrees(program, lambda: (square().as_subclass(cls),), backend)


class SigmoidIsExp(lamina.Tensor):
    @classmethod
    def __torch_function__(cls, func, types, args=(), kwargs=None):
        func = lamina.Tensor.exp if func.__name__ == "sigmoid" else func
        return super().__torch_function__(func, types, args, kwargs or {})


def test_torch_function_call_on_method(backend):
    call = assert_agrees(lambda x: x.sigmoid(), lambda: (square(SigmoidIsExp),), backend)
    assert lamina.allclose(call(square(SigmoidIsExp)).as_subclass(lamina.Tensor), square().exp())


class Overriding(Super):
    """Has members of its own under names of Tensor."""

    size_of_it = 10

    def sigmoid(self):
        return None

    @property
    def ndim(self):
        return 7

    def to(self, device):
        return self * len(device)


def test_user_overridden_method_unsupported(backend):
    assert compiled(lambda x: x.sigmoid(), backend)(square(Overriding)) is None


def test_user_overridden_property_unsupported(backend):
    """Also test_tensor_subclass_custom_attr and test_subclass_dont_invoke_torch_function_on_overridden_method."""
    for program in (lambda x: x + x.ndim, lambda x: x.size_of_it + x, lambda x: x.to("cpu")):
        assert_agrees(program, lambda: (square(Overriding),), backend)


class CallableNdim(Super):
    def ndim(self):
        return 42


def test_subclass_dont_invoke_torch_function_on_overridden_attr(backend):
    assert_agrees(lambda x: x + x.ndim(), lambda: (square(CallableNdim),), backend)


def test_overridden_method_guarding(backend):
    class Local(Super):
        pass

    call = compiled(lambda x: x.sigmoid(), backend, fullgraph=False)
    for _ in range(3):
        call(square(Local))
    assert len(call.entries) == 1
    Local.sigmoid = False
    with pytest.raises(TypeError, match="'bool' object is not callable"):
        call(square(Local))


class Box:
    """No tensor: takes out the one that it holds."""

    def __init__(self, tensor):
        self.tensor = tensor

    @classmethod
    def __torch_function__(cls, func, types, args=(), kwargs=None):
        out = lambda tree: tree_map_only(Box, lambda box: box.tensor, tree)  # noqa: E731
        return func(*out(args), **out(kwargs or {}))


def test_torch_function_wrapper_class(backend):
    """Also test_torch_function_wrapper_class_with_kwargs."""
    for program in (
        lambda x: lamina.add(Box(x), 1.0),
        lambda x: lamina.add(Box(x), 1.0, alpha=2.0),
    ):
        assert_agrees(program, lambda: (square(),), backend)


class DoublesClones(lamina.Tensor):
    @classmethod
    def __torch_function__(cls, func, types, args=(), kwargs=None):
        with _C.DisableTorchFunctionSubclass():
            result = func(*args, **(kwargs or {}))
            return result * 2 if func is lamina.clone else result


def test_no_torch_function_on_size_bytecode(backend):
    call = assert_agrees(lambda x: lamina.clone(x), lambda: (square(DoublesClones),), backend)
    assert lamina.equal(call(square(DoublesClones)), square() * 2)


class ByInstance(lamina.Tensor):
    def __torch_function__(self, func, types, args=(), kwargs=None):
        with _C.DisableTorchFunctionSubclass():
            return func(*args, **(kwargs or {}))


class OldParameter(nn.Parameter):
    """A parameter as they were written once."""


class Disabled(lamina.Tensor):
    __torch_function__ = _C._disabled_torch_function_impl


@pytest.mark.parametrize("cls", [OldParameter, Disabled])
def test_parameter_subclass_with_old_torch_function(cls, backend):
    """Also test_subclass_with_disabled_torch_function."""
    assert_agrees(lambda x: x.t().T + 1, lambda: (square(cls),), backend)


def test_tensor_subclass_with_non_classmethod_torch_function(backend):
    assert_agrees(lambda x: x + 1, lambda: (square(ByInstance),), backend)


class Quantized(nn.Parameter):
    """Keeps an attribute through operators."""

    def __new__(cls, data, requires_grad=False, kind=None):
        return lamina.Tensor._make_subclass(cls, data, requires_grad)

    def __init__(self, *args, kind=None, **kwargs):
        self.kind = kind

    def as_tensor(self):
        return lamina.Tensor._make_subclass(lamina.Tensor, self, self.requires_grad)

    @classmethod
    def __torch_function__(cls, func, types, args=(), kwargs=None):
        result = lamina.Tensor.__torch_function__.__func__(cls, func, types, args, kwargs or {})
        kind = next((a.kind for a in args if isinstance(a, cls)), None)
        return cls(result, kind=kind) if isinstance(result, lamina.Tensor) else result


def test_parameter_subclass_custom_torch_func_and_dynamic_attr(backend):
    def program(x):
        between = x * 2
        between = between + between.kind
        return between.as_tensor() * 3

    assert_agrees(program, lambda: (Quantized(square(), kind=42),), backend)


class Plain(lamina.Tensor):
    pass


def test_newly_constructed_tensor_subclass_attr_mutation(backend):
    """Also test_as_subclass_attr_mutation."""

    def by_constructor(y):
        x = Plain(lamina.ones(2))
        x.bar = 42
        return x, x * x.bar + y

    def by_method(y):
        x = lamina.ones(2).as_subclass(Plain)
        x.bar = 42
        return x, x * x.bar + y

    for program in (by_constructor, by_method):
        call = assert_agrees(program, lambda: (lamina.ones(2),), backend)
        result, _ = call(lamina.ones(2))
        assert type(result) is Plain and result.bar == 42


class Holding(lamina.Tensor):
    """Holds another tensor."""

    def __new__(cls, elem):
        made = lamina.Tensor._make_subclass(cls, lamina.ones(0))
        made.elem = elem
        return made


def test_tensor_subclass_attr_codegen_tos(backend):
    call = compiled(lambda y: Holding(Holding(y).elem.clone()), backend)
    result = call(square())
    assert type(result) is Holding and lamina.equal(result.elem, square())


def test_has_torch_function(backend):
    def program(x, y):
        return has_torch_function_unary(x), has_torch_function_variadic(x, 4), y + 1

    for argument, seen in ((square(Plain), True), (square(), False), (4, False)):
        assert compiled(program, backend)(argument, square())[:2] == (seen, seen)


class Meta(abc.ABCMeta):
    """Gives its classes an attribute."""

    def __new__(cls, name, bases, members):
        made = super().__new__(cls, name, bases, members)
        made.attr = 100
        return made


class Base(abc.ABC):  # noqa: B024
    pass


class Derived(Base, metaclass=Meta):
    pass


def test_support_bases(backend):
    def program(x):
        kind = type(Derived())
        return x * len(kind.__bases__) if kind.__base__ is Base else x - kind.attr

    assert_agrees(program, lambda: (square(),), backend)


class Shaped(lamina.Tensor):
    """Keeps its shape in an attribute once it was asked."""

    @property
    def shape(self):
        if not hasattr(self, "known"):
            self.known = self.size()
        return self.known

    def to(self, *args, **kwargs):
        result = super().to(*args, **kwargs)
        result.known = getattr(self, "known", None)
        return result


def test_subclass_override_shape_and_to(backend):
    """What a program sets on an argument is there after every call."""

    def program(x):
        shape = x.shape
        y = x.to(lamina.float64)
        return x + 1, y + 2, shape, x.known, y

    call = compiled(program, backend)
    for _ in range(3):
        x, same = square(Shaped), square(Shaped)
        found, wanted = call(x), program(same)
        assert found[2:4] == wanted[2:4] == ((2, 2), (2, 2))
        assert x.known == same.known and found[4].known == wanted[4].known
        assert lamina.equal(found[0], wanted[0]) and type(found[1]) is type(wanted[1])
    assert len(call.entries) == 1


def test_attributes_of_arguments_are_guarded_and_set(backend):
    def program(x, y):
        y.note, y.twice = x.factor, x * 2
        return x * x.factor

    call = compiled(program, backend)
    for factor in (2, 2, 3):
        x, y = square(), square()
        x.factor = factor
        assert lamina.equal(call(x, y), x * factor)
        assert y.note == factor and lamina.equal(y.twice, x * 2)
    assert len(call.entries) == 2
    refused = compiled(lambda x: delattr(x, "factor"), backend)
    with pytest.raises(UnsupportedError, match="deletes the attribute 'factor'"):
        refused(x)
    assert x.factor == 3


class Ndim(Super):
    ndim = 10


def test_user_overridden_attr_unsupported(backend):
    """lamina takes a class attribute in place of one of Tensor."""
    call = compiled(lambda x: x.ndim, backend)
    assert call(square(Ndim)) == 10
    Ndim.ndim = 11
    assert call(square(Ndim)) == 11
    Ndim.ndim = 10


class Raising(lamina.Tensor):
    """No call may see it."""

    @classmethod
    def __torch_function__(cls, func, types, args=(), kwargs=None):
        raise RuntimeError("on purpose")


def test_nontraceable_tensor_subclass(backend):
    """Capture asks nothing of a class: its attributes can be read though every call of it raises."""
    x = lamina.Tensor._make_subclass(Raising, lamina.ones(2))
    x.foo = 42
    call = compiled(lambda x: x.foo + lamina.ones(10), backend)
    assert call(x).tolist() == [43] * 10 and len(call.entries) == 1
