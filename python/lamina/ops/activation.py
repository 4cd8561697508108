"""Activation functions and the backward operators that go by names of their own.

Pointwise on one tensor of a floating dtype (integers are refused, as are complex numbers where
there is no order), shape kept. Small floats compute in float32 where a formula has several steps.
"""

from __future__ import annotations

from ..errors import DtypeError, ValueError_
from . import layout
from .checks import fitting, floating
from .formulas import conj, masked, zeros
from .promotion import (
    BOOL,
    FLOATING,
    accumulate_dtype,
    cast,
    category,
    is_complex,
    promote,
)
from .registry import aten, op


def _floats(self):
    if category(self.dtype) != FLOATING:
        raise DtypeError(f"needs a floating dtype, got {self.dtype}")


def _in_wide(p, formula, *operands):
    """formula over operands in the accumulation dtype, rounded once to the first operand's
    dtype.
    """
    dtype = operands[0].dtype
    wide = accumulate_dtype(dtype)
    return cast(p, formula(*(cast(p, x, wide) for x in operands)), dtype)


@op(
    "relu(Tensor self) -> Tensor",
    pointwise=True,
    inplace=True,
    vjp={"self": lambda grad, result: aten.threshold_backward(grad, result, 0)},
)
def relu(p, self):
    """max(self, 0), nan kept. Any real dtype but bool."""
    if is_complex(self.dtype) or category(self.dtype) == BOOL:
        raise DtypeError(f"not defined for {self.dtype}")
    return p.maximum(self, 0)


@op(
    "relu6(Tensor self) -> Tensor",
    pointwise=True,
    inplace=True,
    vjp={"self": lambda grad, self: aten.hardtanh_backward(grad, self, 0, 6)},
    inplace_vjp={"self": lambda grad, result: aten.hardtanh_backward(grad, result, 0, 6)},
)
def relu6(p, self):
    """min(max(self, 0), 6). Raises DtypeError for bool and complex."""
    if is_complex(self.dtype) or category(self.dtype) == BOOL:
        raise DtypeError(f"not defined for {self.dtype}")
    return p.minimum(p.maximum(self, 0), 6)


@op(
    "threshold(Tensor self, Scalar threshold, Scalar value) -> Tensor",
    pointwise=True,
    inplace=True,
    vjp={"self": lambda grad, self, threshold: aten.threshold_backward(grad, self, threshold)},
    inplace_vjp={
        "self": lambda grad, result, threshold: aten.threshold_backward(grad, result, threshold)
    },
)
def threshold(p, self, threshold, value):
    """self where it is above threshold, value elsewhere."""
    threshold, value = fitting(threshold, self.dtype), fitting(value, self.dtype)
    return p.select(p.compare(self, threshold, "le"), value, self)


@op(
    "threshold_backward(Tensor grad_output, Tensor self, Scalar threshold) -> Tensor",
    pointwise=True,
    vjp={
        "grad_output": lambda grad, self, threshold: aten.threshold_backward(grad, self, threshold),
        "self": zeros,
    },
)
def threshold_backward(p, grad_output, self, threshold):
    """grad_output where self is above threshold, 0 elsewhere."""
    grad_output, self = promote(p, grad_output, self)
    return p.select(p.compare(self, threshold, "le"), 0, grad_output)


@op(
    "hardtanh(Tensor self, Scalar min_val=-1, Scalar max_val=1) -> Tensor",
    pointwise=True,
    layout=layout.preserved(),
    inplace=True,
    vjp={
        "self": lambda grad, self, min_val, max_val: aten.hardtanh_backward(
            grad, self, min_val, max_val
        )
    },
    inplace_vjp={
        "self": lambda grad, result, min_val, max_val: aten.hardtanh_backward(
            grad, result, min_val, max_val
        )
    },
)
def hardtanh(p, self, min_val, max_val):
    """self held between min_val and max_val. Raises DtypeError for bool and complex, and for unsigned integers
    with a negative bound.
    """
    if is_complex(self.dtype) or category(self.dtype) == BOOL:
        raise DtypeError(f"not defined for {self.dtype}")
    if self.dtype.kind == "u" and min(min_val, max_val) < 0:
        raise DtypeError(f"a negative bound for {self.dtype}")
    return p.minimum(p.maximum(self, min_val), max_val)


