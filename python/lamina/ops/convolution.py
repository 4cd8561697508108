"""Convolution of 1, 2 or 3 spatial dimensions, transposed or not, and its backward operator.

All cases are the one primitive: a transposed convolution spreads the input by the stride (interior
padding) and correlates it with the flipped kernel, the input gradient is a transposed convolution,
and the weight gradient correlates the input with the output gradient, stride and dilation
exchanged.
"""

from __future__ import annotations

from ..errors import ShapeError, ValueError_
from . import layout
from .checks import rank, same_dtype, shape
from .registry import aten, op

_SCHEMA = (
    "SymInt[] stride, SymInt[] padding, SymInt[] dilation, bool transposed, SymInt[] "
    "output_padding, "
    "SymInt groups"
)


def _check(input, weight, bias, stride, padding, dilation, output_padding, transposed, groups):
    spatial = weight.ndim - 2
    if spatial not in (1, 2, 3):
        raise ShapeError(f"weight must have 3, 4 or 5 dimensions, got shape {tuple(weight.shape)}")
    rank("input", input, weight.ndim)
    same_dtype(("input", input), ("weight", weight), ("bias", bias))
    for name, value, least in (
        ("stride", stride, 1),
        ("padding", padding, 0),
        ("dilation", dilation, 1),
        ("output_padding", output_padding, 0),
    ):
        if len(value) != spatial or any(v < least for v in value):
            raise ValueError_(
                f"{name} must be {spatial} integers, at least {least}, got {tuple(value)}"
            )
    if groups < 1:
        raise ValueError_(f"groups must be positive, got {groups}")
    wanted = weight.shape[0] if transposed else weight.shape[1] * groups
    if input.shape[1] != wanted or weight.shape[0] % groups:
        raise ShapeError(
            f"input of shape {tuple(input.shape)} does not fit weight of shape "
            f"{tuple(weight.shape)} "
            f"in {groups} groups: expected {wanted} channels"
        )
    shape("bias", bias, (weight.shape[1] * groups if transposed else weight.shape[0],))
    for size, k, pad, gap in zip(input.shape[2:], weight.shape[2:], padding, dilation):
        if not transposed and size + 2 * pad < gap * (k - 1) + 1:
            raise ShapeError(
                f"the kernel {tuple(weight.shape[2:])} with dilation {tuple(dilation)} is larger "
                "than the "
                f"padded input {tuple(input.shape[2:])} + 2 * {tuple(padding)}"
            )


def _spread(values, count):
    return tuple(values) * count if len(values) == 1 and count > 1 else tuple(values)


def _pairs(low, high):
    return [amount for pair in zip(low, high) for amount in pair]


def _forward(p, x, w, stride, padding, dilation, groups, high=None):
    return p.convolution(
        x, w, stride, _pairs(padding, padding if high is None else high), dilation, groups
    )


def _transposed(p, x, w, stride, padding, dilation, groups, extra):
    """Transposed convolution of x[N, I, *S] with w[I, O/groups, *K]; extra is the output
    padding.
    """
    kernel, ndim = w.shape[2:], w.ndim
    inner, outer = w.shape[0] // groups, w.shape[1]
    spread = p.pad(x, [0] * ndim, [0] * ndim, [0, 0, *(s - 1 for s in stride)], 0)
    swapped = p.reshape(w, (groups, inner, outer, *kernel))
    swapped = p.reshape(
        p.permute(swapped, (0, 2, 1, *range(3, ndim + 1))), (groups * outer, inner, *kernel)
    )
    flipped = p.flip(swapped, tuple(range(2, ndim)))
    low = [d * (k - 1) - pad for d, k, pad in zip(dilation, kernel, padding)]
    high = [amount + more for amount, more in zip(low, extra)]
    return p.convolution(spread, flipped, [1] * len(kernel), _pairs(low, high), dilation, groups)


def _weight_grad(p, x, grad, kernel, stride, padding, dilation, groups):
    """The gradient of w in convolution(x[N, C, *S], w[O, C/groups, *K]) whose result has
    gradient grad.
    """
    batch, channels, ndim = x.shape[0], x.shape[1], x.ndim
    each = channels // groups
    x = p.reshape(x, (batch, groups, each, *x.shape[2:]))
    x = p.reshape(
        p.permute(x, (2, 1, 0, *range(3, ndim + 1))), (each, groups * batch, *x.shape[3:])
    )
    taps = p.permute(grad, (1, 0, *range(2, ndim)))
    # What the forward convolution left over at the high end is cropped so that exactly K taps
    # remain.
    high = [
        d * (k - 1) + s * (n - 1) + 1 - size - pad
        for d, k, s, n, size, pad in zip(
            dilation, kernel, stride, grad.shape[2:], x.shape[2:], padding
        )
    ]
    result = p.convolution(x, taps, dilation, _pairs(padding, high), stride, groups)
    return p.permute(result, (1, 0, *range(2, ndim)))


