"""Linear systems: determinants, inverses and solvers.

Matrices are the last two dimensions of float32, float64, complex64 or complex128 tensors; all
others are a batch and broadcast. Raises ShapeError for matrices that do not fit, DtypeError for
other dtypes and LinAlgError for singular ones. Results are column-major. Nothing here can be
traced.
"""

from __future__ import annotations

import numpy as np

from ..errors import ShapeError
from ..return_types import named
from .eager_only import eager_only
from .formulas import conj
from .linalg_kernels import (
    check_matrices,
    check_square,
    column_major,
    lu_factor,
    raise_failed,
    substitute,
)
from .promotion import broadcast_shapes
from .registry import aten, composite

_COLUMNS = ("own_layout",)
_SINGULAR = "the matrix is singular: pivot {} is zero"


TriangularSolve = named("triangular_solve", "solution", "cloned_coefficient")


def is_vector(A, B) -> bool:
    """Whether B is a batch of vectors, not of matrices, on the right of a system with matrix A."""
    return B.ndim == 1 or (B.ndim == A.ndim - 1 and tuple(B.shape) == tuple(A.shape[:-1]))


def check_system(A, B, left) -> None:
    """Raises ShapeError unless the rows (columns, if not left) of B are as many as A has."""
    size = B.shape[-2] if left else B.shape[-1]
    if A.shape[-1] != size:
        raise ShapeError(
            f"A of shape {tuple(A.shape)} and B of shape {tuple(B.shape)} make no system "
            f"{'A X = B' if left else 'X A = B'}"
        )
    broadcast_shapes(tuple(A.shape[:-2]), tuple(B.shape[:-2]))


def _inverse_vjp(grad, inverse):
    adjoint = inverse.mH
    return -(adjoint @ (grad @ adjoint))


@eager_only(
    "linalg_inv_ex(Tensor A, *, bool check_errors=False) -> (Tensor inverse, Tensor info)",
    tags=_COLUMNS,
    vjp={"A": lambda grads, results: _inverse_vjp(grads[0], results[0])},
)
def linalg_inv_ex(A, check_errors):
    """(inverse of A[*, N, N], int32 info[*]: 0, or the first zero pivot from 1); with check_errors
    LinAlgError instead. The inverse of a singular matrix is nan.
    """
    check_square("A", A)
    try:
        return column_major(np.linalg.inv(A)), np.zeros(A.shape[:-2], np.int32)
    except np.linalg.LinAlgError:
        info = lu_factor(A)[2]
        if check_errors:
            raise_failed(info, _SINGULAR)
        regular = np.where((info == 0)[..., None, None], A, np.eye(A.shape[-1], dtype=A.dtype))
        inverse = np.linalg.inv(regular)
        inverse[info != 0] = np.nan
        return column_major(inverse), info


@composite(variants="", name="linalg_inv")
def linalg_inv(A):
    """The inverse of A[*, N, N]. Raises LinAlgError for a singular matrix."""
    return aten.linalg_inv_ex(A, check_errors=True)[0]


@composite(variants="function, method")
def inverse(self):
    """The inverse of self[*, N, N]. Raises LinAlgError for a singular matrix."""
    return linalg_inv(self)


def _solve_vjp(grads, results, A, B_meta, left, needs):
    X = results[0]
    vector = len(B_meta.sizes) == 1 or tuple(B_meta.sizes) == tuple(A.shape[:-1])
    of_B = aten.linalg_solve_ex(A.mH, grads[0], left=left, check_errors=True)[0]
    if not needs[0]:
        return None, of_B
    column, solved = (of_B.unsqueeze(-1), X.unsqueeze(-1)) if vector else (of_B, X)
    of_A = -(column @ solved.mH) if left else -(solved.mH @ column)
    return of_A, of_B


@eager_only(
    "linalg_solve_ex(Tensor A, Tensor B, *, bool left=True, bool check_errors=False)"
    " -> (Tensor result, Tensor info)",
    tags=_COLUMNS,
    vjp={("A", "B"): _solve_vjp},
)
def linalg_solve_ex(A, B, left, check_errors):
    """(X of A[*, N, N] X = B[*, N, K] or of vectors B[*, N]; of X A = B if not left), int32
    info[*]: 0, or the first zero pivot from 1; with check_errors LinAlgError instead.
    """
    check_square("A", A)
    same_dtype_arrays(A, B)
    vector = is_vector(A, B)
    if vector and not left:
        raise ShapeError(f"left=False needs a matrix B, got shape {tuple(B.shape)}")
    rhs = B[..., None] if vector else B
    check_system(A, rhs, left)
    info = np.zeros(A.shape[:-2], np.int32)
    try:
        X = np.linalg.solve(A, rhs) if left else np.linalg.solve(A.mT, rhs.mT).mT
    except np.linalg.LinAlgError:
        info = lu_factor(A)[2]
        if check_errors:
            raise_failed(info, _SINGULAR)
        regular = np.where((info == 0)[..., None, None], A, np.eye(A.shape[-1], dtype=A.dtype))
        X = np.linalg.solve(regular, rhs) if left else np.linalg.solve(regular.mT, rhs.mT).mT
        X = np.where((info == 0)[..., None, None], X, X.dtype.type(np.nan))
    return _stored(X, vector, left), info


def _stored(X, vector, left):
    """The solution in the memory order LAPACK leaves it in; for X A = B it solved the transposed
    system.
    """
    if vector:
        return column_major(X[..., 0]) if X.ndim > 2 else np.array(X[..., 0])
    return column_major(X) if left else np.array(X, order="C")


