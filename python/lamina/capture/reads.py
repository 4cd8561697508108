"""What a trace reads from outside of its arguments: globals, closure cells, attributes, containers.

While the program runs, every Python function it calls is seen by a profile hook. What the bytecode
of that function can read is looked up right then, before the program changes it, and goes into the
record.

A guard that does not hold any more when the trace ends means that the program changed the outside
world. A compiled program would not repeat that change, so the capture is refused and the change
undone.
"""

from __future__ import annotations

import os
import sys
import sysconfig
import types
from typing import Any

import ml_dtypes
import mlir
import numpy
import optree

from ..tensor import Tensor
from .bytecode import ATTRIBUTE, Chain, reads
from .record import SIMPLE, Record
from .sources import Source

_PACKAGE = os.path.dirname(os.path.dirname(os.path.abspath(__file__))) + os.sep
# Rooms of lamina that are ordinary Python over tensors, to be watched like user code.
_WATCHED = tuple(_PACKAGE + room + os.sep for room in ("nn", "optim", "random"))
_SITE = tuple(sysconfig.get_path(name) + os.sep for name in ("purelib", "platlib"))
_FOUNDATIONS = tuple(
    folder + os.sep for package in (mlir, numpy, optree, ml_dtypes) for folder in package.__path__
)
_UNWATCHED = ("<frozen", sysconfig.get_path("stdlib") + os.sep, *_FOUNDATIONS)
_FUNCTIONS = (
    types.FunctionType,
    types.BuiltinFunctionType,
    types.MethodType,
    types.MethodDescriptorType,
    type,
)
_MODULE_TABLES = ("_parameters", "_buffers", "_modules")
_EFFECTS = ("print", "input", "open")
_UNREPEATABLE = frozenset({"random", "secrets", "time", "numpy.random"})
# Python modules whose attributes are taken to be fixed.
_QUIET = frozenset({"lamina", "math", "builtins", "functools", "itertools", "operator", "typing"})
_MISSING = object()


