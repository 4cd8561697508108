"""Whole training steps: models as functions of a list of parameters, so that every rival trains the same.

The step is the mean cross entropy of one batch, its gradients and an AdamW update.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Model:
    """`loss(library, parameters, inputs, labels)`; `parameters(rng)` and `batch(rng)` are arrays."""

    name: str
    loss: Callable
    parameters: Callable[[np.random.Generator], list[np.ndarray]]
    batch: Callable[[np.random.Generator], tuple[np.ndarray, np.ndarray]]
    flops: int
    kind: str = "training"
    tolerance: float = 2e-3


def weight(rng, *shape: int) -> np.ndarray:
    """Normal, with the variance of one over the fan-in (the last dimension of a matrix)."""
    fan_in = np.prod(shape[1:]) if len(shape) > 1 else shape[0]
    return rng.standard_normal(shape, np.float32) * np.float32(fan_in**-0.5)


def linear_parameters(rng, out: int, features: int) -> list[np.ndarray]:
    """Weight and bias."""
    return [weight(rng, out, features), np.zeros(out, np.float32)]


def mlp_model(batch: int = 128, width: int = 1024, classes: int = 10) -> Model:
    """784 -> width -> width -> classes with ReLU."""

    def loss(t, p, x, y):
        F = t.nn.functional
        hidden = F.relu(F.linear(x, p[0], p[1]))
        hidden = F.relu(F.linear(hidden, p[2], p[3]))
        return F.cross_entropy(F.linear(hidden, p[4], p[5]), y)

    sizes = [(width, 784), (width, width), (classes, width)]
    return Model(
        "MLP step",
        loss,
        lambda rng: [a for out, features in sizes for a in linear_parameters(rng, out, features)],
        lambda rng: (
            rng.standard_normal((batch, 784), np.float32),
            rng.integers(0, classes, batch),
        ),
        6 * batch * sum(a * b for a, b in sizes),
    )


def conv_model(batch: int = 32, size: int = 32, classes: int = 10) -> Model:
    """Two 3x3 convolutions with ReLU and max pooling, and a linear layer."""

    def loss(t, p, x, y):
        F = t.nn.functional
        x = F.max_pool2d(F.relu(F.conv2d(x, p[0], p[1], padding=1)), 2)
        x = F.max_pool2d(F.relu(F.conv2d(x, p[2], p[3], padding=1)), 2)
        return F.cross_entropy(F.linear(x.reshape(batch, -1), p[4], p[5]), y)

    features = 64 * (size // 4) ** 2

    def parameters(rng):
        return [
            weight(rng, 32, 3, 3, 3),
            np.zeros(32, np.float32),
            weight(rng, 64, 32, 3, 3),
            np.zeros(64, np.float32),
            *linear_parameters(rng, classes, features),
        ]

    products = size**2 * 32 * 27 + (size // 2) ** 2 * 64 * 288 + features * classes
    return Model(
        "conv net step",
        loss,
        parameters,
        lambda rng: (
            rng.standard_normal((batch, 3, size, size), np.float32),
            rng.integers(0, classes, batch),
        ),
        6 * batch * products,
    )


BLOCK = 12  # parameters of a block


def block(t, p, x, heads: int):
    """A pre-norm transformer block with causal attention."""
    F = t.nn.functional
    batch, tokens, width = x.shape
    h = F.linear(F.layer_norm(x, (width,), p[0], p[1]), p[2], p[3])
    h = h.reshape(batch, tokens, 3, heads, width // heads)
    q, k, v = (h[:, :, i].swapaxes(1, 2) for i in range(3))
    h = F.scaled_dot_product_attention(q, k, v, is_causal=True)
    x = x + F.linear(h.swapaxes(1, 2).reshape(batch, tokens, width), p[4], p[5])
    h = F.linear(F.layer_norm(x, (width,), p[6], p[7]), p[8], p[9])
    return x + F.linear(F.gelu(h, approximate="tanh"), p[10], p[11])


def block_parameters(rng, width: int) -> list[np.ndarray]:
    """In the order that `block` reads."""

    def norm():
        return [np.ones(width, np.float32), np.zeros(width, np.float32)]

    return [
        *norm(),
        *linear_parameters(rng, 3 * width, width),
        *linear_parameters(rng, width, width),
        *norm(),
        *linear_parameters(rng, 4 * width, width),
        *linear_parameters(rng, width, 4 * width),
    ]


def transformer(name: str, *, batch, tokens, width, heads, blocks, vocabulary) -> Model:
    """A decoder that predicts the next token; the output projection is the embedding."""

    def loss(t, p, x, y):
        F = t.nn.functional
        h = F.embedding(x, p[0]) + p[1]
        for i in range(blocks):
            h = block(t, p[4 + i * BLOCK : 4 + (i + 1) * BLOCK], h, heads)
        h = F.layer_norm(h, (width,), p[2], p[3])
        logits = F.linear(h, p[0]).reshape(batch * tokens, vocabulary)
        return F.cross_entropy(logits, y.reshape(batch * tokens))

    def parameters(rng):
        return [
            weight(rng, vocabulary, width),
            weight(rng, tokens, width),
            np.ones(width, np.float32),
            np.zeros(width, np.float32),
            *(a for _ in range(blocks) for a in block_parameters(rng, width)),
        ]

    products = blocks * (12 * width**2 + 2 * tokens * width) + vocabulary * width
    return Model(
        name,
        loss,
        parameters,
        lambda rng: tuple(rng.integers(0, vocabulary, (2, batch, tokens))),
        6 * batch * tokens * products,
    )


MODELS = [
    mlp_model(),
    conv_model(),
    transformer(
        "2-block transformer step",
        batch=8,
        tokens=128,
        width=256,
        heads=4,
        blocks=2,
        vocabulary=1024,
    ),
    transformer(
        "GPT-2-small step",
        batch=1,
        tokens=128,
        width=768,
        heads=12,
        blocks=12,
        vocabulary=50257,
    ),
]