@op(
    "hardtanh_backward(Tensor grad_output, Tensor self, Scalar min_val, Scalar max_val) -> Tensor",
    pointwise=True,
    vjp={
        "grad_output": lambda grad, self, min_val, max_val: aten.hardtanh_backward(
            grad, self, min_val, max_val
        ),
        "self": zeros,
    },
)
def hardtanh_backward(p, grad_output, self, min_val, max_val):
    """grad_output strictly between the bounds, 0 elsewhere."""
    inside = p.bitwise_and(p.compare(self, min_val, "gt"), p.compare(self, max_val, "lt"))
    return p.select(inside, grad_output, 0)


@op(
    "hardsigmoid(Tensor self) -> Tensor",
    pointwise=True,
    inplace=True,
    vjp={"self": lambda grad, self: masked(grad / 6, (self > -3).logical_and(self < 3))},
)
def hardsigmoid(p, self):
    """min(max(self + 3, 0), 6) / 6."""
    _floats(self)
    return p.div(p.minimum(p.maximum(p.add(self, 3), 0), 6), 6)


def _hardswish_vjp(grad, self):
    slope = (self / 3 + 0.5).masked_fill(self <= -3, 0).masked_fill(self >= 3, 1)
    return grad * slope


@op("hardswish(Tensor self) -> Tensor", pointwise=True, inplace=True, vjp={"self": _hardswish_vjp})
def hardswish(p, self):
    """self * min(max(self + 3, 0), 6) / 6."""
    _floats(self)
    return p.div(p.mul(self, p.minimum(p.maximum(p.add(self, 3), 0), 6)), 6)


@op(
    "leaky_relu(Tensor self, Scalar negative_slope=0.01) -> Tensor",
    pointwise=True,
    inplace=True,
    vjp={
        "self": lambda grad, self, negative_slope: aten.leaky_relu_backward(
            grad, self, negative_slope, False
        )
    },
    inplace_vjp={
        "self": lambda grad, result, negative_slope: aten.leaky_relu_backward(
            grad, result, negative_slope, True
        )
    },
)
def leaky_relu(p, self, negative_slope):
    """self where positive, negative_slope * self elsewhere."""
    _floats(self)
    return p.select(p.compare(self, 0, "gt"), self, p.mul(self, negative_slope))


@op(
    "leaky_relu_backward(Tensor grad_output, Tensor self, Scalar negative_slope, bool "
    "self_is_result) -> Tensor",
    pointwise=True,
    vjp={
        "grad_output": lambda grad, self, negative_slope, self_is_result: aten.leaky_relu_backward(
            grad, self, negative_slope, self_is_result
        ),
        "self": zeros,
    },
)
def leaky_relu_backward(p, grad_output, self, negative_slope, self_is_result):
    """grad_output times the slope of leaky_relu at self."""
    return p.select(p.compare(self, 0, "gt"), grad_output, p.mul(grad_output, negative_slope))


def _elu_vjp(grad, self, alpha, scale, input_scale):
    return aten.elu_backward(grad, alpha, scale, input_scale, False, self)


@op(
    "elu(Tensor self, Scalar alpha=1, Scalar scale=1, Scalar input_scale=1) -> Tensor",
    pointwise=True,
    inplace=True,
    vjp={"self": _elu_vjp},
    inplace_vjp={
        "self": lambda grad, result, alpha, scale, input_scale: aten.elu_backward(
            grad, alpha, scale, input_scale, True, result
        )
    },
)
def elu(p, self, alpha, scale, input_scale):
    """scale * self where positive, scale * alpha * (exp(input_scale * self) - 1) elsewhere."""
    _floats(self)

    def formula(x):
        curve = p.mul(p.expm1(p.mul(x, input_scale)), alpha * scale)
        return p.select(p.compare(x, 0, "gt"), p.mul(x, scale), curve)

    return _in_wide(p, formula, self)


