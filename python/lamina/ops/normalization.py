"""Layer, group and batch normalization, each with the mean and reciprocal deviation it used.

Statistics are computed in float32 for smaller floats and returned in that dtype; they are biased
(divided by N). Derivatives are written in Tensor operations and cover gradients of the statistics
too, so they can be differentiated again.
"""

from __future__ import annotations

import math

from ..errors import ShapeError, UnsupportedError, ValueError_
from . import layout
from .checks import floating, not_complex, shape
from .promotion import accumulate_dtype, cast
from .registry import op


def _statistics(p, x, dims, eps):
    """(mean, 1 / sqrt(variance + eps)) over dims, kept at size 1."""
    count = math.prod(x.shape[d] for d in dims)
    mean = p.unsqueeze(p.div(p.sum(x, dims), count), dims)
    apart = p.sub(x, mean)
    variance = p.unsqueeze(p.div(p.sum(p.mul(apart, apart), dims), count), dims)
    return mean, p.rsqrt(p.add(variance, eps))


def _affine(p, x, weight, bias, dtype):
    """x * weight + bias, where given, rounded to dtype."""
    if weight is not None:
        x = p.mul(x, cast(p, weight, x.dtype))
    if bias is not None:
        x = p.add(x, cast(p, bias, x.dtype))
    return cast(p, x, dtype)


def _input_grad(grads, input, mean, rstd, scaled, dims):
    """The gradient at the input of x -> ((x - mean) * rstd, mean, rstd), where `scaled` is that
    of the first.
    """
    count = math.prod(input.shape[d] for d in dims)
    apart = input - mean
    result = None
    if scaled is not None:
        normal = apart * rstd
        centre = scaled.mean(dims, keepdim=True) + normal * (scaled * normal).mean(
            dims, keepdim=True
        )
        result = rstd * (scaled - centre)
    if grads[1] is not None:
        term = (grads[1] / count).expand(input.shape)
        result = term if result is None else result + term
    if grads[2] is not None:
        term = -grads[2] * rstd * rstd * rstd * apart / count
        result = term if result is None else result + term
    return result


def _total(x, dims):
    return x.sum(dims) if dims else x


def _layer_vjp(grads, results, input, weight, bias_meta, normalized_shape, needs):
    outer = tuple(range(input.ndim - len(normalized_shape)))
    inner = tuple(range(len(outer), input.ndim))
    mean, rstd, grad = results[1], results[2], grads[0]
    input = input.to(mean.dtype)
    scaled = grad if grad is None or weight is None else grad * weight
    of_input = _input_grad(grads, input, mean, rstd, scaled, inner) if needs[0] else None
    of_weight = (
        _total(grad * (input - mean) * rstd, outer) if needs[1] and grad is not None else None
    )
    of_bias = _total(grad, outer) if needs[2] and grad is not None else None
    return of_input, of_weight, of_bias


@op(
    "native_layer_norm(Tensor input, SymInt[] normalized_shape, Tensor? weight, Tensor? bias, "
    "float eps)"
    " -> (Tensor, Tensor, Tensor)",
    variants="function",
    materialize=False,
    vjp={("input", "weight", "bias"): _layer_vjp},
)
def native_layer_norm(p, input, normalized_shape, weight, bias, eps):
    """(result, mean, rstd) of normalizing over the last dimensions, which are normalized_shape,
    then multiplying by weight and adding bias of that shape. Raises ShapeError where shapes do
    not fit.
    """
    _real_float(input)
    count = len(normalized_shape)
    if count == 0 or tuple(input.shape[-count:]) != tuple(normalized_shape):
        raise ShapeError(
            f"input of shape {tuple(input.shape)} does not end in normalized_shape "
            f"{tuple(normalized_shape)}"
        )
    shape("weight", weight, normalized_shape)
    shape("bias", bias, normalized_shape)
    x = cast(p, input, accumulate_dtype(input.dtype))
    mean, rstd = _statistics(p, x, tuple(range(input.ndim - count, input.ndim)), eps)
    return _affine(p, p.mul(p.sub(x, mean), rstd), weight, bias, input.dtype), mean, rstd


def _real_float(input):
    floating("input", input)
    not_complex("input", input)


