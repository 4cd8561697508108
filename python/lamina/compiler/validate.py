"""`LAMINA_VALIDATE=1`: the interpreter runs the program before and after every pass.

What the captured program does in the ref world is the truth: values of outputs, final data of
inputs, gradients, and which outputs share memory with what. A pass after which any of it differs is
at fault.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from mlir import ir

from ..capture.inputs import Input
from ..capture.program import Captured
from ..errors import VerifyError
from ..ir import descriptors
from ..ir.descriptors import Alias, Slot
from ..ir.interpreter import Program
from ..ir.types import is_ref, shape_and_dtype
from ..ops import primitives
from ..storage import Missing
from . import stages

_TOLERANCE = {"f2": 2e-2, "f4": 1e-4, "f8": 1e-9, "c8": 1e-4, "c16": 1e-9}


class Effects(NamedTuple):
    """What a program did: arrays by number, and for each output the memory it is in (None: its
    own); `resized` are inputs whose memory is of another size.
    """

    outputs: dict[int, np.ndarray]
    finals: dict[int, np.ndarray]
    gradients: dict[int, np.ndarray]
    memory: dict[int, object]
    resized: frozenset = frozenset()


class Validator:
    """Holds the inputs and the truth about one captured program."""

    def __init__(self, captured: Captured):
        self.name = captured.name
        self._random = np.random.default_rng(0)
        self._inputs = [self._input(x.before["_array"]) for x in captured.inputs]
        self._parts = {
            x.number: _Part.of(x, captured.inputs[x.base])
            for x in captured.inputs
            if x.base is not None and type(x.before["_array"]) is not Missing
        }
        self._tangents: dict[tuple, np.ndarray] = {}
        self._later: dict[int, np.ndarray] = {}
        self._truth = self._effects(captured.module)

    def check(self, after: str, module: ir.Module) -> None:
        """Raises VerifyError naming the pass `after` when the program does something else than it
        was captured to do.
        """
        found = self._effects(module)
        for what in ("outputs", "finals", "gradients"):
            wanted, got = getattr(self._truth, what), getattr(found, what)
            for number, array in wanted.items():
                if what == "finals" and number in found.resized:
                    # What resized memory holds is seen through the outputs that look at it.
                    continue
                if not _same(array, got.get(number)):
                    raise VerifyError(
                        f"pass '{after}' changed {_PLURAL[what]} {number} of @{self.name}"
                    )
        for number, memory in found.memory.items():
            wanted = self._truth.memory.get(number)
            if memory != wanted and self._truth.outputs[number].size:
                raise VerifyError(
                    f"pass '{after}' changed what memory output {number} of @{self.name} is in: "
                    f"{memory}, where the program has {wanted}"
                )

    def _input(self, array: np.ndarray) -> np.ndarray:
        """Random data in the layout of `array`; integers may be indices and keep their values."""
        if type(array) is Missing:
            # Its memory is another input; it shows nothing of it.
            return np.empty(0, array.dtype)
        copy = np.copy(array, order="K")
        if array.dtype.kind not in "fcV":
            return copy
        copy[...] = (self._random.random(array.shape) + 0.5).astype(array.dtype)
        return copy

    def _tangent(self, slot: Slot, type_: ir.Type) -> np.ndarray:
        key = (slot.of, slot.index)
        if key not in self._tangents:
            shape, dtype = shape_and_dtype(type_)
            self._tangents[key] = self._random.standard_normal(shape).astype(dtype)
        return self._tangents[key]

    def _later_input(self, number: int) -> np.ndarray:
        """What the caller has put into an input by the time the backward runs."""
        if number not in self._later:
            self._later[number] = self._input(self._inputs[number])
        return self._later[number]

    def _effects(self, module: ir.Module) -> Effects:
        functions = stages.functions(module)
        if self.name in functions:
            results, arguments = self._run(module, self.name, {})
            return _read(functions[self.name], results, arguments, self._parts)
        forward, backward = f"{self.name}_forward", f"{self.name}_backward"
        results, arguments = self._run(module, forward, {})
        effects = _read(functions[forward], results, arguments, self._parts)
        slots = descriptors.results(functions[forward])
        saved = {
            s.index: np.copy(r) for s, r in zip(slots, results, strict=True) if s.kind == "saved"
        }
        results, _ = self._run(module, backward, saved)
        slots = descriptors.results(functions[backward])
        of: dict[str, dict] = {"gradient": {}, "mutation": {}}
        for slot, result in zip(slots, results, strict=True):
            of.setdefault(slot.kind, {})[slot.index] = result
        finals = effects.finals | of["mutation"]
        return effects._replace(gradients=of["gradient"], finals=finals)

    def _run(self, module: ir.Module, name: str, saved: dict) -> tuple[list, dict[int, np.ndarray]]:
        """The results of a function, and the arrays that were its inputs."""
        function = stages.functions(module)[name]
        arrays, inputs = [], {}
        for slot, value in zip(
            descriptors.arguments(function), function.regions[0].blocks[0].arguments, strict=True
        ):
            if slot.later or (slot.kind == "input" and name == f"{self.name}_backward"):
                arrays.append(np.copy(self._later_input(slot.index)))
            elif slot.kind == "input":
                arrays.append(
                    inputs.setdefault(slot.index, np.copy(self._inputs[slot.index], order="K"))
                )
            else:
                arrays.append(
                    saved[slot.index]
                    if slot.kind == "saved"
                    else np.copy(self._tangent(slot, value.type))
                )
        return Program(module, name)(*arrays), inputs


_PLURAL = {
    "outputs": "output",
    "finals": "the final data of input",
    "gradients": "the gradient of input",
}


class _Part(NamedTuple):
    """An input that is a part of another one, which is flat memory: how it looks at it."""

    flat: int
    dtype: np.dtype
    sizes: tuple
    strides: tuple
    start: int

    @classmethod
    def of(cls, x: Input, flat: Input) -> _Part:
        """How input `x` looks at `flat`; strides and start count bytes."""
        array = x.before["_array"]
        start = x.before["_offset"] * array.itemsize - flat.before["_offset"] * flat.root.itemsize
        return cls(flat.number, array.dtype, array.shape, array.strides, start)

    def array(self, memory: np.ndarray) -> np.ndarray:
        """The input's data in this state of the memory."""
        return np.ndarray(self.sizes, self.dtype, memory, self.start, self.strides)


