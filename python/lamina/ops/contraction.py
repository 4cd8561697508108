"""Matrix products at aten's granularity: mm, bmm, mv, dot and their sums with a third operand.

Operands have one dtype; nothing is promoted. Raises ShapeError when inner sizes differ, DtypeError
when dtypes do, UnsupportedError for booleans. `matmul`, `linear` and `einsum` are composites over
these (`lamina.ops.products`).
"""

from __future__ import annotations

import numpy as np

from ..errors import DtypeError, ShapeError, UnsupportedError
from . import layout
from .checks import rank, same_dtype
from .formulas import conj
from .promotion import (
    COMPLEX,
    accumulate_dtype,
    cast,
    cast_all,
    category,
    expands_to,
    is_integral,
    result_dtype,
)
from .registry import op


def _check(left_name, left, left_rank, right_name, right, right_rank):
    """Ranks, dtypes and the inner size, which is left's last and right's last but one (or only)
    dimension. Booleans have no products, which matters where there is one to compute.
    """
    rank(left_name, left, left_rank)
    rank(right_name, right, right_rank)
    same_dtype((left_name, left), (right_name, right))
    is_dot = left_rank == right_rank == 1
    if left.dtype.kind == "b" and (is_dot or 0 not in (*left.shape, *right.shape)):
        raise UnsupportedError("products of bool tensors; cast them to integers")
    inner = right.shape[0] if right_rank == 1 else right.shape[-2]
    if left.shape[-1] != inner:
        raise ShapeError(
            f"inner sizes differ: {left_name} has shape {tuple(left.shape)}, "
            f"{right_name} {tuple(right.shape)}"
        )


def _product(p, left, right):
    """left @ right. Those of booleans are empty or sums of nothing, which are the same in integers."""
    if left.dtype.kind != "b":
        return p.matmul(left, right)
    small = np.dtype(np.int8)
    return cast(p, p.matmul(cast(p, left, small), cast(p, right, small)), left.dtype)


def _left_vjp(grad, right, left_meta):
    """The gradient of the left matrix of a product, which lies in memory by columns if that does."""
    if _is_column_major(left_meta):
        return conj(right).mm(grad.t()).t()
    return grad.mm(_adjoint(right))


def _right_vjp(grad, left, right_meta):
    """The gradient of the right matrix of a product, which lies in memory by columns if that does."""
    if _is_column_major(right_meta):
        return grad.t().mm(conj(left)).t()
    return _adjoint(left).mm(grad)


def _is_column_major(meta) -> bool:
    return meta.strides == (1, meta.sizes[0])


def _adjoint(x):
    """The conjugate transpose of a matrix or of a batch of them."""
    return conj(x.transpose(-2, -1))


@op(
    "mm(Tensor self, Tensor mat2) -> Tensor",
    vjp={
        "self": lambda grad, self_meta, mat2: _left_vjp(grad, mat2, self_meta),
        "mat2": lambda grad, self, mat2_meta: _right_vjp(grad, self, mat2_meta),
    },
)
def mm(p, self, mat2):
    """self[M, K] @ mat2[K, N] -> [M, N]."""
    _check("self", self, 2, "mat2", mat2, 2)
    return _product(p, self, mat2)


@op(
    "bmm(Tensor self, Tensor mat2) -> Tensor",
    vjp={
        "self": lambda grad, mat2: grad.bmm(_adjoint(mat2)),
        "mat2": lambda grad, self: _adjoint(self).bmm(grad),
    },
)
def bmm(p, self, mat2):
    """self[B, M, K] @ mat2[B, K, N] -> [B, M, N]."""
    _check("self", self, 3, "mat2", mat2, 3)
    if self.shape[0] != mat2.shape[0]:
        raise ShapeError(f"batch sizes differ: {tuple(self.shape)} and {tuple(mat2.shape)}")
    return _product(p, self, mat2)


@op(
    "mv(Tensor self, Tensor vec) -> Tensor",
    vjp={
        "self": lambda grad, vec: grad.outer(conj(vec)),
        "vec": lambda grad, self: _adjoint(self).mv(grad),
    },
)
def mv(p, self, vec):
    """self[M, K] @ vec[K] -> [M]."""
    _check("self", self, 2, "vec", vec, 1)
    return p.squeeze(_product(p, self, p.unsqueeze(vec, (1,))), (1,))


@op(
    "dot(Tensor self, Tensor tensor) -> Tensor",
    vjp={
        "self": lambda grad, tensor: grad * conj(tensor),
        "tensor": lambda grad, self: grad * conj(self),
    },
)
def dot(p, self, tensor):
    """sum(self * tensor) of two vectors, 0-d; nothing is conjugated."""
    _check("self", self, 1, "tensor", tensor, 1)
    return p.reshape(p.matmul(p.unsqueeze(self, (0,)), p.unsqueeze(tensor, (1,))), ())


@op(
    "vdot(Tensor self, Tensor other) -> Tensor",
    vjp={"self": lambda grad, other: conj(grad) * other, "other": lambda grad, self: grad * self},
)
def vdot(p, self, other):
    """sum(conj(self) * other) of two vectors, 0-d."""
    return dot(p, p.conj(self) if category(self.dtype) == COMPLEX else self, other)


def _factor(dtype, name, value):
    if is_integral(dtype) and not isinstance(value, int):
        raise DtypeError(f"{name} must be an integer for {dtype}, got {value}")
    return value


