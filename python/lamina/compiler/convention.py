"""What a compiled program takes and gives, read off the attributes of its functions."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from mlir import ir

from ..ir import descriptors
from ..ir.descriptors import Alias
from ..ir.types import shape_and_dtype
from ..storage import contiguous_strides
from . import stages


class Saved(NamedTuple):
    """A value for the backward: result number `at` of the forward, or (None) the data of input
    number `input`, which the caller has anyway.
    """

    at: int | None
    input: int | None


class Argument(NamedTuple):
    """What one argument of the backward is: saved value number `saved`, what input number `input`
    holds by then, or the gradient of root number `root`, in exactly this dtype, shape and layout
    (strides count elements).
    """

    saved: int | None
    input: int | None
    root: int | None
    shape: tuple[int, ...]
    dtype: np.dtype
    strides: tuple[int, ...]


class Looks(NamedTuple):
    """Sizes, dtype and layout of a result; strides count elements, None is row-major."""

    shape: tuple[int, ...]
    dtype: np.dtype
    strides: tuple[int, ...] | None


class Convention:
    """Everything that a call needs to know, and no IR.

    `entry` and `back` are names of functions, `back` None for a program without a backward.
    Inputs, outputs and bases go by number. `arguments` are the inputs that the forward takes;
    `returned` says where each thing stands among the arrays that it returns, by (kind, number), and
    `looks` how results and mutated inputs look. `roots` are the outputs of the backward node, in
    order, as ("output" or "mutation", number); `sources` the inputs that gradients go to, and
    `leaf_sources` the outputs: those among `leaves`, which are leaves and require grad, and those that
    retain their gradient. `unrecorded` are outputs that are views without a history, `stale` views
    from before the last write to their memory. `reached` are, for each result of the backward, the roots whose gradients
    it depends on. `inference` are the outputs made in inference mode, None if that is up to the mode
    of the call. `later` are the inputs that the backward writes to, and by how much it moves their
    versions. `once` says that a backward cannot run again, `error` is what is raised on the way to other inputs and leaves.
    `rebinds` are the outputs that inputs look at in the end, `moved` those that are the base itself
    whose memory they are in, `memories` the bases that the memory of inputs becomes.
    """

    def __init__(self, module: ir.Module, name: str):
        functions = stages.functions(module)
        self.name = name
        self.entry = name if name in functions else f"{name}_forward"
        self.back = f"{name}_backward" if f"{name}_backward" in functions else None
        forward = functions[self.entry]
        slots = descriptors.results(forward)
        types = ir.FunctionType(forward.attributes["function_type"].value).results
        returned = [s for s in slots if s.kind != "mutation"]
        self.arguments = [s.index for s in descriptors.arguments(forward)]
        self.returned = {(s.kind, s.index): at for at, s in enumerate(returned)}
        self.looks = {
            (s.kind, s.index): Looks(*shape_and_dtype(t), s.strides)
            for s, t in zip(slots, types, strict=True)
        }
        self.outputs: list[Alias | None] = descriptors.outputs(forward)
        self.rebinds = {k: i for i, k in descriptors.rebinds(forward).items()}
        self.marks = descriptors.marks(forward)
        self.moved = descriptors.numbers(forward, "lamina.moved") or ()
        self.memories: dict[int, int] = {
            s.index: s.memory for s in slots if s.kind == "base" and s.memory is not None
        }
        self.bases = sum(s.kind == "base" for s in slots)
        self.versions: dict[int, int] = descriptors.versions(forward)
        self.roots = descriptors.tangents(forward)
        self.saved = [
            Saved(None if s.alias else at, s.alias.index if s.alias else None)
            for at, s in enumerate(returned)
            if s.kind == "saved"
        ]
        self.error = descriptors.backward_error(forward)
        self.once = "lamina.backward_once" in forward.attributes
        back = functions.get(self.back)
        self.back_arguments = [] if back is None else self._backward_arguments(back)
        results = [] if back is None else descriptors.results(back)
        self.sources = [s.index for s in results if s.kind == "gradient"]
        self.leaf_sources = [s.index for s in results if s.kind == "leaf_gradient"]
        self.leaves = descriptors.numbers(forward, "lamina.leaves") or ()
        self.unrecorded = descriptors.numbers(forward, "lamina.unrecorded") or ()
        self.stale = descriptors.numbers(forward, "lamina.stale") or ()
        self.inference = descriptors.numbers(forward, "lamina.inference")
        self.later = dict.fromkeys((s.index for s in results if s.kind == "mutation"), 0)
        self.later.update(descriptors.backward_versions(forward))
        self.reached = [] if back is None else self._reached(back)

    def early_outputs(self) -> set[int]:
        """The outputs that are views of inputs from before their last write, without a history of
        their own, and whose inputs are to autograd what they were.
        """
        marked = {mark.number for mark in self.marks}
        views = ((k, self.outputs[k]) for k in self.stale if self.root_of("output", k) is None)
        return {
            k for k, a in views if a is not None and a.root == "input" and a.index not in marked
        }

    def late_outputs(self) -> set[int]:
        """The outputs that are views of what inputs look at in the end."""
        late: set[int] = set()
        for k, alias in enumerate(self.outputs):
            follows = alias is not None and alias.root == "output"
            if follows and alias.index in {*late, *self.rebinds, *self.moved}:
                late.add(k)
        return late

    def root_of(self, of: str, index: int) -> int | None:
        """The output of the backward node that the gradient of something goes to."""
        return self.roots.index((of, index)) if (of, index) in self.roots else None

    def root_of_base(self, number: int) -> int | None:
        """The output of the backward node that the gradient of a base goes to: that of the output
        which is all of it.
        """
        output = self.output_of_base(number)
        return None if output is None else self.root_of("output", output)

    def output_of_base(self, number: int) -> int | None:
        """The output that a base is as a whole."""
        wanted = Alias("base", number, (), "view")
        return self.outputs.index(wanted) if wanted in self.outputs else None

    def is_inference(self, kind: str, number: int) -> bool | None:
        """Whether an output or base is made in inference mode; None if in that of the call."""
        if self.inference is None:
            return None
        if kind == "output":
            return number in self.inference
        return any(
            alias is not None and (alias.root, alias.index) == ("base", number)
            for alias in (self.outputs[i] for i in self.inference)
        )

    def _backward_arguments(self, back: ir.Operation) -> list[Argument]:
        found = []
        values = back.regions[0].blocks[0].arguments
        for slot, value in zip(descriptors.arguments(back), values, strict=True):
            shape, dtype = shape_and_dtype(value.type)
            strides = slot.strides or contiguous_strides(shape)
            is_tangent = slot.kind == "tangent"
            places = (
                slot.index if slot.kind == "saved" else None,
                slot.index if slot.kind == "input" else None,
                self.root_of(slot.of, slot.index) if is_tangent else None,
            )
            found.append(Argument(*places, shape, dtype, strides))
        return found

    def _reached(self, back: ir.Operation) -> list[set[int]]:
        block = back.regions[0].blocks[0]
        roots: dict[ir.Value, set[int]] = {
            value: {argument.root} - {None}
            for value, argument in zip(block.arguments, self.back_arguments, strict=True)
        }
        for op in block.operations:
            found = set().union(*(roots.get(value, ()) for value in _read_by(op.operation)))
            roots.update(dict.fromkeys(op.results, found))
        kinds = [s.kind for s in descriptors.results(back)]
        returned = zip(kinds, list(block.operations)[-1].operands, strict=True)
        return [roots[value] for kind, value in returned if kind != "mutation"]


def _read_by(op: ir.Operation) -> list[ir.Value]:
    """What an operation and those in its regions read."""
    inner = (nested.operation for r in op.regions for b in r.blocks for nested in b.operations)
    return [*op.operands, *(value for nested in inner for value in _read_by(nested))]
