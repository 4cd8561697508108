"""A Python function as an operator of a compiled program, with a shape rule and a derivative.

    python examples/custom_operator.py

The operator counts with NumPy, which no compiler sees into; the program around it is native code that
calls it back at its place.
"""

import lamina
import numpy as np
from lamina import Tensor
from lamina.library import custom_op


@custom_op("example::smooth", mutates_args=())
def smooth(x: Tensor, width: int) -> Tensor:
    """Means of `width` neighbours along the last dimension, by NumPy."""
    kernel = np.full(width, 1 / width)
    rows = x.numpy().reshape(-1, x.shape[-1])
    found = np.stack([np.convolve(row, kernel, mode="same") for row in rows])
    return lamina.from_numpy(found.reshape(x.shape).astype(np.float32))


@smooth.register_fake
def _(x, width):
    return lamina.empty_like(x)


def keep_width(ctx, inputs, output):
    """What the derivative needs to know."""
    ctx.width = inputs[1]


# Smoothing by a symmetric kernel is its own transpose.
smooth.register_autograd(
    lambda ctx, grad: (smooth(grad, ctx.width), None), setup_context=keep_width
)


@lamina.compile(fullgraph=True)
def roughness(signal):
    """How far a signal is from its smoothed self."""
    return (signal - smooth(signal, 5)).square().mean()


lamina.manual_seed(0)
signal = lamina.randn(4, 64, requires_grad=True)
for step in range(61):
    value = roughness(signal)
    value.backward()
    with lamina.no_grad():
        signal.sub_(20 * signal.grad)
        signal.grad = None
    if step % 20 == 0:
        print(f"step {step:2}  roughness {value.item():.5f}")
