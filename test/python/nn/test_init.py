"""Initial values: gains, bounds and moments."""

import math

import lamina
import numpy as np
import pytest
from lamina.nn import init


@pytest.mark.parametrize(
    "name", ["linear", "conv2d", "sigmoid", "tanh", "relu", "leaky_relu", "selu"]
)
def test_gains_are_torchs(name):
    torch = pytest.importorskip("torch")
    assert init.calculate_gain(name) == pytest.approx(torch.nn.init.calculate_gain(name))


def test_unknown_gain_is_named():
    with pytest.raises(lamina.LaminaError, match="'swish'"):
        init.calculate_gain("swish")


@pytest.mark.parametrize(
    ("fill", "std"),
    [
        (init.kaiming_uniform_, math.sqrt(2 / (8 * 9))),
        (init.kaiming_normal_, math.sqrt(2 / (8 * 9))),
        (init.xavier_uniform_, math.sqrt(2 / ((8 + 64) * 9))),
        (init.xavier_normal_, math.sqrt(2 / ((8 + 64) * 9))),
    ],
    ids=["kaiming_uniform_", "kaiming_normal_", "xavier_uniform_", "xavier_normal_"],
)
def test_standard_deviation_follows_the_fans(fill, std):
    weight = lamina.empty(64, 8, 3, 3)
    assert fill(weight) is weight
    assert np.std(weight.numpy()) == pytest.approx(std, rel=0.05)


def test_uniform_stays_within_its_bounds():
    values = init.uniform_(lamina.empty(1000), -2, -1).numpy()
    assert values.min() >= -2 and values.max() < -1


def test_truncated_normal_stays_within_its_bounds():
    values = init.trunc_normal_(lamina.empty(5000), std=2.0, a=-1.0, b=1.5).numpy()
    assert values.min() >= -1 and values.max() <= 1.5


def test_constants_and_identity():
    assert init.ones_(lamina.empty(2)).tolist() == [1, 1] and init.zeros_(
        lamina.empty(2)
    ).tolist() == [0, 0]
    assert init.eye_(lamina.empty(2, 3)).tolist() == [[1, 0, 0], [0, 1, 0]]


def test_dirac_passes_channels_through():
    x = lamina.randn(1, 3, 5, 5)
    weight = init.dirac_(lamina.empty(3, 3, 3, 3))
    assert (lamina.nn.functional.conv2d(x, weight, padding=1) == x).all()


@pytest.mark.parametrize("shape", [(6, 4), (4, 6)])
def test_orthogonal_matrix_is_orthogonal(shape):
    q = init.orthogonal_(lamina.empty(*shape)).numpy()
    product = q.T @ q if shape[0] > shape[1] else q @ q.T
    np.testing.assert_allclose(product, np.eye(4), atol=1e-5)


def test_fans_need_two_dimensions():
    with pytest.raises(lamina.LaminaError, match=r"\[3\]"):
        init.xavier_uniform_(lamina.empty(3))


def test_filling_a_parameter_leaves_no_history():
    parameter = lamina.nn.Parameter(lamina.empty(3, 3))
    init.normal_(parameter)
    assert parameter.is_leaf and parameter.grad_fn is None


def test_sparse_columns_have_their_share_of_zeros():
    filled = init.sparse_(lamina.ones(10, 4), 0.25).numpy()
    assert ((filled == 0).sum(0) == 3).all()


def test_older_names_warn():
    with pytest.warns(FutureWarning, match="constant_"):
        assert init.constant(lamina.ones(2), 3.0).tolist() == [3.0, 3.0]
