"""The LU factorization with partial pivoting, and what is solved with it.

Matrices are the last two dimensions of float32, float64, complex64 or complex128 tensors; all
others are a batch. Raises ShapeError, DtypeError, and LinAlgError for singular matrices. Nothing
here can be traced.
"""

from __future__ import annotations

import numpy as np

from ..errors import UnsupportedError
from ..return_types import named
from .eager_only import eager_only
from .linalg_kernels import (
    check_matrices,
    check_rank,
    column_major,
    lu_factor,
    permutation,
    raise_failed,
)
from .registry import aten, composite

LUFactor = named("linalg_lu_factor", "LU", "pivots")


def _lu_vjp(grads, results, A_meta):
    """From the triangles of the gradient, with the part of the matrix beyond the leading square
    solved for.
    """
    grad, (LU, pivots, _) = grads[0], results
    rows, columns = A_meta.sizes[-2:]
    k = min(rows, columns)
    P, L, U = aten.lu_unpack(LU, pivots)
    square_L, square_U = L.narrow(-2, 0, k), U.narrow(-1, 0, k)
    of_L = grad.narrow(-1, 0, k).narrow(-2, 0, k).tril(-1)
    of_U = grad.narrow(-2, 0, k).narrow(-1, 0, k).triu()
    below, beyond = square_L.mH @ of_L, of_U @ square_U.mH
    if columns > k:
        of_rest, rest = grad.narrow(-1, k, columns - k), U.narrow(-1, k, columns - k)
        below = below - of_rest @ rest.mH
    if rows > k:
        of_rest, rest = grad.narrow(-2, k, rows - k), L.narrow(-2, k, rows - k)
        beyond = beyond - rest.mH @ of_rest
    inner = below.tril(-1) + beyond.triu()
    inner = _solve_unit_adjoint(square_L, inner)
    parts = aten.linalg_solve_triangular(square_U.mH, inner, upper=False, left=False)
    if columns > k:
        right = _solve_unit_adjoint(square_L, grad.narrow(-1, k, columns - k))
        parts = aten.cat([parts, right], -1)
    if rows > k:
        low = aten.linalg_solve_triangular(
            square_U.mH, grad.narrow(-2, k, rows - k), upper=False, left=False
        )
        parts = aten.cat([parts, low], -2)
    return P @ parts


def _solve_unit_adjoint(L, B):
    return aten.linalg_solve_triangular(L.mH, B, upper=True, unitriangular=True)


@eager_only(
    "linalg_lu_factor_ex(Tensor A, *, bool pivot=True, bool check_errors=False)"
    " -> (Tensor LU, Tensor pivots, Tensor info)",
    tags=("own_layout",),
    vjp={"A": _lu_vjp},
)
def linalg_lu_factor_ex(A, pivot, check_errors):
    """(L without its unit diagonal below U, int32 row swaps from 1, int32 info: 0, or the first
    zero pivot from 1) of A[*, M, N]; with check_errors LinAlgError instead.
    """
    check_matrices("A", A)
    if not pivot:
        raise UnsupportedError("LU without pivoting is not offered")
    LU, pivots, info = lu_factor(A)
    if check_errors:
        raise_failed(info, "U has a zero pivot at {} and cannot be used to solve a system")
    return column_major(LU), pivots, info


def _unpack_vjp(grads, LU_data_meta, unpack_data):
    rows, columns = LU_data_meta.sizes[-2:]
    k = min(rows, columns)
    if not unpack_data:
        return None
    lower, upper = grads[1].tril(-1), grads[2].triu()
    if columns > k:
        lower = aten.constant_pad_nd(lower, [0, columns - k])
    if rows > k:
        upper = aten.constant_pad_nd(upper, [0, 0, 0, rows - k])
    return lower + upper


@eager_only(
    "lu_unpack(Tensor LU_data, Tensor LU_pivots, bool unpack_data=True, bool unpack_pivots=True)"
    " -> (Tensor P, Tensor L, Tensor U)",
    variants="function",
    vjp={"LU_data": _unpack_vjp},
)
def lu_unpack(LU_data, LU_pivots, unpack_data, unpack_pivots):
    """(P[*, M, M], L[*, M, K], U[*, K, N]) with P L U the factored matrix, from what lu_factor
    gave; what is not asked for is empty.
    """
    check_rank("LU_data", LU_data)
    rows, columns = LU_data.shape[-2:]
    k = min(rows, columns)
    P = L = U = np.zeros((0,), LU_data.dtype)
    if unpack_pivots:
        order = permutation(LU_pivots, rows)
        P = (order[..., None, :] == np.arange(rows)[:, None]).astype(LU_data.dtype)
    if unpack_data:
        L = np.tril(LU_data[..., :k], -1) + np.eye(rows, k, dtype=LU_data.dtype)
        U = np.triu(LU_data[..., :k, :])
    return P, L, U


@composite(variants="", name="linalg_lu_factor")
def linalg_lu_factor(A, *, pivot=True):
    """(LU, int32 pivots) of A[*, M, N]. Raises LinAlgError where U has a zero on its diagonal."""
    return LUFactor(*aten.linalg_lu_factor_ex(A, pivot=pivot, check_errors=True)[:2])


@composite(variants="", name="linalg_lu")
def linalg_lu(A, *, pivot=True):
    """(P, L, U) with P L U = A[*, M, N]."""
    LU, pivots, _ = aten.linalg_lu_factor_ex(A, pivot=pivot)
    return aten.lu_unpack(LU, pivots)


@composite(variants="function, method")
def lu(self, pivot=True, get_infos=False):
    """(LU, int32 pivots[, int32 info]) of self[*, M, N], the factors in one matrix."""
    LU, pivots, info = aten.linalg_lu_factor_ex(self, pivot=pivot, check_errors=not get_infos)
    return (LU, pivots, info) if get_infos else (LU, pivots)


@composite(variants="", name="linalg_lu_solve")
def linalg_lu_solve(LU, pivots, B, *, left=True, adjoint=False):
    """X of A X = B[*, N, K] (X A = B if not left; A.mH for A if adjoint) from the factors of A[*,
    N, N].
    """
    if not left:
        return linalg_lu_solve(LU, pivots, B.mH, adjoint=not adjoint).mH
    P, L, U = aten.lu_unpack(LU, pivots)
    solve = aten.linalg_solve_triangular
    if adjoint:
        inner = solve(U.mH, B, upper=False)
        return P @ solve(L.mH, inner, upper=True, unitriangular=True)
    return solve(U, solve(L, P.mT @ B, upper=False, unitriangular=True), upper=True)


@composite(variants="function, method")
def lu_solve(self, LU_data, LU_pivots):
    """X of A X = self[*, N, K] from the factors of A[*, N, N] that lu gave."""
    return linalg_lu_solve(LU_data, LU_pivots, self)
