"""Operator schemas: the parsed form of `"mul.Tensor(Tensor self, Tensor other) -> Tensor"`.

The grammar is that of aten's schema strings: alias sets `Tensor(a)`, writes `Tensor(a!)`, optionals `int?`,
lists `Tensor[]` and `int[2]`, keyword-only parameters after `*`, defaults, several results. A schema knows
how arguments bind to parameters; it knows nothing of kernels or tensors' insides.
"""

from __future__ import annotations

import functools
import numbers
import re
from typing import NamedTuple

from .. import memory_format as formats
from ..errors import ArgumentError

_HEAD = re.compile(r"\s*(?:\w+::)?(\w+)(?:\.(\w+))?\s*\(")
_TYPE = re.compile(
    r"(\w+)(?:\(([\w|*]+!?)(?:\s*->\s*[\w|*]+)?\))?((?:\?|\[\d*\](?:\([\w|]+!?\))?)*)"
)
# One that is followed by a bracket that closes stands inside of it.
_COMMA = re.compile(r",(?![^(\[]*[)\]])")
# How Python programs may call a parameter beside its name in the schema: torch's functions call `self` `input`,
# and NumPy's names are understood.
SPELLINGS = {
    "input": ("self",),
    "x": ("self", "input"),
    "a": ("self", "input"),
    "x1": ("self", "input"),
    "x2": ("other",),
    "axis": ("dim",),
    "keepdims": ("keepdim",),
}
_CONSTANTS = {
    "None": None,
    "True": True,
    "False": False,
    "Mean": 1,
    "Sum": 2,
    "contiguous_format": formats.contiguous_format,
    "preserve_format": formats.preserve_format,
}


class Type(NamedTuple):
    """A schema type: `base`, whether it is a list, of optional elements, optional itself, and its fixed size."""

    base: str
    is_list: bool = False
    optional: bool = False
    element_optional: bool = False
    size: int | None = None

    def __str__(self) -> str:
        text = self.base + ("?" if self.element_optional else "")
        if self.is_list:
            text += f"[{self.size or ''}]"
        return text + ("?" if self.optional else "")


class Argument(NamedTuple):
    """A parameter or a result. `alias` is its alias set, `is_write` whether that memory is written."""

    name: str
    type: Type
    alias: str | None = None
    is_write: bool = False
    has_default: bool = False
    default: object = None
    kwarg_only: bool = False

    def __str__(self) -> str:
        text = str(self.type)
        if self.alias:
            mark = f"({self.alias}{'!' if self.is_write else ''})"
            text = text.replace(self.type.base, self.type.base + mark, 1)
        if self.name:
            text += f" {self.name}"
        return text + (f"={self.default}" if self.has_default else "")


