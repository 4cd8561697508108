"""Linear and bilinear maps, and lookups in a table."""

from __future__ import annotations

from ...autograd import no_grad
from ...errors import DtypeError, ShapeError, UnsupportedError, ValueError_
from ...ops import products
from ...ops.registry import aten


def linear(input, weight, bias=None):
    """input @ weight.T + bias: [*, in] with weight [out, in] (or [in]) and bias [out] to [*, out].

    Raises ShapeError when the inner sizes differ.
    """
    if input.ndim == 0 or input.shape[-1] != weight.shape[-1]:
        raise ShapeError(
            f"input of shape {list(input.shape)} and weight of shape {list(weight.shape)}: the last sizes must be "
            "equal",
            op="linear",
        )
    return products.linear(input, weight, bias)


def bilinear(input1, input2, weight, bias=None):
    """y[..., o] = input1[..., i] weight[o, i, j] input2[..., j] + bias[o]."""
    out, first, second = weight.shape
    left = products.matmul(input1, weight.permute(1, 0, 2).reshape(first, out * second))
    left = left.reshape(*input1.shape[:-1], out, second)
    product = (left * input2.unsqueeze(-2)).sum(-1)
    return product if bias is None else product + bias


def embedding(input, weight, padding_idx=None, max_norm=None, norm_type=2.0, scale_grad_by_freq=False, sparse=False):
    """Rows of weight [n, d] at the integers input [*]: [*, d]. The row padding_idx gets no gradient.

    Raises ValueError_ for a padding_idx outside the table, UnsupportedError for max_norm, scale_grad_by_freq
    and sparse.
    """
    if input.dtype.name not in ("int64", "int32"):
        raise DtypeError(f"indices must be int64 or int32, got {input.dtype}", op="embedding")
    if max_norm is not None or scale_grad_by_freq or sparse:
        raise UnsupportedError("max_norm, scale_grad_by_freq and sparse gradients are not supported", op="embedding")
    rows = weight.shape[0]
    if padding_idx is None:
        return aten.embedding(weight, input)
    if not -rows <= padding_idx < rows:
        raise ValueError_(f"padding_idx {padding_idx} is outside a table of {rows} rows", op="embedding")
    return aten.embedding(weight, input, padding_idx % rows)


def one_hot(tensor, num_classes=-1):
    """Class numbers [*] to int64 [*, num_classes] with a one at each class; -1 counts up to the largest class seen."""
    with no_grad():
        if num_classes == -1:
            num_classes = int(tensor.max().item()) + 1
        classes = aten.arange.start_step(0, num_classes, 1, device=tensor.device)
        return (tensor.unsqueeze(-1) == classes).to(classes.dtype)
