"""One overload of an operator: all that is known about it, and the way into the dispatcher.

Nothing here knows which operators there are; see `lamina.ops.registry`.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from typing import NamedTuple

from ..errors import LaminaError
from ..return_types import named
from . import direct, primitives
from .documentation import Described, describe
from .schema import Schema


def _undispatched(entry: Op, args: tuple):
    raise LaminaError("the dispatcher is not installed", op=entry.name)


def _unoffered(public: Callable, args: tuple, kwargs: dict):
    return NotImplemented


dispatch, offer = _undispatched, _unoffered


def set_dispatcher(call: Callable[[Op, tuple], object], unfit: Callable) -> None:
    """Installs the function that every operator call goes through, and the one that calls go to which fit no
    overload.
    """
    global dispatch, offer
    dispatch, offer = call, unfit


class Formula(NamedTuple):
    """A derivative: gradients of the inputs `names`, computed by `fn` from what its
    `parameters` name.
    """

    names: tuple
    fn: Callable | None
    parameters: tuple
    is_tuple: bool


class Op:  # noqa: D101 (its documentation is an expression)
    __doc__ = Described(
        "One overload of an operator. Call it like the function its schema describes.", describe
    )
    __slots__ = (
        "__weakref__",
        "arity",
        "autocasts",
        "batching",
        "differentiable",
        "direct_write",
        "doc",
        "formulas",
        "function",
        "functional",
        "geometry",
        "grad_name",
        "impl",
        "is_inplace",
        "is_inplace_view",
        "is_plain_view",
        "is_simple",
        "is_view",
        "keeps_row_major",
        "kernel",
        "layout",
        "materialize",
        "multi",
        "name",
        "namespace",
        "needs_binding",
        "pack",
        "packet",
        "placement",
        "placements",
        "plans",
        "pointwise",
        "retype",
        "row_major_below",
        "schema",
        "tags",
        "tails",
        "tensors",
        "ufunc",
        "writes",
    )

    def __init__(self, schema: Schema, namespace: str, impl: Callable, **facts):
        self.schema, self.namespace, self.impl = schema, namespace, impl
        self.name = schema.qualified
        self.packet = None
        # An autograd Function that the operator is while gradients are recorded.
        self.function = None
        # Dtypes that it asks for in autocast regions, by device type; None where policies say.
        self.autocasts = None
        self.functional = facts.pop("functional", None)
        self.doc = inspect.cleandoc(impl.__doc__ or "")
        for fact in (
            "pointwise",
            "layout",
            "geometry",
            "retype",
            "placement",
            "batching",
            "grad_name",
        ):
            setattr(self, fact, facts.pop(fact, None))
        self.differentiable = facts.pop("differentiable", True)
        self.materialize = facts.pop("materialize", True)
        self.formulas = facts.pop("formulas", ())
        self.tags = frozenset(facts.pop("tags", ()))
        self.plans = {}
        self.arity, self.tensors = schema.arity, schema.tensors
        self.writes = tuple(i for i, a in enumerate(schema.arguments) if a.is_write)
        self.is_inplace_view = "inplace_view" in self.tags
        self.is_inplace = bool(self.writes) and schema.arguments[self.writes[0]].name == "self"
        self.is_view = self.geometry is not None or self.retype is not None
        self.multi = len(schema.returns) != 1 or schema.returns[0].type.is_list
        self.is_plain_view = (
            self.geometry is not None
            and not self.multi
            and not self.is_inplace_view
            and "unlinked" not in self.tags
        )
        self.placements = {}
        self.is_simple = not (self.writes or self.is_view or self.multi or self.placement)
        self.row_major_below = getattr(self.layout, "row_major_below", 0)
        # Where the argument stands that asks for another layout (-1: there is none); None where
        # operands decide alone.
        self.keeps_row_major = (
            schema.index.get("memory_format", -1)
            if getattr(self.layout, "keeps_row_major", False)
            else None
        )
        self.needs_binding = bool(schema.lists)
        self.pack = _packer(schema)
        required = sum(not a.has_default for a in schema.arguments)
        self.tails = {
            n: schema.defaults[n:]
            for n in range(required, schema.positional + 1)
            if all(a.has_default for a in schema.arguments[n:])
        }
        positional = _positional(impl, schema)
        self.impl = positional
        self.kernel = facts.pop("kernel", None) or functools.partial(positional, primitives)
        self.direct_write = facts.pop("direct_write", None)
        self.ufunc = ufunc = facts.pop("ufunc", None)
        if ufunc is not None:
            defaults = tuple(a.default for a in schema.arguments[ufunc.nin :])
            self.kernel = direct.kernel(ufunc, self.kernel, defaults)
            if self.is_inplace:
                self.direct_write = direct.write(ufunc, defaults)
        if facts:
            raise TypeError(f"{self.name}: unknown facts {sorted(facts)}")

    def __call__(self, *args, **kwargs):
        """Calls the operator through all layers. Raises ArgumentError for arguments that do not fit."""
        return dispatch(self, self.prepare(args, kwargs))

    def keeps_format(self, args) -> bool:
        """Whether the operator has a `memory_format` argument and it is not given."""
        at = self.schema.index.get("memory_format")
        return at is not None and args[at] is None

    def prepare(self, args: tuple, kwargs: dict) -> tuple:
        """All arguments in schema order. Raises ArgumentError."""
        if kwargs or self.needs_binding:
            return self.schema.bind(args, kwargs)
        missing = self.tails.get(len(args))
        if missing is None:
            return self.schema.bind(args, kwargs)
        return args + missing

    def call(self, args: tuple):
        """Calls with all arguments in schema order."""
        return dispatch(self, args)

    @property
    def overload(self) -> str:
        """Name of the overload, "default" for the unnamed one."""
        return self.schema.overload or "default"

    @property
    def __name__(self) -> str:
        return f"{self.schema.name}.{self.overload}"

    @property
    def overloadpacket(self):
        """The packet this overload belongs to."""
        return self.packet

    def __repr__(self) -> str:
        return f"<Op {self.namespace}.{self.__name__}>"

    def __str__(self) -> str:
        return f"{self.namespace}.{self.__name__}"

    def __reduce__(self):
        from .registry import lookup

        return (lookup, (f"{self.namespace}::{self.name}",))


def _packer(schema: Schema) -> Callable:
    """What makes a list of results one value: a named tuple where the schema names them all."""
    names = [r.name for r in schema.returns]
    if not names:
        return lambda results: None
    if len(names) < 2 or not all(names):
        return tuple
    return named(schema.name, *names)._make


def formulas_of(vjp: dict | None) -> tuple:
    """The formulas of a dict from an input's name, or several names, to a function (None: no gradient)."""
    return tuple(_formula(names, fn) for names, fn in (vjp or {}).items())


