"""Formulas are differentiable: second derivatives agree with the oracle's."""

import numpy as np
import pytest

torch = pytest.importorskip("torch")

import lamina  # noqa: E402
from lamina.ops import registry  # noqa: E402
from oracle import array, run_lamina, run_torch, tolerance  # noqa: E402
from samples import Array, cases, sample  # noqa: E402

# lamina's own operators.
_NOT_COMPARED = {"_clone_strided", "as_strided_backward"}

# The oracle drops the gradients of these operators' statistics, which lamina does not.
_FIRST_RESULT_ONLY = {"native_layer_norm", "native_group_norm", "native_batch_norm"}

# What the oracle says of derivatives it does not have.
_REFUSALS = (
    "not implemented",
    "not differentiable",
    "nsupported",
    "not supported",
    "undefined Tensor",
)


def _is_compared(entry):
    return (
        entry.functional is None
        and entry.differentiable
        and any(f.fn for f in entry.formulas)
        and not entry.writes
        and entry.name not in _NOT_COMPARED
    )


def _cases():
    """Samples in double precision that have elements."""
    for name, number in cases():
        one = sample(name, number)
        arrays = [x for x in one.args if isinstance(x, Array) and x.differentiable and x.data.size]
        wide = any(x.dtype in ("float64", "complex128") for x in arrays)
        if one.grad and wide and _is_compared(registry.lookup(name)):
            yield name, number


CASES = list(_cases())


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
    again = _weighted(first, make)
    if again is None or not again.requires_grad:
        return None
    return library.autograd.grad(again, leaves, allow_unused=True)


@pytest.mark.parametrize("name,number", CASES, ids=[f"{name}-{number}" for name, number in CASES])
def test_second_derivatives(name, number):
    drawn = sample(name, number)
    try:
        expected = _second(run_torch, torch, torch.from_numpy, name, drawn)
    except RuntimeError as error:
        if not any(phrase in str(error) for phrase in _REFUSALS):
            raise
        pytest.skip(f"the oracle has no second derivative: {error}")
    if expected is None:
        return
    found = _second(run_lamina, lamina, lamina.from_numpy, name, drawn)
    for i, (mine, theirs) in enumerate(zip(found or [None] * len(expected), expected)):
        if mine is None or theirs is None:
            present = mine if theirs is None else theirs
            assert present is None or not np.any(_finite(array(present)))
            continue
        # At some points the oracle divides zero by zero where the limit is known.
        known = np.isfinite(array(theirs))
        rounding = max(1e-7, 10 * tolerance(drawn, [theirs]))
        np.testing.assert_allclose(
            array(mine)[known],
            array(theirs)[known],
            rtol=rounding,
            atol=rounding,
            err_msg=f"{name} second derivative of tensor {i}",
        )


def _finite(values):
    return values[np.isfinite(values)]
