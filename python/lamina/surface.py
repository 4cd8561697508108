"""The public surface, generated: functions of the module and methods of Tensor from the registry.

An operator is a function and, when its first parameter is `self`, a method; entries and composites say
otherwise through `variants`. Python's operators are spelled in terms of those methods.
"""

from __future__ import annotations

import functools
import inspect
import numbers

import numpy as np

from . import indexing, wrapper
from .autograd import surface as autograd_surface
from .dispatch.function import default_torch_function, handle, overriding_types
from .dispatch.kinds import LAYERED, SEQUENCE, kinds
from .dispatch.state import state
from .ops import registry, shape
from .ops.documentation import summarize
from .ops.out import call_with_out
from .ops.schema import respelled
from .tensor import Tensor

_BINARY = {
    "add": "add",
    "sub": "sub",
    "mul": "mul",
    "truediv": "div",
    "floordiv": "floor_divide",
    "mod": "remainder",
    "pow": "pow",
    "matmul": "matmul",
    "and": "bitwise_and",
    "or": "bitwise_or",
    "xor": "bitwise_xor",
    "lshift": "bitwise_left_shift",
    "rshift": "bitwise_right_shift",
}
_COMPARE = {"eq": "eq", "ne": "ne", "lt": "lt", "le": "le", "gt": "gt", "ge": "ge"}
_UNARY = {"neg": "neg", "pos": "positive", "invert": "bitwise_not", "abs": "abs"}
_OPERANDS = frozenset((Tensor, float, int, bool, complex))
_COMMUTES = ("add", "mul", "and", "or", "xor")


def functions() -> dict:
    """Public functions by name: composites, and operators that are functions."""
    found = {
        name: wrap_composite(c.fn)
        for name, c in registry.COMPOSITES.items()
        if "function" in c.variants
    }
    for packet in registry.aten:
        name = packet.__name__
        if name not in found and "function" in _variants(packet):
            found[name] = packet.function
    return found


def prefixed(prefix: str) -> dict:
    """The functions of a module like `lamina.linalg`, without the prefix they have as operators."""
    found = {
        name: wrap_composite(c.fn)
        for name, c in registry.COMPOSITES.items()
        if name.startswith(prefix)
    }
    for packet in registry.aten:
        if packet.__name__.startswith(prefix):
            found.setdefault(packet.__name__, packet.function)
    return {name.removeprefix(prefix): fn for name, fn in sorted(found.items())}


def install() -> None:
    """Puts methods and Python operators on Tensor."""
    Tensor.__torch_function__ = classmethod(default_torch_function)
    Tensor._make_wrapper_subclass = staticmethod(wrapper.make_wrapper_subclass)
    Tensor._make_subclass = staticmethod(wrapper.make_subclass)
    for packet in registry.aten:
        packet.function.__doc__ = packet.method.__doc__ = summarize(packet)
        if "method" in _variants(packet):
            setattr(Tensor, packet.__name__, packet.method)
    for name, c in registry.COMPOSITES.items():
        if "method" in c.variants:
            setattr(Tensor, name, wrap_composite(c.fn))
    autograd_surface.install(Tensor)
    _install_operators()
    Tensor.T = property(shape.transposed)
    Tensor.mT = property(shape.matrix_transposed)
    Tensor.H = property(shape.conjugate_transposed)
    Tensor.mH = property(shape.adjoint)
    for part in ("real", "imag"):
        fn = registry.COMPOSITES[part].fn
        setattr(Tensor, part, property(fn))


def _variants(packet) -> tuple:
    declared = registry.VARIANTS.get(packet.__name__)
    if declared is not None:
        return declared
    first = packet.entries()[0]
    if first.functional is not None:
        declared = registry.VARIANTS.get(first.functional.schema.name)
        if declared is not None and "method" not in declared:
            return ()
    arguments = first.schema.arguments
    is_method = bool(arguments) and arguments[0].name == "self"
    return ("function", "method") if is_method else ("function",)


def wrap_composite(fn):
    """A composite that function modes and overriding classes can replace like an operator, and with `out=`."""
    code = inspect.unwrap(fn).__code__
    parameters = frozenset(code.co_varnames[: code.co_argcount + code.co_kwonlyargcount])
    takes_out = "out" in parameters

    @functools.wraps(fn)
    def public(*args, **kwargs):
        if kwargs and "out" in kwargs and not takes_out:
            return call_with_out(public, args, kwargs)
        if (
            state.function_modes
            or _may_override(args)
            or (kwargs and _may_override(kwargs.values()))
        ):
            types = [] if state.function_disabled else overriding_types((*args, *kwargs.values()))
            if types or state.function_modes:
                return handle(public, types, args, kwargs)
        if kwargs and not kwargs.keys() <= parameters:
            kwargs = respelled(kwargs, parameters) or kwargs
        return fn(*args, **kwargs)

    return public


def _may_override(args) -> bool:
    for value in args:
        kind = kinds[type(value)]
        if kind == LAYERED or (kind == SEQUENCE and any(kinds[type(v)] == LAYERED for v in value)):
            return True
    return False


def _install_operators() -> None:
    for name, target in _BINARY.items():
        method = getattr(Tensor, target, None)
        if method is None:
            continue
        setattr(Tensor, f"__{name}__", _binary(method))
        setattr(
            Tensor,
            f"__r{name}__",
            _binary(method) if name in _COMMUTES else _reflected(name, target),
        )
        inplace = getattr(Tensor, target + "_", None)
        if inplace is not None:
            setattr(Tensor, f"__i{name}__", _binary(inplace))
    for name, target in {**_COMPARE, **_UNARY}.items():
        method = getattr(Tensor, target, None)
        if method is not None:
            setattr(Tensor, f"__{name}__", _binary(method) if name in _COMPARE else method)
    Tensor.__getitem__ = indexing.getitem
    Tensor.__setitem__ = indexing.setitem


def _binary(method):
    def operator(self, other):
        if isinstance(other, np.ndarray):
            # NumPy computes, and wraps its result.
            return NotImplemented
        if (
            type(other) not in _OPERANDS
            and not isinstance(other, (Tensor, numbers.Number))
            and not hasattr(other, "dtype")
        ):
            return NotImplemented
        return method(self, other)

    operator.__name__ = method.__name__
    return operator


def _reflected(name: str, target: str):
    """`other OP self` for a number on the left: special overloads where they exist, else a 0-d tensor."""

    def operator(self, other):
        if name == "sub":
            return registry.aten.rsub(self, other)
        if name == "truediv":
            return self.reciprocal() * other
        if name == "pow":
            return registry.aten.pow(other, self)
        return getattr(registry.aten, target)(_scalar_like(other, self), self)

    return operator


def _scalar_like(value, tensor):
    """A number as a 0-d tensor that does not change the other operand's dtype."""
    from . import dtypes

    category = dtypes.of_python(type(value)).category
    wanted = tensor.dtype if tensor.dtype.category >= category else dtypes.of_python(type(value))
    return registry.aten.full((), value, dtype=wanted, device=tensor.device)
