"""What a call does with wrapper tensors around the program, written as text like the call itself.

The program takes plain tensors. Before it runs, gradients of wrappers are given a place to arrive at in parts; after it,
wrappers that it wrote to follow their inner tensors, and results are put together. In the text, `w0` is a wrapper among
the arguments, `o[1]` an output of the program, `r0` a result, `g0` stands for a part of a gradient.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from ..autograd.inplace import check_target, rebase
from ..autograd.meta import AutogradMeta, edge
from ..autograd.wrapping import UnwrapBackward, WrapBackward
from ..capture.wrapping import Adjusted, Made, Place, Receiver, Viewed, Wrapping
from ..dispatch.state import state
from ..storage import Geometry, Storage, VersionCounter
from ..tensor import Tensor, make
from ..wrapper import reshape_in_place, unflatten
from .code import Code, tuple_of

_NOTHING = np.zeros((), np.float32)
_NOWHERE = Storage(_NOTHING)


def write_wrapping(plan: Wrapping, name: str, call: Callable) -> Code:
    """The function from a tuple of inputs and wrappers to the outputs of the program `call` and the wrappers among the
    results.
    """
    code = Code(f"{name}_wrapped", "tensors")
    code.ref(call, "call")
    for w in plan.wrappers:
        code.add(f"w{w.number} = tensors[{plan.inputs + w.number}]")
    _check_writes(plan, code, name)
    stand_ins = _receive(plan, code)
    code.add(f"o = call((*tensors, {', '.join(stand_ins)}))" if stand_ins else "o = call(tensors)")
    _follow(plan, code)
    for k, result in enumerate(plan.results):
        _WRITERS[type(result)](code, f"r{k}", result)
    for place, values in plan.attributes:
        _set_attributes(code, _named(code, place), values)
    code.add(f"return o, [{', '.join(f'r{k}' for k in range(len(plan.results)))}]")
    return code


def _check_writes(plan: Wrapping, code: Code, name: str) -> None:
    """Refuses the writes that eager would refuse, and asks where gradients of old data go."""
    for change in plan.changes:
        if change.history is not None:
            code.add(f"{code.ref(check_target, 'check_write')}(w{change.number}, {name!r})")
            code.add(f"before{change.number} = {code.ref(edge, 'edge')}(w{change.number})")


def _receive(plan: Wrapping, code: Code) -> list[str]:
    """Names of stand-ins for the parts of gradients."""
    names: list[str] = []
    for receiver in plan.receivers:
        found = [f"g{len(names) + k}" for k in range(len(_leaves(receiver)))]
        source = _named(code, receiver.place)
        parts = code.ref(receiver.parts, "parts")
        code.add(f"{tuple_of(found)} = {code.ref(stand_ins, 'stand_ins')}({source}, {parts})")
        names += found
    return names


def _leaves(receiver: Receiver) -> list:
    return UnwrapBackward(receiver.parts, None).outputs


def stand_ins(tensor: Tensor, parts) -> list[Tensor]:
    """Tensors without meaning but that gradients which go to them go to `tensor`, as one."""
    node = UnwrapBackward(parts, edge(tensor))
    found = []
    for number in range(len(node.outputs)):
        one = make(_NOTHING, _NOWHERE)
        one._autograd = AutogradMeta(False, node, number)
        found.append(one)
    return found


def _follow(plan: Wrapping, code: Code) -> None:
    """Makes wrappers what their inner tensors are by now."""
    for change in plan.changes:
        name = f"w{change.number}"
        if change.versions:
            with code.block(f"if {name}._counter is not None:"):
                code.add(f"{name}._counter.version += {change.versions}")
        if change.geometry is not None:
            geometry = code.ref(Geometry(*change.geometry), "geometry")
            code.add(f"{code.ref(reshape_in_place, 'reshape_in_place')}({name}, {geometry})")
        if change.history is None:
            continue
        edges = _edges(code, change.history.outputs)
        parts = code.ref(change.history.parts, "parts")
        node = f"{code.ref(WrapBackward, 'WrapBackward')}({name}, {parts}, {edges}, [before{change.number}])"
        code.add(f"{code.ref(rebase, 'rebase')}({name}, {node})")


def _edges(code: Code, outputs: list[int]) -> str:
    name = code.ref(edge, "edge")
    return f"[{', '.join(f'{name}(o[{k}])' for k in outputs)}]"


def _named(code: Code, place: Place) -> str:
    kind, number = place
    if kind == "value":
        return code.ref(number, "value")
    return {
        "input": f"tensors[{number}]",
        "output": f"o[{number}]",
        "wrapper": f"w{number}",
        "wrapped": f"r{number}",
    }[kind]


def _view(code: Code, name: str, view: Viewed) -> None:
    """A view, made by the class of its base as it is by now."""
    apply = lambda steps: [f"{name} = {code.ref(s, 'step')}.apply({name})" for s in steps]  # noqa: E731
    code.add(f"{name} = {_named(code, view.base)}")
    if view.without_grad:
        with code.block(f"with {code.ref(state, 'state')}.override(grad_enabled=False):"):
            code.add(*apply(view.without_grad))
    code.add(*apply(view.with_grad))
    if view.is_leaf:
        code.add(f"{name}.requires_grad_()")


def _make(code: Code, name: str, made: Made) -> None:
    """A wrapper of tensors that are there by now."""
    parts, history = made.parts, made.history
    if history is not None:
        code.add(f"edges = {_edges(code, history.outputs)}")
    # Their history is that of the wrapper; inside of it they have none.
    for number in made.spent:
        code.add(f"o[{number}]._autograd = None")
    inner = ", ".join(f"{key!r}: {_named(code, place)}" for key, place in made.inner.items())
    given = [
        code.ref(parts.cls, parts.cls.__name__),
        f"{{{inner}}}",
        code.ref(parts.context, "context"),
        repr(tuple(parts.sizes)),
        repr(tuple(parts.strides)),
    ]
    code.add(f"{name} = {code.ref(unflatten, 'unflatten')}({', '.join(given)})")
    meta = code.ref(AutogradMeta, "AutogradMeta")
    if history is not None:
        wrap = code.ref(WrapBackward, "WrapBackward")
        node = f"{wrap}({name}, {code.ref(history.parts, 'parts')}, edges)"
        code.add(f"{name}._autograd = {meta}(False, {node})")
    else:
        code.add(f"{name}._autograd = {f'{meta}(True)' if made.is_leaf else None}")
    if made.is_inference:
        code.add(f"{name}._counter = None")
    elif made.counter is not None:
        code.add(f"{name}._counter = {_named(code, made.counter)}._counter")
    if made.storage is not None:
        code.add(f"{name}._storage = {_named(code, made.storage)}._storage")
    _set_attributes(code, name, made.attributes)


def _adjust(code: Code, name: str, adjusted: Adjusted) -> None:
    """A tensor of another class, for which no code of that class runs, or with a version of its own."""
    code.add(f"{name} = {_named(code, adjusted.place)}")
    if adjusted.cls is not None:
        code.add(f"{name}.__class__ = {code.ref(adjusted.cls, adjusted.cls.__name__)}")
    if adjusted.version is not None:
        alone = f"{code.ref(VersionCounter, 'VersionCounter')}()"
        shared = adjusted.counter and f"{_named(code, adjusted.counter)}._counter"
        code.add(f"{name}._counter = {shared or alone}")
        code.add(f"{name}._counter.version = {adjusted.version}")
        with code.block(f"if {name}._view is not None:"):
            code.add(f"{name}._view.version = {adjusted.version}")
    _set_attributes(code, name, adjusted.attributes)


def _set_attributes(code: Code, name: str, attributes: dict[str, Place]) -> None:
    for attribute, place in attributes.items():
        code.add(f"{name}.__dict__[{attribute!r}] = {_named(code, place)}")


_WRITERS = {Made: _make, Viewed: _view, Adjusted: _adjust}
