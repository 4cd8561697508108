"""What a trace read from outside of its arguments: globals, closure cells, attributes, containers.

While the program runs, every Python function it calls is seen by a profile hook. What the bytecode of that
function can read is looked up right then, before the program changes it, and becomes a guard; a tensor found on
the way gets a source, so that a compiled program can fetch it anew at every call.

A guard that does not hold any more when the trace ends means that the program changed the outside world. A compiled
program would not repeat that change, so the capture is refused and the change undone.
"""

from __future__ import annotations

import enum
import functools
import os
import random
import sys
import sysconfig
import types
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from ..devices import device
from ..dtypes import dtype
from ..tensor import Tensor
from .bytecode import ATTRIBUTE, Chain, reads
from .snapshot import Snapshot
from .sources import Names, Source

_PACKAGE = os.path.dirname(os.path.dirname(os.path.abspath(__file__))) + os.sep
# Rooms of lamina that are ordinary Python over tensors, to be watched like user code.
_WATCHED = tuple(_PACKAGE + room + os.sep for room in ("nn", "optim", "random"))
_SITE = tuple(sysconfig.get_path(name) + os.sep for name in ("purelib", "platlib"))
_FOUNDATIONS = tuple(site + name + os.sep for site in _SITE for name in ("mlir", "numpy", "optree", "ml_dtypes"))
_UNWATCHED = (_PACKAGE, "<frozen", sysconfig.get_path("stdlib") + os.sep, *_FOUNDATIONS)
_SIMPLE = (bool, int, float, complex, str, bytes, type(None), type(Ellipsis), range, slice, enum.Enum, dtype, device)
_CALLABLE = (types.FunctionType, types.BuiltinFunctionType, types.MethodType, types.MethodDescriptorType, type)
_MISSING = object()
_DEPTH = 6


class Guard(NamedTuple):
    """`code` must evaluate to true; `text` says what it depends on and `value` what it was."""

    code: str
    text: str
    value: str


