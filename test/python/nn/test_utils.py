"""Gradient clipping and flattening."""

import lamina
import numpy as np
import pytest
from lamina.nn.utils import (
    clip_grad_norm_,
    clip_grad_value_,
    parameters_to_vector,
    vector_to_parameters,
)
from nn_oracle import assert_same, to_torch

torch = pytest.importorskip("torch")


def pair(rng):
    """Parameters with gradients, in lamina and in torch."""
    ours = [
        lamina.nn.Parameter(lamina.tensor(rng.standard_normal(s).astype(np.float32)))
        for s in ((3, 2), (4,))
    ]
    theirs = [torch.nn.Parameter(to_torch(p)) for p in ours]
    for a, b in zip(ours, theirs):
        gradient = rng.standard_normal(tuple(a.shape)).astype(np.float32)
        a.grad, b.grad = lamina.tensor(gradient), torch.tensor(gradient)
    return ours, theirs


@pytest.mark.parametrize("norm", [0.0, 1.0, 2.0, 3.0, float("inf"), -float("inf")])
@pytest.mark.parametrize("limit", [0.1, 100.0])
def test_clipping_the_norm_agrees_with_torch(norm, limit, rng):
    ours, theirs = pair(rng)
    assert_same(
        clip_grad_norm_(ours, limit, norm), torch.nn.utils.clip_grad_norm_(theirs, limit, norm)
    )
    for a, b in zip(ours, theirs):
        assert_same(a.grad, b.grad)


def test_clipping_a_norm_that_is_not_finite_can_be_an_error(rng):
    ours, _ = pair(rng)
    ours[0].grad.mul_(float("inf"))
    with pytest.raises(lamina.LaminaError, match=r"norm of order 2\.0"):
        clip_grad_norm_(ours, 1.0, error_if_nonfinite=True)


def test_clipping_values_agrees_with_torch(rng):
    ours, theirs = pair(rng)
    clip_grad_value_(ours, 0.3)
    torch.nn.utils.clip_grad_value_(theirs, 0.3)
    for a, b in zip(ours, theirs):
        assert_same(a.grad, b.grad)


def test_parameters_make_the_round_trip_through_a_vector(rng):
    ours, _ = pair(rng)
    vector = parameters_to_vector(ours)
    vector_to_parameters(vector.detach() * 2, ours)
    assert vector.shape == (10,) and (parameters_to_vector(ours) == vector * 2).all()


def test_a_vector_that_is_too_short_is_an_error(rng):
    ours, _ = pair(rng)
    with pytest.raises(lamina.LaminaError, match="vector of 7 elements"):
        vector_to_parameters(lamina.zeros(7), ours)


def _normalized(library, wrap):
    layer = library.nn.Conv1d(2, 3, 2)
    rng = np.random.default_rng(0)
    with library.no_grad():
        for parameter in layer.parameters():
            values = rng.standard_normal(tuple(parameter.shape)).astype(np.float32)
            parameter.copy_(library.tensor(values))
    return wrap(library.nn.utils, layer)


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("dim", [0, 1, None])
def test_weight_norm_agrees_with_torch(dim):
    torch = pytest.importorskip("torch")
    x = np.random.default_rng(1).standard_normal((2, 2, 5)).astype(np.float32)
    found = []
    for library in (lamina, torch):
        layer = _normalized(library, lambda utils, layer: utils.weight_norm(layer, dim=dim))
        with library.no_grad():
            layer.weight_g.mul_(2)
        result = layer(library.tensor(x))
        result.square().sum().backward()
        grads = {name: p.grad for name, p in layer.named_parameters()}
        plain = library.nn.utils.remove_weight_norm(layer)
        found.append((result, grads, sorted(plain.state_dict()), plain(library.tensor(x))))
    (ours, grads, names, again), (theirs, expected, their_names, their_again) = found
    assert names == their_names and grads.keys() == expected.keys()
    assert_same(ours, theirs)
    assert_same(again, their_again)
    for name, grad in grads.items():
        assert_same(grad, expected[name], atol=1e-4)


def test_spectral_norm_goes_to_the_largest_singular_value():
    layer = _normalized(lamina, lambda utils, layer: utils.spectral_norm(layer))
    x = lamina.ones(1, 2, 5)
    for _ in range(50):
        result = layer(x)
    assert np.linalg.norm(layer.weight.detach().numpy().reshape(3, 4), 2) == pytest.approx(1, 1e-4)
    result.sum().backward()
    assert layer.weight_orig.grad is not None
    assert set(layer.state_dict()) == {"bias", "weight_orig", "weight_u", "weight_v"}
    before = layer.eval()(x)
    plain = lamina.nn.utils.remove_spectral_norm(layer)
    np.testing.assert_allclose(plain(x).detach().numpy(), before.detach().numpy(), rtol=1e-5)
    assert set(plain.state_dict()) == {"bias", "weight"}