def same_dtype_arrays(A, B) -> None:
    """Raises ShapeError, a RuntimeError, unless the operands of a system have one dtype."""
    if A.dtype != B.dtype:
        raise ShapeError(f"A and B must have the same dtype, got {A.dtype} and {B.dtype}")


@composite(variants="", name="linalg_solve")
def linalg_solve(A, B, *, left=True):
    """X of A[*, N, N] X = B[*, N, K] or vectors B[*, N]; of X A = B if not left. Raises LinAlgError
    for a singular A.
    """
    return aten.linalg_solve_ex(A, B, left=left, check_errors=True)[0]


def _triangular_vjp(grad, self, result, upper, left, unitriangular, needs):
    of_B = aten.linalg_solve_triangular(
        self.mH, grad, upper=not upper, left=left, unitriangular=unitriangular
    )
    if not needs[0]:
        return None, of_B
    full = -(of_B @ result.mH) if left else -(result.mH @ of_B)
    return (full.triu(int(unitriangular)) if upper else full.tril(-int(unitriangular))), of_B


@eager_only(
    "linalg_solve_triangular(Tensor self, Tensor B, *, bool upper, bool left=True, bool "
    "unitriangular=False) -> Tensor",
    tags=_COLUMNS,
    vjp={("self", "B"): _triangular_vjp},
)
def linalg_solve_triangular(A, B, upper, left, unitriangular):
    """X of A[*, N, N] X = B[*, N, K] (X A = B if not left), where only the upper (lower) triangle
    of A is read, and of that not the diagonal if unitriangular, which then counts as ones.
    """
    check_square("A", A)
    check_matrices("B", B)
    same_dtype_arrays(A, B)
    check_system(A, B, left)
    if left:
        return column_major(substitute(A, B, upper, unitriangular))
    return np.array(substitute(A.mT, B.mT, not upper, unitriangular), order="C").mT


@composite(variants="function, method")
def triangular_solve(self, A, upper=True, transpose=False, unitriangular=False):
    """(X of A X = self[*, N, K], A itself) for a triangular A[*, N, N]; A.T for A if transpose."""
    matrix = A.mT if transpose else A
    solution = aten.linalg_solve_triangular(
        matrix, self, upper=upper != transpose, unitriangular=unitriangular
    )
    return TriangularSolve(solution, A.clone())


def _det_vjp(grad, A, result):
    """grad times the cofactors. Where A is regular they are det(A) * inv(A).mT, elsewhere they come
    from the singular values, of which each product may leave one out.
    """
    singular = (result == 0).unsqueeze(-1).unsqueeze(-1)
    eye = aten.eye(A.shape[-1], dtype=A.dtype)
    scale = (grad * conj(result)).unsqueeze(-1).unsqueeze(-1)
    regular = scale * linalg_inv(eye.where(singular, A)).mH
    if not singular.any():
        return regular
    # Distinct singular values for the others, whose derivatives are not asked for.
    spread = aten.arange(1, A.shape[-1] + 1, dtype=A.dtype).diag_embed()
    U, S, Vh = aten._linalg_svd(A.where(singular, spread), False)
    leave_one_out = (
        aten.stack([_without(S, i).prod(-1) for i in range(S.shape[-1])], -1) if S.shape[-1] else S
    )
    turn = (aten.linalg_det(U) * aten.linalg_det(Vh)).conj() * grad
    cofactors = (U * (turn.unsqueeze(-1) * leave_one_out).unsqueeze(-2)) @ Vh
    return cofactors.where(singular, regular)


def _without(S, i):
    return aten.cat([S.narrow(-1, 0, i), S.narrow(-1, i + 1, S.shape[-1] - i - 1)], -1)


@eager_only("linalg_det(Tensor A) -> Tensor", vjp={"A": _det_vjp})
def linalg_det(A):
    """The determinant of A[*, N, N] -> [*]; 1 of an empty matrix."""
    check_square("A", A)
    return np.asarray(np.linalg.det(A)).astype(A.dtype)


@composite(variants="function, method")
def det(self):
    """The determinant of self[*, N, N] -> [*]."""
    return aten.linalg_det(self)


def _slogdet_vjp(grads, results, A):
    of_sign, of_log = grads
    scale = of_log
    if A.is_complex():
        turn = (of_sign.conj() * results[0]).imag
        scale = aten.complex(of_log, -turn)
    scale = scale.unsqueeze(-1).unsqueeze(-1)
    return scale * linalg_inv(A).mH


@eager_only("linalg_slogdet(Tensor A) -> (Tensor sign, Tensor logabsdet)", vjp={"A": _slogdet_vjp})
def linalg_slogdet(A):
    """(sign, log of the absolute value) of the determinant of A[*, N, N], the second one real; 0
    and -inf for a singular matrix.
    """
    check_square("A", A)
    sign, logabsdet = np.linalg.slogdet(A)
    real = np.zeros((), A.dtype).real.dtype
    return np.asarray(sign).astype(A.dtype), np.asarray(logabsdet).astype(real)


@composite(variants="function, method")
def slogdet(self):
    """(sign, log of the absolute value) of the determinant of self[*, N, N]."""
    return aten.linalg_slogdet(self)


@composite(variants="function, method")
def logdet(self):
    """The logarithm of the determinant of self[*, N, N]: nan where that is negative, -inf where it
    is 0.
    """
    sign, logabsdet = aten.linalg_slogdet(self)
    if self.is_complex():
        return sign.log() + logabsdet
    return logabsdet.masked_fill(sign == -1, float("nan"))
