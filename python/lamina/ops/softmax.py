"""Softmax and log-softmax along a dimension, and their backward operators.

Small floats compute in float32 and round once. A 0-d tensor counts as one element.
"""

from __future__ import annotations

from ..dtypes import to_numpy
from .checks import floating, not_complex, wrap_dim
from .promotion import accumulate_dtype, cast
from .registry import aten, composite, op


def _along(self, dim):
    """The dims tuple to reduce over: empty for a 0-d tensor."""
    dim = wrap_dim(dim, self.ndim)
    return (dim,) if self.ndim else ()


def _reduced(p, reduce, x, dims):
    """A reduction over dims, broadcastable against x."""
    result = reduce(x, dims)
    return p.unsqueeze(result, dims) if dims else result


def _centred(p, self, dims):
    floating("self", self)
    not_complex("self", self)
    x = cast(p, self, accumulate_dtype(self.dtype))
    return p.sub(x, _reduced(p, p.amax, x, dims))


@op(
    "_softmax(Tensor self, int dim, bool half_to_float) -> Tensor",
    variants="function",
    vjp={
        "self": lambda grad, result, self_meta, dim: aten._softmax_backward_data(
            grad, result, dim, self_meta.dtype
        )
    },
)
def _softmax(p, self, dim, half_to_float):
    """exp(self) / sum(exp(self)) along dim."""
    dims = _along(self, dim)
    if 0 in self.shape:
        return p.clone(self)
    weights = p.exp(_centred(p, self, dims))
    share = p.div(weights, _reduced(p, p.sum, weights, dims))
    return share if half_to_float else cast(p, share, self.dtype)


@op(
    "_log_softmax(Tensor self, int dim, bool half_to_float) -> Tensor",
    variants="function",
    vjp={
        "self": lambda grad, result, self_meta, dim: aten._log_softmax_backward_data(
            grad, result, dim, self_meta.dtype
        )
    },
)
def _log_softmax(p, self, dim, half_to_float):
    """self - log(sum(exp(self))) along dim, without overflow."""
    dims = _along(self, dim)
    if 0 in self.shape:
        return p.clone(self)
    x = _centred(p, self, dims)
    result = p.sub(x, p.log(_reduced(p, p.sum, p.exp(x), dims)))
    return result if half_to_float else cast(p, result, self.dtype)


def _softmax_second(grad, grad_output, output, dim):
    inner = (grad_output * output).sum(dim, keepdim=True)
    return grad * (grad_output - inner) - grad_output * (grad * output).sum(dim, keepdim=True)


@op(
    "_softmax_backward_data(Tensor grad_output, Tensor output, int dim, ScalarType input_dtype) "
    "-> Tensor",
    variants="function",
    vjp={
        "grad_output": lambda grad, output, dim: (
            (grad - (grad * output).sum(dim, keepdim=True)) * output
        ),
        "output": _softmax_second,
    },
)
def _softmax_backward_data(p, grad_output, output, dim, input_dtype):
    """output * (grad_output - sum(grad_output * output)) along dim, in input_dtype."""
    dims = _along(output, dim)
    wide = accumulate_dtype(output.dtype)
    grad, y = cast(p, grad_output, wide), cast(p, output, wide)
    weighted = p.mul(grad, y)
    return cast(
        p, p.sub(weighted, p.mul(y, _reduced(p, p.sum, weighted, dims))), to_numpy(input_dtype)
    )


@op(
    "_log_softmax_backward_data(Tensor grad_output, Tensor output, int dim, ScalarType "
    "input_dtype) -> Tensor",
    variants="function",
    vjp={
        "grad_output": lambda grad, output, dim: (
            grad - (grad * output.exp()).sum(dim, keepdim=True)
        ),
        "output": lambda grad, grad_output, output, dim: (
            -grad * grad_output.sum(dim, keepdim=True) * output.exp()
        ),
    },
)
def _log_softmax_backward_data(p, grad_output, output, dim, input_dtype):
    """grad_output - exp(output) * sum(grad_output) along dim, in input_dtype."""
    dims = _along(output, dim)
    wide = accumulate_dtype(output.dtype)
    grad, y = cast(p, grad_output, wide), cast(p, output, wide)
    total = _reduced(p, p.sum, grad, dims)
    return cast(p, p.sub(grad, p.mul(p.exp(y), total)), to_numpy(input_dtype))


@composite(variants="function, method")
def softmax(self, dim, dtype=None):
    """Nonnegative weights that sum to one along dim, in dtype if given. Raises DtypeError for
    integers.
    """
    return aten._softmax(self if dtype is None else self.to(dtype), dim, False)


@composite(variants="function, method")
def log_softmax(self, dim, dtype=None):
    """The logarithm of softmax, without overflow, in dtype if given. Raises DtypeError for
    integers.
    """
    return aten._log_softmax(self if dtype is None else self.to(dtype), dim, False)
