"""Cholesky and QR factorizations, and products with Householder reflectors.

Matrices are the last two dimensions of float32, float64, complex64 or complex128 tensors; all
others are a batch. Raises ShapeError for matrices that do not fit, DtypeError for other dtypes.
Factorizations cannot be traced; what is composed of other operators can.
"""

from __future__ import annotations

import numpy as np

from ..errors import AutogradError, ShapeError, UnsupportedError
from .eager_only import eager_only
from .linalg_kernels import (
    check_matrices,
    check_square,
    column_major,
    indefinite_minor,
    raise_failed,
    substitute,
)
from .linalg_solve import check_system, same_dtype_arrays
from .registry import aten, composite


def _cholesky_vjp(grads, results, upper):
    L, grad = results[0], grads[0]
    if upper:
        L, grad = L.mH, grad.mH
    lower = (L.mH @ grad).tril()
    # Of a Hermitian matrix either triangle is free to move, so both share the gradient.
    symmetric = (lower + lower.tril(-1).mH) / 2
    solve = aten.linalg_solve_triangular
    return solve(L, solve(L.mH, symmetric, upper=True), upper=False, left=False)


@eager_only(
    "linalg_cholesky_ex(Tensor self, *, bool upper=False, bool check_errors=False)"
    " -> (Tensor L, Tensor info)",
    tags=("own_layout",),
    vjp={"self": _cholesky_vjp},
)
def linalg_cholesky_ex(A, upper, check_errors):
    """(L with L L.mH = A[*, N, N], or its adjoint if upper, read from that triangle of A; int32
    info[*]: 0, or the order of the first leading minor that is not positive definite); with
    check_errors LinAlgError.
    """
    check_square("A", A)
    lower = A.mT.conj() if upper else A
    info = np.zeros(A.shape[:-2], np.int32)
    try:
        L = np.linalg.cholesky(lower)
    except np.linalg.LinAlgError:
        flat = lower.reshape((info.size, *A.shape[-2:]))
        info = np.array([indefinite_minor(a) for a in flat], np.int32).reshape(info.shape)
        if check_errors:
            raise_failed(info, "the matrix is not positive definite: its leading minor of order {}")
        definite = np.where((info == 0)[..., None, None], lower, np.eye(A.shape[-1], dtype=A.dtype))
        L = np.linalg.cholesky(definite)
        L[info != 0] = np.nan
    return column_major(L.mT.conj() if upper else L), info


@composite(variants="", name="linalg_cholesky")
def linalg_cholesky(A, *, upper=False):
    """L with L L.mH = A[*, N, N], or its adjoint if upper. Raises LinAlgError unless A is positive
    definite.
    """
    return aten.linalg_cholesky_ex(A, upper=upper, check_errors=True)[0]


@composite(variants="function, method")
def cholesky(self, upper=False):
    """L with L L.mH = self[*, N, N], or its adjoint if upper."""
    return linalg_cholesky(self, upper=upper)


def _solved(B, L, upper):
    if upper:
        return substitute(L, substitute(L.mT.conj(), B, False, False), True, False)
    return substitute(L.mT.conj(), substitute(L, B, False, False), True, False)


def _of_factor(of_A, L, upper):
    """The gradient at the factor of A, from that at A. As the oracle's, it is that of a full matrix
    L, though only a triangle of L is read.
    """
    both = of_A + of_A.mH
    return L @ both if upper else both @ L


def _cholesky_solve_vjp(grad, input2, result, upper, needs):
    of_B = aten.cholesky_solve(grad, input2, upper)
    return of_B, _of_factor(-(of_B @ result.mH), input2, upper) if needs[1] else None


@eager_only(
    "cholesky_solve(Tensor self, Tensor input2, bool upper=False) -> Tensor",
    variants="function, method",
    tags=("own_layout",),
    vjp={("self", "input2"): _cholesky_solve_vjp},
)
def cholesky_solve(B, L, upper):
    """X of A X = self[*, N, K], where input2 is the Cholesky factor of A[*, N, N] (its adjoint if
    upper).
    """
    check_square("input2", L)
    check_matrices("self", B)
    same_dtype_arrays(L, B)
    check_system(L, B, True)
    return column_major(_solved(B, L, upper))


@eager_only(
    "cholesky_inverse(Tensor self, bool upper=False) -> Tensor",
    variants="function, method",
    tags=("own_layout",),
    vjp={
        "self": lambda grad, self, result, upper: _of_factor(
            -(result @ (grad @ result)), self, upper
        )
    },
)
def cholesky_inverse(L, upper):
    """The inverse of A[*, N, N], where self is the Cholesky factor of A (its adjoint if upper)."""
    check_square("self", L)
    eye = np.broadcast_to(np.eye(L.shape[-1], dtype=L.dtype), L.shape)
    return column_major(_solved(eye, L, upper))


