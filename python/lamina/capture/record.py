"""The record of a trace: which values of the outside world it depends on, as guards and sources.

Values are looked at without running any code of their classes. Simple ones are guarded by value,
containers by their length and content, arrays by their data, all else by identity; a tensor is no
guard but gets a source, so that a compiled program can fetch it anew at every call.
"""

from __future__ import annotations

import enum
import functools
import random
import types
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from ..devices import device
from ..dtypes import dtype
from ..tensor import Tensor
from .history import grad_of
from .snapshot import Snapshot
from .sources import Names, Source

SIMPLE = (
    bool,
    int,
    float,
    complex,
    str,
    bytes,
    type(None),
    type(Ellipsis),
    range,
    slice,
    enum.Enum,
    dtype,
    device,
)
"""Classes of values that are guarded by value."""

_DEPTH = 6

# What a callable object computes with though no code of the program reads it, such as a pullback.
_RESIDUALS = "__lamina_residuals__"


class Guard(NamedTuple):
    """`code` must evaluate to true; `text` says what it depends on and `value` what it was."""

    code: str
    text: str
    value: str


class Record:
    """Guards, tensor sources and refusals, and what the outside world was before.

    `on_tensor` is told of every tensor that is found, before the program can do anything to it.
    Guards added while `firm` is off are on objects that may be the program's own.
    """

    def __init__(self, names: Names):
        self.names = names
        self.on_tensor: Callable[[Tensor, Source], None] = lambda tensor, source: None
        self.guards: dict[str, Guard] = {}
        self.tensors: dict[int, tuple[Tensor, Source]] = {}
        self.refusals: list[str] = []
        self.firm = True
        self.before = Snapshot()
        self._expected: dict[str, Guard] = {}
        self._loose: set[str] = set()
        self._known: dict[int, Any] = {}
        self._classes: set[type] = set()
        self._functions: dict[types.CodeType, list[types.FunctionType]] = {}

    # Values.

    def visit(self, value: Any, source: Source, depth: int = _DEPTH) -> None:
        """Guards a value that the program can read, and what it contains."""
        if isinstance(value, Tensor):
            self.add_tensor(value, source)
        elif isinstance(value, SIMPLE):
            self._simple(value, source)
        elif isinstance(value, (list, tuple)) and depth:
            self._sequence(value, source, depth)
        elif isinstance(value, dict) and depth:
            self._mapping(value, source, depth)
        elif isinstance(value, (set, frozenset)):
            self.before.take(value)
            self.add(f"{source.code} == {self.names.name(set(value))}", source, value)
        elif isinstance(value, np.ndarray):
            self._array(value, source)
        elif not isinstance(value, types.ModuleType):
            self.identity(value, source)

    def identity(self, value: Any, source: Source) -> None:
        """Guards that `source` is this very object, whose methods may run."""
        self.know(value)
        self.note_function(value)
        self.note_class(value if isinstance(value, type) else type(value))
        if _RESIDUALS in vars(type(value)):
            for i, tensor in enumerate(getattr(value, _RESIDUALS)):
                self.add_tensor(tensor, source.attribute(_RESIDUALS).item(i))
        what = getattr(value, "__name__", type(value).__name__)
        self.add(f"{source.code} is {self.names.name(value)}", source, what)

    def add(self, code: str, source: Source, value: Any) -> None:
        """Adds a guard, unless it is on a fixed object."""
        if not self.firm:
            self._loose.add(code)
        if not source.code.isidentifier():
            shown = value if isinstance(value, str) else repr(value)
            self.guards.setdefault(code, Guard(code, source.text, shown))

    def _simple(self, value: Any, source: Source) -> None:
        name = literal(value, self.names)
        if value is None or isinstance(value, (bool, type(Ellipsis), enum.Enum, dtype)):
            self.add(f"{source.code} is {name}", source, value)
        elif value != value:
            self.add(f"{source.code} != {source.code}", source, value)
        else:
            cls = self.names.name(type(value))
            self.add(f"type({source.code}) is {cls} and {source.code} == {name}", source, value)

    def _sequence(self, value, source: Source, depth: int) -> None:
        if isinstance(value, list):
            self.before.take(value)
        self.know(value)
        cls = self.names.name(type(value))
        code = f"type({source.code}) is {cls} and len({source.code}) == {len(value)}"
        self.add(code, source, f"{len(value)} elements")
        for i, element in enumerate(value):
            self.visit(element, source.item(i), depth - 1)

    def _mapping(self, value: dict, source: Source, depth: int) -> None:
        self.before.take(value)
        self.know(value)
        keys = tuple(value)
        if all(isinstance(k, SIMPLE) for k in keys):
            code = f"tuple({source.code}) == {self.names.name(keys)}"
        else:
            code = f"len({source.code}) == {len(keys)}"
        self.add(code, source, f"{len(keys)} entries")
        for key, element in value.items():
            name = None if isinstance(key, (str, int)) else self.names.name(key)
            self.visit(element, source.item(key, name), depth - 1)

    def _array(self, value: np.ndarray, source: Source) -> None:
        copy, equal = self.names.name(value.copy()), self.names.name(np.array_equal)
        code = f"{source.code}.dtype == {copy}.dtype and {equal}({source.code}, {copy})"
        self.add(code, source, "an array of the same data")

    # Tensors.

    def add_tensor(self, tensor: Tensor, source: Source) -> None:
        """Notes where `tensor` can be found; the first source wins, and another one must lead to the
        same tensor at later calls.
        """
        known = self.tensors.get(id(tensor))
        if known is None:
            self.tensors[id(tensor)] = (tensor, source)
            self.on_tensor(tensor, source)
        elif self.firm and known[1].code != source.code:
            self.add(f"{source.code} is {known[1].code}", source, known[1].text)

    def source_of(self, tensor: Tensor) -> Source | None:
        """Where `tensor` can be found at a later call; also as the gradient of one that can."""
        if id(tensor) in self.tensors:
            return self.tensors[id(tensor)][1]
        for owner, source in list(self.tensors.values()):
            if grad_of(owner) is tensor:
                self.add_tensor(tensor, source.attribute("grad"))
                return self.tensors[id(tensor)][1]
        return None

    # Functions.

    def note_function(self, value: Any) -> None:
        """Remembers a function of the outside world, whose cells are wanted when it runs."""
        if isinstance(value, types.MethodType):
            self.know(value.__self__)
            value = value.__func__
        if isinstance(value, functools.partial):
            self.note_function(value.func)
        elif isinstance(value, types.FunctionType):
            others = self._functions.setdefault(value.__code__, [])
            if not any(f is value for f in others):
                others.append(value)
            self.note_function(getattr(value, "__wrapped__", None))
        elif isinstance(getattr(value, "__self__", None), random.Random):
            self.refuse_unrepeatable(value.__name__)

    def note_class(self, cls: type) -> None:
        """Remembers the methods of a class that are closures."""
        if cls in self._classes:
            return
        self._classes.add(cls)
        for base in cls.__mro__:
            for value in vars(base).values():
                method = getattr(value, "__func__", getattr(value, "fget", value))
                if isinstance(method, types.FunctionType) and method.__closure__:
                    self.note_function(method)

    def cells(self, code: types.CodeType, name: str, value: Any) -> list:
        """The cells that hold variable `name` in the functions that `code` may be running for."""
        found = []
        for function in self._functions.get(code, ()):
            cell = function.__closure__[code.co_freevars.index(name)]
            try:
                matches = cell.cell_contents is value
            except ValueError:
                matches = False
            if matches:
                found.append(cell)
        return found

    # Changes.

    def know(self, value: Any) -> None:
        """Notes that an object is of the outside world, not one that the program made."""
        self._known[id(value)] = value

    def knows(self, value: Any) -> bool:
        """Whether an object is of the outside world."""
        return id(value) in self._known or is_module(value)

    def expect(self, code: str, text: str, value: str) -> None:
        """Requires the program to leave something as it is, though it may not depend on it."""
        self._expected.setdefault(code, Guard(code, text, value))

    def refuse(self, why: str) -> None:
        """Notes a reason for which the program cannot be captured."""
        if why not in self.refusals:
            self.refusals.append(why)

    def refuse_unrepeatable(self, what: str) -> None:
        """Notes that the program uses something that is different at every call."""
        self.refuse(
            f"{what} gives other results at every call; a compiled program would repeat one"
        )

    def settle(self, leaves: list) -> list[Guard]:
        """Drops guards on the program's own objects; returns those on others that it made false."""
        scope = {**self.names.bound, "leaves": leaves}
        held = (*self.guards.values(), *self._expected.values())
        failed = [guard for guard in held if not evaluate(guard.code, scope)]
        for guard in failed:
            if guard.code in self._loose:
                del self.guards[guard.code]
        return [guard for guard in failed if guard.code not in self._loose]


def literal(value: Any, names: Names) -> str:
    """An expression for a simple value: its literal if that is safe, else a bound name."""
    if value is None or type(value) in (bool, int, str, bytes):
        return repr(value)
    if type(value) is float and value - value == 0:
        return repr(value)
    return names.name(value)


def evaluate(code: str, bound: dict) -> bool:
    """Whether a guard holds now; one that can no longer be evaluated does not."""
    try:
        return bool(eval(code, bound))
    except (AttributeError, KeyError, IndexError, TypeError, ValueError, NameError):
        return False


def is_module(value: Any) -> bool:
    """Whether `value` is an nn.Module."""
    own = getattr(value, "__dict__", None)
    return isinstance(own, dict) and "_parameters" in own and "_modules" in own
