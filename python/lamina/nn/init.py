"""Initial values of parameters, written in place and without autograd.

Sources: xavier (Glorot and Bengio, "Understanding the difficulty of training deep feedforward
neural networks", 2010), kaiming (He et al., "Delving deep into rectifiers", 2015), orthogonal (Saxe
et al., "Exact solutions to the nonlinear dynamics of learning", 2013).
"""

from __future__ import annotations

import functools
import math
import warnings

import numpy as np

from ..autograd import no_grad
from ..errors import ValueError_
from ..tensor import Tensor, from_array

_GAINS = {
    "linear": 1.0,
    "conv1d": 1.0,
    "conv2d": 1.0,
    "conv3d": 1.0,
    "conv_transpose1d": 1.0,
    "conv_transpose2d": 1.0,
    "conv_transpose3d": 1.0,
    "sigmoid": 1.0,
    "tanh": 5.0 / 3,
    "relu": math.sqrt(2.0),
    "selu": 3.0 / 4,
}


def calculate_gain(nonlinearity: str, param: float | None = None) -> float:
    """The factor that keeps the variance of activations through a nonlinearity.

    `param` is the negative slope of leaky_relu, 0.01 by default. Raises ValueError_ for other
    names.
    """
    if nonlinearity == "leaky_relu":
        slope = 0.01 if param is None else param
        return math.sqrt(2.0 / (1 + slope**2))
    if nonlinearity not in _GAINS:
        raise ValueError_(
            f"no gain is known for {nonlinearity!r}; expected leaky_relu or one of "
            f"{', '.join(_GAINS)}"
        )
    return _GAINS[nonlinearity]


def uniform_(tensor: Tensor, a: float = 0.0, b: float = 1.0, generator=None) -> Tensor:
    """Fills with draws from the uniform distribution on [a, b)."""
    with no_grad():
        return tensor.uniform_(a, b, generator=generator)


def normal_(tensor: Tensor, mean: float = 0.0, std: float = 1.0, generator=None) -> Tensor:
    """Fills with draws from the normal distribution of that mean and standard deviation."""
    with no_grad():
        return tensor.normal_(mean, std, generator=generator)


def trunc_normal_(
    tensor: Tensor,
    mean: float = 0.0,
    std: float = 1.0,
    a: float = -2.0,
    b: float = 2.0,
    generator=None,
) -> Tensor:
    """Fills with draws from a normal distribution cut to [a, b], by inverting its distribution
    function.
    """

    def cdf(x: float) -> float:
        return (1 + math.erf((x - mean) / (std * math.sqrt(2)))) / 2

    with no_grad():
        tensor.uniform_(2 * cdf(a) - 1, 2 * cdf(b) - 1, generator=generator)
        return tensor.erfinv_().mul_(std * math.sqrt(2)).add_(mean).clamp_(a, b)


def constant_(tensor: Tensor, val: float) -> Tensor:
    """Fills with one value."""
    with no_grad():
        return tensor.fill_(val)


def ones_(tensor: Tensor) -> Tensor:
    """Fills with ones."""
    return constant_(tensor, 1.0)


def zeros_(tensor: Tensor) -> Tensor:
    """Fills with zeros."""
    return constant_(tensor, 0.0)


def eye_(tensor: Tensor) -> Tensor:
    """Fills a matrix with the identity. Raises ValueError_ unless it has two dimensions."""
    if tensor.ndim != 2:
        raise ValueError_(f"eye_ fills a matrix, got shape {list(tensor.shape)}", op="eye_")
    with no_grad():
        tensor.zero_().diagonal().fill_(1.0)
    return tensor


