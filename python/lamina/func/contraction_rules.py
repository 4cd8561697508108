"""Batching rules of products of matrices and vectors: all are batched matrix products."""

from __future__ import annotations

from ..ops.registry import aten
from .rules import batching, front, padded


@batching("mm")
def mm(op, values: tuple, owned: list, size: int):
    """[B, M, K] @ [B, K, N]; a side without the mapped dimension broadcasts."""
    return values[0].matmul(values[1])


@batching("bmm")
def bmm(op, values: tuple, owned: list, size: int):
    """Two batch dimensions."""
    lhs, rhs = [front(v, o, size) for v, o in zip(values, owned, strict=True)]
    return lhs.matmul(rhs)


@batching("mv")
def mv(op, values: tuple, owned: list, size: int):
    """The vector is a matrix of one column."""
    return values[0].matmul(values[1].unsqueeze(-1)).squeeze(-1)


@batching("dot")
def dot(op, values: tuple, owned: list, size: int):
    """A row by a column."""
    return values[0].unsqueeze(-2).matmul(values[1].unsqueeze(-1)).squeeze(-1).squeeze(-1)


@batching("vdot")
def vdot(op, values: tuple, owned: list, size: int):
    """`dot` with the first conjugated."""
    return dot(op, (values[0].conj(), values[1]), owned, size)


@batching("addmm", "addmv", "baddbmm")
def add_product(op, values: tuple, owned: list, size: int):
    """Of matrices a `baddbmm`, of batches one over all of their matrices; it rounds once, as one example does."""
    added, lhs, rhs, beta, alpha = values
    lhs, rhs = front(lhs, owned[1], size), front(rhs, owned[2], size)
    is_vector = op.schema.name == "addmv"
    if is_vector:
        rhs = rhs.unsqueeze(-1)
    shape = (*lhs.shape[:-1], rhs.shape[-1])
    added = padded(added, owned[0], len(shape) - 1 - is_vector)
    if is_vector:
        added = added.unsqueeze(-1)
    flat = [x.reshape((-1, *x.shape[-2:])) for x in (added.expand(shape), lhs, rhs)]
    found = aten.baddbmm(*flat, beta=beta, alpha=alpha).reshape(shape)
    return found.squeeze(-1) if is_vector else found
