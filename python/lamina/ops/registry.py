"""The operator registry: one entry per aten overload, and the handles that call them.

An entry is the single place for what is known about an operator: its schema, its implementation
over primitives (the eager kernel and the IR at once), its geometry rule when it is a view, its
derivative. Everything public (`lamina.mul`, `Tensor.mul_`, `lamina.ops.aten.mul.Tensor`) is
generated from here. Calling an entry goes through the dispatcher, which installs itself with
`lamina.ops.entry.set_dispatcher`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from . import schema as schemas
from .entry import Op, formulas_of, inplace_twin
from .packet import Packet


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
        own), "owned" (a view of memory that nobody else can see, in a trace its own), "casts_out" (`out=` may have another dtype), "converts" (what it writes need not have
        the dtype of what it writes to), "elementwise" (reads its second operand, if nothing else,
        where it writes), "reads_first" (reads all operands before it writes), "scatters" (writes
        where it is told, to memory that no operand may share), "opaque" (a custom operator, whose
        kernel itself writes).
    batching, tags, grad_name: batching rule, set of tags, and name of the graph node.
    inplace_grad_name: the name of the in-place twin's graph node, where it is another.
    """
    parsed = schemas.parse(text)
    formulas = formulas_of(vjp)

    def register(impl):
        entry = Op(parsed, namespace, impl, formulas=formulas, **facts)
        add(entry)
        if variants is not None:
            VARIANTS[parsed.name] = tuple(v.strip() for v in variants.split(","))
        written = {**facts, "grad_name": inplace_grad_name or facts.get("grad_name")}
        if inplace:
            if inplace_vjp is not None:
                written["differentiable"] = True
            add(inplace_twin(entry, formulas_of(inplace_vjp) or formulas, written))
        if inplace_view:
            tags = {*facts.get("tags", ()), "inplace_view"}
            add(inplace_twin(entry, formulas, {**written, "tags": tags}))
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
