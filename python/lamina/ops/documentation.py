"""What `help()` says of an operator: the words of its entry, then what can be read off the entry: signatures, shapes,
dtypes and errors.

A sentence that is derived here is in no docstring; one that cannot be derived is in the docstring of the entry. Where
that speaks of dtypes itself, nothing is said here of the result's.
"""

from __future__ import annotations

import functools
import re
import types

from .. import memory_format
from ..errors import AutogradError, DimError, DtypeError, LaminaError, ShapeError
from . import checks, primitives, promotion

_TELLS_DTYPES = re.compile(r"\b([Bb]ool|dtype|u?int\d+|float\d*|floating|complex|real)\b")
# What a function that an entry calls says of its operands.
_ABOUT_DTYPES = {
    promotion.int_to_float: "integers and bools compute in the default float dtype",
    promotion.promote: "operands are promoted to one dtype",
    promotion.result_dtype: "operands are promoted to one dtype",
    checks.same_dtype: "operands have one dtype",
    checks.floating: "floating or complex",
    checks.not_complex: "not complex",
    checks.integer_index: "indices are int64 or int32",
}

# Where code is that operators run, and the facts of an entry that are code.
_ROOMS = (__package__, memory_format.__name__)
_CODE = ("impl", "kernel", "layout", "geometry", "retype", "placement")


class Described:
    """The `__doc__` of a class of operators: the class's own, and `describe(operator)` of each operator."""

    def __init__(self, doc: str, describe):
        self.doc, self.describe = doc, describe

    def __get__(self, instance, owner):
        return self.doc if instance is None else self.describe(instance)


def describe_packet(packet) -> str:
    """The documentation of all overloads; those with the same meaning share it."""
    meanings = {}
    for entry in packet.entries():
        meanings.setdefault(_meaning(entry), []).append(str(entry.schema))
    return "\n\n".join(
        "\n".join(signatures) + "\n\n" + text for text, signatures in meanings.items()
    )


def summarize(packet) -> str:
    """The signatures and the words of all overloads: what is known without looking at their code."""
    meanings = {}
    for entry in packet.entries():
        meanings.setdefault(entry.doc, []).append(str(entry.schema))
    parts = ["\n".join(s) + "\n\n" + doc for doc, s in meanings.items()]
    where = f"{packet.namespace}.{packet.__name__}"
    return "\n\n".join([*parts, f"Shapes, dtypes and errors: `help(lamina.ops.{where})`."])


def describe(entry) -> str:
    """The documentation of one overload."""
    return f"{entry.schema}\n\n{_meaning(entry)}"


def _meaning(entry) -> str:
    parts = [entry.doc] if entry.doc else []
    if entry.functional is not None:
        parts.insert(0, f"`{entry.functional.schema.name}`, written into self.")
    for title, sentences in (
        ("Shapes", shapes(entry)),
        ("Dtypes", dtypes(entry)),
        ("Raises", [", ".join(sorted(error.__name__ for error in errors(entry)))]),
    ):
        said = "; ".join(s for s in sentences if s)
        if said:
            parts.append(f"{title}: {said}.")
    return "\n\n".join(parts)


def shapes(entry) -> list[str]:
    """What holds of the shapes of operands and results."""
    named, said = entry.schema.index, []
    if entry.is_inplace and not (entry.placement or entry.is_inplace_view):
        said.append("self keeps its shape")
    elif "reduction" in named:
        said.append(
            "the result has the shape of the operands without a reduction, and is 0-d with one"
        )
    elif entry.pointwise and len(entry.tensors) > 1:
        said.append("operands broadcast to one shape, which the result has")
    elif entry.pointwise:
        said.append("the result has the shape of self")
    if "keepdim" in named:
        said.append("the dimensions in dim have size 1 with keepdim, and are gone without")
    if entry.is_view:
        said.append("the result is a view of self")
    return said


def dtypes(entry) -> list[str]:
    """What holds of the dtypes of operands and results."""
    reached = _reached(entry)
    said = list({words: None for f, words in _ABOUT_DTYPES.items() if f in reached})
    if entry.is_inplace:
        return [*said, "self keeps its dtype"]
    if "dtype" in entry.schema.index:
        said.append("`dtype` chooses that of the result")
    if not said and not _TELLS_DTYPES.search(entry.doc):
        said.append("the result has the dtype of the operands")
    return said


def errors(entry) -> set[type]:
    """The classes that the entry's code raises, those of writing in place, and those that become of what NumPy raises
    where operands do not fit each other.
    """
    found = {f for f in _reached(entry) if isinstance(f, type) and issubclass(f, LaminaError)}
    if entry.writes:
        found |= {AutogradError, DtypeError, ShapeError}
    if len(entry.tensors) > 1:
        found.add(ShapeError)
    several = len(entry.tensors) > 1 or entry.schema.name.endswith("_backward")
    if "eager_only" in entry.tags or (several and not entry.pointwise):
        found |= {DimError, ShapeError}
    return found


def _reached(entry) -> set:
    """Functions of `lamina.ops` and error classes that the entry's code can come to."""
    roots = [getattr(entry, fact) for fact in _CODE]
    return set().union(*[_reached_from(root) for root in roots if root is not None])


@functools.cache
def _reached_from(root) -> frozenset:
    reached, ahead = {root}, [root]
    while ahead:
        new = _named_in(ahead.pop()) - reached
        reached |= new
        ahead += new
    return frozenset(reached)


@functools.cache
def _named_in(function) -> frozenset:
    """What the code of a function names: functions of `lamina.ops`, primitives among them, and error classes."""
    if isinstance(function, functools.partial):
        return frozenset((function.func,))
    if isinstance(function, type):
        return frozenset(f for f in vars(function).values() if _counts(f))
    function = getattr(function, "__wrapped__", function)
    if not isinstance(function, types.FunctionType):
        return frozenset()
    names, codes = set(), [function.__code__]
    while codes:
        code = codes.pop()
        names.update(code.co_names)
        codes += [c for c in code.co_consts if isinstance(c, types.CodeType)]
    spaces = [v for n in names if isinstance(v := function.__globals__.get(n), types.ModuleType)]
    found = [function.__globals__.get(n) for n in names]
    found += [vars(space).get(n) for space in (primitives, *spaces) for n in names]
    found += [cell.cell_contents for cell in function.__closure__ or ()]
    return frozenset(f for f in found if _counts(f))


def _counts(found) -> bool:
    if isinstance(found, type) and issubclass(found, LaminaError):
        return True
    ours = str(getattr(found, "__module__", None)).startswith(_ROOMS)
    return ours and isinstance(found, (type, types.FunctionType))
