"""Attention against torch."""

import lamina
import numpy as np
import pytest
from lamina import nn
from lamina.nn import functional as F
from nn_oracle import assert_same, load, to_lamina, to_torch

torch = pytest.importorskip("torch")


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"is_causal": True},
        {"scale": 0.3},
        {"attn_mask": np.tril(np.ones((5, 6), bool))},
        {"attn_mask": np.linspace(-1, 1, 30, dtype=np.float32).reshape(5, 6)},
    ],
    ids=["plain", "causal", "scale", "bool mask", "additive mask"],
)
def test_attention_agrees_with_torch(options, rng):
    arrays = [
        rng.standard_normal(s).astype(np.float32)
        for s in ((2, 4, 5, 8), (2, 4, 6, 8), (2, 4, 6, 3))
    ]
    ours = [lamina.tensor(a, requires_grad=True) for a in arrays]
    theirs = [torch.tensor(a, requires_grad=True) for a in arrays]
    result = F.scaled_dot_product_attention(*ours, **{k: to_lamina(v) for k, v in options.items()})
    expected = torch.nn.functional.scaled_dot_product_attention(
        *theirs, **{k: to_torch(v) for k, v in options.items()}
    )
    assert_same(result, expected)
    result.square().sum().backward()
    expected.square().sum().backward()
    for a, b in zip(ours, theirs):
        assert_same(a.grad, b.grad, atol=1e-4)


def test_grouped_heads_share_keys(rng):
    arrays = [
        rng.standard_normal(s).astype(np.float32)
        for s in ((1, 4, 3, 2), (1, 2, 3, 2), (1, 2, 3, 2))
    ]
    ours = F.scaled_dot_product_attention(*map(lamina.tensor, arrays), enable_gqa=True)
    theirs = torch.nn.functional.scaled_dot_product_attention(
        *map(torch.tensor, arrays), enable_gqa=True
    )
    assert_same(ours, theirs)


@pytest.mark.parametrize(
    "options", [{}, {"batch_first": True}, {"bias": False, "kdim": 6, "vdim": 10}], ids=str
)
@pytest.mark.parametrize("masked", [False, True])
def test_multi_head_attention_agrees_with_torch(options, masked, rng):
    ours, theirs = (
        nn.MultiheadAttention(8, 2, **options),
        torch.nn.MultiheadAttention(8, 2, **options),
    )
    assert list(ours.state_dict()) == list(theirs.state_dict())
    load(ours, theirs)
    sizes = [(3, 4, 8), (5, 4, options.get("kdim", 8)), (5, 4, options.get("vdim", 8))]
    arrays = [rng.standard_normal(s).astype(np.float32) for s in sizes]
    if options.get("batch_first"):
        arrays = [a.transpose(1, 0, 2).copy() for a in arrays]
    masks = {}
    if masked:
        masks = {
            "key_padding_mask": np.arange(5) >= np.array([[5], [4], [3], [5]]),
            "attn_mask": np.triu(np.ones((3, 5), bool), 2),
        }
    result, weights = ours(
        *map(lamina.tensor, arrays), **{k: to_lamina(v) for k, v in masks.items()}
    )
    expected, their_weights = theirs(
        *map(torch.tensor, arrays), **{k: to_torch(v) for k, v in masks.items()}
    )
    assert_same(result, expected)
    assert_same(weights, their_weights)


def test_attention_without_a_batch_dimension(rng):
    ours, theirs = nn.MultiheadAttention(4, 2), torch.nn.MultiheadAttention(4, 2)
    load(ours, theirs)
    x = rng.standard_normal((5, 4)).astype(np.float32)
    result, weights = ours(*[lamina.tensor(x)] * 3, average_attn_weights=False)
    expected, their_weights = theirs(*[torch.tensor(x)] * 3, average_attn_weights=False)
    assert_same(result, expected)
    assert_same(weights, their_weights)


def test_a_mask_and_is_causal_exclude_each_other():
    x = lamina.ones(1, 2, 2)
    with pytest.raises(lamina.LaminaError, match="not both"):
        F.scaled_dot_product_attention(x, x, x, attn_mask=lamina.ones(2, 2), is_causal=True)