def _convolution_vjp(
    grad,
    input,
    weight,
    bias_meta,
    stride,
    padding,
    dilation,
    transposed,
    output_padding,
    groups,
    needs,
):
    sizes = None if bias_meta is None else tuple(bias_meta.sizes)
    return aten.convolution_backward(
        grad,
        input,
        weight,
        sizes,
        stride,
        padding,
        dilation,
        transposed,
        output_padding,
        groups,
        tuple(needs),
    )


@op(
    f"convolution(Tensor input, Tensor weight, Tensor? bias, {_SCHEMA}) -> Tensor",
    layout=layout.suggested("input", "weight"),
    variants="function",
    vjp={("input", "weight", "bias"): _convolution_vjp},
)
def convolution(
    p, input, weight, bias, stride, padding, dilation, transposed, output_padding, groups
):
    """Cross-correlation of input[N, C, *S] with weight[O, C/groups, *K], plus bias[O].

    transposed: the input gradient of such a convolution instead, with weight[C, O/groups, *K].
    Raises ShapeError, DtypeError or ValueError_ for arguments that do not fit.
    """
    spatial = weight.ndim - 2
    stride, padding, dilation, output_padding = (
        _spread(v, spatial) for v in (stride, padding, dilation, output_padding)
    )
    _check(input, weight, bias, stride, padding, dilation, output_padding, transposed, groups)
    if transposed:
        result = _transposed(p, input, weight, stride, padding, dilation, groups, output_padding)
    else:
        result = _forward(p, input, weight, stride, padding, dilation, groups)
    if bias is None:
        return result
    return p.add(result, p.unsqueeze(bias, (0, *range(2, result.ndim))))


def _backward_vjp(
    grads, grad_output, input, weight, stride, padding, dilation, transposed, output_padding, groups
):
    """Each result is linear in two of grad_output, input and weight, so this is three
    convolutions and two backward ones again.
    """
    of_input, of_weight, of_bias = grads
    geometry = (stride, padding, dilation, transposed, output_padding, groups)
    of_grad = None
    if of_input is not None:
        of_grad = aten.convolution(of_input, weight, None, *geometry)
    if of_weight is not None:
        term = aten.convolution(input, of_weight, None, *geometry)
        of_grad = term if of_grad is None else of_grad + term
    if of_bias is not None:
        term = of_bias.reshape([1, -1] + [1] * (input.ndim - 2)).expand(grad_output.shape)
        of_grad = term if of_grad is None else of_grad + term
    to_input = (
        None
        if of_weight is None
        else aten.convolution_backward(
            grad_output, input, of_weight, None, *geometry, (True, False, False)
        )[0]
    )
    to_weight = (
        None
        if of_input is None
        else aten.convolution_backward(
            grad_output, of_input, weight, None, *geometry, (False, True, False)
        )[1]
    )
    return of_grad, to_input, to_weight


@op(
    "convolution_backward(Tensor grad_output, Tensor input, Tensor weight, SymInt[]? "
    f"bias_sizes, {_SCHEMA}, "
    "bool[3] output_mask) -> (Tensor, Tensor, Tensor)",
    variants="function",
    materialize=False,
    vjp={("grad_output", "input", "weight"): _backward_vjp},
)
def convolution_backward(
    p,
    grad_output,
    input,
    weight,
    bias_sizes,
    stride,
    padding,
    dilation,
    transposed,
    output_padding,
    groups,
    output_mask,
):
    """The gradients of convolution at input, weight and bias; None where output_mask is False."""
    spatial = weight.ndim - 2
    stride, padding, dilation = (_spread(v, spatial) for v in (stride, padding, dilation))
    geometry = (stride, padding, dilation, groups)
    of_input = of_weight = of_bias = None
    if output_mask[0]:
        of_input = _input_grad(p, grad_output, input, weight, *geometry, transposed)
    if output_mask[1] and transposed:
        of_weight = _weight_grad(p, grad_output, input, weight.shape[2:], *geometry)
    elif output_mask[1]:
        of_weight = _weight_grad(p, input, grad_output, weight.shape[2:], *geometry)
    if output_mask[2]:
        of_bias = p.sum(grad_output, (0, *range(2, grad_output.ndim)))
    return of_input, of_weight, of_bias


def _input_grad(p, grad, input, weight, stride, padding, dilation, groups, transposed):
    # The input's own size says how much the forward convolution left over (or padded) at the high
    # end.
    if transposed:
        high = [
            d * (k - 1) + s * (size - 1) + 1 - n - pad
            for d, k, s, size, n, pad in zip(
                dilation, weight.shape[2:], stride, input.shape[2:], grad.shape[2:], padding
            )
        ]
        return _forward(p, grad, weight, stride, padding, dilation, groups, high)
    extra = [
        size - ((n - 1) * s - 2 * pad + d * (k - 1) + 1)
        for size, n, s, pad, d, k in zip(
            input.shape[2:], grad.shape[2:], stride, padding, dilation, weight.shape[2:]
        )
    ]
    return _transposed(p, grad, weight, stride, padding, dilation, groups, extra)
