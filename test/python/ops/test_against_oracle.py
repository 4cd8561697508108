"""Every entry computes what the oracle's operator of that name computes: values, dtypes,
shapes, gradients.
"""

import numpy as np
import pytest

torch = pytest.importorskip("torch")

import lamina  # noqa: E402
from oracle import array, check_same, run_lamina, run_torch, tolerance  # noqa: E402
from samples import Array, cases, sample  # noqa: E402

# Operators of lamina's own, and those whose contents are unspecified: run, but compared with
# nothing.
WITHOUT_ORACLE = {
    "_clone_strided",
    "_write_out",
    "as_strided_backward",
    "empty",
    "empty.memory_format",
    "empty_strided",
    "new_empty_strided",
    "empty_like",
    "grid_sampler_2d_double_backward",
    "grid_sampler_3d_double_backward",
    "new_empty",
}

CASES = [case for case in cases() if case[0] not in WITHOUT_ORACLE]
IDS = [f"{name}-{number}" for name, number in CASES]


@pytest.mark.parametrize("name,number", CASES, ids=IDS)
def test_values(name, number):
    drawn = sample(name, number)._replace(grad=False)
    got, _ = run_lamina(name, drawn)
    expected, _ = run_torch(name, drawn)
    assert len(got) == len(expected)
    for i, (mine, theirs) in enumerate(zip(got, expected)):
        check_same(mine, theirs, tolerance(drawn, expected), f"{name} result {i}")


def _differentiable(name, number):
    drawn = sample(name, number)
    return drawn.grad and lamina.ops.registry.lookup(name).differentiable


GRADIENT_CASES = [case for case in CASES if _differentiable(*case)]


@pytest.mark.parametrize("name,number", GRADIENT_CASES, ids=[f"{n}-{i}" for n, i in GRADIENT_CASES])
def test_gradients(name, number):
    drawn = sample(name, number)
    expected, expected_leaves = run_torch(name, drawn)
    live = [i for i, r in enumerate(expected) if r is not None and r.requires_grad]
    if not live:
        return
    got, got_leaves = run_lamina(name, drawn)
    tangents = [_tangent(expected[i]) for i in live]
    wanted = torch.autograd.grad(
        [expected[i] for i in live],
        [x for x in expected_leaves if x.requires_grad],
        [t.to_torch() for t in tangents],
        allow_unused=True,
    )
    found = lamina.autograd.grad(
        [got[i] for i in live],
        [x for x in got_leaves if x.requires_grad],
        [t.to_lamina() for t in tangents],
        allow_unused=True,
    )
    for i, (mine, theirs) in enumerate(zip(found, wanted)):
        if mine is None or theirs is None:
            # One library may call a gradient absent that the other calls zero.
            assert (
                not np.any(array(mine if theirs is None else theirs))
                if (mine, theirs) != (None, None)
                else True
            )
            continue
        check_same(mine, theirs, tolerance(drawn, expected), f"{name} gradient of tensor {i}")


def _tangent(result):
    values = np.random.default_rng(0).uniform(-1, 1, tuple(result.shape))
    if result.is_complex():
        values = values + 1j * np.random.default_rng(1).uniform(-1, 1, tuple(result.shape))
    return Array(np.asarray(values).astype(array(result).dtype))
