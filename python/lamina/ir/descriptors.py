"""Descriptors: what arguments and results of a function are to its caller, as attributes and as
Python values.

Written when a program is captured, kept true by the passes, read by whoever calls the compiled
function.
"""

from __future__ import annotations

import re
from typing import Any, NamedTuple

from mlir import ir

from . import attributes
from .context import context

_DESCRIPTOR = re.compile(r"#lamina\.(\w+)<(.*)>\Z", re.DOTALL)


class View(NamedTuple):
    """One step of a replay recipe: a view primitive and its attributes."""

    name: str
    attributes: dict[str, Any]


class Alias(NamedTuple):
    """Memory that an output shares: `root` ("input", "base", "output", "fresh"), its number, and
    views of it. `sharing` is how autograd sees it: "view", "detached", "view_of_detached",
    "no_grad", "multi_output", "custom_function" or "no_grad_before".
    """

    root: str
    index: int
    views: tuple[View, ...]
    sharing: str


class Mark(NamedTuple):
    """An input of which the program changed whether it requires grad of itself: whether gradients
    arrive at it although it did not require grad before, whether it does in the end, and whether it
    was cut off from its history.
    """

    number: int
    arrives: bool
    after: bool
    is_cut_off: bool


class BackwardError(NamedTuple):
    """An error that stands for gradients of a program: the class and the message, and the inputs and
    the leaves among the outputs, by number, on the way to which it is raised.
    """

    kind: str
    message: str
    inputs: tuple[int, ...]
    leaves: tuple[int, ...]


class Slot(NamedTuple):
    """An argument or a result: `kind` ("input", "output", "mutation", "gradient", "saved", "base",
    "tangent", "leaf_gradient"), its number, for tangents what they are `of`, its layout in elements
    (None: row-major), what it aliases, for bases the input whose memory it becomes, and for inputs and
    mutations whether it is what there is `later`, in the backward.
    """

    kind: str
    index: int
    of: str | None
    strides: tuple[int, ...] | None
    alias: Alias | None
    memory: int | None
    later: bool


def argument(
    kind: str, *parameters, strides: tuple | None = None, backward: bool = False
) -> ir.Attribute:
    """The attributes of an argument: `argument("tangent", "output", 0)`. `backward`: it is what the
    input holds when the backward runs.
    """
    described = _dictionary("lamina.arg", kind, parameters, strides, "view")
    if not backward:
        return described
    named = {a.name: a.attr for a in described}
    return ir.DictAttr.get({**named, "lamina.backward": ir.UnitAttr.get(context())})


def result(
    kind: str, *parameters, strides: tuple | None = None, sharing: str = "view"
) -> ir.Attribute:
    """The attributes of a result: `result("gradient", 1)`."""
    return _dictionary("lamina.result", kind, parameters, strides, sharing)


def place(number: int) -> ir.Attribute:
    """The mark of a view that is the caller's input `number`."""
    return ir.Attribute.parse(f"#lamina.input<{number}>", context())


def tangent(of: str, index: int) -> ir.Attribute:
    """The descriptor of the gradient of output (or mutated input) number `index`."""
    return ir.Attribute.parse(f"#lamina.tangent<{of}, {index}>", context())


def tangents(function: ir.Operation) -> list[tuple[str, int]]:
    """The outputs and mutated inputs that are differentiable, whether or not the backward needs
    their gradients.
    """
    if "lamina.tangents" not in function.attributes:
        return []
    slots = [
        _slot({"lamina.arg": t}, "lamina.arg")
        for t in ir.ArrayAttr(function.attributes["lamina.tangents"])
    ]
    return [(s.of, s.index) for s in slots]


def versions(function: ir.Operation) -> dict[int, int]:
    """By how much the versions of inputs move on; without the attribute a mutation is one step."""
    if "lamina.versions" not in function.attributes:
        return {s.index: 1 for s in results(function) if s.kind == "mutation"}
    counts = attributes.decode(function.attributes["lamina.versions"])
    return _nonzero(counts)


def backward_versions(function: ir.Operation) -> dict[int, int]:
    """By how much the versions of inputs move on when the backward runs."""
    if "lamina.backward_versions" not in function.attributes:
        return {}
    return _nonzero(attributes.decode(function.attributes["lamina.backward_versions"]))


def _nonzero(counts: tuple) -> dict[int, int]:
    return {number: count for number, count in enumerate(counts) if count}


def backward_error(function: ir.Operation) -> BackwardError | None:
    """The error that stands for gradients of a program, None if it has them all."""
    if "lamina.backward_error" not in function.attributes:
        return None
    found = ir.DictAttr(function.attributes["lamina.backward_error"])
    words = [ir.StringAttr(found[key]).value for key in ("kind", "message")]
    return BackwardError(*words, *(attributes.decode(found[k]) for k in ("inputs", "leaves")))