def _formula(names, fn) -> Formula:
    is_tuple = isinstance(names, tuple)
    if fn is None:
        return Formula(names if is_tuple else (names,), None, (), is_tuple)
    code = fn.__code__
    parameters = getattr(fn, "parameters", code.co_varnames[: code.co_argcount])
    return Formula(names if is_tuple else (names,), fn, parameters, is_tuple)


def inplace_twin(entry: Op, formulas: tuple, facts: dict) -> Op:
    """The entry of `mul_` for that of `mul`: the same, written into self."""
    schema = entry.schema
    written = schema.arguments[0]._replace(alias="a", is_write=True)
    returned = schema.returns[0]._replace(alias="a", is_write=True)
    twin = Schema(schema.name + "_", schema.overload, (written, *schema.arguments[1:]), (returned,))
    return Op(twin, entry.namespace, entry.impl, functional=entry, formulas=formulas, **facts)


def _positional(impl: Callable, schema: Schema) -> Callable:
    """`impl` callable with all arguments by position, though it may declare some as
    keyword-only.
    """
    code = getattr(impl, "__code__", None)
    if code is None or not code.co_kwonlyargcount:
        return impl
    first = code.co_argcount - 1
    names = [a.name for a in schema.arguments[first:]]

    @functools.wraps(impl)
    def call(p, *args):
        return impl(p, *args[:first], **dict(zip(names, args[first:])))

    return call
