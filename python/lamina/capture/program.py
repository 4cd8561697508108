"""Capture: one run of a Python function becomes one function in the ref world, with what is needed
to call it.
"""

from __future__ import annotations

import gc
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

import optree
from mlir import ir

from ..autograd.meta import requires_grad
from ..dispatch.state import state
from ..errors import UnsupportedError
from ..tensor import Size, Tensor
from ..wrapper import is_wrapper
from . import flatten
from .copies import refuse_visible_copies
from .history import grad_of
from .inputs import Input
from .joint import Joint, Root, differentiate
from .memory import Memory, SharedMemory, find_shared, joined, need, share_outside
from .outputs import Outputs, retains_grad
from .places import OWN, place_of, refuse_like_torch, refuse_parts, refuse_stale
from .reads import Observer
from .record import SIMPLE, Guard, Record
from .seal import seal
from .sources import Names, Source
from .tracer import Tracer
from .wrapping import Place, Wrapping

# While a program is traced its tensors are traced ones for every thread.
_one_at_a_time = threading.RLock()


class Backward(NamedTuple):
    """A pass through the history that inputs have outside: from these inputs, by number, with the
    gradients that are outputs.
    """

    retain_graph: bool
    gradients: list[tuple[int, int]]


class Captured(NamedTuple):
    """A captured program.

    `module` holds `@name` in the ref world. `leaves` says for each argument leaf which input it is
    (None: no tensor). `results` says for each result leaf which output or input it is, or holds the
    value itself. `grads` are the inputs and outputs whose `.grad` the program replaced, with the place
    of the new one (None: it is cleared). `written` are the inputs whose memory it writes to. `deferred` are
    backward passes that start in it and go on in the history of inputs, `retained` the inputs that
    retain their gradient from now on. `wrapping` says what a call does with wrapper tensors around
    the program (None: there are none).
    """

    module: ir.Module
    name: str
    names: Names
    inputs: list[Input]
    leaves: list[int | None]
    guards: list[Guard]
    results: list[tuple[str, Any]]
    structure: optree.PyTreeSpec
    grads: list[tuple[Place, Place | None]]
    is_joint: bool
    written: set[int]
    deferred: list[Backward]
    retained: list[int]
    wrapping: Wrapping | None


def capture(fn: Callable, args: tuple, kwargs: dict, name: str) -> Captured:
    """Traces `fn(*args, **kwargs)`. The arguments, and whatever else the program met, are left
    untouched.

    Raises UnsupportedError for what cannot be captured, DataDependentError when Python asks for a
    traced value, and whatever the program itself raises.
    """
    merged: list[Memory] = []
    with _one_at_a_time:
        while True:
            try:
                return _trace(fn, args, kwargs, name, merged)
            except SharedMemory as found:
                missing = [m for m in found.memories if not any(k.covers(m) for k in merged)]
                if not missing:
                    raise UnsupportedError(
                        "the program needs all of some memory that no input shows it"
                    ) from None
                merged = joined(merged, missing)


def _trace(fn: Callable, args: tuple, kwargs: dict, name: str, merged: list[Memory]) -> Captured:
    leaves, spec = flatten.flatten((args, kwargs))
    record = Record(Names())
    for held in flatten.states((args, kwargs)):
        record.before.take(held)
    tracer, observer = Tracer(name, record, merged), Observer(record)
    # The tracer is taken back last: what the record restores may include the state that holds it.
    with _no_collection(), state.override(tracer=tracer):
        try:
            positions = _enter(tracer, leaves, _argument_names(spec))
            record.note_function(getattr(fn, "forward", fn))
            with observer:
                result = fn(*args, **kwargs)
            _refuse_side_effects(record, leaves)
            _refuse_changed_arguments(leaves, spec, (args, kwargs))
            return _finish(tracer, positions, result, observer.reads_grad)
        except BaseException:
            record.before.restore()
            raise
        finally:
            tracer.leave()


