"""The operator registry: one entry per aten overload, and the handles that call them.

An entry is the single place for what is known about an operator: its schema, its implementation
over primitives (the eager kernel and the IR at once), its geometry rule when it is a view, its
derivative. Everything public (`lamina.mul`, `Tensor.mul_`, `lamina.ops.aten.mul.Tensor`) is
generated from here. Calling an entry goes through the dispatcher, which installs itself with
`set_dispatcher`.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import NamedTuple

from ..errors import ArgumentError, LaminaError
from ..return_types import named
from . import direct, primitives
from . import schema as schemas
from .schema import Schema


class Formula(NamedTuple):
    """A derivative: gradients of the inputs `names`, computed by `fn` from what its
    `parameters` name.
    """

    names: tuple
    fn: Callable | None
    parameters: tuple
    is_tuple: bool


class Op:
    """One overload of an operator. Call it like the function its schema describes."""

    __slots__ = (
        "__weakref__",
        "arity",
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
        self.functional = facts.pop("functional", None)
        self.doc = impl.__doc__
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
        return _dispatch(self, self.prepare(args, kwargs))

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
        return _dispatch(self, args)

    @property
    def overload(self) -> str:
        """Name of the overload, "default" for the unnamed one."""
        return self.schema.overload or "default"

    @property
    def __name__(self) -> str:
        return f"{self.schema.name}.{self.overload}"

    @property
    def overloadpacket(self) -> Packet:
        """The packet this overload belongs to."""
        return self.packet

    def __repr__(self) -> str:
        return f"<Op {self.namespace}.{self.__name__}>"

    def __str__(self) -> str:
        return f"{self.namespace}.{self.__name__}"

    def __reduce__(self):
        return (lookup, (f"{self.namespace}::{self.name}",))


class Packet:
    """All overloads of one operator. Calling it picks the overload that the arguments fit.

    `function` is what `lamina.<name>` is, with `out=`; `method` what `Tensor.<name>` is.
    """

    def __init__(self, name: str, namespace: str):
        self.__name__ = name
        self.namespace = namespace
        self._overloads: dict[str, Op] = {}
        self._order: list[Op] = []
        # By the types of positional arguments: the overload, and the defaults of the others (None:
        # they must be bound).
        self._calls: dict[tuple, tuple[Op, tuple | None]] = {}
        self.function = _packet_function(self, takes_out=True)
        self.method = _packet_function(self, takes_out=False)

    def add(self, entry: Op) -> None:
        """Adds an overload. Raises ValueError when it is there already."""
        if entry.overload in self._overloads:
            raise ValueError(f"operator {entry.namespace}::{entry.name} is registered twice")
        self._overloads[entry.overload] = entry
        self._order.append(entry)
        self._calls.clear()
        entry.packet = self
        setattr(self, entry.overload, entry)

    def overloads(self) -> list[str]:
        """Names of the overloads, in the order they are tried."""
        return list(self._overloads)

    def entries(self) -> list[Op]:
        """The overloads, in the order they are tried."""
        return self._order

    def resolve(self, args: tuple, kwargs: dict) -> Op:
        """The first overload whose signature fits. Raises ArgumentError naming all of them."""
        if len(self._order) == 1:
            entry = self._order[0]
        else:
            entry = next((e for e in self._order if e.schema.matches(args, kwargs)), None)
            if entry is None:
                raise self._mismatch(args, kwargs)
        if not kwargs:
            key = tuple(map(type, args))
            if list not in key and tuple not in key:
                tail = None if entry.schema.lists_among(args) else entry.tails.get(len(args))
                self._calls[key] = entry, tail
        return entry

    def _mismatch(self, args: tuple, kwargs: dict) -> ArgumentError:
        got = [type(a).__name__ for a in args] + [
            f"{k}={type(v).__name__}" for k, v in kwargs.items()
        ]
        options = "".join(f"\n    {entry.schema}" for entry in self._order)
        return ArgumentError(
            f"no signature takes ({', '.join(got)}); expected one of{options}", op=self.__name__
        )

    def __call__(self, *args, **kwargs):
        """Calls the overload that the arguments fit. Raises ArgumentError if none does."""
        return self.function(*args, **kwargs)

    def __getattr__(self, name: str):
        raise AttributeError(f"operator {self.__name__!r} has no overload {name!r}")

    def __repr__(self) -> str:
        return f"<Packet {self.namespace}.{self.__name__}: {', '.join(self._overloads)}>"


class Namespace:
    """Operators of one namespace as attributes: `aten.mul`."""

    def __init__(self, name: str):
        self.__name__ = name

    def __getattr__(self, name: str):
        # As in aten, what is a composition of operators can be called like one.
        if self.__name__ == "aten" and name in COMPOSITES:
            return COMPOSITES[name].fn
        raise AttributeError(f"no operator {self.__name__}::{name} is registered")

    def __iter__(self):
        return (p for p in vars(self).values() if isinstance(p, Packet))


class Composite(NamedTuple):
    """A public function written in Python over operators, and where it appears."""

    fn: Callable
    variants: tuple


NAMESPACES: dict[str, Namespace] = {"aten": Namespace("aten")}
COMPOSITES: dict[str, Composite] = {}
VARIANTS: dict[str, tuple] = {}
aten = NAMESPACES["aten"]


def _undispatched(entry: Op, args: tuple):
    raise LaminaError("the dispatcher is not installed", op=entry.name)


_dispatch = _undispatched


def set_dispatcher(call: Callable[[Op, tuple], object]) -> None:
    """Installs the function that every operator call goes through."""
    global _dispatch
    _dispatch = call


def op(
    text: str,
    *,
    inplace: bool = False,
    inplace_view: bool = False,
    vjp: dict | None = None,
    inplace_vjp: dict | None = None,
    variants: str | None = None,
    namespace: str = "aten",
    inplace_grad_name: str | None = None,
    **facts,
):
    """Registers the decorated `impl(p, *arguments)` as the operator with schema `text`.

    inplace: also register the in-place twin (`mul_` of `mul`), which computes the same into self.
    inplace_view: also register the twin that changes self's own geometry (`t_` of the view `t`).
    vjp: derivatives, input name (or tuple of names) -> formula; None marks an input as not differentiable.
    inplace_vjp: those of the in-place twin, where they are others.
    variants: where the operator is public, of "function" and "method"; by default a method when it has `self`.
    pointwise: results take the operands' memory order instead of row-major.
    layout: a rule of `lamina.ops.layout` for the results' strides, where neither of those holds.
    geometry / retype: the operator is a view; see `lamina.ops.view`.
    placement: the operator changes which memory self looks at; see `lamina.ops.metadata`.
    kernel: a function over arrays to run eagerly instead of `impl` over primitives.
    direct_write: for an in-place operator, `run(handles)` that writes into the first array at once,
        or says it cannot.
    ufunc: the NumPy function that it is for operands of one dtype; see `lamina.ops.direct`.
    differentiable: False when results never require grad.
    materialize: whether absent `grads` become zeros.
    tags: "idempotent" (may write to memory that overlaps itself), "of_storage" (views the storage,
        not the tensor), "eager_only" (cannot be traced), "own_layout" (results keep the memory
        order the kernel gave them), "unlinked" (a view that autograd treats as a tensor of its
        own), "casts_out" (`out=` may have another dtype), "converts" (what it writes need not have
        the dtype of what it writes to), "elementwise" (reads its second operand, if nothing else,
        where it writes), "reads_first" (reads all operands before it writes), "scatters" (writes
        where it is told, to memory that no operand may share), "opaque" (a custom operator, whose
        kernel itself writes).
    batching, tags, grad_name: batching rule, set of tags, and name of the graph node.
    inplace_grad_name: the name of the in-place twin's graph node, where it is another.
    """
    parsed = schemas.parse(text)
    formulas = _formulas(vjp)

    def register(impl):
        entry = Op(parsed, namespace, impl, formulas=formulas, **facts)
        add(entry)
        if variants is not None:
            VARIANTS[parsed.name] = tuple(v.strip() for v in variants.split(","))
        written = {**facts, "grad_name": inplace_grad_name or facts.get("grad_name")}
        if inplace:
            if inplace_vjp is not None:
                written["differentiable"] = True
            add(_inplace_twin(entry, _formulas(inplace_vjp) or formulas, written))
        if inplace_view:
            tags = {*facts.get("tags", ()), "inplace_view"}
            add(_inplace_twin(entry, formulas, {**written, "tags": tags}))
        return impl

    return register


def takes(*parameters: str):
    """Names the parameters of a formula that serves operators with different ones:
    `fn(*values)`.
    """

    def name(fn):
        fn.parameters = parameters
        return fn

    return name


def composite(fn: Callable | None = None, *, variants: str = "function", name: str | None = None):
    """Publishes a Python function over operators as `lamina.<name>` and, as a "method", on
    Tensor.
    """

    def register(fn):
        COMPOSITES[name or fn.__name__] = Composite(
            fn, tuple(v.strip() for v in variants.split(","))
        )
        return fn

    return register(fn) if fn is not None else register


def add(entry: Op) -> None:
    """Adds an entry to its namespace. Raises ValueError when its name is taken."""
    space = NAMESPACES.setdefault(entry.namespace, Namespace(entry.namespace))
    name = entry.schema.name
    if name not in vars(space):
        setattr(space, name, Packet(name, entry.namespace))
    getattr(space, name).add(entry)


def lookup(qualified: str) -> Op:
    """The entry called "aten::mul.Tensor" (the namespace defaults to aten). Raises KeyError."""
    namespace, _, name = qualified.rpartition("::")
    base, _, overload = name.partition(".")
    packet = vars(NAMESPACES[namespace or "aten"]).get(base)
    if packet is None or (overload or "default") not in packet._overloads:
        raise KeyError(f"no operator {qualified}")
    return packet._overloads[overload or "default"]


def entries(namespace: str = "aten"):
    """All registered operators of a namespace."""
    for packet in NAMESPACES[namespace]:
        yield from packet.entries()


def _packet_function(packet: Packet, takes_out: bool):
    resolve, calls = packet.resolve, packet._calls

    def method(*args, **kwargs):
        if not kwargs:
            known = calls.get(tuple(map(type, args)))
            if known is not None:
                entry, tail = known
                return _dispatch(
                    entry, entry.schema.bind(args, {}) if tail is None else args + tail
                )
        entry = resolve(args, kwargs)
        return _dispatch(entry, entry.prepare(args, kwargs))

    def function(*args, **kwargs):
        if kwargs and "out" in kwargs:
            from .out import call_with_out

            return call_with_out(method, args, kwargs)
        if not kwargs:
            known = calls.get(tuple(map(type, args)))
            if known is not None:
                entry, tail = known
                return _dispatch(
                    entry, entry.schema.bind(args, {}) if tail is None else args + tail
                )
        entry = resolve(args, kwargs)
        return _dispatch(entry, entry.prepare(args, kwargs))

    public = function if takes_out else method
    public.__name__ = public.__qualname__ = method.__name__ = packet.__name__
    public.packet = method.packet = packet
    return public


def _packer(schema: Schema) -> Callable:
    """What makes a list of results one value: a named tuple where the schema names them all."""
    names = [r.name for r in schema.returns]
    if not names:
        return lambda results: None
    if len(names) < 2 or not all(names):
        return tuple
    return named(schema.name, *names)._make


def _formulas(vjp: dict | None) -> tuple:
    return tuple(_formula(names, fn) for names, fn in (vjp or {}).items())


def _formula(names, fn) -> Formula:
    is_tuple = isinstance(names, tuple)
    if fn is None:
        return Formula(names if is_tuple else (names,), None, (), is_tuple)
    code = fn.__code__
    parameters = getattr(fn, "parameters", code.co_varnames[: code.co_argcount])
    return Formula(names if is_tuple else (names,), fn, parameters, is_tuple)


def _inplace_twin(entry: Op, formulas: tuple, facts: dict) -> Op:
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
