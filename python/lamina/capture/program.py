"""Capture: one run of a Python function becomes one function in the ref world, with what is needed to call it."""

from __future__ import annotations

import threading
from typing import Any, Callable, NamedTuple

import optree
from mlir import ir

from ..autograd.meta import requires_grad
from ..dispatch.state import state
from ..errors import UnsupportedError
from ..tensor import Tensor
from . import flatten
from .joint import Joint, Root, differentiate
from .outputs import Outputs
from .reads import Guard, Observer
from .seal import seal
from .sources import Names, Source
from .tracer import Input, Tracer

# While a program is traced its tensors are traced ones for every thread.
_one_at_a_time = threading.RLock()


class Captured(NamedTuple):
    """A captured program.

    `module` holds `@name` in the ref world. `leaves` says for each argument leaf which input it is (None: no tensor).
    `results` says for each result leaf which output it is, or holds the value itself. `grads` are the inputs whose
    `.grad` the program replaced, with the output that is the new one (None: it is cleared).
    """

    module: ir.Module
    name: str
    names: Names
    inputs: list[Input]
    leaves: list[int | None]
    guards: list[Guard]
    results: list[tuple[str, Any]]
    structure: optree.PyTreeSpec
    grads: list[tuple[int, int | None]]
    is_joint: bool
    reads_grad: bool


def capture(fn: Callable, args: tuple, kwargs: dict, name: str) -> Captured:
    """Traces `fn(*args, **kwargs)`. The arguments, and whatever else the program met, are left untouched.

    Raises UnsupportedError for what cannot be captured, DataDependentError when Python asks for a traced value, and
    whatever the program itself raises.
    """
    leaves, spec = flatten.flatten((args, kwargs))
    names = Names()
    observer = Observer(names)
    with _one_at_a_time:
        tracer = Tracer(name, observer)
        try:
            positions = _enter(tracer, observer, leaves, _argument_names(spec, len(args)))
            observer.note_function(fn if not hasattr(fn, "forward") else fn.forward)
            with state.override(tracer=tracer):
                with observer:
                    result = fn(*args, **kwargs)
                _refuse_side_effects(observer, leaves)
                return _finish(tracer, observer, positions, result)
        except BaseException:
            observer.undo()
            raise
        finally:
            tracer.leave()


def _argument_names(spec: optree.PyTreeSpec, positional: int) -> list[str]:
    """For each leaf of (args, kwargs) how to call it in messages: `args[0]`, `mask`."""
    return [n.removeprefix("[0]") and n.replace("[0]", "args", 1) if n.startswith("[0]") else n.replace("[1]", "kwargs", 1)
            for n in flatten.leaf_names(spec, "")]


def _enter(tracer: Tracer, observer: Observer, leaves: list, texts: list[str]) -> list[int | None]:
    """Makes tensor leaves inputs and guards the others; the input number of each leaf."""
    positions: list[int | None] = []
    for i, (leaf, text) in enumerate(zip(leaves, texts)):
        source = Source(f"leaves[{i}]", text)
        if isinstance(leaf, Tensor):
            found = tracer.enter(leaf, source)
            positions.append(next(k for k, x in enumerate(tracer.inputs) if x is found))
        else:
            observer.add_object(leaf, source)
            positions.append(None)
    return positions


def _finish(tracer: Tracer, observer: Observer, positions: list, result: Any) -> Captured:
    leaves, structure = flatten.flatten(result)
    outputs = Outputs(tracer)
    results = [("output", outputs.add(leaf)) if isinstance(leaf, Tensor) else ("value", leaf) for leaf in leaves]
    grads = _replaced_grads(tracer, outputs)
    _refuse_metadata_changes(tracer)
    joint = _differentiate(tracer, outputs)
    seal(tracer, outputs, joint)
    return Captured(
        tracer.module, tracer.name, observer.names, tracer.inputs, positions, list(observer.guards.values()), results,
        structure, grads, bool(joint.roots), observer.reads_grad,
    )


def _refuse_side_effects(observer: Observer, leaves: list) -> None:
    broken = observer.settle(leaves)
    if observer.refusals:
        raise UnsupportedError(observer.refusals[0])
    if broken:
        what = ", ".join(sorted({f"{g.text} (it was {g.value[:40]})" for g in broken}))
        raise UnsupportedError(f"the program changes Python state that outlives it: {what}; return the new value instead")


def _replaced_grads(tracer: Tracer, outputs: Outputs) -> list[tuple[int, int | None]]:
    """The inputs whose `.grad` is another object than before."""
    replaced = []
    for i, x in enumerate(list(tracer.inputs)):
        grad = x.tensor._autograd.grad if x.tensor._autograd is not None else None
        if grad is not x.grad:
            replaced.append((i, None if grad is None else outputs.add(grad)))
    return replaced


def _refuse_metadata_changes(tracer: Tracer) -> None:
    for x in tracer.inputs:
        if x.tensor._array is not x.root or x.tensor._storage is not x.storage:
            raise UnsupportedError(f"{x.source.text}: changing the shape, strides or storage of an input cannot be compiled yet")
        now, before = x.tensor._autograd, x.autograd
        if (now is not None and now.requires_grad) != (before is not None and before.requires_grad):
            raise UnsupportedError(f"{x.source.text}: changing requires_grad of an input cannot be compiled")
    shared: dict[int, list[Input]] = {}
    for x in tracer.inputs:
        if x.used:
            shared.setdefault(id(x.real_storage), []).append(x)
    for group in shared.values():
        if len(group) > 1 and any(x.written for x in group):
            who = ", ".join(x.source.text for x in group)
            raise UnsupportedError(f"{who} share memory and the program writes to it; this cannot be compiled yet")


def _differentiate(tracer: Tracer, outputs: Outputs) -> Joint:
    if not state.grad_enabled:
        return Joint([], [], {})
    mutated = [Root("mutation", i, x.tensor) for i, x in enumerate(tracer.inputs)
               if x.history is not None and requires_grad(x.tensor)]
    return differentiate(tracer, mutated + outputs.differentiable())