@contextmanager
def _no_collection() -> Iterator[None]:
    """Holds the garbage collector off: callbacks and finalizers that it happens to run in the middle
    of a program are no part of the program.
    """
    if not gc.isenabled():
        yield
        return
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def _argument_names(spec: optree.PyTreeSpec) -> list[str]:
    """For each leaf of (args, kwargs) how to call it in messages: `args[0]`, `kwargs['mask']`."""
    names = flatten.leaf_names(spec, "")
    return [("args" if n.startswith("[0]") else "kwargs") + n[3:] for n in names]


def _enter(tracer: Tracer, leaves: list, texts: list[str]) -> list[int | None]:
    """Makes tensor leaves inputs and guards the others; the input number of each leaf."""
    positions: list[int | None] = []
    for i, (leaf, text) in enumerate(zip(leaves, texts, strict=True)):
        source = Source(f"leaves[{i}]", text)
        if isinstance(leaf, Tensor):
            entered = tracer.enter(leaf, source)
            positions.append(None if entered is None else entered.number)
        else:
            tracer.record.visit(leaf, source)
            positions.append(None)
    return positions


def _finish(tracer: Tracer, positions: list, result: Any, reads_grad: bool) -> Captured:
    leaves, structure = flatten.flatten(result)
    outputs = Outputs(tracer)
    outputs.add_places()
    results = [_place(tracer, outputs, leaf) for leaf in leaves]
    plain = [t for t in leaves if isinstance(t, Tensor) and not is_wrapper(t)]
    made = [t for t in plain if tracer.entered(t) is None]
    grads = _replaced_grads(tracer, outputs, made)
    grads += tracer.wrappers.replaced_grads(outputs)
    changes = tracer.wrappers.changes(outputs)
    attributes = tracer.wrappers.set_attributes(outputs)
    retained = [x.number for x in tracer.inputs if retains_grad(x.tensor)]
    deferred = _deferred(tracer, outputs, reads_grad)
    _refuse_hooks(tracer)
    refuse_like_torch(tracer)
    refuse_parts(tracer)
    refuse_stale(tracer)
    written = _separate_memory(tracer)
    # Before the backward is traced, whose own writes come later than the call.
    versions = tracer.versions()
    joint = _differentiate(tracer, outputs)
    refuse_visible_copies(tracer, outputs)
    # The backward may have met inputs of its own.
    versions += [0] * (len(tracer.inputs) - len(versions))
    later = [now - then for now, then in zip(tracer.versions(), versions, strict=True)]
    seal(tracer, outputs, joint, versions, later if joint.later else [])
    return Captured(
        tracer.module,
        tracer.name,
        tracer.record.names,
        tracer.inputs,
        positions,
        [
            *tracer.record.guards.values(),
            *tracer.memory.guards.values(),
            *tracer.history.guards.values(),
        ],
        results,
        structure,
        grads,
        bool(joint.roots),
        written,
        deferred,
        retained,
        tracer.wrappers.wrapping(changes, attributes),
    )


def _refuse_changed_arguments(leaves: list, spec: optree.PyTreeSpec, arguments: tuple) -> None:
    """Raises UnsupportedError when the containers among the arguments hold other things than before."""
    now, found = flatten.flatten(arguments)
    texts = _argument_names(spec)
    changed = [t for t, old, new in zip(texts, leaves, now, strict=False) if old is not new]
    if found != spec or changed:
        what = changed[0] if changed else "what is in its arguments"
        raise UnsupportedError(
            f"the program changes Python state that outlives it: {what}; return it instead"
        )


def _place(tracer: Tracer, outputs: Outputs, leaf: Any) -> tuple[str, Any]:
    """What a result leaf is. Raises UnsupportedError for objects that a call would have to make
    anew.
    """
    if isinstance(leaf, Tensor):
        return tracer.wrappers.place(leaf, outputs)
    if not isinstance(leaf, (*SIMPLE, Size)) and not tracer.record.knows(leaf):
        raise UnsupportedError(
            f"the program returns a {type(leaf).__name__}; return tensors, numbers, strings, and "
            "tuples, lists, dictionaries or dataclasses of them"
        )
    return "value", leaf


