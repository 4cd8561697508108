"""The layers of a call: overloads, `__torch_function__`, `__torch_dispatch__`, modes, threads."""

import threading
from typing import ClassVar

import lamina
import pytest
from lamina.errors import ArgumentError
from lamina.ops import registry
from lamina.ops.registry import aten
from lamina.overrides import DisableTorchFunctionSubclass, TorchFunctionMode
from lamina.utils._python_dispatch import TorchDispatchMode

from .agreement import agree, raised


class Logged(lamina.Tensor):
    calls: ClassVar[list] = []

    @classmethod
    def __torch_function__(cls, func, types, args=(), kwargs=None):
        cls.calls.append(func.__name__)
        return super().__torch_function__(func, types, args, kwargs)


class Plain(lamina.Tensor):
    pass


def test_overload_handles():
    x = lamina.ones(2)
    assert aten.mul.Tensor(x, 3).tolist() == [3, 3]
    assert aten.mul(x, x).tolist() == [1, 1]
    assert str(aten.mul.Tensor) == "aten.mul.Tensor"
    assert "Tensor" in aten.mul.overloads()
    assert lamina.ops.aten is aten


def test_every_entry_has_a_docstring_and_parses_back():
    for entry in registry.entries():
        assert entry.doc, entry
        assert registry.lookup(f"aten::{entry.name}") is entry


def test_arguments_that_fit_no_overload_list_them_all():
    with pytest.raises(
        ArgumentError, match=r"sum: no signature takes \(str\); expected one of\n    sum\("
    ):
        lamina.sum("text")


def test_wrong_argument_of_a_single_overload():
    with pytest.raises(ArgumentError, match="exp: argument .self. must be a Tensor, got str"):
        lamina.exp("text")


def test_missing_argument():
    with pytest.raises(ArgumentError, match="missing argument 'dims'|missing argument"):
        lamina.ones(2).permute()


def test_errors_name_the_users_line():
    with pytest.raises(lamina.LaminaError) as caught:
        lamina.ones(2).view(3)
    assert caught.value.op.startswith("view") and "test_dispatch.py:" in str(caught.value)


def test_torch_function_sees_public_calls_once():
    x = lamina.ones(2).as_subclass(Logged)
    Logged.calls.clear()
    y = (x + 1).sum()
    assert Logged.calls == ["add", "sum"]
    assert type(y) is Logged


def test_plain_subclasses_are_kept():
    x = lamina.ones(2).as_subclass(Plain)
    assert type(x * 2) is Plain and type(x[0]) is Plain
    assert type(lamina.ones(2) * x) is Plain


def test_unrelated_subclasses_decline():
    with pytest.raises(TypeError, match="no __torch_function__ implementation"):
        lamina.ones(1).as_subclass(Plain) + lamina.ones(1).as_subclass(Logged)


def test_dispatch_mode_sees_aten_operators_below_autograd():
    seen = []

    class Mode(TorchDispatchMode):
        def __torch_dispatch__(self, func, types, args=(), kwargs=None):
            seen.append(str(func))
            return func(*args, **kwargs)

    x = lamina.ones(2).requires_grad_()
    with Mode():
        y = x.mul(2).add(x, alpha=2)
    assert seen == ["aten.mul.Tensor", "aten.add.Tensor"]
    assert y.grad_fn.name() == "AddBackward0"
    y.sum().backward()
    assert x.grad.tolist() == [4, 4]


def test_dispatch_mode_sees_only_given_arguments():
    seen = []

    class Mode(TorchDispatchMode):
        def __torch_dispatch__(self, func, types, args=(), kwargs=None):
            seen.append((args[1:], kwargs))
            return func(*args, **kwargs)

    with Mode():
        lamina.ones(2).add(1, alpha=2)
        lamina.ones(2).add(1)
    assert seen[1:2] == [((1,), {"alpha": 2})] and seen[3:] == [((1,), {})]


def test_state_is_per_thread():
    found = []
    with lamina.no_grad():
        thread = threading.Thread(target=lambda: found.append(lamina.is_grad_enabled()))
        thread.start()
        thread.join()
    assert found == [True]