def _elu_backward_self_vjp(grad, grad_output, alpha, scale, input_scale, is_result, self_or_result):
    x = self_or_result
    if is_result:
        return (grad * grad_output * input_scale).masked_fill(x >= 0, 0)
    curvature = (x * input_scale).exp() * (alpha * scale * input_scale * input_scale)
    return grad * grad_output * curvature.masked_fill(x >= 0, 0)


@op(
    "elu_backward(Tensor grad_output, Scalar alpha, Scalar scale, Scalar input_scale, bool "
    "is_result, "
    "Tensor self_or_result) -> Tensor",
    pointwise=True,
    vjp={
        "grad_output": lambda grad, alpha, scale, input_scale, is_result, self_or_result: (
            aten.elu_backward(grad, alpha, scale, input_scale, is_result, self_or_result)
        ),
        "self_or_result": _elu_backward_self_vjp,
    },
)
def elu_backward(p, grad_output, alpha, scale, input_scale, is_result, self_or_result):
    """grad_output times the slope of elu, from its input or (is_result) its result."""

    def formula(grad, x):
        if is_result:
            curve = p.mul(p.add(x, alpha * scale), input_scale)
        else:
            curve = p.mul(p.exp(p.mul(x, input_scale)), alpha * scale * input_scale)
        return p.mul(grad, p.select(p.compare(x, 0, "gt"), scale, curve))

    return _in_wide(p, formula, grad_output, self_or_result)


_SELU_ALPHA, _SELU_SCALE = 1.6732632423543772, 1.0507009873554805


@op(
    "celu(Tensor self, Scalar alpha=1.0) -> Tensor",
    pointwise=True,
    inplace=True,
    vjp={
        "self": lambda grad, self, alpha: aten.elu_backward(grad, alpha, 1, 1 / alpha, False, self)
    },
    inplace_vjp={
        "self": lambda grad, result, alpha: aten.elu_backward(
            grad, alpha, 1, 1 / alpha, True, result
        )
    },
)
def celu(p, self, alpha):
    """max(0, self) + min(0, alpha * (exp(self / alpha) - 1)). Raises ValueError_ for alpha 0."""
    if alpha == 0:
        raise ValueError_("alpha must not be 0")
    return elu(p, self, alpha, 1, 1 / alpha)


@op(
    "selu(Tensor self) -> Tensor",
    grad_name="EluBackward0",
    pointwise=True,
    inplace=True,
    vjp={
        "self": lambda grad, self: aten.elu_backward(grad, _SELU_ALPHA, _SELU_SCALE, 1, False, self)
    },
    inplace_vjp={
        "self": lambda grad, result: aten.elu_backward(
            grad, _SELU_ALPHA, _SELU_SCALE, 1, True, result
        )
    },
)
def selu(p, self):
    """elu with the self-normalizing constants of Klambauer et al. 2017."""
    return elu(p, self, _SELU_ALPHA, _SELU_SCALE, 1)


def _sigmoid(p, x):
    return p.div(1, p.add(p.exp(p.neg(x)), 1))


@op(
    "sigmoid_backward(Tensor grad_output, Tensor output) -> Tensor",
    pointwise=True,
    vjp={
        "grad_output": lambda grad, output: grad * conj(output * (1 - output)),
        "output": lambda grad, grad_output, output: grad * grad_output * (1 - 2 * output),
    },
)
def sigmoid_backward(p, grad_output, output):
    """grad_output * output * (1 - output)."""
    grad_output, output = promote(p, grad_output, output)
    return p.mul(grad_output, p.mul(output, p.sub(1, output)))


@op(
    "tanh_backward(Tensor grad_output, Tensor output) -> Tensor",
    pointwise=True,
    vjp={
        "grad_output": lambda grad, output: grad * conj(1 - output * output),
        "output": lambda grad, grad_output, output: grad * grad_output * (-2 * output),
    },
)
def tanh_backward(p, grad_output, output):
    """grad_output * (1 - output**2)."""
    grad_output, output = promote(p, grad_output, output)
    return p.mul(grad_output, p.sub(1, p.mul(output, output)))


