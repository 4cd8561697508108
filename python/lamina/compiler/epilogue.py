"""The steps of a call, each written as text into the one function that a call runs.

A step is a function of the convention and the code; `STEPS` is their order, which is part of the
meaning: where gradients go is asked before anything is written, versions move before the backward
node saves them, and outputs come last, because they may be views of what was written. A new kind of
step is a function here and a place in that list. In the text, `t3` is input 3, `r0` the first array
that came back, `b0` and `o0` are bases and outputs, `m0` is what output 0 of the node looks like.
"""

from __future__ import annotations

from .. import errors
from ..autograd.inplace import check_target, rebase
from ..autograd.meta import AutogradMeta, edge
from ..autograd.nodes import OutputMeta
from ..autograd.views import DEFAULT, IN_CUSTOM_FUNCTION, MULTI_OUTPUT, NO_GRAD
from ..devices import CPU
from ..dispatch.state import state
from ..ir.descriptors import Alias
from ..storage import Storage
from ..tensor import make
from .backward import CompiledBackward, WriteBack, keep_gradient, move_versions, note
from .code import Code, tuple_of
from .convention import Convention
from .rebinding import (
    accumulator_of,
    check_cut_off,
    check_rebind,
    check_resize,
    look_anew,
    move,
    move_and_rebase,
    move_base,
    move_on,
    resized,
)
from .replay import replayed

_CREATION = {
    "multi_output": MULTI_OUTPUT,
    "custom_function": IN_CUSTOM_FUNCTION,
    "no_grad": NO_GRAD,
    "no_grad_before": NO_GRAD,
}


def write_call(convention: Convention, execute, backward) -> Code:
    """The function from a tuple of inputs to the list of outputs. `execute` runs the forward on
    arrays, `backward` is what a node runs.
    """
    code = Code(convention.name, "tensors")
    code.ref(execute, "execute")
    if backward is not None:
        code.ref(backward, "backward")
    for step in STEPS:
        step(convention, code)
    return code


def fetch_inputs(c: Convention, code: Code) -> None:
    """Gives a name to every input that some step asks for."""
    shared = [a.index for a in c.outputs if a is not None and a.root == "input"]
    kept = [s.input for s in c.saved if s.input is not None]
    marked = [m.number for m in c.marks]
    barred = c.error.inputs if c.error is not None else ()
    moved = [*c.rebinds.values(), *c.memories.values(), *marked, *c.later, *barred]
    for i in sorted({*c.arguments, *c.versions, *c.sources, *_written(c), *shared, *kept, *moved}):
        code.add(f"t{i} = tensors[{i}]")


def check_writes(c: Convention, code: Code) -> None:
    """Refuses, before anything happens, the writes that eager would refuse."""
    for i in _written(c):
        code.add(f"{code.ref(check_target, 'check_write')}(t{i}, {c.name!r})")
    for k, i in c.rebinds.items():
        # A graph from before the call goes on to expect gradients that look as the leaf did.
        code.add(f"arrives{i} = {code.ref(accumulator_of, 'accumulator_of')}(t{i})")
        if _continues(c, k):
            code.add(f"{code.ref(check_rebind, 'check_rebind')}(t{i}, {c.name!r})")
    for mark in c.marks:
        if mark.is_cut_off:
            code.add(f"{code.ref(check_cut_off, 'check_cut_off')}(t{mark.number}, {c.name!r})")
        if mark.arrives:
            code.add(f"t{mark.number}.requires_grad = True")
    for i in c.memories.values():
        code.add(f"{code.ref(check_resize, 'check_resize')}(t{i}, {c.name!r})")


def find_edges(c: Convention, code: Code) -> None:
    """Asks where gradients go, before a write changes where those of old data go."""
    if not c.roots:
        return
    name = code.ref(edge, "edge")
    code.add(f"edges = [{', '.join(f'{name}(t{i})' for i in c.sources)}]")
    if c.error is not None:
        code.add(f"barred = [{', '.join(f'{name}(t{i})' for i in c.error.inputs)}]")
    for i in (*_written(c), *(i for k, i in c.rebinds.items() if _continues(c, k))):
        code.add(f"before{i} = {name}(t{i})")


def make_early_outputs(c: Convention, code: Code) -> None:
    """Makes the outputs that autograd knows as views from before a write."""
    for k in sorted(c.early_outputs()):
        _output(c, code, k)


def launch(c: Convention, code: Code) -> None:
    """Runs the program."""
    results = [f"r{at}" for at in range(len(c.returned))]
    call = f"execute({', '.join(f't{i}._array' for i in c.arguments)})"
    code.add(f"{tuple_of(results)} = {call}" if results else call)


def count_writes(c: Convention, code: Code) -> None:
    """Moves the versions of what the program has written to."""
    move_versions(c.versions, code)