def test_a_composite_respects_torch_function():
    x = lamina.ones(2, 3).as_subclass(Logged)
    Logged.calls.clear()
    x.flatten()
    assert Logged.calls == ["flatten"]


def test_numpy_scalars_count_as_python_numbers():
    import numpy as np

    assert (lamina.tensor(1.0) * np.float64(2)).dtype is lamina.float32
    with pytest.raises(ArgumentError, match="got ndarray"):
        lamina.exp(np.ones(2))


def test_function_mode_sees_public_calls_and_may_replace_them():
    seen = []

    class Mode(TorchFunctionMode):
        def __torch_function__(self, func, types, args=(), kwargs=None):
            seen.append(func.__name__)
            return 42 if func is lamina.exp else func(*args, **(kwargs or {}))

    x = lamina.ones(2)
    with Mode():
        assert lamina.exp(x) == 42
        assert (x * 2).flatten().tolist() == [2, 2]
    assert seen == ["exp", "mul", "flatten"]
    assert lamina.exp(x).shape == (2,)


def test_classes_can_be_left_out():
    x = lamina.ones(2).as_subclass(Logged)
    Logged.calls.clear()
    with DisableTorchFunctionSubclass():
        assert type(x + 1) is lamina.Tensor
    assert not Logged.calls


def test_tensor_class_with_torch_dispatch():
    class Doubling(lamina.Tensor):
        seen: ClassVar[list] = []

        @classmethod
        def __torch_dispatch__(cls, func, types, args=(), kwargs=None):
            cls.seen.append(str(func))
            plain = [a.as_plain() if isinstance(a, Doubling) else a for a in args]
            return func(*plain, **(kwargs or {})) * 2

        def as_plain(self):
            return lamina.from_numpy(self.numpy(force=True))

        __torch_function__ = lamina.overrides._disabled_torch_function_impl

    x = lamina.ones(2).as_subclass(Doubling)
    assert (x + 1).tolist() == [4, 4]
    assert Doubling.seen == ["aten.add.Tensor"]


def foreign(m):
    """Objects that are no tensors see calls: of one overload and of several, in lists and as second argument."""

    class Seen:
        calls: list = []  # noqa: RUF012

        @classmethod
        def __torch_function__(cls, func, types, args=(), kwargs=None):
            cls.calls.append((func.__name__, [t.__name__ for t in types], len(args), kwargs or {}))
            return "seen"

    x, seen = m.ones(2), Seen()
    results = [
        m.sin(seen),
        m.add(seen, 1.0, alpha=2),
        m.add(x, seen),
        m.stack([x, seen]),
        x.mul(seen),
        raised(lambda: m.add(x, object())),
    ]
    with m._C.DisableTorchFunctionSubclass():
        results.append(raised(lambda: m.sin(seen), ""))
    return results, [list(c) for c in Seen.calls]


def by_instance(m):
    """The protocol may be a method of instances."""

    class ByInstance(m.Tensor):
        def __torch_function__(self, func, types, args=(), kwargs=None):
            with m._C.DisableTorchFunctionSubclass():
                return func(*args, **(kwargs or {})) * self.factor

    x = m.ones(2).as_subclass(ByInstance)
    x.factor = 3
    with m._C.DisableTorchFunctionSubclass():
        twice = m.ones(2) * 2
    return (x + twice).as_subclass(m.Tensor).tolist()


def switches(m):
    """Blocks in which classes, or classes and modes, do not see calls."""
    asked = lambda: [m._C._is_torch_function_enabled(), m._C._is_torch_function_all_disabled()]  # noqa: E731
    found = [asked()]
    with m._C.DisableTorchFunctionSubclass():
        found.append(asked())
        with m._C.DisableTorchFunction():
            found.append(asked())
        found.append(asked())
    return [*found, asked()]


@pytest.mark.parametrize("program", [foreign, by_instance, switches])
def test_classes_that_see_calls_agree_with_torch(program):
    agree(program)
