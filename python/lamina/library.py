"""Custom operators: a Python function over tensors as an operator that dispatch sees as one opaque call.

    @custom_op("mylib::scale", mutates_args=())
    def scale(x: Tensor, factor: float) -> Tensor:
        return lamina.from_numpy(x.numpy() * factor)

    @scale.register_fake
    def _(x, factor):
        return lamina.empty_like(x)

The function gets plain tensors and runs below autograd; `register_autograd` gives it a derivative. It is also
`lamina.ops.mylib.scale`. A compiled program calls the function back at its place in the program; for that it
needs to know the shapes of what is returned, which the function of `register_fake` says.
"""

from __future__ import annotations

import functools
import inspect
import types
import typing
from collections.abc import Callable, Iterable, Sequence

from .autograd import Function, no_grad
from .devices import CPU, device
from .dispatch.state import state
from .dtypes import dtype
from .errors import ArgumentError, LaminaError, UnsupportedError
from .ops import registry
from .storage import Storage, contiguous_strides
from .tensor import Tensor, from_array, make

_NAMES = {
    Tensor: "Tensor",
    int: "int",
    float: "float",
    bool: "bool",
    str: "str",
    dtype: "ScalarType",
}


def custom_op(
    name: str,
    fn: Callable | None = None,
    /,
    *,
    mutates_args: str | Iterable[str] = (),
    device_types: str | Sequence[str] | None = None,
    schema: str | None = None,
    pure: bool = False,
):
    """Registers `fn` as the operator `name` ("namespace::name") and returns it as a CustomOp; also a decorator.

    mutates_args: names of the tensors that `fn` writes to; "unknown" means all of them.
    device_types: the devices that `fn` is for, all by default; see `CustomOp.register_kernel`.
    schema: "(Tensor x) -> Tensor", instead of what the annotations say (Tensor, int, float, bool, str, dtype,
    lists of them, None unions).
    pure: `fn` does nothing but compute: a compiled program may leave out a call whose results nobody uses and
    make one call of equal ones. Else every call happens, in the order of the program.

    Raises ArgumentError for a signature that has no schema, ValueError for a name that is taken.
    """
    if fn is None:
        return functools.partial(
            custom_op,
            name,
            mutates_args=mutates_args,
            device_types=device_types,
            schema=schema,
            pure=pure,
        )
    namespace, separator, short = name.partition("::")
    if not separator:
        raise ArgumentError(f"the name of a custom operator is 'namespace::name', got {name!r}")
    op = CustomOp(namespace, short, schema or infer_schema(fn, mutates_args=mutates_args), pure)
    functools.update_wrapper(op, fn)
    op.register_kernel(device_types, fn)
    return op


