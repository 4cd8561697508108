"""Questions of a program that the history of its inputs outside of the trace would have to answer."""

from __future__ import annotations

from ..autograd.inplace import check_target
from ..autograd.meta import edge, grad_fn
from ..autograd.nodes import DeadEnd
from ..errors import UnsupportedError
from ..tensor import Tensor
from .history import InputNode
from .memory import find_shared, need
from .record import Guard


class OutsideHistory:
    """What the trace knows of the history that its inputs came with. `guards` are on what it was told."""

    def __init__(self, tracer):
        self._tracer = tracer
        self.guards: dict[str, Guard] = {}

    def check(self, starts: list, targets: list) -> None:
        """Sees to it that gradients of nodes `targets`, given those of nodes `starts`, are the same
        without what lies outside. Raises UnsupportedError where a way between them does.
        """
        entered = (*self._tracer.inputs, *self._tracer.wrappers.entered)
        inputs = [x for x in entered if x.edge is not None]
        reached = _reachable(starts)
        left = [x for x in inputs if type(x.edge[0]) is InputNode and x.edge[0] in reached]
        asked = [x for x in inputs if x.edge[0] in targets]
        for x, y in ((x, y) for x in left for y in asked if x is not y):
            with self._tracer.outside(x, y):
                leads = leads_to(x.tensor, y.tensor)
            if leads:
                raise UnsupportedError(
                    f"the program asks for a gradient of {y.source.text} that comes by the history of "
                    f"{x.source.text}, which is no part of the program"
                )
            code = (
                f"not {self._tracer.record.names.name(leads_to)}({x.source.code}, {y.source.code})"
            )
            text = f"that the history of {x.source.text} leads to {y.source.text}"
            self._guard(code, text, "False")

    def is_view(self, tensor: Tensor) -> bool:
        """Whether a tensor is a view, which of an input is guarded."""
        x = self._tracer.entered(tensor)
        if x is None:
            return tensor._view is not None
        found = x.before["_view"] is not None
        text, value = f"that {x.source.text} is a view", str(found)
        self._guard(f"(t{x.number}._view is not None) is {found}", text, value)
        return found

    def check_target(self, tensor: Tensor, name: str) -> None:
        """Raises AutogradError when `name` may not write to an input, or to a view of one, because of
        what the input came with. A program that writes is compiled with checks of its own.
        """
        x = self._tracer.entered(tensor if tensor._view is None else tensor._view.base)
        if x is not None and x.tensor._autograd is x.autograd and x.history is None:
            with self._tracer.outside(x):
                check_target(x.tensor, name)

    def check_mark(self, tensor: Tensor) -> None:
        """Raises UnsupportedError for an input to which no gradient arrives although its base requires
        grad: a program cannot make it a leaf.
        """
        x = self._tracer.entered(tensor)
        if x is not None and x.edge is not None and type(x.edge[0]) is DeadEnd:
            raise UnsupportedError(
                f"requires_grad_() of {x.source.text}, a view that was made without grad of a tensor "
                "that requires it; call it outside"
            )

    def marked(self, tensor: Tensor) -> None:
        """Sees to it that inputs that are views of one that comes to require grad do so as well. Raises
        SharedMemory where the trace does not know yet that they are.
        """
        x = self._tracer.entered(tensor)
        if x is not None and x.edge is None:
            inputs = [y for y in self._tracer.inputs if not self._tracer.is_flat(y)]
            need(find_shared(self._tracer.inputs, inputs, {x.number}), self._tracer.merged)

    def _guard(self, code: str, text: str, value: str) -> None:
        self.guards[code] = Guard(code, text, value)


def leads_to(tensor: Tensor, other: Tensor) -> bool:
    """Whether a gradient of `tensor`, which is no leaf, goes on to `other`."""
    node, target = grad_fn(tensor), edge(other)
    return node is not None and (target == edge(tensor) or target in _edges_behind([node]))


def _reachable(nodes: list) -> set:
    """Nodes and those that their gradients go to."""
    return {*nodes, *(node for node, _ in _edges_behind(nodes))}


def _edges_behind(nodes: list) -> set:
    """All edges that start at nodes, or at one that an edge leads to."""
    found: set = set()
    stack = list(nodes)
    while stack:
        new = {e for e in stack.pop().next_edges if e is not None} - found
        found |= new
        stack += [node for node, _ in new]
    return found
