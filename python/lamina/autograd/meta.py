"""What autograd keeps on a tensor, and the small facts it derives from it."""

from __future__ import annotations

import functools
import weakref

from .views import regenerate


class AutogradMeta:
    """Autograd metadata of one tensor; a tensor that never meets autograd has none."""

    # What few tensors have, the class says for all others, because every recorded result gets metadata.
    requires_grad = False
    grad = None
    output_nr = 0
    hooks = None
    post_accumulate_hooks = None
    accumulator = None
    retains_grad = False

    def __init__(self, requires_grad: bool = False, grad_fn=None, output_nr: int = 0):
        self.grad_fn = grad_fn
        if requires_grad:
            self.requires_grad = True
        if output_nr:
            self.output_nr = output_nr


def ensure(tensor) -> AutogradMeta:
    """The tensor's metadata, made if need be."""
    if tensor._autograd is None:
        tensor._autograd = AutogradMeta()
    return tensor._autograd


def requires_grad(tensor) -> bool:
    """Whether gradients flow to or through the tensor; a view asks its base as well."""
    meta = tensor._autograd
    if meta is not None and (meta.requires_grad or meta.grad_fn is not None):
        return True
    return tensor._view is not None and requires_grad(tensor._view.base)


def grad_fn(tensor):
    """The node that computed the tensor, None for leaves; a stale view is replayed on its base
    first.
    """
    if tensor._view is not None:
        regenerate(tensor)
    meta = tensor._autograd
    return None if meta is None else meta.grad_fn


def is_bare_leaf(tensor) -> bool:
    """Whether the tensor has no history yet; a stale view is asked for the one it had, not replayed."""
    return tensor._autograd is None or tensor._autograd.grad_fn is None


def set_history(tensor, node, output_nr: int = 0) -> None:
    """Makes `node` the one that computed the tensor."""
    meta = ensure(tensor)
    meta.grad_fn, meta.output_nr = node, output_nr


def edge(tensor):
    """Where the tensor's gradient goes: (node, output number), or None when it needs none."""
    fn = grad_fn(tensor)
    if fn is not None:
        return fn, tensor._autograd.output_nr
    meta = tensor._autograd
    if meta is None or not meta.requires_grad:
        return None
    return accumulator(tensor), 0


@functools.cache
def _accumulator_class() -> type:
    """Nodes are defined above this room; looked up once, because leaves make accumulators often."""
    from .nodes import AccumulateGrad

    return AccumulateGrad


def accumulator(tensor):
    """The node that adds to `tensor.grad`; it lives as long as some graph refers to it."""
    meta = tensor._autograd
    node = meta.accumulator() if meta.accumulator is not None else None
    if node is None:
        node = _accumulator_class()(tensor)
        meta.accumulator = weakref.ref(node)
    return node