class CustomOp:
    """A custom operator. Call it like the function; `entry` is its entry in the registry."""

    def __init__(self, namespace: str, name: str, schema: str, pure: bool = False):
        self.is_pure = pure
        self._kernels: dict[str | None, Callable] = {}
        self._fake: Callable | None = None
        registry.op(
            f"{name}{schema}",
            namespace=namespace,
            differentiable=False,
            kernel=self._run,
            variants="",
            tags={"opaque"},
        )(self._trace)
        self.entry = registry.lookup(f"{namespace}::{name}")
        self.name = f"{namespace}::{name}"

    def __call__(self, *args, **kwargs):
        """Calls the operator. Raises ArgumentError for arguments that do not fit, LaminaError for results that are
        arguments.
        """
        return self.entry(*args, **kwargs)

    def register_kernel(
        self, device_types: str | Sequence[str] | None, fn: Callable | None = None, /
    ) -> Callable:
        """Makes `fn` what runs on these devices, on all others too if None; also a decorator."""
        if fn is None:
            return functools.partial(self.register_kernel, device_types)
        devices = [device_types] if isinstance(device_types, str) else device_types or [None]
        self._kernels.update(dict.fromkeys(devices, fn))
        return fn

    def register_fake(self, fn: Callable, /) -> Callable:
        """Gives the operator a shape rule: `fn` takes its arguments and returns tensors of the shapes and dtypes of
        its results, such as `lamina.empty_like(x)`. It cannot look at data.
        """
        self._fake = fn
        return fn

    def register_autograd(
        self, backward: Callable, /, *, setup_context: Callable | None = None
    ) -> None:
        """Gives the operator a derivative: `backward(ctx, *grads)` returns a gradient (or None) for each argument;
        `setup_context(ctx, inputs, output)` saves what it needs. Raises UnsupportedError if the operator mutates.
        """
        if self.entry.writes:
            raise UnsupportedError(
                "an operator that mutates its arguments cannot have a derivative; return new tensors, or wrap it "
                "in an autograd.Function",
                op=self.name,
            )
        self.entry.function = _function(self.entry, backward, setup_context)
        self.entry.is_simple = False

    def register_autocast(self, device_type: str, cast_inputs: dtype) -> None:
        """Makes the operator get its floating-point arguments in the dtype `cast_inputs` in autocast regions for
        these devices. Raises DeviceError for an unknown device type.
        """
        kind = device(device_type).type
        self.entry.autocasts = {**(self.entry.autocasts or {}), kind: cast_inputs}

    def _run(self, *handles):
        """The eager kernel, and what compiled programs call back: arrays in, a list of arrays out (or one)."""
        arguments = [_wrapped(h) for h in handles]
        with no_grad():
            result = self._call(self._kernel(), arguments)
        self._check_writes(arguments)
        results = _results(result)
        given = {id(t) for t in _tensors(arguments)}
        if any(id(r) in given for r in results):
            raise LaminaError(
                "returns one of its arguments; return a clone of it", op=self.entry.name
            )
        arrays = [None if r is None else r._array for r in results]
        return arrays if self.entry.multi else arrays[0]

    def _call(self, fn: Callable, arguments: list):
        schema = self.entry.schema
        by_name = {
            a.name: v
            for a, v in zip(schema.arguments[schema.positional :], arguments[schema.positional :])
        }
        return fn(*arguments[: schema.positional], **by_name)

    def _kernel(self) -> Callable:
        fn = self._kernels.get(CPU.type, self._kernels.get(None))
        if fn is None:
            known = ", ".join(map(str, self._kernels))
            raise UnsupportedError(f"has no kernel for the cpu, only for {known}", op=self.name)
        return fn

    def _check_writes(self, arguments: list) -> None:
        for position, (value, argument) in enumerate(zip(arguments, self.entry.schema.arguments)):
            if position in self.entry.writes:
                continue
            if any(t._storage.version for t in _tensors([value])):
                raise LaminaError(
                    f"writes to its argument {argument.name!r}, which mutates_args does not name",
                    op=self.entry.name,
                )

    def _trace(self, p, *handles):
        from .ir import custom_calls

        shapes = self._infer(handles)
        made = custom_calls.emit(p, self.name, handles, self.entry.writes, shapes, self.is_pure)
        return made if self.entry.multi else made[0]

    def _infer(self, handles: tuple) -> list[tuple]:
        """Shapes and dtypes of the results, by the function of `register_fake`."""
        if self._fake is None:
            if not self.entry.schema.returns:
                return []
            raise UnsupportedError(
                "a program that calls it can only be compiled if it has a shape rule; give it one with "
                "register_fake",
                op=self.name,
            )
        with state.tracer.sketching() as stand_in, no_grad():
            arguments = [_mapped(h, lambda x: _traced(stand_in(x))) for h in handles]
            results = _results(self._call(self._fake, arguments))
        if len(results) != len(self.entry.schema.returns):
            raise LaminaError(
                f"the function of register_fake returned {len(results)} tensors, expected "
                f"{len(self.entry.schema.returns)}",
                op=self.name,
            )
        if not all(isinstance(r, Tensor) for r in results):
            raise UnsupportedError(
                "can only be compiled if all results are tensors, by the function of register_fake",
                op=self.name,
            )
        return [(tuple(r.shape), r._array.dtype) for r in results]


def _results(result) -> list:
    if result is None:
        return []
    return list(result) if isinstance(result, (tuple, list)) else [result]


def _traced(array) -> Tensor:
    """A tensor over a traced array."""
    strides = contiguous_strides(array.shape)
    return make(array, Storage(array, strides, CPU), strides)


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
    return _mapped(handle, from_array)


def _mapped(handle, wrap: Callable):
    """`handle`, with `wrap` of every array in it."""
    if isinstance(handle, (list, tuple)):
        return type(handle)(_mapped(h, wrap) for h in handle)
    return wrap(handle) if hasattr(handle, "shape") else handle


def _tensors(values):
    for value in values:
        if isinstance(value, (list, tuple)):
            yield from _tensors(value)
        elif isinstance(value, Tensor):
            yield value


def infer_schema(fn: Callable, /, *, mutates_args: str | Iterable[str] = ()) -> str:
    """The schema "(Tensor x, float factor=1.0) -> Tensor" that annotations describe; arguments in `mutates_args`
    ("unknown": all tensors) are marked `Tensor(a0!)`. Raises ArgumentError.
    """
    hints = typing.get_type_hints(fn)
    signature = inspect.signature(fn)
    unknown = set() if mutates_args == "unknown" else {*mutates_args} - {*signature.parameters}
    if unknown or (isinstance(mutates_args, str) and mutates_args != "unknown"):
        raise ArgumentError(
            f"{fn.__name__}: mutates_args names {mutates_args!r}, expected a list of some of "
            f"{list(signature.parameters)}"
        )
    parts, keyword_only = [], False
    for position, parameter in enumerate(signature.parameters.values()):
        if parameter.kind is parameter.KEYWORD_ONLY and not keyword_only:
            parts.append("*")
            keyword_only = True
        kind = _type(fn, parameter.name, hints.get(parameter.name))
        if parameter.name in mutates_args or (mutates_args == "unknown" and "Tensor" in kind):
            if "Tensor" not in kind:
                raise ArgumentError(f"{fn.__name__}: {parameter.name!r} is no tensor to mutate")
            kind = kind.replace("Tensor", f"Tensor(a{position}!)")
        default = "" if parameter.default is parameter.empty else f"={_default(parameter.default)}"
        parts.append(f"{kind} {parameter.name}{default}")
    return f"({', '.join(parts)}) -> {_returns(fn, hints.get('return'))}"


def _default(value) -> str:
    return f'"{value}"' if isinstance(value, str) else repr(value)


def _returns(fn: Callable, hint) -> str:
    if hint is type(None):
        return "()"
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
