"""Batching rules of reductions that do not name dimensions, of losses, and of factorizations."""

from __future__ import annotations

from ..ops.registry import aten
from .rules import all_front, batching, front, pointwise, shifted_dim

_BY_DIMENSION = {
    "sum": lambda x, *rest: aten.sum.dim_IntList(x, (1,), False, dtype=rest[0]),
    "mean": lambda x, *rest: aten.mean.dim(x, (1,), False, dtype=rest[0]),
    "prod": lambda x, *rest: aten.prod.dim_int(x, 1, False, dtype=rest[0]),
    "max": lambda x: aten.max.dim(x, 1)[0],
    "min": lambda x: aten.min.dim(x, 1)[0],
    "any": lambda x: aten.any.dim(x, 1),
    "all": lambda x: aten.all.dim(x, 1),
    "median": lambda x: aten.median.dim(x, 1)[0],
    "nanmedian": lambda x: aten.nanmedian.dim(x, 1)[0],
}


@batching(*[f"{name}.default" for name in _BY_DIMENSION])
def of_all_elements(op, values: tuple, owned: list, size: int):
    """A reduction over everything is one over all other dimensions."""
    return _BY_DIMENSION[op.schema.name](values[0].reshape((size, -1)), *values[1:])


@batching("trace")
def trace(op, values: tuple, owned: list, size: int):
    """The diagonals of a batch, summed."""
    return values[0].diagonal(0, -2, -1).sum(-1)


@batching("argmax", "argmin")
def arg_extremum(op, values: tuple, owned: list, size: int):
    """Without a dimension the position counts through the whole example."""
    x, dim, keepdim = values
    if dim is not None and x.ndim > 1:
        return op.call((x, shifted_dim(dim, x.ndim - 1, False), keepdim))
    found = op.call((x.reshape((size, -1)), 1, False))
    return found.reshape((size, *(1,) * (x.ndim - 1))) if keepdim else found


@batching(
    "mse_loss", "smooth_l1_loss", "huber_loss", "kl_div", "soft_margin_loss", "binary_cross_entropy"
)
@batching("binary_cross_entropy_with_logits")
def of_loss(op, values: tuple, owned: list, size: int):
    """The elements' losses, then each example's reduction."""
    at = op.schema.index["reduction"]
    # Operand and target must be of one size, which broadcasting would not keep.
    changed = [front(v, o, size) for v, o in zip(values[:2], owned, strict=False)]
    changed += values[2:]
    owned = [True, True, *owned[2:]]
    changed[at] = 0
    found = pointwise(op, tuple(changed), owned, size)
    if values[at] == 0:
        return found
    flat = found.reshape((size, -1))
    return flat.sum(1) if values[at] == 2 else flat.mean(1)


@batching("_linalg_svd", "_linalg_eigh", "linalg_qr", "lu_unpack")
def factorization(op, values: tuple, owned: list, size: int):
    """Leading dimensions are free; parts that were not asked for are empty vectors."""
    found = op.call(tuple(all_front(values, owned, size)))
    return tuple([front(r, tuple(r.shape) != (0,), size) for r in found])