def _read(
    function: ir.Operation, results: list, inputs: dict[int, np.ndarray], parts: dict[int, _Part]
) -> Effects:
    """The effects of one call, from the descriptors of its results."""
    named = {
        ("later" if s.later else s.kind, s.index): r
        for s, r in zip(descriptors.results(function), results, strict=True)
    }
    gradients = {i: r for (kind, i), r in named.items() if kind == "gradient"}
    in_refs = any(is_ref(a.type) for a in function.regions[0].blocks[0].arguments) or any(
        is_ref(r) for r in ir.FunctionType(function.attributes["function_type"].value).results
    )
    if in_refs:
        outputs = {i: r for (kind, i), r in named.items() if kind == "output"}
        return Effects(outputs, inputs, gradients, _observed_memory(outputs, inputs))
    finals = {i: named.get(("later", i), named.get(("mutation", i), a)) for i, a in inputs.items()}
    places = {i: p.array(np.ascontiguousarray(finals[p.flat])) for i, p in parts.items()} | finals
    outputs, memory = {}, {}
    for number, alias in enumerate(descriptors.outputs(function)):
        made = None if alias is None else _rebuild(alias, outputs, places, named)
        direct = named.get(("output", number))
        outputs[number] = direct if made is None else made
        if made is not None and direct is not None and not _same(direct, made):
            raise VerifyError(f"the recipe for output {number} gives other data than the program")
        memory[number] = _declared_memory(alias, memory, parts)
    resized = {s.memory for s in descriptors.results(function)} - {None}
    return Effects(outputs, finals, gradients, _grouped(memory), frozenset(resized))


def _rebuild(alias: Alias, outputs: dict, finals: dict, named: dict) -> np.ndarray | None:
    """An output that shares memory, by its recipe."""
    if alias.root == "output":
        source = outputs[alias.index]
    elif alias.root == "input":
        source = finals.get(alias.index)
    else:
        source = named.get(("base", alias.index))
    for view in alias.views if source is not None else ():
        primitive: Callable = getattr(primitives, view.name)
        source = primitive(source, **view.attributes)
    return source


def _declared_memory(alias: Alias | None, memory: dict, parts: dict[int, _Part]) -> object:
    if alias is None:
        return None
    if alias.root == "input" and alias.index in parts:
        return ("input", parts[alias.index].flat)
    if alias.root == "output":
        return memory[alias.index] or ("own", alias.index)
    return (alias.root.replace("fresh", "base"), alias.index)


def _grouped(memory: dict) -> dict:
    """Fresh memory is named by the first output that sees it, alone in it or not."""
    first: dict = {}
    for number, place in memory.items():
        first.setdefault(place or ("own", number), number)
    return {
        n: p if p is not None and p[0] == "input" else ("fresh", first[p or ("own", n)])
        for n, p in memory.items()
    }


def _observed_memory(outputs: dict, inputs: dict) -> dict:
    memory: dict = {}
    input_of = {id(_owner(array)): number for number, array in inputs.items()}
    first: dict[int, int] = {}
    for number, array in outputs.items():
        owner = id(_owner(array))
        if owner in input_of:
            memory[number] = ("input", input_of[owner])
        else:
            memory[number] = ("fresh", first.setdefault(owner, number))
    return memory


def _owner(array: np.ndarray) -> object:
    """What holds the memory of an array: views of it that do not overlap share it, too."""
    while getattr(array, "base", None) is not None:
        array = array.base
    return array


def _same(wanted: np.ndarray, found: np.ndarray | None) -> bool:
    if found is None or wanted.shape != found.shape or wanted.dtype != found.dtype:
        return False
    tolerance = _TOLERANCE.get(
        f"{wanted.dtype.kind}{wanted.dtype.itemsize}", 5e-2 if wanted.dtype.kind == "V" else 0
    )
    if wanted.dtype.kind == "V":
        wanted, found = wanted.astype(np.float32), found.astype(np.float32)
    return bool(np.allclose(wanted, found, rtol=tolerance, atol=tolerance, equal_nan=True))
