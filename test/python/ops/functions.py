"""Calling one public function of lamina and of the oracle by name, and comparing all that comes of
it.
"""

from __future__ import annotations

import operator
from collections.abc import Mapping
from types import MappingProxyType

import lamina
import numpy as np
import torch
from oracle import check_same
from samples import Array, convert


def call(name, library, args, kwargs, how):
    """(results as a tuple, the leaves among the arguments) of `library.name(*args, **kwargs)`."""
    leaves = []

    def make(value):
        tensor = how(value)
        if isinstance(value, Array) and value.differentiable:
            tensor = tensor.detach().requires_grad_()
            leaves.append(tensor)
        return tensor

    function = operator.attrgetter(name)(library)
    results = function(*convert(args, make), **convert(kwargs, make))
    return (tuple(results) if isinstance(results, (tuple, list)) else (results,)), leaves


def compare(
    name, owner, oracle_owner, args, kwargs: Mapping = MappingProxyType({}), *, order=1, only=None
):
    """Asserts equal results and derivatives up to `order`. only: positions of the results to look
    at.
    """
    got, got_leaves = call(name, owner, args, kwargs, lambda x: x.to_lamina())
    expected, expected_leaves = call(name, oracle_owner, args, kwargs, lambda x: x.to_torch())
    assert len(got) == len(expected)
    if only is not None:
        got, expected = ([r[i] for i in only] for r in (got, expected))
    for mine, theirs in zip(got, expected):
        if isinstance(theirs, torch.Tensor):
            check_same(mine, theirs, _tolerance(theirs), name)
        else:
            assert str(mine).replace("lamina.", "torch.") == str(theirs)
    for _ in range(order):
        got = _derivatives(lamina, got, got_leaves)
        expected = _derivatives(torch, expected, expected_leaves)
        for mine, theirs in zip(got, expected):
            if theirs is None or mine is None:
                present = mine if theirs is None else theirs
                assert present is None or not np.any(present.detach().numpy())
                continue
            check_same(mine, theirs, _tolerance(theirs), f"gradient of {name}")


def _tolerance(result):
    return 1e-6 if result.dtype in (torch.float64, torch.complex128) else 1e-4


def _derivatives(library, results, leaves):
    total = _total(results)
    if total is None:
        return ()
    return library.autograd.grad(total, leaves, allow_unused=True, create_graph=True)


def _total(results):
    live = [r for r in results if hasattr(r, "requires_grad") and r.requires_grad]
    parts = [((r.abs() if r.is_complex() else r) ** 2).sum() for r in live]
    return sum(parts[1:], parts[0]) if parts else None