class Observer:
    """Fills `record` while a program runs; use as a context manager around it.

    `reads_grad` is whether the program has looked at the `grad` of anything.
    """

    def __init__(self, record: Record):
        self.record = record
        self.reads_grad = False
        self._seen: set = set()
        self._watched: dict[types.CodeType, bool] = {}
        self._previous = None
        self._importing: types.FrameType | None = None

    def __enter__(self) -> Observer:
        self._previous = sys.getprofile()
        sys.setprofile(self._on_event)
        return self

    def __exit__(self, *exception) -> None:
        sys.setprofile(None)
        if callable(self._previous):
            sys.setprofile(self._previous)
        elif self._previous is not None:
            # A profiler written in C, such as cProfile's, can only be started by itself.
            self._previous.enable()

    def _on_event(self, frame: types.FrameType, event: str, _) -> None:
        if event != "call":
            if event == "return" and frame is self._importing:
                self._importing = None
            return
        code = frame.f_code
        if self._importing is not None:
            return
        if code.co_name == "<module>":
            # Modules run once, whoever asks for them first.
            self._importing = frame
            return
        watched = self._watched.get(code)
        if watched is None:
            watched = self._watched[code] = _is_watched(code, frame.f_globals)
        if watched:
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

    # Reads.

    def _root(self, chain: Chain, frame: types.FrameType, local: dict) -> tuple[Any, Source] | None:
        """The value a chain starts from and its source, None where there is nothing to guard."""
        record = self.record
        if chain.place == "global":
            return self._global(chain.name, frame.f_globals)
        if chain.name not in local or chain.name == "__class__":
            return None
        value = local[chain.name]
        if chain.place == "cell":
            cells = record.cells(frame.f_code, chain.name, value)
            if not cells:
                # The function was made by the program, and so was the variable.
                return None
            return value, Source(f"{record.names.name(cells[0])}.cell_contents", chain.name)
        if isinstance(value, (Tensor, *SIMPLE, *_FUNCTIONS)):
            return None
        record.note_class(type(value))
        return value, record.names.root(value, chain.name)

    def _global(self, name: str, table: dict) -> tuple[Any, Source] | None:
        if name in table:
            return table[name], Source(f"{self.record.names.name(table)}[{name!r}]", name)
        if name in _EFFECTS:
            self.record.refuse(f"{name}() has an effect that a compiled program would not repeat")
        return None

    def _read(self, chain: Chain, frame: types.FrameType, local: dict) -> None:
        found = self._root(chain, frame, local)
        if found is None:
            return
        value, source = found
        key = (source.code, id(value), chain.steps)
        if key in self._seen:
            return
        self._seen.add(key)
        # What a variable of the function holds is no dependence; what is read of it may be.
        fixed = chain.place == "local"
        self.record.firm = not fixed or self.record.knows(value)
        for kind, name in chain.steps:
            if not fixed and not self._pass(value, source, kind):
                return
            fixed = False
            value, source = self._step(value, source, kind, name)
            if value is _MISSING:
                return
        if not fixed:
            self._end(value, source)

    def _end(self, value: Any, source: Source) -> None:
        if isinstance(value, types.ModuleType):
            self._enter_module(value, source)
        else:
            self.record.visit(value, source)

    def _pass(self, value: Any, source: Source, kind: str) -> bool:
        """Guards an object in the middle of a chain; whether to go on into it."""
        # A method of a container may read or change all of it.
        by_method = kind == ATTRIBUTE and isinstance(value, (list, dict, set))
        if by_method or isinstance(value, (Tensor, *SIMPLE)):
            self.record.visit(value, source)
            return False
        if isinstance(value, types.ModuleType):
            return self._enter_module(value, source)
        self.record.identity(value, source)
        return True

    def _enter_module(self, module: types.ModuleType, source: Source) -> bool:
        """Whether attributes of a Python module are to be guarded."""
        if module.__name__ in _UNREPEATABLE:
            self.record.refuse_unrepeatable(source.text)
        return module.__name__.partition(".")[0] not in _QUIET

    def _step(self, value: Any, source: Source, kind: str, name: Any) -> tuple[Any, Source]:
        """An attribute or item of a value and its source, without running code of its class."""
        if kind != ATTRIBUTE:
            return _item(value, source, name)
        own = getattr(value, "__dict__", None)
        if isinstance(value, types.ModuleType):
            # Not by its dictionary: a module may make its attributes when they are asked for.
            return getattr(value, name, _MISSING), source.attribute(name)
        if isinstance(own, dict):
            if name in own:
                self.record.before.take(own)
                return own[name], source.entry(name)
            for table in _MODULE_TABLES:
                if name in own.get(table, ()):
                    return own[table][name], source.member(table, name)
        return self._of_class(value, source, name)

    def _of_class(self, value: Any, source: Source, name: str) -> tuple[Any, Source]:
        classes = value.__mro__ if isinstance(value, type) else type(value).__mro__
        cls = next((c for c in classes if name in c.__dict__), None)
        if cls is None:
            return _MISSING, source
        found = cls.__dict__[name]
        if isinstance(found, types.MemberDescriptorType):
            return getattr(value, name, _MISSING), source.attribute(name)
        if isinstance(found, (*SIMPLE, Tensor, list, dict, tuple)):
            code = f"{self.record.names.name(cls)}.__dict__[{name!r}]"
            return found, Source(code, f"{source.text}.{name}")
        return _MISSING, source

    # Writes.

    def _store(self, chain: Chain, frame: types.FrameType, local: dict) -> None:
        """Expects a variable or attribute that the code may rebind to keep its value."""
        if chain.steps:
            self._store_attribute(chain, frame, local)
        elif chain.place == "global":
            self._expect(frame.f_globals, chain.name, chain.name)
        else:
            for cell in self.record.cells(
                frame.f_code, chain.name, local.get(chain.name, _MISSING)
            ):
                self.record.before.take(cell)
                names, before = self.record.names, cell.cell_contents
                code = f"{names.name(cell)}.cell_contents is {names.name(before)}"
                self.record.expect(code, chain.name, repr(before))

    def _store_attribute(self, chain: Chain, frame: types.FrameType, local: dict) -> None:
        found = self._root(chain._replace(steps=()), frame, local)
        # An object that the program made itself may change as it likes.
        if found is None or not self.record.knows(found[0]):
            return
        own, name = getattr(found[0], "__dict__", None), chain.steps[0][1]
        if isinstance(own, dict):
            self._expect(own, name, f"{found[1].text}.{name}")

    def _expect(self, table: dict, key: str, text: str) -> None:
        self.record.before.take(table)
        before, names = table.get(key, _MISSING), self.record.names
        code = f"{names.name(table)}.get({key!r}, {names.name(_MISSING)}) is {names.name(before)}"
        self.record.expect(code, text, "unset" if before is _MISSING else repr(before))


def _item(value: Any, source: Source, key: Any) -> tuple[Any, Source]:
    if not isinstance(value, dict) and type(value) not in (list, tuple):
        return _MISSING, source
    try:
        return value[key], source.item(key)
    except (KeyError, IndexError, TypeError):
        return _MISSING, source


def _is_watched(code: types.CodeType, module: dict) -> bool:
    """Whether code counts as part of the program: not lamina's core, nor what that stands on."""
    file = code.co_filename
    if file.startswith(_PACKAGE):
        return file.startswith(_WATCHED)
    if str(module.get("__name__")).startswith("namedtuple_"):
        return False
    # The standard library holds site-packages, where other people's programs are.
    return not file.startswith(_UNWATCHED) or (
        file.startswith(_SITE) and not file.startswith(_FOUNDATIONS)
    )
