"""Activations as modules: a function of `nn.functional` and its options."""

from __future__ import annotations

from ...errors import ValueError_
from .. import functional as F
from ..module import Module
from ..parameter import Parameter


class _Inplace(Module):
    def __init__(self, inplace: bool = False):
        super().__init__()
        self.inplace = inplace

    def extra_repr(self) -> str:
        """Whether it works in place."""
        return "inplace=True" if self.inplace else ""


class ReLU(_Inplace):
    """max(x, 0)."""

    def forward(self, input):
        """The activation of every element."""
        return F.relu(input, self.inplace)


class ReLU6(_Inplace):
    """min(max(x, 0), 6)."""

    def forward(self, input):
        """The activation of every element."""
        return F.relu6(input, self.inplace)


class LeakyReLU(_Inplace):
    """x where positive, negative_slope * x elsewhere."""

    def __init__(self, negative_slope: float = 0.01, inplace: bool = False):
        super().__init__(inplace)
        self.negative_slope = negative_slope

    def forward(self, input):
        """The activation of every element."""
        return F.leaky_relu(input, self.negative_slope, self.inplace)

    def extra_repr(self) -> str:
        """The options."""
        return f"negative_slope={self.negative_slope}" + (", inplace=True" if self.inplace else "")


class ELU(_Inplace):
    """x where positive, alpha * (exp(x) - 1) elsewhere."""

    def __init__(self, alpha: float = 1.0, inplace: bool = False):
        super().__init__(inplace)
        self.alpha = alpha

    def forward(self, input):
        """The activation of every element."""
        return F.elu(input, self.alpha, self.inplace)

    def extra_repr(self) -> str:
        """The options."""
        return f"alpha={self.alpha}" + (", inplace=True" if self.inplace else "")


class CELU(_Inplace):
    """An ELU that is smooth for every alpha."""

    def __init__(self, alpha: float = 1.0, inplace: bool = False):
        super().__init__(inplace)
        self.alpha = alpha

    def forward(self, input):
        """The activation of every element."""
        return F.celu(input, self.alpha, self.inplace)

    def extra_repr(self) -> str:
        """The options."""
        return f"alpha={self.alpha}" + (", inplace=True" if self.inplace else "")


class SELU(_Inplace):
    """An ELU scaled to keep mean 0 and variance 1 (Klambauer et al., 2017)."""

    def forward(self, input):
        """The activation of every element."""
        return F.selu(input, self.inplace)


class GELU(Module):
    """x times the normal distribution function of x; approximate is none or tanh."""

    def __init__(self, approximate: str = "none"):
        super().__init__()
        self.approximate = approximate

    def forward(self, input):
        """The activation of every element."""
        return F.gelu(input, self.approximate)

    def extra_repr(self) -> str:
        """The option."""
        return f"approximate={self.approximate!r}"


class SiLU(_Inplace):
    """x * sigmoid(x)."""

    def forward(self, input):
        """The activation of every element."""
        return F.silu(input, self.inplace)


class Mish(_Inplace):
    """x * tanh(softplus(x))."""

    def forward(self, input):
        """The activation of every element."""
        return F.mish(input, self.inplace)


class Sigmoid(Module):
    """1 / (1 + exp(-x))."""

    def forward(self, input):
        """The activation of every element."""
        return F.sigmoid(input)


class LogSigmoid(Module):
    """log(sigmoid(x))."""

    def forward(self, input):
        """The activation of every element."""
        return F.logsigmoid(input)


class Hardsigmoid(_Inplace):
    """min(max(x + 3, 0), 6) / 6."""

    def forward(self, input):
        """The activation of every element."""
        return F.hardsigmoid(input, self.inplace)


class Hardswish(_Inplace):
    """x * hardsigmoid(x)."""

    def forward(self, input):
        """The activation of every element."""
        return F.hardswish(input, self.inplace)


class Hardtanh(_Inplace):
    """x held between min_val and max_val, which once were called min_value and max_value.

    Raises AssertionError unless max_val is the larger one.
    """

    def __init__(
        self,
        min_val: float = -1.0,
        max_val: float = 1.0,
        inplace: bool = False,
        min_value: float | None = None,
        max_value: float | None = None,
    ):
        super().__init__(inplace)
        self.min_val = min_val if min_value is None else min_value
        self.max_val = max_val if max_value is None else max_value
        assert self.max_val > self.min_val, (self.min_val, self.max_val)

    def forward(self, input):
        """The activation of every element."""
        return F.hardtanh(input, self.min_val, self.max_val, self.inplace)

    def extra_repr(self) -> str:
        """The options."""
        return f"min_val={self.min_val}, max_val={self.max_val}" + (
            ", inplace=True" if self.inplace else ""
        )