def _refuse_side_effects(record: Record, leaves: list) -> None:
    broken = record.settle(leaves)
    if record.refusals:
        raise UnsupportedError(record.refusals[0])
    if broken:
        what = ", ".join(sorted({f"{g.text} (it was {g.value[:40]})" for g in broken}))
        raise UnsupportedError(
            f"the program changes Python state that outlives it: {what}; return it instead"
        )


def _refuse_hooks(tracer: Tracer) -> None:
    """Raises UnsupportedError for hooks that the program leaves on an input."""
    for x in (*tracer.inputs, *tracer.wrappers.entered):
        meta, node = x.tensor._autograd, x.edge[0] if x.edge is not None else None
        found = [meta and meta.hooks, meta and meta.post_accumulate_hooks]
        if node is not None:
            found += [node.prehooks, node.posthooks, *(node.tensor_hooks or {}).values()]
        if any(found):
            raise UnsupportedError(
                f"the program registers a hook on {x.source.text}; a call could not register it "
                "again for the tensor of the caller"
            )


def _replaced_grads(
    tracer: Tracer, outputs: Outputs, made: list[Tensor]
) -> list[tuple[Place, Place | None]]:
    """The inputs whose `.grad` is another object than before, and the results that have one."""
    replaced: list[tuple[Place, Place | None]] = []
    place = tracer.wrappers.place
    for x in list(tracer.inputs):
        if x.autograd.replaces_grad:
            replaced.append((("input", x.number), place(x.autograd.current_grad, outputs)))
    for tensor in made:
        grad = grad_of(tensor)
        if grad is not None:
            replaced.append((outputs.place(tensor), place(grad, outputs)))
    return replaced


def _deferred(tracer: Tracer, outputs: Outputs, reads_grad: bool) -> list[Backward]:
    """The backward passes of the program that go on outside. Raises UnsupportedError where it matters
    that they do so only after the call.
    """
    if not tracer.deferred:
        return []
    first = tracer.inputs[tracer.deferred[0].gradients[0][0]].source.text
    reason = (
        f"backward() in the program reaches the history of {first}, which goes on after the call"
    )
    if reads_grad:
        raise UnsupportedError(
            f"{reason}; but the program looks at .grad, where its gradients would be missing"
        )
    grads = {id(x.autograd.came_with) for x in tracer.inputs if x.autograd.came_with is not None}
    written = [tracer.inputs[number] for number in sorted(tracer.written())]
    changed = [x.source.text for x in written if id(x.tensor) not in grads]
    if changed:
        raise UnsupportedError(
            f"{reason}; but the program writes to {changed[0]}, whose old data that history may need"
        )
    return [
        Backward(d.retain_graph, [(number, outputs.add(grad)) for number, grad in d.gradients])
        for d in tracer.deferred
    ]


def _separate_memory(tracer: Tracer) -> set[int]:
    """The numbers of the inputs that the program writes to. Raises SharedMemory when several inputs
    are in memory that must be one input.
    """
    written = tracer.written()
    if written:
        _refuse_shared_outside(tracer)
    inputs = [x for x in tracer.inputs if not tracer.is_flat(x)]
    marked = {x.number for x in inputs if x.edge is None and requires_grad(x.tensor)}
    used = [x for x in inputs if x.used or x.number in marked]
    found = find_shared(tracer.inputs, used, written | marked)
    need(found, tracer.merged)
    return written


def _refuse_shared_outside(tracer: Tracer) -> None:
    if share_outside([(x.real_storage, x.before["_array"]) for x in tracer.inputs]):
        raise UnsupportedError(
            "the program writes, and inputs are in memory that several storages are of, as of arrays "
            "that were given to from_numpy() twice"
        )


def _differentiate(tracer: Tracer, outputs: Outputs) -> Joint:
    if not state.grad_enabled:
        return Joint([], [], {}, {}, {})
    mutated = [
        Root("mutation", x.number, x.tensor)
        for x in tracer.inputs
        if place_of(x) == OWN and not x.is_rebound and requires_grad(x.tensor)
    ]
    # Looking for roots adds bases to the results.
    roots = mutated + outputs.differentiable()
    return differentiate(tracer, roots, outputs.targets(), [output.array for output in outputs.all])
