"""Losses and functions without a layer, against torch."""

import lamina
import numpy as np
import pytest
from lamina.nn import functional as F
from nn_oracle import assert_same, to_lamina, to_torch

torch = pytest.importorskip("torch")

RNG = np.random.default_rng(0)
SCORES = RNG.standard_normal((6, 4)).astype(np.float32)
TARGET = RNG.standard_normal((6, 4)).astype(np.float32)
PART = RNG.random((6, 4)).astype(np.float32)
CLASSES = np.array([0, 3, 1, 1, 2, 0])
WEIGHTS = np.array([0.5, 1.0, 2.0, 1.5], np.float32)
IMAGE = RNG.standard_normal((2, 4, 3, 3)).astype(np.float32)
PIXELS = RNG.integers(0, 4, (2, 3, 3))

LOSSES = [
    ("mse_loss", SCORES, TARGET, {}),
    ("l1_loss", SCORES, TARGET, {}),
    ("smooth_l1_loss", SCORES, TARGET, {"beta": 0.5}),
    ("huber_loss", SCORES, TARGET, {"delta": 0.5}),
    ("nll_loss", SCORES, CLASSES, {}),
    ("nll_loss", SCORES, CLASSES, {"weight": WEIGHTS, "ignore_index": 1}),
    ("nll_loss", IMAGE, PIXELS, {"weight": WEIGHTS}),
    ("cross_entropy", SCORES, CLASSES, {}),
    (
        "cross_entropy",
        SCORES,
        CLASSES,
        {"weight": WEIGHTS, "label_smoothing": 0.1, "ignore_index": 1},
    ),
    ("cross_entropy", SCORES, PART, {"label_smoothing": 0.2}),
    ("cross_entropy", SCORES, PART, {"weight": WEIGHTS}),
    ("cross_entropy", IMAGE, PIXELS, {}),
    ("cross_entropy", SCORES[0], CLASSES[0], {}),
    ("binary_cross_entropy", PART * 0.98 + 0.01, PART[::-1].copy(), {}),
    ("binary_cross_entropy_with_logits", SCORES, PART, {"pos_weight": WEIGHTS}),
    ("kl_div", SCORES, PART, {}),
    ("kl_div", SCORES, TARGET, {"log_target": True}),
]


@pytest.mark.filterwarnings("ignore:reduction")
@pytest.mark.parametrize("reduction", ["none", "mean", "sum"])
@pytest.mark.parametrize(
    ("name", "input", "target", "options"),
    LOSSES,
    ids=[f"{case[0]}-{i}" for i, case in enumerate(LOSSES)],
)
def test_loss_agrees_with_torch(name, input, target, options, reduction):
    x, y = lamina.tensor(input, requires_grad=True), torch.tensor(input, requires_grad=True)
    ours = {key: to_lamina(value) for key, value in options.items()}
    theirs = {key: to_torch(value) for key, value in options.items()}
    result = getattr(F, name)(x, to_lamina(np.asarray(target)), reduction=reduction, **ours)
    expected = getattr(torch.nn.functional, name)(
        y, to_torch(np.asarray(target)), reduction=reduction, **theirs
    )
    assert_same(result, expected)
    result.sum().backward()
    expected.sum().backward()
    assert_same(x.grad, y.grad)


def test_unknown_reduction_is_named():
    with pytest.raises(lamina.LaminaError, match="'average'"):
        F.mse_loss(lamina.ones(2), lamina.ones(2), reduction="average")


@pytest.mark.parametrize(
    ("pad", "mode"),
    [
        ((1, 2), "constant"),
        ((1, 2, 0, 1), "constant"),
        ((-1, 1), "constant"),
        ((2, 1, 1, 2), "reflect"),
        ((2, 1, 1, 4), "replicate"),
        ((2, 1, 1, 2), "circular"),
    ],
)
def test_pad_agrees_with_torch(pad, mode):
    assert_same(
        F.pad(lamina.tensor(IMAGE), pad, mode),
        torch.nn.functional.pad(torch.tensor(IMAGE), pad, mode),
    )


def test_one_hot_agrees_with_torch():
    assert_same(
        F.one_hot(lamina.tensor(CLASSES)), torch.nn.functional.one_hot(torch.tensor(CLASSES))
    )
    assert_same(
        F.one_hot(lamina.tensor(CLASSES), 7), torch.nn.functional.one_hot(torch.tensor(CLASSES), 7)
    )


def test_normalize_agrees_with_torch():
    assert_same(
        F.normalize(lamina.tensor(SCORES)), torch.nn.functional.normalize(torch.tensor(SCORES))
    )


def test_in_place_activation_writes_its_input():
    x = lamina.tensor(SCORES.copy())
    assert F.relu(x, inplace=True) is x and x.min().item() == 0


@pytest.mark.parametrize("dim", [None, 0, 1])
def test_softmax_dimension_defaults_to_torchs(dim):
    with pytest.warns() if dim is None else np.errstate():
        expected = torch.nn.functional.softmax(torch.tensor(SCORES), dim)
    assert_same(F.softmax(lamina.tensor(SCORES), dim), expected)
