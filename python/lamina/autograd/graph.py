"""What users do with the graph itself: nodes, gradient edges, hooks over several tensors and
saved tensors.
"""

# ruff: noqa: F401
from __future__ import annotations

import threading
from collections.abc import Callable

from ..errors import AutogradError
from ..tensor import Tensor
from .engine import current_task
from .hooks import RemovableHandle
from .meta import edge
from .nodes import Node
from .roots import GradientEdge
from .saved_hooks import (
    allow_mutation_on_saved_tensors,
    disable_saved_tensors_hooks,
    save_on_cpu,
    saved_tensors_hooks,
)


def get_gradient_edge(tensor: Tensor) -> GradientEdge:
    """Where the gradient of `tensor` goes. Raises AutogradError when the tensor does not
    require grad.
    """
    found = edge(tensor)
    if found is None:
        raise AutogradError(
            "It is not possible to get the gradient edge for a Tensor that does not require "
            "gradients"
        )
    return GradientEdge(*found)


def increment_version(tensor) -> None:
    """Counts a write to a tensor, or to each of several, that autograd could not see."""
    for t in (tensor,) if isinstance(tensor, Tensor) else tensor:
        if t._counter is None:
            raise AutogradError(
                "Inference tensors do not track version counter", op="increment_version"
            )
        t._counter.version += 1


class _Handles:
    """Removes hooks together."""

    def __init__(self, handles: tuple):
        self.handles = handles

    def remove(self) -> None:
        """Removes every hook."""
        for handle in self.handles:
            handle.remove()

    def __enter__(self):
        return self

    def __exit__(self, *exception) -> None:
        self.remove()


def register_multi_grad_hook(tensors, fn: Callable, *, mode: str = "all") -> _Handles:
    """Runs `fn` once a backward pass: with the list of all gradients of `tensors` when the last has
    arrived (None for those that the pass does not compute), or with mode="any" with the first
    gradient that arrives.

    Returns a handle that removes the hook. Raises ValueError for another mode.
    """
    if mode not in ("all", "any"):
        raise ValueError(f"the mode of register_multi_grad_hook is 'all' or 'any', got {mode!r}")
    if mode == "any":
        return _first_of(tensors, fn)
    nodes = [_node(t) for t in tensors]
    lock = threading.Lock()
    arrived: dict[int, list] = {}
    missing: dict[int, int] = {}

    def hook_of(index: int):
        def hook(grad):
            task = current_task()
            with lock:
                if task.id not in arrived:
                    arrived[task.id] = [None] * len(nodes)
                    missing[task.id] = sum(map(task.will_run, nodes))
                grads = arrived[task.id]
                grads[index] = grad
                missing[task.id] -= 1
                last = missing[task.id] == 0
                if last:
                    del arrived[task.id], missing[task.id]
            if last:
                fn(grads)

        return hook

    return _Handles(tuple([t.register_hook(hook_of(i)) for i, t in enumerate(tensors)]))


def _first_of(tensors, fn: Callable) -> _Handles:
    lock = threading.Lock()
    ran: set[int] = set()

    def hook(grad) -> None:
        task = current_task()
        with lock:
            first = task.id not in ran
            ran.add(task.id)
        if first:
            fn(grad)

    return _Handles(tuple([t.register_hook(hook) for t in tensors]))


def _node(tensor) -> Node:
    return get_gradient_edge(tensor).node