class Schema:
    """A parsed signature.

    `name`, `overload` ("" for the default one), `arguments` in order (keyword-only ones last), `returns`.
    `arity` counts all arguments, `positional` those that may be passed by position.
    """

    __slots__ = (
        "_accepts",
        "arguments",
        "arity",
        "defaults",
        "index",
        "lists",
        "name",
        "overload",
        "positional",
        "returns",
        "tensors",
        "varargs",
    )

    def __init__(self, name: str, overload: str, arguments: tuple, returns: tuple):
        self.name, self.overload, self.arguments, self.returns = name, overload, arguments, returns
        self.arity = len(arguments)
        self.positional = [a.kwarg_only for a in arguments].count(False)
        self.defaults = tuple([a.default for a in arguments])
        self.index = {a.name: i for i, a in enumerate(arguments)}
        self.lists = tuple(
            [i for i, a in enumerate(arguments) if a.type.is_list and a.type.base != "Tensor"]
        )
        self.tensors = tuple([i for i, a in enumerate(arguments) if a.type.base == "Tensor"])
        self.varargs = self._varargs()
        self._accepts = tuple(
            [_acceptor(a.type, i > 0 and not a.is_write) for i, a in enumerate(arguments)]
        )

    def _varargs(self) -> int | None:
        """Where an int list may be spelled as loose integers: it is the only positional one beside self."""
        skip = 1 if self.arguments and self.arguments[0].name == "self" else 0
        if self.positional - skip < 1:
            return None
        argument = self.arguments[skip]
        others = self.arguments[skip + 1 : self.positional]
        loose = (
            argument.type.base in ("int", "SymInt")
            and argument.type.is_list
            and not argument.type.optional
        )
        return skip if loose and not others else None

    @property
    def qualified(self) -> str:
        """`name.overload`, or just the name for the default overload."""
        return f"{self.name}.{self.overload}" if self.overload else self.name

    def __str__(self) -> str:
        parts, starred = [], False
        for a in self.arguments:
            if a.kwarg_only and not starred:
                parts.append("*")
                starred = True
            parts.append(str(a))
        results = ", ".join(map(str, self.returns))
        if len(self.returns) != 1:
            results = f"({results})"
        return f"{self.qualified}({', '.join(parts)}) -> {results}"

    def bind(self, args: tuple, kwargs: dict) -> tuple:
        """All arguments, in order and with defaults filled in. Raises ArgumentError."""
        if self.varargs is not None and len(args) > self.varargs and _is_int(args[self.varargs]):
            args = (*args[: self.varargs], args[self.varargs :])
        if len(args) > self.positional:
            raise ArgumentError(
                f"takes {self.positional} positional arguments, got {len(args)}", op=self.name
            )
        bound = [*args, *self.defaults[len(args) :]]
        given = len(args)
        for name, value in kwargs.items():
            at = self.index.get(name)
            if at is None:
                renamed = respelled(kwargs, self.index)
                if renamed is None:
                    raise ArgumentError(
                        f"got an unexpected keyword argument {name!r}; the signature is {self}",
                        op=self.name,
                    )
                return self.bind(args, renamed)
            if at < len(args):
                raise ArgumentError(f"got two values for argument {name!r}", op=self.name)
            bound[at] = value
            given += 1
        if given < self.arity:
            self._check_required(len(args), kwargs)
        for i in self.lists:
            value = bound[i]
            if value is not None and type(value) is not tuple:
                bound[i] = _as_tuple(value, self.arguments[i].type)
        return tuple(bound)

    def lists_among(self, args: tuple) -> bool:
        """Whether binding may have to make a tuple of some of these arguments."""
        return any(i < len(args) and args[i] is not None for i in self.lists)

    def _check_required(self, given: int, kwargs: dict) -> None:
        for a in self.arguments[given:]:
            if not a.has_default and a.name not in kwargs:
                raise ArgumentError(
                    f"missing argument {a.name!r}; the signature is {self}", op=self.name
                )

    def matches(self, args: tuple, kwargs: dict) -> bool:
        """Whether these arguments fit this overload's types."""
        if self.varargs is not None and len(args) > self.varargs and _is_int(args[self.varargs]):
            if not all(map(_is_int, args[self.varargs :])):
                return False
            args = (*args[: self.varargs], args[self.varargs :])
        if len(args) > self.positional:
            return False
        for accepts, value in zip(self._accepts, args):
            if not accepts(value):
                return False
        for name, value in kwargs.items():
            at = self.index.get(name)
            if at is None:
                renamed = respelled(kwargs, self.index)
                return renamed is not None and self.matches(args, renamed)
            if at < len(args) or not self._accepts[at](value):
                return False
        return all(a.has_default or a.name in kwargs for a in self.arguments[len(args) :])

    def unbind(self, args: tuple) -> tuple[tuple, dict]:
        """The inverse of `bind`, as dispatch modes see calls: trailing defaults dropped, keyword-only by name."""
        last = self.positional
        while (
            last
            and self.arguments[last - 1].has_default
            and _same(args[last - 1], self.arguments[last - 1].default)
        ):
            last -= 1
        kwargs = {
            a.name: v
            for a, v in zip(self.arguments[self.positional :], args[self.positional :])
            if not _same(v, a.default)
        }
        return args[:last], kwargs


def respelled(kwargs: dict, parameters) -> dict | None:
    """Keyword arguments by the names of the parameters they are for; None when one is for no parameter, or two
    are for the same.
    """
    named = {}
    for name, value in kwargs.items():
        if name not in parameters:
            name = next((n for n in SPELLINGS.get(name, ()) if n in parameters), None)
        if name is None or name in named:
            return None
        named[name] = value
    return named


def parse(text: str) -> Schema:
    """Parses one schema string. Raises ValueError with the offending part."""
    head = _HEAD.match(text)
    if not head:
        raise ValueError(f"not an operator schema: {text!r}")
    parameters, arrow, results = text[head.end() :].rpartition("->")
    parameters, results = parameters.rstrip(), results.strip()
    if not arrow or not parameters.endswith(")"):
        raise ValueError(f"expected '(parameters) -> results' in {text!r}")
    arguments, kwarg_only = [], False
    for part in _split(parameters[:-1]):
        if part == "*":
            kwarg_only = True
            continue
        arguments.append(_argument(part, kwarg_only))
    if results.startswith("("):
        results = results[1:-1]
    returns = tuple([_argument(part, False) for part in _split(results)])
    return Schema(head[1], head[2] or "", tuple(arguments), returns)