def attach_backward(c: Convention, code: Code) -> None:
    """Makes the node that the results are differentiable through."""
    if not c.roots:
        return
    metas = [_meta(c, code, root) for root in range(len(c.roots))]
    outputs = f"[{', '.join(metas)}]"
    saved = tuple_of([f"t{s.input}._array" if s.at is None else f"r{s.at}" for s in c.saved])
    notes = tuple_of([f"{code.ref(note, 'note')}(t{s.input})" for s in c.saved if s.at is None])
    kind = code.ref(CompiledBackward, "CompiledBackward")
    later = tuple_of([f"t{i}" for i in c.later])
    code.add(f"node = {kind}(backward, edges, {outputs}, {saved}, {notes}, {later})")


def rebase_inputs(c: Convention, code: Code) -> None:
    """Makes the node the history of the inputs that were written to."""
    for i in _written(c):
        root = c.root_of("mutation", i)
        if ("mutation", i) not in c.looks:
            # A part of memory that is another input, which alone is a result.
            code.add(f"m{root} = {code.ref(OutputMeta, 'OutputMeta')}.of(t{i})")
            code.add(f"node.outputs[{root}] = m{root}")
        history = f"{code.ref(WriteBack, 'WriteBack')}([before{i}, (node, {root})], m{root})"
        code.add(f"{code.ref(rebase, 'rebase')}(t{i}, {history})")


def mark_inputs(c: Convention, code: Code) -> None:
    """Makes inputs require grad as the program left them."""
    for mark in c.marks:
        change = "detach_()" if mark.is_cut_off else f"requires_grad = {mark.after}"
        code.add(f"t{mark.number}.{change}")


def make_bases(c: Convention, code: Code) -> None:
    """Makes tensors of the memory that outputs are views of."""
    for k in range(c.bases):
        if k in c.memories:
            given = f"t{c.memories[k]}, r{c.returned['base', k]}"
            code.add(f"b{k} = {code.ref(resized, 'resized')}({given})")
            continue
        _fresh(c, code, f"b{k}", ("base", k), c.root_of_base(k))
        if c.output_of_base(k) in c.leaves:
            _make_leaf(code, f"b{k}")


def make_outputs(c: Convention, code: Code) -> None:
    """Makes the outputs: tensors over arrays that came back, or views replayed on the caller's own
    tensors as they were, on bases and on earlier outputs. What inputs look at in the end is among
    them.
    """
    done = c.early_outputs() | c.late_outputs()
    for k in range(len(c.outputs)):
        if k not in done:
            _output(c, code, k)


def rebind_inputs(c: Convention, code: Code) -> None:
    """Makes inputs, and the program's own tensors that have views, look at what the program made
    them look at.
    """
    for k, i in c.rebinds.items():
        root = c.root_of("output", k)
        if root is not None:
            given = f"t{i}, o{k}, before{i}, node, {root}"
            code.add(f"{code.ref(move_and_rebase, 'move_and_rebase')}({given})")
        elif _continues(c, k):
            code.add(f"{code.ref(move_on, 'move_on')}(t{i}, o{k})")
        else:
            code.add(f"{code.ref(move, 'move')}(t{i}, o{k})")
        code.add(f"if arrives{i} is None: {code.ref(look_anew, 'look_anew')}(t{i})")
        code.add(f"o{k} = t{i}")
    for k in c.moved:
        if c.outputs[k] is None or c.outputs[k].root != "base":
            # Memory that nothing else sees, with this output alone in it.
            continue
        given = f"b{c.outputs[k].index}, o{k}"
        code.add(f"o{k} = {code.ref(move_base, 'move_base')}({given})")


def make_late_outputs(c: Convention, code: Code) -> None:
    """Makes the outputs that are views of inputs as they are in the end."""
    for k in sorted(c.late_outputs()):
        _output(c, code, k)


def reach_outputs(c: Convention, code: Code) -> None:
    """Leads the node on to the outputs that keep their gradient: leaves that the program made, and
    results that it told to.
    """
    if not c.leaf_sources:
        return
    find, keep = code.ref(edge, "edge"), code.ref(keep_gradient, "keep_gradient")
    edges = [f"{find if i in c.leaves else keep}(o{i})" for i in c.leaf_sources]
    code.add(f"node.next_edges += [{', '.join(edges)}]")


def bar_edges(c: Convention, code: Code) -> None:
    """Leads the node on to what it raises an error on the way to."""
    if c.error is None:
        return
    name, kind = code.ref(edge, "edge"), code.ref(getattr(errors, c.error.kind), c.error.kind)
    leaves = ", ".join(f"{name}(o{i})" for i in c.error.leaves)
    code.add(f"node.bar({kind}, {c.error.message!r}, [*barred, {leaves}])")


def give(c: Convention, code: Code) -> None:
    """Returns the outputs."""
    code.add(f"return [{', '.join(f'o{i}' for i in range(len(c.outputs)))}]")


STEPS = (
    fetch_inputs,
    check_writes,
    find_edges,
    make_early_outputs,
    launch,
    count_writes,
    attach_backward,
    rebase_inputs,
    mark_inputs,
    make_bases,
    make_outputs,
    rebind_inputs,
    make_late_outputs,
    reach_outputs,
    bar_edges,
    give,
)