def encode_backward_error(error: BackwardError) -> ir.Attribute:
    """An error of the backward as an attribute."""
    words = {key: attributes.encode("word", getattr(error, key)) for key in ("kind", "message")}
    sources = {key: attributes.encode("ints", getattr(error, key)) for key in ("inputs", "leaves")}
    return ir.DictAttr.get(words | sources, context())


def numbers(function: ir.Operation, name: str) -> tuple[int, ...] | None:
    """The outputs that attribute `name` of a function lists; None without the attribute."""
    return attributes.decode(function.attributes[name]) if name in function.attributes else None


def marks(function: ir.Operation) -> list[Mark]:
    """The inputs of which the program changed whether they require grad."""
    if "lamina.marks" not in function.attributes:
        return []
    parts = iter(attributes.decode(function.attributes["lamina.marks"]))
    return [Mark(number, *map(bool, rest)) for number, *rest in zip(*[parts] * 4, strict=True)]


def rebinds(function: ir.Operation) -> dict[int, int]:
    """The outputs that inputs look at in the end, by the number of the input."""
    if "lamina.rebinds" not in function.attributes:
        return {}
    pairs = [_parts(str(r))[1] for r in ir.ArrayAttr(function.attributes["lamina.rebinds"])]
    return dict(tuple(map(int, pair.split(","))) for pair in pairs)


def arguments(function: ir.Operation) -> list[Slot]:
    """What each argument of a function is."""
    return _slots(function, "arg_attrs", "lamina.arg")


def results(function: ir.Operation) -> list[Slot]:
    """What each result of a function is."""
    return _slots(function, "res_attrs", "lamina.result")


def outputs(function: ir.Operation) -> list[Alias | None]:
    """How the caller gets each output: None is a result of its own, else a recipe."""
    if "lamina.outputs" not in function.attributes:
        found = [s for s in results(function) if s.kind == "output"]
        return [s.alias for s in sorted(found, key=lambda s: s.index)]
    entries = ir.ArrayAttr(function.attributes["lamina.outputs"])
    return [None if isinstance(e, ir.UnitAttr) else alias(str(e)) for e in entries]


def alias(text: str) -> Alias:
    """Parses `#lamina.alias<input, 0, [#lamina.view<"permute", {dims = array<i64: 1, 0>}>],
    no_grad>`.
    """
    _, body = _parts(text)
    root, index, *rest = _split(body)
    views = next((part for part in rest if part.startswith("[")), "[]")
    words = [part for part in rest if not part.startswith("[")]
    sharing = words[0] if words else "view"
    return Alias(root, int(index), tuple(map(_view, _split(views[1:-1]))), sharing)


def _view(text: str) -> View:
    _, body = _parts(text)
    name, *given = _split(body)
    named = ir.DictAttr(ir.Attribute.parse(given[0], context())) if given else ()
    return View(name.strip('"'), {a.name: attributes.decode(a.attr) for a in named})


def _dictionary(
    key: str, kind: str, parameters: tuple, strides: tuple | None, sharing: str
) -> ir.Attribute:
    shown = ", ".join(map(str, parameters))
    named = {key: ir.Attribute.parse(f"#lamina.{kind}<{shown}>", context())}
    if strides is not None:
        named["lamina.strides"] = attributes.encode("ints", strides)
    if sharing != "view":
        named["lamina.sharing"] = ir.StringAttr.get(sharing, context())
    return ir.DictAttr.get(named, context())


def _slots(function: ir.Operation, attribute: str, key: str) -> list[Slot]:
    if attribute not in function.attributes:
        return []
    return [
        _slot({a.name: a.attr for a in ir.DictAttr(d)}, key)
        for d in ir.ArrayAttr(function.attributes[attribute])
    ]


def _slot(named: dict, key: str) -> Slot:
    kind, body = _parts(str(named[key]))
    *of, index = [part.strip() for part in body.split(",")]
    strides = attributes.decode(named["lamina.strides"]) if "lamina.strides" in named else None
    shared = alias(str(named["lamina.alias"])) if "lamina.alias" in named else None
    memory = int(_parts(str(named["lamina.memory"]))[1]) if "lamina.memory" in named else None
    later = "lamina.backward" in named
    return Slot(kind, int(index), of[0] if of else None, strides, shared, memory, later)


def _parts(text: str) -> tuple[str, str]:
    found = _DESCRIPTOR.match(text.strip())
    if found is None:
        raise ValueError(f"not a descriptor: {text}")
    return found[1], found[2]


def _split(text: str) -> list[str]:
    """Parts between commas that stand outside of brackets."""
    parts, depth, start = [], 0, 0
    for i, c in enumerate(text):
        depth += (c in "<[{(") - (c in ">]})")
        if c == "," and depth == 0:
            parts.append(text[start:i].strip())
            start = i + 1
    return [p for p in (*parts, text[start:].strip()) if p]
