"""gelu, exact and by the tanh approximation, with its backward (Hendrycks and Gimpel 2016)."""

from __future__ import annotations

import math

from ..errors import DtypeError, ValueError_
from .promotion import FLOATING, accumulate_dtype, cast, category
from .registry import aten, op

_ROOT_HALF = math.sqrt(0.5)
_ROOT_2_OVER_PI = math.sqrt(2 / math.pi)
_CUBIC = 0.044715


def _check(self, approximate):
    if category(self.dtype) != FLOATING:
        raise DtypeError(f"needs a floating dtype, got {self.dtype}")
    if approximate not in ("none", "tanh"):
        raise ValueError_(f"approximate must be 'none' or 'tanh', got {approximate!r}")


def _inner(p, x):
    """The argument of the approximation's tanh."""
    return p.mul(p.mul(x, p.add(p.mul(p.mul(x, x), _CUBIC), 1)), _ROOT_2_OVER_PI)


@op(
    "gelu(Tensor self, *, str approximate='none') -> Tensor",
    pointwise=True,
    inplace=True,
    vjp={
        "self": lambda grad, self, approximate: aten.gelu_backward(
            grad, self, approximate=approximate
        )
    },
)
def gelu(p, self, approximate):
    """self times the normal distribution function at self; approximate="tanh" replaces erf by a
    tanh.
    """
    _check(self, approximate)
    x = cast(p, self, accumulate_dtype(self.dtype))
    bent = p.tanh(_inner(p, x)) if approximate == "tanh" else p.erf(p.mul(x, _ROOT_HALF))
    return cast(p, p.mul(p.mul(x, 0.5), p.add(bent, 1)), self.dtype)


def _second(grad, grad_output, self, approximate):
    if approximate == "none":
        density = (self * self * -0.5).exp() / math.sqrt(2 * math.pi)
        return grad * grad_output * density * (2 - self * self)
    bent = ((self + _CUBIC * self * self * self) * _ROOT_2_OVER_PI).tanh()
    first = (1 + 3 * _CUBIC * self * self) * _ROOT_2_OVER_PI
    second = 6 * _CUBIC * _ROOT_2_OVER_PI * self
    fall = 1 - bent * bent
    return grad * grad_output * fall * (first + 0.5 * self * (second - 2 * bent * first * first))


@op(
    "gelu_backward(Tensor grad_output, Tensor self, *, str approximate='none') -> Tensor",
    pointwise=True,
    vjp={
        "grad_output": lambda grad, self, approximate: aten.gelu_backward(
            grad, self, approximate=approximate
        ),
        "self": _second,
    },
)
def gelu_backward(p, grad_output, self, approximate):
    """grad_output times the slope of gelu at self."""
    _check(self, approximate)
    wide = accumulate_dtype(self.dtype)
    grad, x = cast(p, grad_output, wide), cast(p, self, wide)
    slope = _tanh_slope(p, x) if approximate == "tanh" else _exact_slope(p, x)
    return cast(p, p.mul(grad, slope), grad_output.dtype)


def _exact_slope(p, x):
    distribution = p.mul(p.add(p.erf(p.mul(x, _ROOT_HALF)), 1), 0.5)
    density = p.mul(p.exp(p.mul(p.mul(x, x), -0.5)), 1 / math.sqrt(2 * math.pi))
    return p.add(distribution, p.mul(x, density))


def _tanh_slope(p, x):
    bent = p.tanh(_inner(p, x))
    inner_slope = p.mul(p.add(p.mul(p.mul(x, x), 3 * _CUBIC), 1), _ROOT_2_OVER_PI)
    curve = p.mul(p.mul(p.mul(x, 0.5), p.sub(1, p.mul(bent, bent))), inner_slope)
    return p.add(p.mul(p.add(bent, 1), 0.5), curve)