class Observer:
    """Collects guards and tensor sources while a program runs; use as a context manager around it.

    `on_tensor` is told of every tensor that is found, before the program can do anything to it.
    """

    def __init__(self, names: Names):
        self.names = names
        self.on_tensor: Callable[[Tensor, Source], None] = lambda tensor, source: None
        self.guards: dict[str, Guard] = {}
        self.tensors: dict[int, tuple[Tensor, Source]] = {}
        self.reads_grad = False
        self._stores: dict[str, Guard] = {}
        self.refusals: list[str] = []
        self._before = Snapshot()
        self._classes: set[type] = set()
        self._functions: dict[types.CodeType, list[types.FunctionType]] = {}
        self._known: dict[int, Any] = {}
        self._soft: set[str] = set()
        self._hard = True
        self._seen: set = set()
        self._interesting: dict[types.CodeType, bool] = {}
        self._previous = None

    def __enter__(self) -> "Observer":
        self._previous = sys.getprofile()
        sys.setprofile(self._on_event)
        return self

    def __exit__(self, *exception) -> None:
        sys.setprofile(self._previous)

    def add_tensor(self, tensor: Tensor, source: Source) -> None:
        """Notes where `tensor` can be found; the first source wins."""
        if id(tensor) not in self.tensors:
            self.tensors[id(tensor)] = (tensor, source)
            self.on_tensor(tensor, source)

    def source_of(self, tensor: Tensor) -> Source | None:
        """Where `tensor` can be found at a later call; also as the gradient of a tensor that can."""
        found = self.tensors.get(id(tensor))
        if found is not None:
            return found[1]
        for owner, source in list(self.tensors.values()):
            if owner._autograd is not None and owner._autograd.grad is tensor:
                self.add_tensor(tensor, source.attribute("grad"))
                return self.tensors[id(tensor)][1]
        return None

    def add_object(self, value: Any, source: Source) -> None:
        """Looks into an argument that is neither a tensor nor a number: module, container, object."""
        self._visit(value, source, _DEPTH)

    def settle(self, leaves: list) -> list[Guard]:
        """Drops guards on the program's own objects; returns those on others that the program has made false."""
        scope = {**self.names.bound, "leaves": leaves}
        failed = [g for g in (*self.guards.values(), *self._stores.values()) if not evaluate(g.code, scope)]
        for guard in failed:
            if guard.code in self._soft:
                del self.guards[guard.code]
        return [g for g in failed if g.code not in self._soft]

    def undo(self) -> None:
        """Puts back every container, attribute and cell that was looked at."""
        self._before.restore()

    # The hook.

    def _on_event(self, frame: types.FrameType, event: str, _) -> None:
        if event != "call":
            return
        code = frame.f_code
        interesting = self._interesting.get(code)
        if interesting is None:
            interesting = self._interesting[code] = _is_watched(code, frame.f_globals)
        if interesting:
            self._observe(frame, code)

    def _observe(self, frame: types.FrameType, code: types.CodeType) -> None:
        found = reads(code)
        self.reads_grad |= "grad" in found.attributes
        if not found.chains and not found.stores:
            return
        # Reading f_locals of a running frame copies variables: once per event is enough.
        local = frame.f_locals
        for chain in found.chains:
            self._read(chain, frame, local)
        for chain in found.stores:
            self._store(chain, frame, local)

    def _root(self, chain: Chain, frame: types.FrameType, local: dict) -> tuple[Any, Source] | None:
        """The value a chain starts from and its source, None where there is nothing to guard."""
        if chain.place == "global":
            table = frame.f_globals
            if chain.name not in table:
                self._builtin(chain.name)
                return None
            return table[chain.name], Source(f"{self.names.name(table)}[{chain.name!r}]", chain.name)
        if chain.name not in local or chain.name == "__class__":
            return None
        value = local[chain.name]
        if chain.place == "cell":
            cells = self._cells(frame.f_code, chain.name, value)
            # The function was made by the program, and so was the variable.
            return (value, Source(f"{self.names.name(cells[0])}.cell_contents", chain.name)) if cells else None
        if isinstance(value, (Tensor, *_SIMPLE, *_CALLABLE)):
            return None
        self._note_class(type(value))
        return value, self.names.root(value, chain.name)

    def _read(self, chain: Chain, frame: types.FrameType, local: dict) -> None:
        found = self._root(chain, frame, local)
        if found is None:
            return
        value, source = found
        fixed = chain.place == "local"
        key = (source.code, id(value), chain.steps)
        if key in self._seen:
            return
        self._seen.add(key)
        self._hard = not fixed or id(value) in self._known or is_module(value)
        for kind, name in chain.steps:
            if not fixed and not self._pass(value, source, kind):
                return
            fixed = False
            value, source = self._step(value, source, kind, name)
            if value is _MISSING:
                return
        if chain.steps or not fixed:
            self._visit(value, source, _DEPTH)

    def _pass(self, value: Any, source: Source, kind: str = ATTRIBUTE) -> bool:
        """Guards an object in the middle of a chain; whether to go on into it."""
        if isinstance(value, (Tensor, *_SIMPLE)) or kind == ATTRIBUTE and isinstance(value, (list, dict, set)):
            self._visit(value, source, _DEPTH)
            return False
        if isinstance(value, types.ModuleType):
            if value.__name__ in _UNREPEATABLE:
                self._refuse(f"{source.text} gives other results at every call; a compiled program would repeat one")
            return value.__name__ == "numpy" or value.__name__.partition(".")[0] not in _QUIET
        self._identity(value, source)
        return True

    def _step(self, value: Any, source: Source, kind: str, name: Any) -> tuple[Any, Source]:
        """An attribute or item of a value, without running any code of its class."""
        if kind != ATTRIBUTE:
            if type(value) in (list, tuple, dict) or isinstance(value, dict):
                try:
                    return value[name], source.item(name)
                except (KeyError, IndexError, TypeError):
                    return _MISSING, source
            return _MISSING, source
        own = getattr(value, "__dict__", None)
        if isinstance(own, dict | types.MappingProxyType) and name in own and not isinstance(value, type):
            self._before.take(own)
            return own[name], source.entry(name)
        if isinstance(own, dict):
            for table in _MODULE_TABLES:
                if name in own.get(table, ()):
                    return own[table][name], source.member(table, name)
        return self._class_step(value, source, name)

    def _class_step(self, value: Any, source: Source, name: str) -> tuple[Any, Source]:
        classes = value.__mro__ if isinstance(value, type) else type(value).__mro__
        for cls in classes:
            if name in cls.__dict__:
                found = cls.__dict__[name]
                if isinstance(found, types.MemberDescriptorType):
                    return getattr(value, name, _MISSING), source.attribute(name)
                if isinstance(found, _SIMPLE) or isinstance(found, (Tensor, list, dict, tuple)):
                    return found, Source(f"{self.names.name(cls)}.__dict__[{name!r}]", f"{source.text}.{name}")
                return _MISSING, source
        return _MISSING, source

    # Values.

    def _visit(self, value: Any, source: Source, depth: int) -> None:
        """Guards a value that the program can read, and what it contains."""
        if isinstance(value, Tensor):
            self.add_tensor(value, source)
        elif isinstance(value, _SIMPLE):
            self._simple(value, source)
        elif isinstance(value, (list, tuple)) and depth:
            self._sequence(value, source, depth)
        elif isinstance(value, dict) and depth:
            self._mapping(value, source, depth)
        elif isinstance(value, (set, frozenset)):
            self._before.take(value)
            self._add(f"{source.code} == {self.names.name(set(value))}", source, value)
        elif isinstance(value, np.ndarray):
            self._array(value, source)
        elif isinstance(value, types.ModuleType):
            self._pass(value, source)
        else:
            self._identity(value, source)

    def _array(self, value: np.ndarray, source: Source) -> None:
        copy, equal = self.names.name(value.copy()), self.names.name(np.array_equal)
        self._add(f"{source.code}.dtype == {copy}.dtype and {equal}({source.code}, {copy})", source, "its data")

    def _simple(self, value: Any, source: Source) -> None:
        if value is None or value is True or value is False or value is Ellipsis or isinstance(value, (enum.Enum, dtype)):
            self._add(f"{source.code} is {literal(value, self.names)}", source, value)
        elif value != value:
            self._add(f"{source.code} != {source.code}", source, value)
        else:
            name = literal(value, self.names)
            self._add(f"type({source.code}) is {self.names.name(type(value))} and {source.code} == {name}", source, value)

    def _sequence(self, value, source: Source, depth: int) -> None:
        if isinstance(value, list):
            self._before.take(value)
        name = self.names.name(type(value))
        self._add(f"type({source.code}) is {name} and len({source.code}) == {len(value)}", source, f"{len(value)} elements")
        self._known[id(value)] = value
        for i, element in enumerate(value):
            self._visit(element, source.item(i), depth - 1)

    def _mapping(self, value: dict, source: Source, depth: int) -> None:
        self._before.take(value)
        keys = tuple(value)
        plain = all(isinstance(k, _SIMPLE) for k in keys)
        if plain:
            self._add(f"tuple({source.code}) == {literal(keys, self.names)}", source, f"{len(keys)} entries")
        else:
            self._add(f"len({source.code}) == {len(keys)}", source, f"{len(keys)} entries")
        self._known[id(value)] = value
        for key, element in value.items():
            code = None if isinstance(key, (str, int)) else self.names.name(key)
            self._visit(element, source.item(key, code), depth - 1)

    def _identity(self, value: Any, source: Source) -> None:
        self._known[id(value)] = value
        self.note_function(value)
        self._note_class(value if isinstance(value, type) else type(value))
        self._add(f"{source.code} is {self.names.name(value)}", source, getattr(value, "__name__", type(value).__name__))

    def _add(self, code: str, source: Source, value: Any) -> None:
        if not self._hard:
            self._soft.add(code)
        if not source.code.isidentifier():
            self.guards.setdefault(code, Guard(code, source.text, value if isinstance(value, str) else repr(value)))

    # Writes.

    def _store(self, chain: Chain, frame: types.FrameType, local: dict) -> None:
        """Expects a variable or an attribute that the code may rebind to keep its value."""
        if chain.place == "global" and not chain.steps:
            table, key, text = frame.f_globals, chain.name, chain.name
        elif chain.place == "cell" and not chain.steps:
            return self._store_cell(chain, frame, local)
        else:
            found = self._root(chain._replace(steps=()), frame, local)
            # An object that the program made itself may change as it likes.
            if found is None or id(found[0]) not in self._known and not is_module(found[0]):
                return None
            table, key = getattr(found[0], "__dict__", None), chain.steps[0][1]
            text = f"{found[1].text}.{key}"
        if not isinstance(table, dict):
            return None
        self._before.take(table)
        before = table.get(key, _MISSING)
        name, table_name, missing = self.names.name(before), self.names.name(table), self.names.name(_MISSING)
        code = f"{table_name}.get({key!r}, {missing}) is {name}"
        self._stores.setdefault(f"{table_name}[{key!r}]", Guard(code, text, "unset" if before is _MISSING else repr(before)))
        return None

    def _store_cell(self, chain: Chain, frame: types.FrameType, local: dict) -> None:
        for cell in self._cells(frame.f_code, chain.name, local.get(chain.name, _MISSING)):
            before = cell.cell_contents
            self._before.take(cell)
            code = f"{self.names.name(cell)}.cell_contents is {self.names.name(before)}"
            self._stores.setdefault(code, Guard(code, chain.name, repr(before)))

    # Functions.

    def note_function(self, value: Any) -> None:
        """Remembers a function of the outer world, so that its cells can be found when it runs."""
        if isinstance(value, types.MethodType):
            self._known[id(value.__self__)] = value.__self__
            value = value.__func__
        if isinstance(value, functools.partial):
            return self.note_function(value.func)
        if isinstance(value, types.FunctionType):
            others = self._functions.setdefault(value.__code__, [])
            if not any(f is value for f in others):
                others.append(value)
            if hasattr(value, "__wrapped__"):
                self.note_function(value.__wrapped__)
        elif isinstance(getattr(value, "__self__", None), random.Random):
            self._refuse(f"{value.__name__} gives other results at every call; a compiled program would repeat one")
        return None

    def _note_class(self, cls: type) -> None:
        """Remembers the methods of a class."""
        if cls in self._classes:
            return
        self._classes.add(cls)
        for base in cls.__mro__:
            for value in vars(base).values():
                method = getattr(value, "__func__", getattr(value, "fget", value))
                if isinstance(method, types.FunctionType) and method.__closure__:
                    self.note_function(method)

    def _cells(self, code: types.CodeType, name: str, value: Any) -> list:
        """The cells that hold free variable `name` in the functions this code may be running for."""
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

    def _builtin(self, name: str) -> None:
        if name in ("print", "input", "open"):
            self._refuse(f"{name}() has an effect outside of the program that a compiled one would not repeat")

    def _refuse(self, why: str) -> None:
        if why not in self.refusals:
            self.refusals.append(why)


_MODULE_TABLES = ("_parameters", "_buffers", "_modules")
_UNREPEATABLE = frozenset({"random", "secrets", "time", "numpy.random"})
# Python modules whose attributes are taken to be fixed.
_QUIET = frozenset({"lamina", "numpy", "math", "builtins", "functools", "itertools", "operator", "typing"})


def _is_watched(code: types.CodeType, module: dict) -> bool:
    """Whether code counts as part of the program: not lamina's core, nor what that stands on."""
    file = code.co_filename
    if file.startswith(_WATCHED):
        return True
    if str(module.get("__name__")).startswith("namedtuple_"):
        return False
    return not file.startswith(_UNWATCHED) or file.startswith(_SITE) and not file.startswith(_FOUNDATIONS)


def literal(value: Any, names: Names) -> str:
    """An expression for a simple value: its literal where there is a safe one, else a bound name."""
    if value is None or isinstance(value, (bool, int, str, bytes)) and type(value) in (bool, int, str, bytes):
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
    own = getattr(value, "__dict__", None)
    return isinstance(own, dict) and "_parameters" in own and "_modules" in own