class Softplus(Module):
    """log(1 + exp(beta * x)) / beta; x where beta * x is above threshold."""

    def __init__(self, beta: float = 1.0, threshold: float = 20.0):
        super().__init__()
        self.beta, self.threshold = beta, threshold

    def forward(self, input):
        """The activation of every element."""
        return F.softplus(input, self.beta, self.threshold)

    def extra_repr(self) -> str:
        """The options."""
        return f"beta={self.beta}, threshold={self.threshold}"


class Softsign(Module):
    """x / (1 + |x|)."""

    def forward(self, input):
        """The activation of every element."""
        return F.softsign(input)


class Tanh(Module):
    """Hyperbolic tangent."""

    def forward(self, input):
        """The activation of every element."""
        return F.tanh(input)


class Tanhshrink(Module):
    """x - tanh(x)."""

    def forward(self, input):
        """The activation of every element."""
        return F.tanhshrink(input)


class _Along(Module):
    def __init__(self, dim: int | None = None):
        super().__init__()
        self.dim = dim

    def extra_repr(self) -> str:
        """The dimension."""
        return f"dim={self.dim}"


class GLU(_Along):
    """The first half along dim times the sigmoid of the second half."""

    def __init__(self, dim: int = -1):
        super().__init__(dim)

    def forward(self, input):
        """The product, half as long along dim."""
        return F.glu(input, self.dim)


class Softmax(_Along):
    """exp(x) over its sum along dim."""

    def forward(self, input):
        """Weights that sum to one along dim."""
        return F.softmax(input, self.dim)


class Softmin(_Along):
    """Softmax of -x."""

    def forward(self, input):
        """Weights that sum to one along dim."""
        return F.softmin(input, self.dim)


class LogSoftmax(_Along):
    """The logarithm of softmax."""

    def forward(self, input):
        """Logarithms of weights that sum to one along dim."""
        return F.log_softmax(input, self.dim)


class PReLU(Module):
    """x where positive, weight * x elsewhere; one learned slope, or one for each channel (dimension
    1).
    """

    def __init__(self, num_parameters: int = 1, init: float = 0.25, device=None, dtype=None):
        super().__init__()
        from ... import full

        self.num_parameters = num_parameters
        self.weight = Parameter(full((num_parameters,), float(init), device=device, dtype=dtype))

    def forward(self, input):
        """The activation of every element."""
        return F.prelu(input, self.weight)

    def extra_repr(self) -> str:
        """The number of slopes."""
        return f"num_parameters={self.num_parameters}"


class Threshold(_Inplace):
    """x where above a threshold, a value elsewhere."""

    def __init__(self, threshold: float, value: float, inplace: bool = False):
        super().__init__(inplace)
        self.threshold, self.value = threshold, value

    def forward(self, input):
        """The activation of every element."""
        return F.threshold(input, self.threshold, self.value, self.inplace)

    def extra_repr(self) -> str:
        """The options."""
        inplace = ", inplace=True" if self.inplace else ""
        return f"threshold={self.threshold}, value={self.value}{inplace}"


class RReLU(_Inplace):
    """x where positive, else times a slope that training draws between lower and upper (Xu et al.,
    2015).
    """

    def __init__(self, lower: float = 1.0 / 8, upper: float = 1.0 / 3, inplace: bool = False):
        super().__init__(inplace)
        self.lower, self.upper = lower, upper

    def forward(self, input):
        """The activation of every element."""
        return F.rrelu(input, self.lower, self.upper, self.training, self.inplace)

    def extra_repr(self) -> str:
        """The options."""
        inplace = ", inplace=True" if self.inplace else ""
        return f"lower={self.lower}, upper={self.upper}{inplace}"


class _Shrink(Module):
    def __init__(self, lambd: float = 0.5):
        super().__init__()
        self.lambd = lambd

    def extra_repr(self) -> str:
        """The bound."""
        return f"{self.lambd}"


class Hardshrink(_Shrink):
    """x outside of [-lambd, lambd], 0 within."""

    def forward(self, input):
        """The activation of every element."""
        return F.hardshrink(input, self.lambd)


class Softshrink(_Shrink):
    """x moved towards 0 by lambd, 0 within [-lambd, lambd]."""

    def forward(self, input):
        """The activation of every element."""
        return F.softshrink(input, self.lambd)


class Softmax2d(Module):
    """Softmax over the channels of [N, C, H, W] or [C, H, W]."""

    def forward(self, input):
        """The probabilities of every pixel. Raises ValueError_ for other ranks."""
        if input.ndim not in (3, 4):
            raise ValueError_(
                f"expected 3 or 4 dimensions, got shape {list(input.shape)}", op="Softmax2d"
            )
        return F.softmax(input, -3)