def _split(text: str) -> list[str]:
    return [p.strip() for p in _COMMA.split(text) if p.strip()]


# Few declarations are written only once.
@functools.cache
def _argument(text: str, kwarg_only: bool) -> Argument:
    declaration, eq, default = text.partition("=")
    found = _TYPE.match(declaration)
    if not found:
        raise ValueError(f"not a parameter: {text!r}")
    base, alias, suffix = found.groups()
    name = declaration[found.end() :].strip()
    bare = re.sub(r"\([\w|]+!?\)", "", suffix) if "(" in suffix else suffix
    is_list = "[" in bare
    element, _, rest = bare.partition("[")
    size = rest.partition("]")[0]
    kind = Type(
        base, is_list, bare.endswith("?"), is_list and element == "?", int(size) if size else None
    )
    write = bool(alias) and alias.endswith("!")
    return Argument(
        name,
        kind,
        alias.rstrip("!") if alias else None,
        write,
        bool(eq),
        _constant(default.strip(), kind) if eq else None,
        kwarg_only,
    )


def _constant(text: str, kind: Type):
    if text in _CONSTANTS:
        return _CONSTANTS[text]
    if text.startswith("["):
        return tuple(_constant(p, kind._replace(is_list=False)) for p in _split(text[1:-1]))
    if text[0] in "\"'":
        return text[1:-1]
    try:
        value = int(text)
    except ValueError:
        value = float(text) if text[0] in "-.0123456789" else text
    if kind.is_list and not isinstance(value, str):
        return (value,) * (kind.size or 1)
    return float(value) if kind.base == "float" and not isinstance(value, str) else value


def _is_int(value) -> bool:
    return isinstance(value, numbers.Integral) and not isinstance(value, bool)


def _as_tuple(value, kind: Type) -> tuple:
    if isinstance(value, (list, tuple)):
        return tuple(value)
    if isinstance(value, (numbers.Number, bool)):
        return (value,) * (kind.size or 1)
    return tuple(value)


def _same(value, default) -> bool:
    return value is default or (type(value) is type(default) and value == default)


def _is_tensor(value) -> bool:
    return hasattr(type(value), "__lamina_tensor__")


def _is_scalar(value) -> bool:
    return isinstance(value, numbers.Number)


def _is_operand(value) -> bool:
    return _is_tensor(value) or _is_scalar(value)


def _is_dim(value) -> bool:
    return isinstance(value, numbers.Integral) or (
        hasattr(type(value), "__index__") and not _is_tensor(value)
    )


_BASE = {
    "Tensor": _is_tensor,
    "Scalar": _is_scalar,
    "int": _is_dim,
    "SymInt": _is_dim,
    "float": lambda v: isinstance(v, numbers.Real),
    "bool": lambda v: isinstance(v, (bool,)) or type(v).__name__ == "bool_",
    "str": lambda v: isinstance(v, str),
    "ScalarType": lambda v: type(v).__name__ == "dtype" or v in (float, int, bool, complex),
    "Dimname": lambda v: False,
    "MemoryFormat": lambda v: isinstance(v, formats.memory_format),
    "Storage": lambda v: hasattr(type(v), "__lamina_storage__"),
    "Layout": lambda v: isinstance(v, formats.layout),
}


@functools.cache
def _acceptor(kind: Type, may_be_number: bool):
    """The predicate an overload applies to one argument; a Tensor that is read, other than self, also takes a number."""
    accepts = _BASE.get(kind.base, lambda v: True)
    if kind.base == "Tensor" and not kind.is_list and may_be_number:
        accepts = _is_operand
    if kind.is_list:
        accepts = _list_acceptor(accepts, kind)
    return _or_none(accepts) if kind.optional else accepts


def _or_none(accepts):
    return lambda v: v is None or accepts(v)


def _list_acceptor(element, kind: Type):
    if kind.element_optional:
        element = _or_none(element)
    single = kind.size is not None and kind.base != "Tensor"

    def accepts(value):
        if isinstance(value, (list, tuple)):
            return all(map(element, value))
        return single and element(value)

    return accepts
