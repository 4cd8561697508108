"""Custom operators: a Python function over tensors as an operator that dispatch sees as one opaque call.

    @custom_op("mylib::scale", mutates_args=())
    def scale(x: Tensor, factor: float) -> Tensor:
        return lamina.from_numpy(x.numpy() * factor)

The function gets plain tensors and runs below autograd; `register_autograd` gives it a derivative. It is also
`lamina.ops.mylib.scale`. A program that calls one cannot be compiled yet, and says so.
"""

from __future__ import annotations

import functools
import inspect
import types
import typing
from collections.abc import Callable, Sequence

from .autograd import Function, is_grad_enabled, no_grad
from .errors import ArgumentError, LaminaError, UnsupportedError
from .ops import registry
from .tensor import Tensor, from_array

_NAMES = {Tensor: "Tensor", int: "int", float: "float", bool: "bool", str: "str"}


def custom_op(
    name: str,
    fn: Callable | None = None,
    /,
    *,
    mutates_args=(),
    device_types=None,
    schema: str | None = None,
):
    """Registers `fn` as the operator `name` ("namespace::name") and returns it as a CustomOp; also a decorator.

    The signature comes from the annotations (Tensor, int, float, bool, str, lists of them, None unions), or from
    `schema`, "(Tensor x) -> Tensor". Raises ArgumentError for a signature that has no schema, ValueError for a
    name that is taken, UnsupportedError for mutates_args.
    """
    if fn is None:
        return functools.partial(
            custom_op, name, mutates_args=mutates_args, device_types=device_types, schema=schema
        )
    if mutates_args:
        raise UnsupportedError(
            "custom operators that write to their arguments are not supported; return new tensors",
            op=name,
        )
    namespace, separator, short = name.partition("::")
    if not separator:
        raise ArgumentError(f"the name of a custom operator is 'namespace::name', got {name!r}")
    return CustomOp(namespace, short, fn, schema or infer_schema(fn))


class CustomOp:
    """A custom operator. Call it like the function; `entry` is its entry in the registry."""

    def __init__(self, namespace: str, name: str, fn: Callable, schema: str):
        functools.update_wrapper(self, fn)
        self.fn = fn
        self._function: type[Function] | None = None
        text = f"{name}{schema}"
        registry.op(
            text, namespace=namespace, differentiable=False, kernel=self._kernel, variants=""
        )(self._refuse)
        self.entry = registry.lookup(f"{namespace}::{name}")

    def __call__(self, *args, **kwargs):
        """Calls the operator. Raises ArgumentError for arguments that do not fit, LaminaError for aliases."""
        bound = self.entry.schema.bind(args, kwargs)
        if self._function is not None and is_grad_enabled():
            return self._function.apply(*bound)
        return self.entry(*bound)

    def register_autograd(
        self, backward: Callable, *, setup_context: Callable | None = None
    ) -> None:
        """Gives the operator a derivative: `backward(ctx, *grads)` returns a gradient (or None) for each argument;
        `setup_context(ctx, inputs, output)` saves what it needs."""
        self._function = _function(self.entry, backward, setup_context)

    def register_fake(self, fn: Callable) -> Callable:
        """Accepts a function for shapes. Nothing calls it: tracing refuses custom operators."""
        return fn

    def _kernel(self, *handles):
        tensors = [_wrapped(h) for h in handles]
        with no_grad():
            result = self.fn(*tensors)
        inputs = {id(t) for t in _leaves(tensors)}
        results = result if isinstance(result, (tuple, list)) else [result]
        if any(id(r) in inputs for r in results):
            raise LaminaError(
                "returns one of its arguments; return a clone of it", op=self.entry.name
            )
        arrays = [None if r is None else r._array for r in results]
        return arrays if isinstance(result, (tuple, list)) else arrays[0]

    def _refuse(self, p, *args):
        raise UnsupportedError(
            "programs with custom operators cannot be compiled yet", op=self.entry.name
        )


def _function(entry, backward: Callable, setup_context: Callable | None) -> type[Function]:
    def forward(*args):
        return entry(*args)

    def nothing_to_save(ctx, inputs, output):
        return None

    methods = {
        "forward": forward,
        "backward": backward,
        "setup_context": setup_context or nothing_to_save,
    }
    return type(
        entry.schema.name,
        (Function,),
        {name: staticmethod(method) for name, method in methods.items()},
    )


def _wrapped(handle):
    """What the function sees in place of arrays: plain tensors over the same memory."""
    if isinstance(handle, (list, tuple)):
        return type(handle)(_wrapped(h) for h in handle)
    return from_array(handle) if hasattr(handle, "strides") else handle


def _leaves(values):
    for value in values:
        if isinstance(value, (list, tuple)):
            yield from _leaves(value)
        else:
            yield value


def infer_schema(fn: Callable) -> str:
    """The schema "(Tensor x, float factor=1.0) -> Tensor" that annotations describe. Raises ArgumentError."""
    hints = typing.get_type_hints(fn)
    parts, keyword_only = [], False
    for parameter in inspect.signature(fn).parameters.values():
        if parameter.kind is parameter.KEYWORD_ONLY and not keyword_only:
            parts.append("*")
            keyword_only = True
        default = "" if parameter.default is parameter.empty else f"={parameter.default!r}"
        parts.append(
            f"{_type(fn, parameter.name, hints.get(parameter.name))} {parameter.name}{default}"
        )
    return f"({', '.join(parts)}) -> {_returns(fn, hints.get('return'))}"


def _returns(fn: Callable, hint) -> str:
    if typing.get_origin(hint) is tuple:
        return "(" + ", ".join(_type(fn, "return", part) for part in typing.get_args(hint)) + ")"
    return _type(fn, "return", hint)


def _type(fn: Callable, where: str, hint) -> str:
    if hint in _NAMES:
        return _NAMES[hint]
    origin, inner = typing.get_origin(hint), typing.get_args(hint)
    if origin in (list, Sequence) and inner[0] in _NAMES:
        return _NAMES[inner[0]] + "[]"
    if origin in (typing.Union, types.UnionType) and len(inner) == 2 and type(None) in inner:
        return _type(fn, where, inner[0] if inner[1] is type(None) else inner[1]) + "?"
    raise ArgumentError(
        f"{fn.__name__}: the annotation of {where!r}, {hint}, has no schema type; expected Tensor, int, "
        "float, bool, str, a list of one, or a union of one with None"
    )