def _group_vjp(grads, results, input, weight, bias_meta, N, C, HxW, group, needs):
    sizes, grouped = input.shape, (N, group, C // group, HxW)
    input = input.reshape(grouped).to(results[1].dtype)
    mean, rstd = (r.reshape(N, group, 1, 1) for r in results[1:])
    grad = None if grads[0] is None else grads[0].reshape(grouped)
    of_statistics = [None if g is None else g.reshape(N, group, 1, 1) for g in grads[1:]]
    scaled = (
        grad if grad is None or weight is None else grad * weight.reshape(1, group, C // group, 1)
    )
    of_input = of_weight = of_bias = None
    if needs[0]:
        of_input = _input_grad([grad, *of_statistics], input, mean, rstd, scaled, (2, 3)).reshape(
            sizes
        )
    if needs[1] and grad is not None:
        of_weight = (grad * (input - mean) * rstd).sum((0, 3)).reshape(C)
    if needs[2] and grad is not None:
        of_bias = grad.sum((0, 3)).reshape(C)
    return of_input, of_weight, of_bias


@op(
    "native_group_norm(Tensor input, Tensor? weight, Tensor? bias, SymInt N, SymInt C, SymInt "
    "HxW, int group, float eps)"
    " -> (Tensor, Tensor, Tensor)",
    layout=layout.suggested("input"),
    variants="function",
    materialize=False,
    vjp={("input", "weight", "bias"): _group_vjp},
)
def native_group_norm(p, input, weight, bias, N, C, HxW, group, eps):
    """(result, mean, rstd) of normalizing each of `group` groups of the C channels of input[N,
    C, *], HxW elements each; then each channel times weight[C] plus bias[C]. The statistics
    have shape [N, group].
    """
    _real_float(input)
    if group < 1 or C % group:
        raise ValueError_(f"{C} channels do not fall into {group} groups")
    if math.prod(input.shape) != N * C * HxW:
        raise ShapeError(
            f"input of shape {tuple(input.shape)} does not have {N} x {C} x {HxW} elements"
        )
    shape("weight", weight, (C,))
    shape("bias", bias, (C,))
    each = C // group
    x = p.reshape(cast(p, input, accumulate_dtype(input.dtype)), (N, group, each, HxW))
    mean, rstd = _statistics(p, x, (2, 3), eps)
    normal = p.mul(p.sub(x, mean), rstd)
    weight, bias = (
        None if v is None else p.reshape(v, (1, group, each, 1)) for v in (weight, bias)
    )
    result = _affine(p, normal, weight, bias, input.dtype)
    return (
        p.reshape(result, tuple(input.shape)),
        p.reshape(mean, (N, group)),
        p.reshape(rstd, (N, group)),
    )


def _channels(x, ndim):
    """A vector of channels as dimension 1 of ndim."""
    return x.reshape([1, -1] + [1] * (ndim - 2))


def _batch_vjp(
    grads, results, input, weight, bias_meta, running_mean, running_var, training, eps, needs
):
    grad, ndim = grads[0], input.ndim
    dims = (0, *range(2, ndim))
    if training:
        mean, rstd = (_channels(r, ndim) for r in results[1:])
    else:
        mean, rstd = _channels(running_mean, ndim), _channels((running_var + eps).rsqrt(), ndim)
    input = input.to(mean.dtype)
    scaled = grad if grad is None or weight is None else grad * _channels(weight, ndim)
    of_input = of_weight = of_bias = None
    if needs[0] and training:
        of_statistics = [None if g is None else _channels(g, ndim) for g in grads[1:]]
        of_input = _input_grad([grad, *of_statistics], input, mean, rstd, scaled, dims)
    elif needs[0] and scaled is not None:
        of_input = scaled * rstd
    if needs[1] and grad is not None:
        of_weight = (grad * (input - mean) * rstd).sum(dims)
    if needs[2] and grad is not None:
        of_bias = grad.sum(dims)
    return of_input, of_weight, of_bias


@op(
    "native_batch_norm(Tensor input, Tensor? weight, Tensor? bias, Tensor? running_mean, Tensor? "
    "running_var, "
    "bool training, float momentum, float eps) -> (Tensor, Tensor, Tensor)",
    layout=layout.suggested("input"),
    variants="function",
    materialize=False,
    vjp={("input", "weight", "bias"): _batch_vjp, "running_mean": None, "running_var": None},
)
def native_batch_norm(p, input, weight, bias, running_mean, running_var, training, momentum, eps):
    """(result, mean, rstd) of normalizing each channel of input[N, C, *], then times weight[C]
    plus bias[C].

    In training the statistics are the batch's, else the running ones (mean and rstd are then
    empty). This operator writes nothing: updating running statistics is the caller's, who passes
    None for them in training.
    """
    _real_float(input)
    if input.ndim < 2:
        raise ShapeError(f"expected at least 2 dimensions, got shape {tuple(input.shape)}")
    for name, value in (
        ("weight", weight),
        ("bias", bias),
        ("running_mean", running_mean),
        ("running_var", running_var),
    ):
        shape(name, value, (input.shape[1],))
    if training and (running_mean is not None or running_var is not None):
        raise UnsupportedError(
            "native_batch_norm does not update running statistics; pass None for them in training"
        )
    if not training and (running_mean is None or running_var is None):
        raise ValueError_("running_mean and running_var are needed outside training")
    wide = accumulate_dtype(input.dtype)
    x = cast(p, input, wide)
    around = (0, *range(2, input.ndim))
    if training:
        mean, rstd = _statistics(p, x, around, eps)
    else:
        mean = p.unsqueeze(cast(p, running_mean, wide), around)
        rstd = p.unsqueeze(p.rsqrt(p.add(cast(p, running_var, wide), eps)), around)
    weight, bias = (None if v is None else p.unsqueeze(v, around) for v in (weight, bias))
    result = _affine(p, p.mul(p.sub(x, mean), rstd), weight, bias, input.dtype)
    if not training:
        return result, p.full((0,), 0, wide), p.full((0,), 0, wide)
    return result, p.squeeze(mean, around), p.squeeze(rstd, around)
