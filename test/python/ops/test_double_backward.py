"""Formulas are differentiable: second derivatives agree with the oracle's."""

import numpy as np
import pytest

torch = pytest.importorskip("torch")

import lamina  # noqa: E402
from lamina.ops import registry  # noqa: E402
from oracle import array, check_same, run_lamina, run_torch  # noqa: E402
from samples import Array, sample, samples  # noqa: E402

# lamina's own operators.
_NOT_COMPARED = {"_clone_strided", "as_strided_backward"}

# The oracle drops the gradients of these operators' statistics, which lamina does not.
_FIRST_RESULT_ONLY = {"native_layer_norm", "native_group_norm", "native_batch_norm"}


def _first_differentiable(name):
    """The first sample in float64 that is dense and has elements."""
    for number, one in enumerate(samples(name)):
        arrays = [x for x in one.args if isinstance(x, Array)]
        if (
            one.grad
            and arrays
            and any(x.dtype == "float64" and x.data.size and x.differentiable for x in arrays)
        ):
            return number
    return None


def _names():
    for entry in registry.entries():
        if (
            (
                entry.functional is None
                and entry.differentiable
                and any(f.fn for f in entry.formulas)
                and not entry.writes
            )
            and entry.name not in _NOT_COMPARED
            and _first_differentiable(entry.name) is not None
        ):
            yield entry.name


def _weighted(results, make):
    """A random linear combination of all differentiable results."""
    total = None
    for i, result in enumerate(results):
        if result is None or not result.requires_grad:
            continue
        weights = np.asarray(np.random.default_rng(i).uniform(0.5, 1.5, tuple(result.shape)))
        term = (result * result * make(weights)).sum()
        term = term.real if term.is_complex() else term
        total = term if total is None else total + term
    return total


def _second(run, library, make, name, drawn):
    results, leaves = run(name, drawn)
    results = results[:1] if name in _FIRST_RESULT_ONLY else results
    leaves = [x for x in leaves if x.requires_grad]
    total = _weighted(results, make)
    if total is None:
        return None
    first = library.autograd.grad(total, leaves, create_graph=True, allow_unused=True)
    again = _weighted([g for g in first if g is not None], make)
    if again is None or not again.requires_grad:
        return None
    return library.autograd.grad(again, leaves, allow_unused=True)


@pytest.mark.parametrize("name", sorted(_names()))
def test_second_derivatives(name):
    drawn = sample(name, _first_differentiable(name))
    try:
        expected = _second(run_torch, torch, torch.from_numpy, name, drawn)
    except RuntimeError as error:
        if "not implemented" not in str(error) and "not differentiable" not in str(error):
            raise
        pytest.skip(f"the oracle has no second derivative: {error}")
    if expected is None:
        return
    found = _second(run_lamina, lamina, lamina.from_numpy, name, drawn)
    for i, (mine, theirs) in enumerate(zip(found or [None] * len(expected), expected)):
        if mine is None or theirs is None:
            present = mine if theirs is None else theirs
            assert present is None or not np.any(array(present))
            continue
        check_same(mine, theirs, 1e-8, f"{name} second derivative of tensor {i}")