def dirac_(tensor: Tensor, groups: int = 1) -> Tensor:
    """Fills a convolution weight [out, in/groups, *kernel] so that it passes its input channels
    through.
    """
    if tensor.ndim not in (3, 4, 5):
        raise ValueError_(
            "dirac_ fills a convolution weight of 3 to 5 dimensions, got shape "
            f"{list(tensor.shape)}",
            op="dirac_",
        )
    out, inner, *kernel = tensor.shape
    if out % groups:
        raise ValueError_(f"{out} output channels do not split into {groups} groups", op="dirac_")
    values = np.zeros(tensor.shape, np.float32)
    per_group = out // groups
    center = tuple(size // 2 for size in kernel)
    for channel in range(min(per_group, inner)):
        for group in range(groups):
            values[(group * per_group + channel, channel, *center)] = 1
    return _fill_from(tensor, values)


def xavier_uniform_(tensor: Tensor, gain: float = 1.0, generator=None) -> Tensor:
    """Uniform with variance gain^2 * 2 / (fan_in + fan_out)."""
    bound = gain * math.sqrt(6.0 / sum(_fans(tensor)))
    return uniform_(tensor, -bound, bound, generator)


def xavier_normal_(tensor: Tensor, gain: float = 1.0, generator=None) -> Tensor:
    """Normal with variance gain^2 * 2 / (fan_in + fan_out)."""
    return normal_(tensor, 0.0, gain * math.sqrt(2.0 / sum(_fans(tensor))), generator)


def kaiming_uniform_(
    tensor: Tensor,
    a: float = 0,
    mode: str = "fan_in",
    nonlinearity: str = "leaky_relu",
    generator=None,
) -> Tensor:
    """Uniform with variance gain^2 / fan; `a` is leaky_relu's slope, `mode` fan_in or fan_out."""
    bound = math.sqrt(3.0) * _kaiming_std(tensor, a, mode, nonlinearity)
    return uniform_(tensor, -bound, bound, generator)


def kaiming_normal_(
    tensor: Tensor,
    a: float = 0,
    mode: str = "fan_in",
    nonlinearity: str = "leaky_relu",
    generator=None,
) -> Tensor:
    """Normal with variance gain^2 / fan; `a` is leaky_relu's slope, `mode` fan_in or fan_out."""
    return normal_(tensor, 0.0, _kaiming_std(tensor, a, mode, nonlinearity), generator)


def orthogonal_(tensor: Tensor, gain: float = 1.0, generator=None) -> Tensor:
    """Fills with a (semi-)orthogonal matrix, all dimensions but the first taken together as
    columns.
    """
    if tensor.ndim < 2:
        raise ValueError_(
            f"orthogonal_ needs at least 2 dimensions, got shape {list(tensor.shape)}",
            op="orthogonal_",
        )
    from .. import random

    rows, columns = tensor.shape[0], tensor.numel() // tensor.shape[0]
    draws = (
        random.randn(max(rows, columns), min(rows, columns), generator=generator)
        .numpy()
        .astype(np.float64)
    )
    q, r = np.linalg.qr(draws)
    # The signs of r's diagonal make the distribution uniform over orthogonal matrices.
    q = q * np.sign(np.diagonal(r))
    values = q if rows >= columns else q.T
    return _fill_from(tensor, gain * values.reshape(tensor.shape))


def sparse_(tensor: Tensor, sparsity: float, std: float = 0.01, generator=None) -> Tensor:
    """Fills a matrix with normal draws, of which a share `sparsity` in every column is zero
    (Martens, 2010). Raises ValueError_ unless it has two dimensions.
    """
    if tensor.ndim != 2:
        raise ValueError_(f"sparse_ fills a matrix, got shape {list(tensor.shape)}", op="sparse_")
    from .. import random

    rows, columns = tensor.shape
    zeros = math.ceil(sparsity * rows)
    with no_grad():
        normal_(tensor, 0.0, std, generator)
        for column in range(columns):
            tensor[random.randperm(rows, generator=generator)[:zeros], column] = 0
    return tensor


def _fill_from(tensor: Tensor, values: np.ndarray) -> Tensor:
    with no_grad():
        return tensor.copy_(from_array(np.ascontiguousarray(values)))


def _fans(tensor: Tensor) -> tuple[int, int]:
    """Inputs and outputs that one output and one input of a weight [out, in, *kernel] are connected
    to.
    """
    if tensor.ndim < 2:
        raise ValueError_(
            f"fan in and fan out need at least 2 dimensions, got shape {list(tensor.shape)}"
        )
    out, inner, *kernel = tensor.shape
    field = math.prod(kernel)
    return inner * field, out * field


def _kaiming_std(tensor: Tensor, a: float, mode: str, nonlinearity: str) -> float:
    if mode not in ("fan_in", "fan_out"):
        raise ValueError_(f"mode must be fan_in or fan_out, got {mode!r}")
    fan = _fans(tensor)[0 if mode == "fan_in" else 1]
    return calculate_gain(nonlinearity, a) / math.sqrt(fan)


_calculate_fan_in_and_fan_out = _fans


def _deprecated(function):
    """`function` by the name without an underscore, which warns."""
    name = function.__name__[:-1]

    @functools.wraps(function)
    def call(*args, **kwargs):
        warnings.warn(
            f"nn.init.{name} is deprecated, use nn.init.{name}_ instead",
            FutureWarning,
            stacklevel=2,
        )
        return function(*args, **kwargs)

    call.__name__ = call.__qualname__ = name
    return call


uniform = _deprecated(uniform_)
normal = _deprecated(normal_)
constant = _deprecated(constant_)
eye = _deprecated(eye_)
dirac = _deprecated(dirac_)
xavier_uniform = _deprecated(xavier_uniform_)
xavier_normal = _deprecated(xavier_normal_)
kaiming_uniform = _deprecated(kaiming_uniform_)
kaiming_normal = _deprecated(kaiming_normal_)
orthogonal = _deprecated(orthogonal_)
sparse = _deprecated(sparse_)