def _written(c: Convention) -> list[int]:
    """The inputs that a call writes differentiable data to."""
    return [index for of, index in c.roots if of == "mutation"]


def _continues(c: Convention, k: int) -> bool:
    """Whether output `k`, where an input looks in the end, is where its history goes on."""
    alias = c.outputs[k]
    return c.root_of("output", k) is not None or (
        alias is not None and alias.root == "input" and alias.sharing == "view"
    )


def _meta(c: Convention, code: Code, root: int) -> str:
    """A name for what an output of the node looks like; "None" where only the tensor will tell."""
    of, index = c.roots[root]
    looks = c.looks.get((of, index)) or _base_looks(c, root)
    if looks is None:
        return "None"
    return code.ref(OutputMeta(looks.shape, looks.dtype, CPU), f"m{root}")


def _base_looks(c: Convention, root: int):
    return next((c.looks["base", k] for k in range(c.bases) if c.root_of_base(k) == root), None)


def _output(c: Convention, code: Code, k: int) -> None:
    alias, root = c.outputs[k], c.root_of("output", k)
    if alias is None:
        _fresh(c, code, f"o{k}", ("output", k), root)
    else:
        _shared(code, f"o{k}", alias, root)
    if k in c.leaves and alias != Alias("base", alias and alias.index, (), "view"):
        _make_leaf(code, f"o{k}")
    if k in c.unrecorded:
        code.add(f"o{k}._autograd = None")
    if k in c.stale and k not in c.early_outputs():
        code.add(f"o{k}._view.version -= 1")


def _fresh(c: Convention, code: Code, name: str, place: tuple, root: int | None) -> None:
    """A tensor over memory of its own, with the node's output number `root` as its history."""
    array, looks = f"r{c.returned[place]}", c.looks[place]
    arguments = [array, f"{code.ref(Storage, 'Storage')}({array})"]
    if looks.strides is not None and any(size < 2 for size in looks.shape):
        # NumPy forgets strides along which there are no two elements.
        arguments.append(repr(looks.strides))
    code.add(f"{name} = {code.ref(make, 'make')}({', '.join(arguments)})")
    if root is not None:
        _set_history(code, name, root)
    # A result of inference mode has no version.
    is_inference = c.is_inference(*place)
    if is_inference is None:
        code.add(f"if {code.ref(state, 'state')}.inference: {name}._counter = None")
    elif is_inference:
        code.add(f"{name}._counter = None")


def _make_leaf(code: Code, name: str) -> None:
    code.add(f"{name}._autograd = {code.ref(AutogradMeta, 'AutogradMeta')}(True)")


def _set_history(code: Code, name: str, root: int) -> None:
    code.add(f"{name}._autograd = {code.ref(AutogradMeta, 'AutogradMeta')}(False, node, {root})")


def _shared(code: Code, name: str, alias: Alias, root: int | None) -> None:
    """An output in memory of another tensor, seen by autograd as the alias says."""
    letter = {"input": "t", "base": "b", "output": "o"}[alias.root]
    source = f"{letter}{alias.index}"
    # With one view there is none that could have been made in grad mode of one made without.
    is_before = alias.sharing == "no_grad_before" and len(alias.views) > 1
    if not alias.views and (root is not None or alias.sharing != "detached"):
        code.add(f"{name} = {source}")
    elif alias.sharing == "detached" or root is not None:
        _cut_off(code, name, source, alias, root)
    elif alias.sharing == "view_of_detached":
        code.add(f"{name} = {replayed(code, alias.views, f'{source}.detach()')}")
    elif _CREATION.get(alias.sharing) == NO_GRAD and not is_before:
        with code.block(f"with {code.ref(state, 'state')}.override(grad_enabled=False):"):
            code.add(f"{name} = {replayed(code, alias.views, source)}")
    elif is_before:
        with code.block(f"with {code.ref(state, 'state')}.override(grad_enabled=False):"):
            code.add(f"{name} = {replayed(code, alias.views[:-1], source)}")
        code.add(f"{name} = {replayed(code, alias.views[-1:], name)}")
    else:
        code.add(f"{name} = {replayed(code, alias.views, source)}")
        if alias.sharing in _CREATION:
            code.add(f"{name}._view.creation = {_CREATION[alias.sharing]}")


def _cut_off(code: Code, name: str, source: str, alias: Alias, root: int | None) -> None:
    """A view that autograd does not follow to its base, unless it changes; its own gradient goes to
    the node's output `root`, if any.
    """
    is_view = alias.sharing != "detached"
    with code.block(f"with {code.ref(state, 'state')}.override(grad_enabled=False):"):
        made = replayed(code, alias.views, source)
        code.add(f"{name} = {made}" if is_view else f"{name} = {made}.detach()")
    if is_view:
        code.add(f"{name}._view.creation = {_CREATION.get(alias.sharing, DEFAULT)}")
    if root is not None:
        code.add(f"node.outputs[{root}] = {code.ref(OutputMeta, 'OutputMeta')}.of({name})")
        _set_history(code, name, root)
