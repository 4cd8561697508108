"""Guards: one generated function that decides whether a compiled program serves a call, and fetches
its inputs.

The common case must cost little, so conditions are source text, compiled once into a flat function.
When none of a function's programs fits, the same conditions are evaluated one by one to say which
of them failed.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, NamedTuple

from .. import dtypes
from ..autograd.meta import requires_grad
from ..dispatch.state import state
from ..tensor import Tensor
from . import wrapper_guards
from .inputs import Input
from .members import attributes_of, members_of
from .memory import apart
from .program import Captured
from .record import evaluate
from .sources import Source
from .wrapping import Wrapper

_BOUND = re.compile(r"[A-Za-z_]\w*")


class Condition(NamedTuple):
    """`code` over leaves, t0, t1, ... (the inputs) and bound names must be true; `text` says it in
    words.
    """

    code: str
    text: str


class Guards:
    """The conditions of one captured program. `check(leaves)` is the tuple of its inputs and, after
    them, of the wrapper tensors that some of those are in, or None when it does not fit.
    """

    def __init__(self, captured: Captured):
        self.bound = {
            **captured.names.bound,
            "state": state,
            "dtypes": dtypes,
            "requires_grad": requires_grad,
            "apart": apart,
        }
        wrappers = captured.wrapping.wrappers if captured.wrapping is not None else []
        self.sources = [x.source for x in (*captured.inputs, *wrappers)]
        self.conditions = [
            *_state(self.bound),
            *(Condition(g.code, f"{g.text} is {g.value}") for g in captured.guards),
        ]
        flat = {x.base for x in captured.inputs}
        for i, x in enumerate(captured.inputs):
            # Memory around an input is what its source says.
            self.conditions += _tensor(i, x, self.bound) if i not in flat else []
        self.conditions += _aliasing(captured)
        self.conditions += _wrappers(wrappers, len(captured.inputs), self.sources, self.bound)
        everything = enumerate((*captured.inputs, *wrappers))
        self.conditions += [_grad(i, x) for i, x in everything if x.autograd.reads_grad]
        self._release()
        self.check: Callable[[Any], tuple[Tensor, ...] | None] = self._compile()

    def failure(self, leaves) -> str | None:
        """Which condition does not hold for these arguments, and what is the case instead; None
        when all hold.
        """
        scope = {**self.bound, "leaves": leaves}
        for i, source in enumerate(self.sources):
            try:
                scope[f"t{i}"] = eval(source.code, scope)
            except (AttributeError, KeyError, IndexError, TypeError):
                return f"{source.text} is no longer there"
        for condition in self.conditions:
            if not evaluate(condition.code, scope):
                return condition.text
        return None

    def _release(self) -> None:
        """Lets go of objects that were named but that nothing depends on."""
        code = " ".join([c.code for c in self.conditions] + [s.code for s in self.sources])
        used = set(_BOUND.findall(code))
        self.bound = {name: value for name, value in self.bound.items() if name in used}

    def __str__(self) -> str:
        return "\n".join(self.texts())

    def texts(self) -> list[str]:
        """The conditions in words, each once."""
        return list(dict.fromkeys(c.text for c in self.conditions))

    def _compile(self) -> Callable:
        fetched = [f"        t{i} = {source.code}" for i, source in enumerate(self.sources)]
        tests = [f"        if not ({c.code}): return None" for c in self.conditions]
        returned = "".join(f"t{i}, " for i in range(len(self.sources)))
        lines = [
            "def check(leaves):",
            "    try:",
            *fetched,
            *tests,
            f"        return ({returned})",
            "    except (AttributeError, KeyError, IndexError, TypeError, ValueError):",
            "        return None",
        ]
        scope = dict(self.bound)
        exec(compile("\n".join(lines), "<lamina guards>", "exec"), scope)
        return scope["check"]


def _state(bound: dict) -> list[Condition]:
    """Global modes that change what operators mean."""
    bound["default_dtype"], bound["autocast"] = dtypes.get_default_dtype(), state.autocast
    return [
        Condition(
            f"state.grad_enabled is {state.grad_enabled}",
            f"grad mode is {'on' if state.grad_enabled else 'off'}",
        ),
        Condition(
            f"state.inference is {state.inference}",
            f"inference mode is {'on' if state.inference else 'off'}",
        ),
        Condition(
            f"bool(state.function_disabled) is {bool(state.function_disabled)}",
            f"classes with __torch_function__ are {'not ' if state.function_disabled else ''}asked",
        ),
        Condition("state.autocast == autocast", f"autocast is {state.autocast}"),
        Condition(
            "dtypes.get_default_dtype() is default_dtype",
            f"the default dtype is {bound['default_dtype']}",
        ),
    ]


def _tensor(number: int, x: Input, bound: dict) -> list[Condition]:
    """What an input must look like. Data is never looked at."""
    name, array = f"t{number}", x.before["_array"]
    bound[f"class{number}"], bound[f"dtype{number}"] = type(x.tensor), array.dtype
    text = x.source.text
    looked_up = [*members_of(type(x.tensor), bound), *attributes_of(x, number, bound)]
    members = [Condition(*found) for found in looked_up]
    # Data that is written in place stays the same array object, which has been looked at before.
    return [
        Condition(f"type({name}) is class{number}", f"{text} is a {type(x.tensor).__name__}"),
        Condition(
            f"{name}._array.dtype == dtype{number}",
            f"{text} has dtype {dtypes.from_numpy(array.dtype)}",
        ),
        Condition(f"{name}._array.shape == {array.shape}", f"{text} has shape {list(array.shape)}"),
        Condition(
            f"{name}._array.strides == {array.strides}", f"{text} has strides {list(x.strides)}"
        ),
        Condition(
            f"requires_grad({name}) is {x.edge is not None}",
            f"{text} {'requires' if x.edge is not None else 'does not require'} grad",
        ),
        Condition(
            f"({name}._counter is None) is {x.before['_counter'] is None}",
            f"{text} is {'' if x.before['_counter'] is None else 'not '}an inference tensor",
        ),
        *members,
    ] + (
        [
            Condition(
                f"{name}.is_leaf is {_is_leaf(x)}",
                f"{text} is {'' if _is_leaf(x) else 'not '}a leaf",
            )
        ]
        if x.edge
        else []
    )


def _wrappers(
    wrappers: list[Wrapper], first: int, sources: list[Source], bound: dict
) -> list[Condition]:
    """What wrapper tensors must look like."""
    bound["indices"] = wrapper_guards.indices
    found = wrapper_guards.shared_counters(wrappers, first)
    for w in wrappers:
        found += wrapper_guards.conditions(w, first, sources, bound)
    return [Condition(*condition) for condition in found]


def _is_leaf(x: Input) -> bool:
    meta = x.before["_autograd"]
    return meta is None or meta.grad_fn is None


def _aliasing(captured: Captured) -> list[Condition]:
    """Which arguments are the same object, and which inputs share memory, where in it, and as whose
    views.
    """
    inputs = captured.inputs
    found = []
    for i, number in enumerate(captured.leaves):
        if number is not None and inputs[number].source.code != f"leaves[{i}]":
            text = f"argument {i} is the same tensor as {inputs[number].source.text}"
            found.append(Condition(f"leaves[{i}] is t{number}", text))
    groups: dict[int, list[Input]] = {}
    for x in inputs:
        groups.setdefault(id(x.real_storage), []).append(x)
    if len(inputs) > 1:
        found.append(
            Condition(
                f"{_count('id(t{}._storage)', inputs)} == {len(groups)}",
                "which inputs share memory",
            )
        )
    if captured.written and len(groups) > 1:
        found.append(_apart([group[0] for group in groups.values()], inputs))
    for group in groups.values():
        found += _sharing(group, any(x.number in captured.written for x in group))
    return found


def _apart(firsts: list[Input], inputs: list[Input]) -> Condition:
    """That storages are memory of their own. Only what came from outside is looked at."""
    own = " + ".join(f"t{x.number}._storage._resizable" for x in firsts)
    every = ", ".join(f"t{x.number}" for x in inputs)
    code = f"{own} >= {len(firsts) - 1} or apart({every})"
    return Condition(code, "which storages are memory of their own")


def _sharing(group: list[Input], written: bool) -> list[Condition]:
    """What is fixed about inputs in one storage: all of it where the program writes there."""
    first, *rest = group
    found = []
    if rest:
        found.append(
            Condition(f"{_count('id(t{})', group)} == {len(group)}", "which are one tensor")
        )
    for x in rest:
        a, b = f"t{first.number}", f"t{x.number}"
        names = f"{first.source.text} and {x.source.text}"
        found.append(Condition(f"{b}._storage is {a}._storage", f"{names} share memory"))
        if written:
            distance = _start(x) - _start(first)
            code = f"{_bytes(x)} - {_bytes(first)} == {distance}"
            found.append(Condition(code, f"{names} start {distance} bytes apart"))
    return found + [c for x in group if x.view is not None for c in _view(x, group)]


def _view(x: Input, group: list[Input]) -> list[Condition]:
    """That an input is a view of another one, as the trace knows it."""
    base, info = next(y for y in group if y.tensor is x.view.base), f"t{x.number}._view"
    return [
        Condition(
            f"{info}.base is t{base.number}", f"{x.source.text} is a view of {base.source.text}"
        ),
        Condition(
            f"{info}.creation == {x.view.creation}", f"in which mode {x.source.text} was made"
        ),
    ]


def _count(code: str, inputs: list[Input]) -> str:
    return f"len({{{', '.join(code.format(x.number) for x in inputs)}}})"


def _start(x: Input) -> int:
    """The first byte that an input looks at in its storage."""
    return x.before["_offset"] * x.before["_array"].dtype.itemsize


def _bytes(x: Input) -> str:
    item = x.before["_array"].dtype.itemsize
    return f"t{x.number}._offset" + (f" * {item}" if item != 1 else "")


def _grad(number: int, x: Input | Wrapper) -> Condition:
    has = x.autograd.came_with is not None
    return Condition(
        f"(t{number}.grad is None) is {not has}",
        f"{x.source.text}.grad is {'a tensor' if has else 'None'}",
    )
