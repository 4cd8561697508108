"""Functions of `nn.functional` that layers do not cover, against torch: values and gradients."""

import lamina
import numpy as np
import pytest
from nn_oracle import assert_same

torch = pytest.importorskip("torch")

IMAGE = np.random.default_rng(0).standard_normal((2, 3, 4, 5)).astype(np.float32)

# Calls of (library, its nn.functional, an image [2, 3, 4, 5]).
CASES = {
    "area": lambda t, F, x: F.interpolate(x, scale_factor=0.6, mode="area"),
    "area_1d": lambda t, F, x: F.interpolate(x[0], 3, mode="area"),
    "recomputed": lambda t, F, x: F.interpolate(
        x, scale_factor=1.7, mode="bilinear", recompute_scale_factor=True
    ),
    "antialiased": lambda t, F, x: F.interpolate(x, (2, 3), mode="bicubic", antialias=True),
    "upsample": lambda t, F, x: F.upsample(x, scale_factor=2, mode="nearest"),
    "affine_grid": lambda t, F, x: F.affine_grid(x[:, 0, :2, :3], (2, 1, 3, 4), False),
    "affine_grid_corners": lambda t, F, x: F.affine_grid(x[:, 0, :2, :3], (2, 1, 1, 4), True),
    "affine_grid_3d": lambda t, F, x: F.affine_grid(x[:, 0, :3, :4], (2, 1, 2, 2, 3)),
    "grid_sample": lambda t, F, x: F.grid_sample(
        x, x[:, 0, :, :2].unsqueeze(1), padding_mode="border", align_corners=False
    ),
    "unfold": lambda t, F, x: F.unfold(x[0], 2, dilation=2),
    "fold": lambda t, F, x: F.fold(x.reshape(2, 12, 5)[:, :, :4], (3, 3), 2),
    "pixel_shuffle": lambda t, F, x: F.pixel_shuffle(x.reshape(3, 4, 2, 5), 2),
    "channel_shuffle": lambda t, F, x: F.channel_shuffle(x, 3),
    "lp_infinite": lambda t, F, x: F.lp_pool2d(x, float("inf"), 2),
    "lp_1": lambda t, F, x: F.lp_pool1d(x[0].abs(), 1, 2),
    "max_pool3d": lambda t, F, x: F.max_pool3d(x, 2, stride=1),
    "adaptive_indices": lambda t, F, x: F.adaptive_max_pool2d(x, 2, return_indices=True)[1],
    "max_unpool": lambda t, F, x: F.max_unpool2d(
        *F.max_pool2d(x, 2, return_indices=True), 2, output_size=(4, 5)
    ),
    "max_unpool1d": lambda t, F, x: F.max_unpool1d(
        *F.max_pool1d(x[0], 2, return_indices=True), 2, output_size=(5,)
    ),
    "fractional": lambda t, F, x: F.fractional_max_pool2d(
        x, 2, output_ratio=(0.5, 0.5), _random_samples=x[:, :, 0, :2].detach().abs() % 1
    ),
    "circular": lambda t, F, x: F.pad(x, (2, 1, 0, 3), mode="circular"),
    "cropped": lambda t, F, x: F.pad(x, (-1, 2, -1, -1), mode="replicate"),
    "constant": lambda t, F, x: F.pad(x, (1, 0, 0, 0, 2, 1), value=2.0),
    "cosine": lambda t, F, x: F.cosine_similarity(x, x[:1].flip(-1), dim=2),
    "distance": lambda t, F, x: F.pairwise_distance(x, x.flip(-1), p=1, keepdim=True),
    "pdist": lambda t, F, x: F.pdist(x.reshape(6, 20)),
    "local_response": lambda t, F, x: F.local_response_norm(x, 3, alpha=0.5),
    "instance_norm": lambda t, F, x: F.instance_norm(x, weight=x[0, :, 0, 0], bias=x[1, :, 0, 0]),
    "rrelu": lambda t, F, x: F.rrelu(x, 0.1, 0.3),
    "hardshrink": lambda t, F, x: F.hardshrink(x, 0.3),
    "softshrink": lambda t, F, x: F.softshrink(x),
    "glu": lambda t, F, x: F.glu(x, 2),
    "no_dropout": lambda t, F, x: F.alpha_dropout(x, 0.5),
    "all_dropped": lambda t, F, x: F.feature_alpha_dropout(x, 1.0, True),
    "bag_of_offsets": lambda t, F, x: F.embedding_bag(
        t.tensor([0, 2, 1, 1]),
        x.reshape(6, 20),
        t.tensor([0, 1, 1, 4]),
        mode="mean",
        include_last_offset=True,
    ),
    "bag_maximum": lambda t, F, x: F.embedding_bag(
        t.tensor([0, 2, 1, 1]), x.reshape(6, 20), t.tensor([0, 1, 1]), mode="max", padding_idx=2
    ),
    "weighted_mse": lambda t, F, x: F.mse_loss(x, x.detach() + 1, weight=x.detach().abs()),
    "gaussian": lambda t, F, x: F.gaussian_nll_loss(x, x.detach() + 1, 0.5),
}


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", CASES)
def test_function_agrees_with_torch(name):
    found = []
    for library in (lamina, torch):
        x = library.tensor(IMAGE, requires_grad=True)
        result = CASES[name](library, library.nn.functional, x)
        if result.requires_grad:
            (result * result).sum().backward()
        found.append((result, x.grad))
    (result, grad), (expected, expected_grad) = found
    assert_same(result, expected)
    assert (grad is None) == (expected_grad is None)
    if grad is not None:
        assert_same(grad, expected_grad, rtol=1e-4, atol=1e-4)


INPLACE = ["relu", "elu", "selu", "celu", "leaky_relu", "hardtanh", "rrelu"]


@pytest.mark.parametrize("name", INPLACE)
def test_in_place_activations_write_their_input(name):
    ours, theirs = lamina.tensor(IMAGE), torch.tensor(IMAGE)
    assert getattr(lamina.nn.functional, f"{name}_")(ours) is ours
    getattr(torch.nn.functional, f"{name}_")(theirs)
    assert_same(ours, theirs)


def test_gumbel_softmax_draws_classes():
    logits = lamina.tensor([[2.0, 0.0, -30.0]]).repeat(2000, 1).requires_grad_()
    hard = lamina.nn.functional.gumbel_softmax(logits, hard=True)
    share = hard.detach().numpy().mean(0)
    assert (hard.sum(1) == 1).all() and share[2] == 0
    assert share[0] == pytest.approx(np.exp(2) / (1 + np.exp(2)), abs=0.05)
    hard[:, 0].sum().backward()
    assert logits.grad.abs().sum().item() > 0


def test_alpha_dropout_keeps_mean_and_variance():
    x = lamina.randn(200, 200)
    for p in (0.2, 0.6):
        dropped = lamina.nn.functional.alpha_dropout(x, p, True).numpy()
        assert abs(dropped.mean()) < 0.05 and abs(dropped.std() - 1) < 0.05


def test_randomized_relu_draws_slopes_between_its_bounds():
    x = lamina.full((1000,), -1.0)
    slopes = -lamina.nn.functional.rrelu(x, 0.2, 0.4, training=True).numpy()
    assert 0.2 <= slopes.min() < 0.21 and 0.39 < slopes.max() <= 0.4
