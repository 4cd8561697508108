"""Eager is the oracle: runs a program eagerly and compiled on equal arguments and compares all that
can be seen.
"""

import lamina
import numpy as np
from lamina import Tensor
from lamina.capture.flatten import flatten


def tensor(*shape, grad=False, dtype=np.float32, seed=0):
    """A tensor of smooth, distinct values."""
    count = int(np.prod(shape))
    values = (np.sin(np.arange(count) * 1.7 + seed) + 1.5).reshape(shape)
    return lamina.tensor(values.astype(dtype), requires_grad=grad)


def observe(fn, args):
    """What a call does, as plain data: results, sharing, versions, mutated arguments, gradients."""
    inputs = [a for a in flatten(args)[0] if isinstance(a, Tensor)]
    before = [a._version for a in inputs]
    geometries = [a.geometry for a in inputs]
    leaves, structure = flatten(fn(*args))
    outputs = [x for x in leaves if isinstance(x, Tensor)]
    seen = {
        "structure": structure,
        "others": [x for x in leaves if not isinstance(x, Tensor)],
        "outputs": [_look(x) for x in outputs],
        "is input": [[x is a for a in inputs] for x in outputs],
        "shares with input": [[x._storage is a._storage for a in inputs] for x in outputs],
        "shares with output": [[x._storage is y._storage for y in outputs] for x in outputs],
        "is output": [[x is y for y in outputs] for x in outputs],
        "inputs": [_look(a) for a in inputs],
        "places": [_look_at(a, inputs) for a in inputs],
        "versions": [a._version - was for a, was in zip(inputs, before, strict=True)],
        "views": [x._is_view() for x in outputs],
        "bases": [_place(x._base, inputs + outputs) for x in outputs],
        "bases of inputs": [_place(a._base, inputs + outputs) for a in inputs],
        # The views that lead to a new place are replayed by other operators than made them.
        "histories of views": [
            _history(a)
            for a, was in zip(inputs, geometries, strict=True)
            if a._is_view() and a.geometry == was
        ],
    }
    _backward(outputs + inputs)
    leaves = [a for a in inputs if a.requires_grad and a.is_leaf]
    seen["gradients"] = [
        None if a.grad is None else np.array(a.grad.detach().numpy()) for a in leaves
    ]
    return seen


def _place(base, tensors):
    """Which input or output the base of a view is, if it is one."""
    known = {id(x): i for i, x in reversed(list(enumerate(tensors)))}
    return known.get(id(base), "another" if base is not None else None)


def _history(x):
    """The class of a view's history, which a write to its base regenerates."""
    return None if x.grad_fn is None else x.grad_fn.name()


def _look(x):
    data = np.array(x.detach().numpy())
    return {
        "data": data,
        "dtype": x.dtype,
        "stride": x.stride(),
        "requires_grad": x.requires_grad,
        "is_leaf": x.is_leaf,
        "class": type(x),
        "is_inference": x.is_inference(),
    }


def _look_at(x, inputs):
    """Where an argument is in memory, whom it shares it with, and whose view it is."""
    return {
        "offset": x.storage_offset(),
        "bytes": x._storage.nbytes(),
        "shares": [x._storage is a._storage for a in inputs],
        "is_view": x._is_view(),
        "base": [x._base is a for a in inputs],
    }


def _backward(tensors):
    roots = list({id(t): t for t in tensors if t.requires_grad and not t.is_leaf}.values())
    if not roots:
        return
    weights = [
        lamina.tensor(
            (np.cos(np.arange(r.numel())).reshape(r.shape)).astype(r.detach().numpy().dtype)
        )
        for r in roots
    ]
    lamina.autograd.backward(roots, weights)


def _rounding(dtype):
    return {2: 1e-2, 4: 2e-5}.get(dtype.itemsize, 1e-9) if dtype.kind in "fcV" else 0


def _coarsest(seen):
    """The rounding of the narrowest dtype that takes part: a float64 gradient may be the sum of float32."""
    return max((_rounding(x["data"].dtype) for x in seen["inputs"] + seen["outputs"]), default=0)


def assert_same(wanted, found, where="", rounding=0):
    """Compares nested plain data; arrays of floats up to their rounding, or to `rounding` if larger."""
    if isinstance(wanted, np.ndarray):
        assert isinstance(found, np.ndarray) and wanted.shape == found.shape, where
        own = _rounding(wanted.dtype)
        tolerance = max(own, rounding) if own else 0
        wide = (lambda a: a.astype(np.float32)) if wanted.dtype.kind == "V" else (lambda a: a)
        np.testing.assert_allclose(
            wide(found), wide(wanted), rtol=tolerance, atol=tolerance, err_msg=where
        )
    elif isinstance(wanted, dict):
        for key in wanted:
            assert_same(wanted[key], found[key], f"{where} {key}", rounding)
    elif isinstance(wanted, list):
        assert len(wanted) == len(found), where
        for i, (a, b) in enumerate(zip(wanted, found, strict=True)):
            assert_same(a, b, f"{where}[{i}]", rounding)
    else:
        assert wanted == found, f"{where}: eager {wanted!r}, compiled {found!r}"


def assert_agrees(fn, make, backend, calls=2):
    """Compares `fn(*make())` eager and compiled, at the compiling call and at later ones."""
    compiled = lamina.compile(fn, fullgraph=True, backend=backend)
    for _ in range(calls):
        wanted = observe(fn, make())
        assert_same(wanted, observe(compiled, make()), rounding=_coarsest(wanted))
    assert len(compiled.entries) == 1
    return compiled
