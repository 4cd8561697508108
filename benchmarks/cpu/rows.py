"""What is measured: programs, written once over a library that may be torch, lamina or a face of one.

A row is a program and the arrays it gets. `forward` rows measure its result; `gradient` rows also the gradients
of all its floating-point arguments, for a random cotangent. Nothing here imports a rival.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import sqrt
from typing import Any

import ml_dtypes
import numpy as np

bf16 = np.dtype(ml_dtypes.bfloat16)


@dataclass(frozen=True)
class Row:
    """`program(library, *arrays)` on `arrays(rng)`; `flops` of the forward part bound its time."""

    name: str
    program: Callable[..., Any]
    arrays: Callable[[np.random.Generator], list[np.ndarray]]
    kind: str = "forward"
    flops: int = 0
    tolerance: float = 2e-4  # of the largest element of the result


def gelu_chain(t, x, w, b, r):  # noqa: D103
    return t.nn.functional.gelu(x * w + b, approximate="tanh") + r


def softmax(t, x):  # noqa: D103
    return t.softmax(x, 1)


def layer_norm(t, x, g, b):  # noqa: D103
    return t.nn.functional.layer_norm(x, (x.shape[1],), g, b)


def column_sum(t, x):  # noqa: D103
    return x.sum(0)


def full_sum(t, x):  # noqa: D103
    return x.sum()


def argmax(t, x):  # noqa: D103
    return x.argmax(1)


def transpose_add(t, x, y):  # noqa: D103
    return x.T + y


def matmul(t, a, b):  # noqa: D103
    return a @ b


def mlp_layer(t, a, w, b):  # noqa: D103
    return t.nn.functional.gelu(a @ w + b, approximate="tanh")


def cross_entropy(t, x, labels):  # noqa: D103
    return t.nn.functional.cross_entropy(x, labels)


def attention(t, q, k, v):  # noqa: D103
    return t.nn.functional.scaled_dot_product_attention(q, k, v)


def mlp(t, x, w1, b1, w2, b2):  # noqa: D103
    hidden = t.nn.functional.gelu(x @ w1 + b1, approximate="tanh")
    return hidden @ w2 + b2


def normal(*shapes: tuple[int, ...], dtype=np.float32) -> Callable:
    """Standard normal arrays of these shapes."""
    return lambda rng: [rng.standard_normal(shape, np.float32).astype(dtype) for shape in shapes]


def positive(*shape: int) -> Callable:
    """Uniform between 0 and 1: a sum of all is not small beside what it adds up."""
    return lambda rng: [rng.random(shape, np.float32)]


def every_second_column(*shapes: tuple[int, ...]) -> Callable:
    """Views with a stride of two elements along the last dimension."""
    wide = normal(*[(*shape[:-1], 2 * shape[-1]) for shape in shapes])
    return lambda rng: [array[..., ::2] for array in wide(rng)]


def column_major(*shapes: tuple[int, ...]) -> Callable:
    """Transposed views."""
    turned = normal(*[shape[::-1] for shape in shapes])
    return lambda rng: [array.T for array in turned(rng)]


def labelled(n: int, classes: int) -> Callable:
    """Logits and class numbers."""
    return lambda rng: [
        rng.standard_normal((n, classes), np.float32),
        rng.integers(0, classes, n),
    ]


def scaled(factor: float, make: Callable) -> Callable:
    """All but the first array times a factor, as weights are scaled by their fan-in."""
    return lambda rng: [
        (array * np.float32(factor if i else 1)) for i, array in enumerate(make(rng))
    ]


def pointwise(n: int, m: int) -> tuple:
    """Shapes of gelu_chain."""
    return (n, m), (m,), (m,), (n, m)


KERNELS = [
    Row("gelu(x*w+b)+r 1024x4096", gelu_chain, normal(*pointwise(1024, 4096))),
    Row("softmax 4096x1024", softmax, normal((4096, 1024))),
    Row("layer norm 4096x1024", layer_norm, normal((4096, 1024), (1024,), (1024,))),
    Row("column sum 4096x4096", column_sum, normal((4096, 4096))),
    Row("full sum 4096x4096", full_sum, positive(4096, 4096)),
    Row("argmax 4096x1024", argmax, normal((4096, 1024))),
    Row("transpose+add 4096x4096", transpose_add, normal((4096, 4096), (4096, 4096))),
    Row("matmul 1024", matmul, normal((1024, 1024), (1024, 1024)), flops=2 * 1024**3),
    Row(
        "matmul+bias+gelu 512x768x3072",
        mlp_layer,
        scaled(768**-0.5, normal((512, 768), (768, 3072), (3072,))),
        flops=2 * 512 * 768 * 3072,
    ),
]

SIZES = [
    Row("gelu chain 1021x4093 (prime)", gelu_chain, normal(*pointwise(1021, 4093))),
    Row("softmax 4093x1021 (prime)", softmax, normal((4093, 1021))),
    Row("layer norm 4093x1021 (prime)", layer_norm, normal((4093, 1021), (1021,), (1021,))),
    Row("column sum 4093x4093 (prime)", column_sum, normal((4093, 4093))),
    Row("full sum 4093x4093 (prime)", full_sum, positive(4093, 4093)),
    Row("argmax 4093x1021 (prime)", argmax, normal((4093, 1021))),
    Row("transpose+add 4093x4093 (prime)", transpose_add, normal((4093, 4093), (4093, 4093))),
    Row("matmul 1021 (prime)", matmul, normal((1021, 1021), (1021, 1021)), flops=2 * 1021**3),
    Row(
        "matmul+bias+gelu 509x769x3067 (prime)",
        mlp_layer,
        scaled(769**-0.5, normal((509, 769), (769, 3067), (3067,))),
        flops=2 * 509 * 769 * 3067,
    ),
    Row("softmax 64x64 (small)", softmax, normal((64, 64))),
    Row("gelu chain 64 (small)", gelu_chain, normal((64,), (64,), (64,), (64,))),
    Row("matmul 8 (small)", matmul, normal((8, 8), (8, 8)), flops=2 * 8**3),
    Row("gelu chain 8192x4096 (large)", gelu_chain, normal(*pointwise(8192, 4096))),
    Row("softmax 16384x2048 (large)", softmax, normal((16384, 2048))),
]

LAYOUTS = [
    Row("gelu chain, every second column", gelu_chain, every_second_column(*pointwise(1024, 4096))),
    Row("softmax, every second column", softmax, every_second_column((4096, 1024))),
    Row("softmax, column-major", softmax, column_major((4096, 1024))),
    Row("layer norm, column-major", layer_norm, column_major((4096, 1024), (1024,), (1024,))),
    Row("column sum, column-major", column_sum, column_major((4096, 4096))),
    Row(
        "matmul 1024, column-major", matmul, column_major((1024, 1024), (1024, 1024)), flops=2 << 30
    ),
]

SMALL_FLOATS = [
    Row("gelu chain bf16", gelu_chain, normal(*pointwise(1024, 4096), dtype=bf16), tolerance=2e-2),
    Row("softmax bf16", softmax, normal((4096, 1024), dtype=bf16), tolerance=2e-2),
    Row(
        "layer norm bf16",
        layer_norm,
        normal((4096, 1024), (1024,), (1024,), dtype=bf16),
        tolerance=2e-2,
    ),
    Row("column sum bf16", column_sum, normal((4096, 4096), dtype=bf16), tolerance=2e-2),
    Row(
        "matmul 1024 bf16",
        matmul,
        normal((1024, 1024), (1024, 1024), dtype=bf16),
        flops=2 << 30,
        tolerance=2e-2,
    ),
]

HEADS = (8, 8, 256, 64)
GRADIENTS = [
    Row(
        "layer norm, backward",
        layer_norm,
        normal((4096, 1024), (1024,), (1024,)),
        kind="gradient",
    ),
    Row("cross entropy, backward", cross_entropy, labelled(4096, 1024), kind="gradient"),
    Row(
        "attention, backward",
        attention,
        normal(HEADS, HEADS, HEADS),
        kind="gradient",
        flops=4 * 8 * 8 * 256 * 256 * 64,
    ),
    Row(
        "MLP, backward",
        mlp,
        scaled(1 / sqrt(768), normal((512, 768), (768, 3072), (3072,), (3072, 768), (768,))),
        kind="gradient",
        flops=2 * 2 * 512 * 768 * 3072,
    ),
]
