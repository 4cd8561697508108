"""Activations: elementwise functions, and those of slices (softmax, glu)."""

from __future__ import annotations

from ...errors import RangeError, ShapeError
from ...ops.registry import aten
from ...random import distributions
from .precision import autocast_as_one


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
    """input times the normal distribution function at input; approximate="tanh" for the usual
    approximation.
    """
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


def threshold_(input, threshold, value):
    """`threshold` in place."""
    return aten.threshold_(input, threshold, value)


def elu_(input, alpha=1.0):
    """`elu` in place."""
    return aten.elu_(input, alpha)


def selu_(input):
    """`selu` in place."""
    return aten.selu_(input)


def celu_(input, alpha=1.0):
    """`celu` in place."""
    return aten.celu_(input, alpha)


def leaky_relu_(input, negative_slope=0.01):
    """`leaky_relu` in place."""
    return aten.leaky_relu_(input, negative_slope)


def hardtanh_(input, min_val=-1.0, max_val=1.0):
    """`hardtanh` in place."""
    return aten.hardtanh_(input, min_val, max_val)


def rrelu(input, lower=1.0 / 8, upper=1.0 / 3, training=False, inplace=False):
    """input where positive, elsewhere times a slope: in training one drawn between lower and upper
    for every element, else their mean (Xu et al., 2015).
    """
    if lower > upper:
        raise RangeError(f"lower must be at most upper, got {lower} and {upper}", op="rrelu")
    if not training:
        return leaky_relu(input, (lower + upper) / 2, inplace)
    draws = distributions.rand_like(input) * (upper - lower) + lower
    slopes = aten.where(input.detach() <= 0, draws, aten.ones_like(draws))
    return input.mul_(slopes) if inplace else input * slopes


def rrelu_(input, lower=1.0 / 8, upper=1.0 / 3, training=False):
    """`rrelu` in place."""
    return rrelu(input, lower, upper, training, inplace=True)


def hardshrink(input, lambd=0.5):
    """input outside of [-lambd, lambd], 0 within."""
    return aten.hardshrink(input, lambd)


def softshrink(input, lambd=0.5):
    """input moved towards 0 by lambd, 0 within [-lambd, lambd]."""
    return aten.softshrink(input, lambd)


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


@autocast_as_one
def prelu(input, weight):
    """input where positive, weight * input elsewhere; weight has one element, or one a channel
    (dimension 1).
    """
    if weight.numel() > 1 and input.ndim > 2:
        weight = weight.reshape(1, -1, *[1] * (input.ndim - 2))
    return aten.where(input > 0, input, weight * input)


def glu(input, dim=-1):
    """The first half along dim times the sigmoid of the second half."""
    if input.ndim == 0 or input.shape[dim] % 2:
        raise ShapeError(
            f"dimension {dim} of shape {list(input.shape)} must be even to be halved", op="glu"
        )
    first, second = input.chunk(2, dim)
    return first * aten.sigmoid(second)


def _last_or(dim: int | None, rank: int) -> int:
    """The dimension softmax runs over when none is given: that of the channels, 1, or 0 for ranks
    0, 1 and 3.
    """
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


def gumbel_softmax(logits, tau=1, hard=False, eps=1e-10, dim=-1):
    """A draw from the Gumbel-softmax distribution along dim (Jang et al., 2017): probabilities, or
    with `hard` their one-hot maximum, whose gradient is that of the probabilities.
    """
    noise = -(-distributions.rand_like(logits).clamp_min(eps).log()).log()
    soft = softmax((logits + noise) / tau, dim)
    if not hard:
        return soft
    best = soft.argmax(dim, keepdim=True)
    ones = aten.zeros_like(soft).scatter(dim, best, 1.0)
    return ones - soft.detach() + soft