def _qr_vjp(grads, results, A, mode):
    if mode == "r":
        raise AutogradError(
            "qr is not differentiable with mode='r', which keeps no Q", op="linalg_qr"
        )
    rows, columns = A.shape[-2:]
    if mode == "complete" and rows > columns:
        raise AutogradError(
            f"qr is not differentiable with mode='complete' for matrices of more rows than columns "
            f"({rows} by {columns})",
            op="linalg_qr",
        )
    (Q, R), (of_Q, of_R) = results, grads
    if rows >= columns:
        return _tall_qr_vjp(Q, R, of_Q, of_R)
    # Q and the leading square of R factor the leading square of A; the rest of R is Q.mH times
    # the rest of A.
    rest, of_rest = A.narrow(-1, rows, columns - rows), of_R.narrow(-1, rows, columns - rows)
    of_Q = of_Q + rest @ of_rest.mH
    square = _tall_qr_vjp(Q, R.narrow(-1, 0, rows), of_Q, of_R.narrow(-1, 0, rows))
    return aten.cat([square, Q @ of_rest], -1)


def _tall_qr_vjp(Q, R, of_Q, of_R):
    inner = R @ of_R.mH - of_Q.mH @ Q
    strict, diagonal = inner.tril(-1), inner.diagonal(0, -2, -1)
    diagonal = diagonal.real if diagonal.is_complex() else diagonal
    hermitian = strict + strict.mH + diagonal.to(inner.dtype).diag_embed()
    return aten.linalg_solve_triangular(R.mH, of_Q + Q @ hermitian, upper=False, left=False)


@eager_only(
    "linalg_qr(Tensor A, str mode='reduced') -> (Tensor Q, Tensor R)",
    tags=("own_layout",),
    vjp={"A": _qr_vjp},
)
def linalg_qr(A, mode):
    """(Q with orthonormal columns, upper triangular R) with Q R = A[*, M, N]. "reduced": Q[*, M, K]
    and R[*, K, N], K = min(M, N); "complete": Q[*, M, M] and R[*, M, N]; "r": Q is empty.
    """
    check_matrices("A", A)
    if mode not in ("reduced", "complete", "r"):
        raise UnsupportedError(f"mode must be reduced, complete or r, got {mode!r}")
    if mode == "r":
        return np.zeros((0,), A.dtype), column_major(np.linalg.qr(A, mode))
    Q, R = np.linalg.qr(A, mode)
    return column_major(Q), column_major(R)


@composite(variants="function, method")
def qr(self, some=True):
    """(Q, R) of self[*, M, N]: reduced, or complete if not some."""
    return aten.linalg_qr(self, "reduced" if some else "complete")


@eager_only(
    "geqrf(Tensor self) -> (Tensor a, Tensor tau)",
    variants="function, method",
    tags=("own_layout",),
)
def geqrf(A):
    """(R in the upper triangle and Householder vectors below, their factors tau[*, min(M, N)]) of
    A[*, M, N]. Has no derivative.
    """
    check_matrices("self", A)
    h, tau = np.linalg.qr(A, "raw")
    return np.ascontiguousarray(h).mT, np.array(tau)


def _reflectors(input, tau, op):
    """The Householder vectors, each [*, M, 1], with their factors [*, 1, 1]. Raises ShapeError."""
    rows, columns = input.shape[-2:] if input.ndim >= 2 else (0, 0)
    if input.ndim < 2 or rows < columns or tau.shape[-1] > columns:
        raise ShapeError(
            f"needs input[*, M, N] with M >= N and tau[*, K] with N >= K, got "
            f"{tuple(input.shape)} and {tuple(tau.shape)}",
            op=op,
        )
    if tuple(input.shape[:-2]) != tuple(tau.shape[:-1]):
        raise ShapeError(
            f"batches of input {tuple(input.shape)} and tau {tuple(tau.shape)} differ", op=op
        )
    vectors = input.tril(-1) + aten.eye(rows, columns, dtype=input.dtype)
    return [
        (vectors.narrow(-1, i, 1), tau.narrow(-1, i, 1).unsqueeze(-1)) for i in range(tau.shape[-1])
    ]


@composite(variants="", name="linalg_householder_product")
def linalg_householder_product(input, tau):
    """The first N columns of H1 H2 ... HK, Hi = I - tau[i] v v.mH, v the i-th column of input[*, M,
    N] below its unit diagonal.
    """
    Q = aten.eye(*input.shape[-2:], dtype=input.dtype).expand(input.shape)
    for v, factor in reversed(_reflectors(input, tau, "linalg_householder_product")):
        Q = Q - factor * (v @ (v.mH @ Q))
    return Q.clone() if tau.shape[-1] == 0 else Q


@composite(variants="function, method")
def orgqr(self, input2):
    """The orthonormal columns of the reflectors that geqrf gave; see linalg.householder_product."""
    return linalg_householder_product(self, input2)


@composite(variants="function, method")
def ormqr(self, input2, input3, left=True, transpose=False):
    """Q input3 (input3 Q if not left; Q.mH for Q if transpose), Q[*, M, M] the product of the
    reflectors in self[*, M, K] with factors input2[*, K].
    """
    product = input3
    steps = _reflectors(self, input2, "ormqr")
    for v, factor in steps if left == transpose else reversed(steps):
        factor = factor.conj() if transpose else factor
        if left:
            product = product - factor * (v @ (v.mH @ product))
        else:
            product = product - factor * ((product @ v) @ v.mH)
    return product