def _combine(p, self, product, beta, alpha):
    """beta * self + alpha * product; self is ignored, nan and all, when beta is 0."""
    sizes = tuple(product.shape)
    if not expands_to(tuple(self.shape), sizes):
        raise ShapeError(f"self of shape {tuple(self.shape)} does not expand to {sizes}")
    if alpha != 1:
        product = p.mul(product, _factor(product.dtype, "alpha", alpha))
    if beta == 0:
        return product
    if beta != 1:
        self = p.mul(self, _factor(product.dtype, "beta", beta))
    return p.add(self, product)


def _scaled(grad, factor):
    return grad if factor == 1 else grad * conj(factor)


def _fused(p, self, left, right, beta, alpha):
    same_dtype(("self", self), ("the product", left))
    wide = accumulate_dtype(left.dtype)
    if wide == left.dtype:
        return _combine(p, self, _product(p, left, right), beta, alpha)
    # One rounding for the product and the sum together.
    product = p.matmul(cast(p, left, wide), cast(p, right, wide))
    return cast(p, _combine(p, cast(p, self, wide), product, beta, alpha), left.dtype)


@op(
    "addmm(Tensor self, Tensor mat1, Tensor mat2, *, Scalar beta=1, Scalar alpha=1) -> Tensor",
    inplace=True,
    vjp={
        "self": lambda grad, beta: _scaled(grad, beta),
        "mat1": lambda grad, mat1_meta, mat2, alpha: _scaled(
            _left_vjp(grad, mat2, mat1_meta), alpha
        ),
        "mat2": lambda grad, mat1, mat2_meta, alpha: _scaled(
            _right_vjp(grad, mat1, mat2_meta), alpha
        ),
    },
)
def addmm(p, self, mat1, mat2, beta, alpha):
    """beta * self + alpha * mat1[M, K] @ mat2[K, N]; self expands to [M, N]."""
    _check("mat1", mat1, 2, "mat2", mat2, 2)
    return _fused(p, self, mat1, mat2, beta, alpha)


@op(
    "addmv(Tensor self, Tensor mat, Tensor vec, *, Scalar beta=1, Scalar alpha=1) -> Tensor",
    inplace=True,
    vjp={
        "self": lambda grad, beta: _scaled(grad, beta),
        "mat": lambda grad, vec, alpha: _scaled(grad.outer(conj(vec)), alpha),
        "vec": lambda grad, mat, alpha: _scaled(_adjoint(mat).mv(grad), alpha),
    },
)
def addmv(p, self, mat, vec, beta, alpha):
    """beta * self + alpha * mat[M, K] @ vec[K]; self expands to [M]."""
    same_dtype(("self", self), ("mat", mat))
    return _combine(p, self, mv(p, mat, vec), beta, alpha)


@op(
    "addr(Tensor self, Tensor vec1, Tensor vec2, *, Scalar beta=1, Scalar alpha=1) -> Tensor",
    inplace=True,
    layout=layout.outer,
    vjp={
        "self": lambda grad, beta: _scaled(grad, beta),
        "vec1": lambda grad, vec2, alpha: _scaled(grad.mv(conj(vec2)), alpha),
        "vec2": lambda grad, vec1, alpha: _scaled(grad.t().mv(conj(vec1)), alpha),
    },
)
def addr(p, self, vec1, vec2, beta, alpha):
    """beta * self + alpha * vec1[M] vec2[N]; self expands to [M, N]. Operands are promoted."""
    rank("vec1", vec1, 1)
    rank("vec2", vec2, 1)
    self, vec1, vec2 = cast_all(p, result_dtype(self, vec1, vec2), self, vec1, vec2)
    product = p.mul(p.unsqueeze(vec1, (1,)), p.unsqueeze(vec2, (0,)))
    return _combine(p, self, product, beta, alpha)


@op(
    "baddbmm(Tensor self, Tensor batch1, Tensor batch2, *, Scalar beta=1, Scalar alpha=1) -> "
    "Tensor",
    inplace=True,
    vjp={
        "self": lambda grad, beta: _scaled(grad, beta),
        "batch1": lambda grad, batch2, alpha: _scaled(grad.bmm(_adjoint(batch2)), alpha),
        "batch2": lambda grad, batch1, alpha: _scaled(_adjoint(batch1).bmm(grad), alpha),
    },
)
def baddbmm(p, self, batch1, batch2, beta, alpha):
    """beta * self + alpha * batch1[B, M, K] @ batch2[B, K, N]; self expands to [B, M, N]."""
    _check("batch1", batch1, 3, "batch2", batch2, 3)
    if batch1.shape[0] != batch2.shape[0]:
        raise ShapeError(f"batch sizes differ: {tuple(batch1.shape)} and {tuple(batch2.shape)}")
    return _fused(p, self, batch1, batch2, beta, alpha)


@op(
    "addbmm(Tensor self, Tensor batch1, Tensor batch2, *, Scalar beta=1, Scalar alpha=1) -> Tensor",
    inplace=True,
    vjp={
        "self": lambda grad, beta: _scaled(grad, beta),
        "batch1": lambda grad, batch2, alpha: _scaled(
            _each(grad, batch2).bmm(_adjoint(batch2)), alpha
        ),
        "batch2": lambda grad, batch1, alpha: _scaled(
            _adjoint(batch1).bmm(_each(grad, batch1)), alpha
        ),
    },
)
def addbmm(p, self, batch1, batch2, beta, alpha):
    """beta * self + alpha * sum over B of batch1[B, M, K] @ batch2[B, K, N]; self expands to
    [M, N].
    """
    product = bmm(p, batch1, batch2)
    same_dtype(("self", self), ("batch1", batch1))
    return _combine(p, self, p.sum(product, (0,)), beta, alpha)


def _each(grad, batch):
    """The gradient of a sum over the batch, for every member of it."""
    return grad.expand(batch.shape[0], *grad.shape)
