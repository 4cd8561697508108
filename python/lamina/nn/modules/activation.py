"""Activations as modules. Those without parameters are made from one table of functions and options."""

from __future__ import annotations

from .. import functional as F
from ..module import Module
from ..parameter import Parameter


class _Activation(Module):
    """Calls `function(input, **options)`; the class's `options` are the names and defaults of its arguments."""

    function = None
    options: dict = {}

    def __init__(self, *args, **kwargs):
        super().__init__()
        names = list(self.options)
        if len(args) > len(names) or set(kwargs) - set(names[len(args):]):
            signature = ", ".join(f"{name}={value!r}" for name, value in self.options.items())
            raise TypeError(f"{type(self).__name__} takes ({signature})")
        for name, value in {**self.options, **dict(zip(names, args)), **kwargs}.items():
            setattr(self, name, value)

    def forward(self, input):
        """The function of every element (softmax and its kin: of every slice along `dim`)."""
        return type(self).function(input, **{name: getattr(self, name) for name in self.options})

    def extra_repr(self) -> str:
        """The options that are not the default."""
        shown = {name: getattr(self, name) for name in self.options}
        return ", ".join(f"{name}={value}" for name, value in shown.items() if value is not False)


def _activation(name: str, function, doc: str, **options) -> type:
    fields = {"__doc__": doc, "__module__": __name__, "function": staticmethod(function), "options": options}
    return type(name, (_Activation,), fields)


ReLU = _activation("ReLU", F.relu, "max(x, 0).", inplace=False)
ReLU6 = _activation("ReLU6", F.relu6, "min(max(x, 0), 6).", inplace=False)
LeakyReLU = _activation("LeakyReLU", F.leaky_relu, "x where positive, negative_slope * x elsewhere.", negative_slope=0.01,
                        inplace=False)
ELU = _activation("ELU", F.elu, "x where positive, alpha * (exp(x) - 1) elsewhere.", alpha=1.0, inplace=False)
SELU = _activation("SELU", F.selu, "ELU scaled to keep mean 0 and variance 1 (Klambauer et al., 2017).", inplace=False)
CELU = _activation("CELU", F.celu, "ELU that is smooth for every alpha.", alpha=1.0, inplace=False)
GELU = _activation("GELU", F.gelu, "x times the normal distribution function of x; approximate is none or tanh.",
                   approximate="none")
SiLU = _activation("SiLU", F.silu, "x * sigmoid(x).", inplace=False)
Mish = _activation("Mish", F.mish, "x * tanh(softplus(x)).", inplace=False)
Sigmoid = _activation("Sigmoid", F.sigmoid, "1 / (1 + exp(-x)).")
LogSigmoid = _activation("LogSigmoid", F.logsigmoid, "log(sigmoid(x)).")
Hardsigmoid = _activation("Hardsigmoid", F.hardsigmoid, "min(max(x + 3, 0), 6) / 6.", inplace=False)
Hardswish = _activation("Hardswish", F.hardswish, "x * hardsigmoid(x).", inplace=False)
Hardtanh = _activation("Hardtanh", F.hardtanh, "x held between min_val and max_val.", min_val=-1.0, max_val=1.0,
                       inplace=False)
Softplus = _activation("Softplus", F.softplus, "log(1 + exp(beta * x)) / beta; x where beta * x is above threshold.",
                       beta=1.0, threshold=20.0)
Softsign = _activation("Softsign", F.softsign, "x / (1 + |x|).")
Tanh = _activation("Tanh", F.tanh, "Hyperbolic tangent.")
Tanhshrink = _activation("Tanhshrink", F.tanhshrink, "x - tanh(x).")
GLU = _activation("GLU", F.glu, "First half along dim times the sigmoid of the second.", dim=-1)
Softmax = _activation("Softmax", F.softmax, "exp(x) over its sum along dim.", dim=None)
Softmin = _activation("Softmin", F.softmin, "Softmax of -x.", dim=None)
LogSoftmax = _activation("LogSoftmax", F.log_softmax, "Logarithm of softmax.", dim=None)


class PReLU(Module):
    """x where positive, weight * x elsewhere; one learned slope, or one for each channel (dimension 1)."""

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

