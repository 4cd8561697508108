"""The engine: runs a graph backward, latest node first.

A node runs when every gradient that can reach it has arrived. Among ready nodes the one recorded
last runs first, and accumulation into leaves before anything else, so memory is freed early and
order is deterministic. Local state only: a backward inside a backward is another call.
"""

from __future__ import annotations

import heapq
import itertools

from ..dispatch.state import state
from ..errors import AutogradError, LaminaError
from . import anomaly
from .nodes import AccumulateGrad

_ids = itertools.count(1)


def run(
    roots: list,
    retain_graph: bool,
    create_graph: bool,
    targets: list | None = None,
    accumulate: bool = True,
) -> list:
    """Runs backward from `roots`, a list of (node, output number, gradient).

    With `targets` (edges), only nodes on the way to them run; their gradients are returned, in
    order, and with `accumulate=False` leaves among them are not accumulated into.
    """
    needed = (
        None
        if targets is None
        else _leading_to([node for node, _, _ in roots], {node for node, _ in targets})
    )
    task = Task(roots, needed, targets, accumulate, retain_graph)
    with state.override(grad_enabled=create_graph, backward_tasks=(*state.backward_tasks, task)):
        task.run()
    return [] if targets is None else [task.captured.get((id(node), nr)) for node, nr in targets]


def current_task() -> Task | None:
    """The backward pass that this thread is in (the innermost, when one runs inside another)."""
    return state.backward_tasks[-1] if state.backward_tasks else None


class Task:
    """One backward pass. `id` is unique in the process; `node` is what runs at the moment."""

    def __init__(self, roots, needed, targets, accumulate, retain_graph):
        self.id = next(_ids)
        self.node = None
        self.needed, self.accumulate, self.retain_graph = needed, accumulate, retain_graph
        self.targets = {(id(node), nr) for node, nr in targets or ()}
        self.target_nodes = {id(node) for node, _ in targets or ()}
        self.captured: dict = {}
        self.waiting = _dependencies([node for node, _, _ in roots])
        self.buffers: dict = {}
        self.ready: list = []
        nodes = {}
        for node, nr, grad in roots:
            self._add(node, nr, grad if grad is None else _fitted(grad, node, nr, node, nr))
            nodes[id(node)] = node
        for node in nodes.values():
            if not self.waiting[node]:
                self._push(node)

    def run(self) -> None:
        """Runs until nothing is ready."""
        while self.ready:
            _, _, node = heapq.heappop(self.ready)
            self._step(node)

    def will_run(self, node) -> bool:
        """Whether this pass computes the gradient that arrives at `node`."""
        return node in self.waiting and self._wanted(node)

    def _push(self, node) -> None:
        heapq.heappush(self.ready, (-node.sequence, id(node), node))

    def _add(self, node, nr: int, grad) -> None:
        buffer = self.buffers.get(node)
        if buffer is None:
            buffer = self.buffers[node] = [None] * max(len(node.outputs), nr + 1)
        if grad is not None:
            buffer[nr] = grad if buffer[nr] is None else buffer[nr] + grad

    def _step(self, node) -> None:
        self.node = node
        grads = self.buffers.pop(node, None) or [None] * len(node.outputs)
        grads = self._capture(node, grads) if id(node) in self.target_nodes else node.receive(grads)
        results = self._apply(node, grads)
        for index, (edge, grad) in enumerate(zip(node.next_edges, results)):
            if edge is None:
                continue
            following, nr = edge
            if grad is not None and self._wanted(following):
                self._add(following, nr, _fitted(grad, following, nr, node, index))
            self.waiting[following] -= 1
            if not self.waiting[following]:
                self._push(following)

    def _capture(self, node, grads: list) -> list:
        """Takes the gradients asked for: after the tensors' hooks where the pass ends, before
        them where it goes on.
        """
        received = node.receive(grads)
        taken = received if self._only_captured(node) else grads
        for nr, grad in enumerate(taken):
            if (id(node), nr) in self.targets:
                self.captured[id(node), nr] = grad
        return received

    def _wanted(self, node) -> bool:
        return self.needed is None or node in self.needed

    def _apply(self, node, grads: list) -> list:
        skip = not self._wanted(node) or self._only_captured(node)
        if skip:
            return [None] * len(node.next_edges)
        wanted = [e is not None and self._wanted(e[0]) for e in node.next_edges]
        try:
            results = node.run(grads, wanted)
            if anomaly.setting.enabled:
                anomaly.check(node, results)
        except Exception as error:
            if isinstance(error, LaminaError):
                error.op = error.op or node.name()
            if anomaly.setting.enabled:
                anomaly.report(node)
            raise
        if not self.retain_graph:
            node.release()
        return results

    def _only_captured(self, node) -> bool:
        """Whether the node is a target beyond which nothing is wanted. What backward accumulates into runs."""
        if self.accumulate or id(node) not in self.target_nodes:
            return False
        return isinstance(node, AccumulateGrad) or not any(
            e is not None and e[0] in self.needed for e in node.next_edges
        )


def _fitted(grad, node, nr: int, source, index: int):
    """A gradient made to look like the output it belongs to: summed to its size, cast to its
    dtype.
    """
    meta = node.outputs[nr] if nr < len(node.outputs) else None
    if meta is None:
        return grad
    array = grad._array
    if tuple(array.shape) != tuple(meta.sizes):
        grad = sum_to_size(grad, meta.sizes, source, index)
    if array.dtype != meta.dtype:
        grad = _cast(grad, meta.dtype)
    return grad


def sum_to_size(grad, sizes: tuple, source, index: int):
    """`grad`, result `index` of `source`, summed over the dimensions along which `sizes` was
    broadcast.

    Raises AutogradError when there is no such broadcast.
    """
    have = tuple(grad.shape)
    lead = len(have) - len(sizes)
    if lead < 0 or any(s not in (1, h) for s, h in zip(sizes, have[lead:])):
        raise AutogradError(
            f"Function {source.name()} returned an invalid gradient at index {index} - got "
            f"{list(have)} "
            f"but expected shape compatible with {list(sizes)}",
            op=source.name(),
        )
    if have and not sizes:
        return grad.sum()
    dims = [d for d in range(len(have)) if d < lead or (sizes[d - lead] == 1 and have[d] != 1)]
    if dims:
        grad = grad.sum(dims, True)
    return grad.reshape(sizes) if lead else grad


def _cast(grad, dtype):
    from ..dtypes import from_numpy

    if grad._array.dtype.kind == "c" and dtype.kind != "c":
        grad = grad.real
    return grad.to(from_numpy(dtype)) if grad._array.dtype != dtype else grad


def _dependencies(roots: list) -> dict:
    """How many edges of the reachable graph lead into each node."""
    count = {node: 0 for node in roots}
    stack = list(count)
    while stack:
        for edge in stack.pop().next_edges:
            if edge is None:
                continue
            node = edge[0]
            if node not in count:
                count[node] = 0
                stack.append(node)
            count[node] += 1
    return count


def _leading_to(roots: list, targets: set) -> set:
    """The reachable nodes from which some target is reachable (targets included)."""
    needed = set()
    visited = set()
    stack = [(node, False) for node in roots]
    while stack:
        node, done = stack.pop()
        following = [e[0] for e in node.next_edges if e is not None]
        if done:
            if node in targets or any(f in needed for f in following):
                needed.add(node)
            continue
        if node in visited:
            continue
        visited.add(node)
        stack.append((node, True))
        stack.extend((f, False) for f in following if f not in visited)
    return needed
