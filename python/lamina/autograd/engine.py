"""The engine: runs a graph backward, latest node first.

A node runs when every gradient that can reach it has arrived. Among ready nodes the one recorded last
runs first, and accumulation into leaves before anything else, so memory is freed early and order is
deterministic. Local state only: a backward inside a backward is another call.
"""

from __future__ import annotations

import heapq

from ..dispatch.state import state
from ..errors import AutogradError, LaminaError
from .graph import AccumulateGrad


def run(
    roots: list,
    retain_graph: bool,
    create_graph: bool,
    targets: list | None = None,
    accumulate: bool = True,
) -> list:
    """Runs backward from `roots`, a list of (node, output number, gradient).

    With `targets` (edges), only nodes on the way to them run; their gradients are returned, in order, and
    with `accumulate=False` leaves among them are not accumulated into.
    """
    needed = (
        None
        if targets is None
        else _leading_to([node for node, _, _ in roots], {node for node, _ in targets})
    )
    task = _Task(roots, needed, targets, accumulate, retain_graph)
    with state.override(grad_enabled=create_graph, saved_hooks=state.saved_hooks):
        task.run()
    return [] if targets is None else [task.captured.get((id(node), nr)) for node, nr in targets]


class _Task:
    """One backward pass."""

    def __init__(self, roots, needed, targets, accumulate, retain_graph):
        self.needed, self.accumulate, self.retain_graph = needed, accumulate, retain_graph
        self.targets = {(id(node), nr) for node, nr in targets or ()}
        self.target_nodes = {id(node) for node, _ in targets or ()}
        self.captured: dict = {}
        self.waiting = _dependencies([node for node, _, _ in roots])
        self.buffers: dict = {}
        self.ready: list = []
        nodes = {}
        for node, nr, grad in roots:
            self._add(node, nr, grad)
            nodes[id(node)] = node
        for node in nodes.values():
            if not self.waiting[node]:
                self._push(node)

    def run(self) -> None:
        while self.ready:
            _, _, node = heapq.heappop(self.ready)
            self._step(node)

    def _push(self, node) -> None:
        heapq.heappush(self.ready, (-node.sequence, id(node), node))

    def _add(self, node, nr: int, grad) -> None:
        buffer = self.buffers.get(node)
        if buffer is None:
            buffer = self.buffers[node] = [None] * max(len(node.outputs), nr + 1)
        if grad is not None:
            buffer[nr] = grad if buffer[nr] is None else buffer[nr] + grad

    def _step(self, node) -> None:
        grads = self.buffers.pop(node, None) or [None] * len(node.outputs)
        grads = _run_tensor_hooks(node, grads)
        if id(node) in self.target_nodes:
            for nr, grad in enumerate(grads):
                if (id(node), nr) in self.targets:
                    self.captured[id(node), nr] = grad
        results = self._apply(node, grads)
        for edge, grad in zip(node.next_edges, results):
            if edge is None:
                continue
            following, nr = edge
            if self._wanted(following) and grad is not None:
                self._add(following, nr, _fitted(grad, following, nr, node))
            self.waiting[following] -= 1
            if not self.waiting[following]:
                self._push(following)

    def _wanted(self, node) -> bool:
        return self.needed is None or node in self.needed

    def _apply(self, node, grads: list) -> list:
        skip = not self._wanted(node) or self._only_captured(node)
        if skip:
            return [None] * len(node.next_edges)
        try:
            results = _run_node(
                node, grads, [e is not None and self._wanted(e[0]) for e in node.next_edges]
            )
        except LaminaError as error:
            error.op = error.op or node.name()
            raise
        if not self.retain_graph:
            node.release()
        return results

    def _only_captured(self, node) -> bool:
        """Whether the node is a target beyond which nothing is wanted."""
        if id(node) not in self.target_nodes:
            return False
        if isinstance(node, AccumulateGrad):
            return not self.accumulate
        return not any(e is not None and e[0] in self.needed for e in node.next_edges)


def _run_node(node, grads: list, wanted: list) -> list:
    if node.prehooks:
        for hook in list(node.prehooks.values()):
            changed = hook(tuple(grads))
            if changed is not None:
                grads = list(changed) if isinstance(changed, (tuple, list)) else [changed]
    results = node.apply(grads, wanted)
    if node.posthooks:
        for hook in list(node.posthooks.values()):
            changed = hook(tuple(results), tuple(grads))
            if changed is not None:
                results = list(changed) if isinstance(changed, (tuple, list)) else [changed]
    return results


def _run_tensor_hooks(node, grads: list) -> list:
    if isinstance(node, AccumulateGrad):
        hooks = node.variable._autograd.hooks
        return [_hooked(hooks, grads[0])] if hooks else grads
    if node.tensor_hooks:
        grads = [_hooked(node.tensor_hooks.get(nr), g) for nr, g in enumerate(grads)]
    if node.retained:
        for nr, reference in node.retained.items():
            _retain(reference(), grads[nr])
    return grads


def _hooked(hooks, grad):
    if not hooks or grad is None:
        return grad
    for hook in list(hooks.values()):
        changed = hook(grad)
        if changed is not None:
            grad = changed
    return grad


def _retain(tensor, grad) -> None:
    if tensor is None or grad is None:
        return
    meta = tensor._autograd
    if meta.grad is not None:
        meta.grad = meta.grad + grad
    else:
        meta.grad = grad.clone() if state.grad_enabled else grad.detach().clone()


def _fitted(grad, node, nr: int, source):
    """A gradient made to look like the output it belongs to: summed to its size, cast to its dtype."""
    meta = node.outputs[nr] if nr < len(node.outputs) else None
    if meta is None:
        return grad
    array = grad._array
    if tuple(array.shape) != tuple(meta.sizes):
        grad = sum_to_size(grad, meta.sizes, source)
    if array.dtype != meta.dtype:
        grad = _cast(grad, meta.dtype)
    return grad


def sum_to_size(grad, sizes: tuple, source=None):
    """`grad` summed over the dimensions along which `sizes` was broadcast. Raises AutogradError."""
    have = tuple(grad.shape)
    lead = len(have) - len(sizes)
    if lead < 0 or any(s not in (1, h) for s, h in zip(sizes, have[lead:])):
        raise AutogradError(
            f"a gradient of size {list(have)} does not fit an input of size {list(sizes)}",
            op=source.name() if source is not None else None,
        )
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
