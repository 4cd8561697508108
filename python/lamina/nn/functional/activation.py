"""Activations: elementwise functions, and those of slices (softmax, glu)."""

from __future__ import annotations

from ...ops.registry import aten


def _either(name: str, inplace: bool):
    return getattr(aten, name + "_" if inplace else name)


def relu(input, inplace=False):
    """max(input, 0)."""
    return _either("relu", inplace)(input)


def relu_(input):
    """`relu` in place."""
    return aten.relu_(input)


def relu6(input, inplace=False):
    """min(max(input, 0), 6)."""
    return _either("hardtanh", inplace)(input, 0, 6)


def leaky_relu(input, negative_slope=0.01, inplace=False):
    """input where positive, negative_slope * input elsewhere."""
    return _either("leaky_relu", inplace)(input, negative_slope)


def elu(input, alpha=1.0, inplace=False):
    """input where positive, alpha * (exp(input) - 1) elsewhere."""
    return _either("elu", inplace)(input, alpha)


def selu(input, inplace=False):
    """The self-normalizing elu of Klambauer et al., 2017."""
    return _either("selu", inplace)(input)


def celu(input, alpha=1.0, inplace=False):
    """max(0, input) + min(0, alpha * (exp(input / alpha) - 1))."""
    return _either("celu", inplace)(input, alpha)


def gelu(input, approximate="none"):
    """input times the normal distribution function at input; approximate="tanh" for the usual approximation."""
    return aten.gelu(input, approximate=approximate)


def silu(input, inplace=False):
    """input * sigmoid(input)."""
    return _either("silu", inplace)(input)


def mish(input, inplace=False):
    """input * tanh(softplus(input))."""
    return _either("mish", inplace)(input)


def sigmoid(input):
    """1 / (1 + exp(-input))."""
    return aten.sigmoid(input)


def logsigmoid(input):
    """log(sigmoid(input)), without overflow."""
    return -aten.softplus(-input)


def hardsigmoid(input, inplace=False):
    """min(max(input + 3, 0), 6) / 6."""
    return _either("hardsigmoid", inplace)(input)


def hardswish(input, inplace=False):
    """input * hardsigmoid(input)."""
    return _either("hardswish", inplace)(input)


def hardtanh(input, min_val=-1.0, max_val=1.0, inplace=False):
    """input held between min_val and max_val."""
    return _either("hardtanh", inplace)(input, min_val, max_val)


def threshold(input, threshold, value, inplace=False):
    """input where above threshold, value elsewhere."""
    return _either("threshold", inplace)(input, threshold, value)


def softplus(input, beta=1.0, threshold=20.0):
    """log(1 + exp(beta * input)) / beta; input itself where beta * input exceeds threshold."""
    return aten.softplus(input, beta, threshold)


def softsign(input):
    """input / (1 + |input|)."""
    return input / (1 + input.abs())


def tanh(input):
    """Hyperbolic tangent."""
    return aten.tanh(input)


def tanhshrink(input):
    """input - tanh(input)."""
    return input - aten.tanh(input)


def prelu(input, weight):
    """input where positive, weight * input elsewhere; weight has one element, or one a channel (dimension 1)."""
    if weight.numel() > 1 and input.ndim > 2:
        weight = weight.reshape(1, -1, *[1] * (input.ndim - 2))
    return aten.where(input > 0, input, weight * input)


def glu(input, dim=-1):
    """The first half along dim times the sigmoid of the second half."""
    first, second = input.chunk(2, dim)
    return first * aten.sigmoid(second)


def _last_or(dim: int | None, rank: int) -> int:
    """The dimension softmax runs over when none is given: that of the channels, 1, or 0 for ranks 0, 1 and 3."""
    return dim if dim is not None else 0 if rank in (0, 1, 3) else 1


def softmax(input, dim=None, _stacklevel=3, dtype=None):
    """exp(input) over its sum along dim, in `dtype` if given."""
    input = input if dtype is None else input.to(dtype)
    return aten._softmax(input, _last_or(dim, input.ndim), False)


def softmin(input, dim=None, _stacklevel=3, dtype=None):
    """`softmax` of -input."""
    return softmax(-input, _last_or(dim, input.ndim), dtype=dtype)


def log_softmax(input, dim=None, _stacklevel=3, dtype=None):
    """The logarithm of `softmax`, without overflow."""
    input = input if dtype is None else input.to(dtype)
    return aten._log_softmax(input, _last_or(dim, input.ndim), False)