def _log_sigmoid(p, x):
    # min(x, 0) - log(1 + exp(-|x|)) never overflows.
    return p.sub(p.minimum(x, 0), p.log1p(p.exp(p.neg(p.abs(x)))))


@op(
    "log_sigmoid(Tensor self) -> Tensor",
    vjp={"self": lambda grad, self: grad * (-self).sigmoid()},
    variants="",
)
def log_sigmoid(p, self):
    """log(sigmoid(self)) of every element, without overflow."""
    _floats(self)
    return _in_wide(p, lambda x: _log_sigmoid(p, x), self)


@op(
    "silu(Tensor self) -> Tensor",
    pointwise=True,
    inplace=True,
    vjp={"self": lambda grad, self: aten.silu_backward(grad, self)},
)
def silu(p, self):
    """self * sigmoid(self), also of complex numbers."""
    floating("self", self)
    return _in_wide(p, lambda x: p.div(x, p.add(p.exp(p.neg(x)), 1)), self)


def _silu_second(grad, grad_output, self):
    gate = self.sigmoid()
    slope = gate * (1 - gate)
    return grad * grad_output * slope * (2 + self * (1 - 2 * gate))


@op(
    "silu_backward(Tensor grad_output, Tensor self) -> Tensor",
    pointwise=True,
    vjp={"grad_output": lambda grad, self: aten.silu_backward(grad, self), "self": _silu_second},
)
def silu_backward(p, grad_output, self):
    """grad_output times the slope of silu at self."""

    def formula(grad, x):
        gate = _sigmoid(p, x)
        slope = p.mul(gate, p.add(p.mul(x, p.sub(1, gate)), 1))
        return p.mul(grad, p.conj(slope) if is_complex(x.dtype) else slope)

    return _in_wide(p, formula, grad_output, self)


@op(
    "mish(Tensor self) -> Tensor",
    pointwise=True,
    inplace=True,
    vjp={"self": lambda grad, self: grad * _mish_slope(self)},
)
def mish(p, self):
    """self * tanh(softplus(self))."""
    _floats(self)
    return _in_wide(p, lambda x: p.mul(x, p.tanh(p.neg(_log_sigmoid(p, p.neg(x))))), self)


def _mish_slope(x):
    gate = aten.softplus(x).tanh()
    return gate + x * x.sigmoid() * (1 - gate * gate)


@op(
    "softplus(Tensor self, Scalar beta=1, Scalar threshold=20) -> Tensor",
    pointwise=True,
    vjp={
        "self": lambda grad, self, beta, threshold: aten.softplus_backward(
            grad, self, beta, threshold
        )
    },
)
def softplus(p, self, beta, threshold):
    """log(1 + exp(beta * self)) / beta, and self itself where beta * self exceeds threshold."""
    _floats(self)

    def formula(x):
        scaled = p.mul(x, beta)
        return p.select(p.compare(scaled, threshold, "gt"), x, p.div(p.log1p(p.exp(scaled)), beta))

    return _in_wide(p, formula, self)


def _softplus_second(grad, grad_output, self, beta, threshold):
    gate = (self * beta).sigmoid()
    return masked(grad * grad_output * gate * (1 - gate) * beta, self * beta <= threshold)


@op(
    "softplus_backward(Tensor grad_output, Tensor self, Scalar beta, Scalar threshold) -> Tensor",
    pointwise=True,
    vjp={
        "grad_output": lambda grad, self, beta, threshold: aten.softplus_backward(
            grad, self, beta, threshold
        ),
        "self": _softplus_second,
    },
)
def softplus_backward(p, grad_output, self, beta, threshold):
    """grad_output times the slope of softplus at self."""

    def formula(grad, x):
        scaled = p.mul(x, beta)
        return p.select(p.compare(scaled, threshold, "gt"), grad, p.mul(grad, _sigmoid(p, scaled)))

    return _in_wide(p, formula, grad_output, self)
