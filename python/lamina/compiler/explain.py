"""`explain`: what a call captures, as a report that can be read and as fields that can be asked."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from mlir import ir

from ..backends import DEFAULT_OPTIONS
from ..capture.guards import Guards
from ..capture.inputs import Input
from ..capture.program import Captured, capture
from ..capture.tracer import root_of, written_by
from ..errors import LaminaError
from ..ir import descriptors
from ..ir.locations import frame_of
from . import stages
from .entry import Compilation


@dataclass(frozen=True)
class Explanation:
    """Operators captured (with counts), inputs, mutated inputs, aliased outputs, values saved for
    backward, guards, why entries were compiled anew, why calls ran eagerly (with counts), and the
    error if nothing can be captured. `writes` says at which of the user's lines an input is written
    to, `outputs` where each output was made, `rebinds` which input looks at which output in the end.
    """

    name: str
    ops: dict[str, int] = field(default_factory=dict)
    inputs: list[str] = field(default_factory=list)
    mutated: list[str] = field(default_factory=list)
    aliased: list[str] = field(default_factory=list)
    saved: list[str] = field(default_factory=list)
    writes: list[str] = field(default_factory=list)
    outputs: list[str] = field(default_factory=list)
    rebinds: list[str] = field(default_factory=list)
    guards: list[str] = field(default_factory=list)
    recompiles: list[str] = field(default_factory=list)
    fallbacks: dict[str, int] = field(default_factory=dict)
    error: str | None = None

    def __str__(self) -> str:
        sections = {
            "cannot be captured": [self.error] if self.error else [],
            "operations": [f"{name} x{count}" for name, count in self.ops.items()],
            "inputs": self.inputs,
            "mutated": self.mutated,
            "written to": self.writes,
            "outputs": self.outputs,
            "look at another place in the end": self.rebinds,
            "outputs that share memory": self.aliased,
            "saved for backward": self.saved,
            "guards": self.guards,
            "recompiled because it was no longer true that": self.recompiles,
            "ran eagerly because": [
                f"{reason} ({count} times)" for reason, count in self.fallbacks.items()
            ],
        }
        lines = [f"{self.name}:"]
        for title, entries in sections.items():
            if entries:
                lines.append(f"  {title}")
                lines.extend(f"    {entry}" for entry in entries)
        return "\n".join(lines)


def explain(compiled, args: tuple, kwargs: dict) -> Explanation:
    """Captures the function for these arguments, without calling it, and reports."""
    history = {"recompiles": list(compiled.recompiles), "fallbacks": dict(compiled.fallbacks)}
    name = compiled.__name__ if hasattr(compiled, "__name__") else type(compiled.fn).__name__
    try:
        captured = capture(compiled.fn, args, kwargs, compiled._name)
        ops, writes = _operations(captured), _writes(captured)
        outputs = _outputs(captured)
        guards = Guards(captured)
        module = Compilation(captured, compiled.backend, DEFAULT_OPTIONS).run()
    except LaminaError as error:
        return Explanation(name, error=str(error), **history)
    return Explanation(
        name,
        ops,
        [_input(x, captured) for x in captured.inputs],
        *_effects(module, captured),
        writes=writes,
        outputs=outputs,
        rebinds=_rebinds(module, captured),
        guards=guards.texts(),
        **history,
    )


def _body(captured: Captured) -> list[ir.Operation]:
    block = stages.functions(captured.module)[captured.name].regions[0].blocks[0]
    return [op.operation for op in block.operations]


def _operations(captured: Captured) -> dict[str, int]:
    names = [op.name for op in _body(captured)]
    return dict(Counter(n.removeprefix("lamina.") for n in names if n.startswith("lamina.")))


def _input(x: Input, captured: Captured) -> str:
    facts = [f"{x.tensor.dtype} {list(x.tensor.shape)}"]
    if x.edge is not None:
        facts.append("requires grad")
    earlier = [y for y in captured.inputs[: x.number] if y.real_storage is x.real_storage]
    if earlier:
        facts.append(f"shares memory with {earlier[-1].source.text}")
    return f"{x.source.text}: {', '.join(facts)}"


def _writes(captured: Captured) -> list[str]:
    """Which inputs the captured program writes to, and where; the backward's writes included."""
    number = {x.root.value: x.number for x in captured.inputs if x.base is None}
    found: dict[str, None] = {}
    for op in _body(captured):
        if "lamina.backward" in op.attributes:
            continue
        for root in map(root_of, written_by(op)):
            if root in number:
                text = captured.inputs[number[root]].source.text
                found[f"{text} at {frame_of(op.location)}"] = None
    return list(found)


def _outputs(captured: Captured) -> list[str]:
    """Where each output was made, in the captured program."""
    function = stages.functions(captured.module)[captured.name]
    returned = zip(descriptors.results(function), _body(captured)[-1].operands, strict=True)
    return [
        f"output {slot.index}: {_made(value)}" for slot, value in returned if slot.kind == "output"
    ]


def _made(value: ir.Value) -> str:
    if isinstance(value.owner, ir.Block):
        return "an argument"
    name = value.owner.name.removeprefix("lamina.")
    return f"{name} at {frame_of(value.owner.location)}"


def _rebinds(module, captured: Captured) -> list[str]:
    functions = stages.functions(module)
    function = functions.get(captured.name) or functions[f"{captured.name}_forward"]
    return [
        f"{captured.inputs[number].source.text} is output {output}"
        for number, output in descriptors.rebinds(function).items()
    ]


def _effects(module, captured: Captured) -> tuple[list[str], list[str], list[str]]:
    """Mutated inputs, aliased outputs and saved values, from attributes of the functions."""
    functions = stages.functions(module)
    function = functions.get(captured.name) or functions[f"{captured.name}_forward"]
    texts = [x.source.text for x in captured.inputs]
    slots = descriptors.results(function)
    types = [str(v.type) for v in function.regions[0].blocks[0].operations[-1].operation.operands]
    mutated = [texts[s.index] for s in slots if s.kind == "mutation"]
    aliased = [
        _alias(i, a, texts) for i, a in enumerate(descriptors.outputs(function)) if a is not None
    ]
    saved = [
        f"{texts[s.alias.index]} (the input itself)" if s.alias else type_
        for s, type_ in zip(slots, types, strict=True)
        if s.kind == "saved"
    ]
    return mutated, aliased, saved


def _alias(number: int, alias: descriptors.Alias, texts: list[str]) -> str:
    of = texts[alias.index] if alias.root == "input" else f"{alias.root} {alias.index}"
    through = " -> ".join(v.name for v in alias.views)
    return f"output {number} is {of}" + (f" through {through}" if through else " itself")
