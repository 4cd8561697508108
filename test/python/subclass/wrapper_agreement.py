"""Eager is the oracle of programs with wrapper tensors, too: what can be seen of a call, wrappers and the tensors in
them alike.
"""

import lamina
import numpy as np
from agreement import assert_same
from lamina import Tensor
from lamina.capture.flatten import flatten
from lamina.wrapper import is_wrapper


def inner(tensor):
    """A tensor and all that is in it, outermost first."""
    found = [tensor]
    if is_wrapper(tensor):
        for name in tensor.__tensor_flatten__()[0]:
            found += inner(getattr(tensor, name))
    return found


def tensors_in(tree):
    return [t for leaf in flatten(tree)[0] if isinstance(leaf, Tensor) for t in inner(leaf)]


def look(x):
    """What one tensor shows."""
    seen = {
        "class": type(x).__name__,
        "sizes": tuple(x.shape),
        "strides": x.stride(),
        "offset": x.storage_offset(),
        "dtype": x.dtype,
        "requires_grad": x.requires_grad,
        "is_leaf": x.is_leaf,
        "is_inference": x.is_inference(),
        "is_view": x._is_view(),
        "has_history": x.grad_fn is not None,
    }
    if is_wrapper(x):
        seen["context"] = x.__tensor_flatten__()[1]
    else:
        seen["data"] = np.array(x.detach().numpy())
    return seen


def observe(fn, args):
    """What a call does, as plain data: results, who is who, who shares memory and versions, gradients."""
    given = tensors_in(args)
    before = [t._version for t in given]
    leaves, structure = flatten(fn(*args))
    results = tensors_in(leaves)
    everything = given + results
    seen = {
        "structure": structure,
        "others": [x for x in leaves if not isinstance(x, Tensor)],
        "results": [look(x) for x in results],
        "arguments": [look(x) for x in given],
        "identity": [[x is y for y in everything] for x in everything],
        "memory": [[x._storage is y._storage for y in everything] for x in everything],
        "versions": [t._version - was for t, was in zip(given, before, strict=True)],
        "counters": [[x._counter is y._counter for y in everything] for x in everything],
        "bases": [[x._base is y for y in everything] for x in everything],
    }
    _backward(everything)
    marked = {id(t): t for t in everything if t.requires_grad and t.is_leaf}.values()
    seen["gradients"] = [
        None if t.grad is None else [look(x) for x in inner(t.grad)] for t in marked
    ]
    return seen


def _backward(tensors):
    roots = list({id(t): t for t in tensors if t.requires_grad and not t.is_leaf}.values())
    if roots:
        lamina.autograd.backward([(root * root).sum() for root in roots])


def assert_agrees(fn, make, backend, calls=2, entries=1):
    """Compares `fn(*make())` eager and compiled, at the compiling call and at later ones."""
    compiled = lamina.compile(fn, fullgraph=True, backend=backend)
    for _ in range(calls):
        wanted = observe(fn, make())
        assert_same(wanted, observe(compiled, make()), rounding=1e-5)
    assert len(compiled.entries) == entries
    return compiled
