"""Eigenvalues and singular values, and what rests on them: pseudoinverse and least squares.

Matrices are the last two dimensions of float32, float64, complex64 or complex128 tensors; all
others are a batch. Vectors are unique up to a sign (a phase, if complex), so only functions that do
not depend on it have a derivative. Raises ShapeError, DtypeError and, without convergence,
LinAlgError. Nothing here can be traced.
"""

from __future__ import annotations

import numpy as np

from ..errors import AutogradError, UnsupportedError
from ..return_types import named
from .eager_only import eager_only
from .linalg_kernels import check_matrices, check_square, column_major
from .linalg_solve import check_system, is_vector, same_dtype_arrays
from .registry import aten, composite

_PHASE = 1e-2
"""Imaginary part from which on a function is said to depend on the phase of its vectors."""


SVD = named("svd", "U", "S", "V")


def _real(dtype):
    return np.zeros((), dtype).real.dtype


def _check_phase(diagonal, op) -> None:
    if diagonal.is_complex() and (diagonal.imag.abs() > _PHASE).any():
        raise AutogradError(
            "complex vectors are unique up to a factor of modulus 1, and this function depends "
            "on that factor, so it has no gradient",
            op=op,
        )


def _gaps(values):
    """values[j] - values[i] at [i, j], with ones on the diagonal."""
    apart = values.unsqueeze(-2) - values.unsqueeze(-1)
    return apart + aten.eye(values.shape[-1], dtype=values.dtype)


def _skew(x):
    return x - x.mH


def _svd_vjp(grads, results, A_meta, compute_uv):
    if not compute_uv:
        raise AutogradError("without compute_uv there is no gradient", op="linalg_svd")
    S = results[1]
    k = S.shape[-1]
    rows, columns = A_meta.sizes[-2:]
    U, Vh = results[0].narrow(-1, 0, k), results[2].narrow(-2, 0, k)
    of_U, of_S, of_Vh = grads[0].narrow(-1, 0, k), grads[1], grads[2].narrow(-2, 0, k)
    left, right = U.mH @ of_U, Vh @ of_Vh.mH
    turned_left, turned_right = _skew(left), _skew(right)
    _check_phase((turned_left + turned_right).diagonal(0, -2, -1) / 2, "linalg_svd")
    across, down = S.unsqueeze(-2), S.unsqueeze(-1)
    gaps = (across - down) * (across + down) + aten.eye(k, dtype=S.dtype)
    inner = (turned_left * across + down * turned_right) / gaps
    inner = inner + of_S.to(inner.dtype).diag_embed()
    if inner.is_complex():
        inner = inner + (turned_left.diagonal(0, -2, -1) / (2 * S)).diag_embed()
    result = U @ inner @ Vh
    if rows > k:
        result = result + ((of_U - U @ left) / across) @ Vh
    if columns > k:
        result = result + (U / across) @ (of_Vh - right.mH @ Vh)
    return result


@eager_only(
    "_linalg_svd(Tensor A, bool full_matrices=False, bool compute_uv=True, *, str? driver=None)"
    " -> (Tensor U, Tensor S, Tensor Vh)",
    tags=("own_layout",),
    vjp={"A": _svd_vjp},
)
def _linalg_svd(A, full_matrices, compute_uv, driver):
    """(U, real descending S[*, K], Vh) with U diag(S) Vh = A[*, M, N], K = min(M, N); U[*, M, M]
    and Vh[*, N, N] if full_matrices, else [*, M, K] and [*, K, N]; empty without compute_uv.
    `driver` is ignored.
    """
    check_matrices("A", A)
    if not compute_uv:
        empty = np.zeros((0,), A.dtype)
        return empty, np.linalg.svd(A, compute_uv=False).astype(_real(A.dtype)), empty.copy()
    U, S, Vh = np.linalg.svd(A, full_matrices)
    return column_major(U), S.astype(_real(A.dtype), copy=False), column_major(Vh)


def _needs_vectors(A) -> bool:
    """Whether the derivative of the values will be asked for, which takes the vectors."""
    from ..autograd.modes import is_grad_enabled

    return A.requires_grad and is_grad_enabled()


@composite(variants="", name="linalg_svd")
def linalg_svd(A, full_matrices=True, *, driver=None):
    """(U, S, Vh) with U diag(S) Vh = A[*, M, N]."""
    return aten._linalg_svd(A, full_matrices, True, driver=driver)


@composite(variants="", name="linalg_svdvals")
def linalg_svdvals(A, *, driver=None):
    """The singular values of A[*, M, N], descending [*, min(M, N)]."""
    return aten._linalg_svd(A, False, _needs_vectors(A), driver=driver)[1]


@composite(variants="function, method")
def svd(self, some=True, compute_uv=True):
    """(U, S, V) with U diag(S) V.mH = self[*, M, N]; U and V are zeros without compute_uv."""
    if compute_uv:
        U, S, Vh = aten._linalg_svd(self, not some)
        return SVD(U, S, Vh.mH)
    rows, columns = self.shape[-2:]
    zeros = [aten.new_zeros(self, (*self.shape[:-2], n, n)) for n in (rows, columns)]
    return SVD(zeros[0], linalg_svdvals(self), zeros[1])


def _eigh_vjp(grads, results, compute_v):
    if not compute_v:
        raise AutogradError("without vectors there is no gradient", op="linalg_eigh")
    (L, V), (of_L, of_V) = results, grads
    turned = V.mH @ of_V
    _check_phase(turned.diagonal(0, -2, -1), "linalg_eigh")
    inner = _skew(turned) / 2 / _gaps(L)
    inner = inner - inner.diagonal(0, -2, -1).diag_embed() + of_L.to(V.dtype).diag_embed()
    return V @ inner @ V.mH


@eager_only(
    "_linalg_eigh(Tensor A, str UPLO='L', bool compute_v=True)"
    " -> (Tensor eigenvalues, Tensor eigenvectors)",
    tags=("own_layout",),
    vjp={"A": _eigh_vjp},
)
def _linalg_eigh(A, UPLO, compute_v):
    """(real ascending eigenvalues[*, N], orthonormal eigenvectors[*, N, N] in columns) of the
    Hermitian matrices whose lower (upper) triangle A[*, N, N] holds; no vectors without compute_v.
    """
    check_square("A", A)
    if UPLO.upper() not in ("L", "U"):
        raise UnsupportedError(f"UPLO must be L or U, got {UPLO!r}")
    if not compute_v:
        values = np.linalg.eigvalsh(A, UPLO.upper())
        return values.astype(_real(A.dtype), copy=False), np.zeros((0,), A.dtype)
    values, vectors = np.linalg.eigh(A, UPLO.upper())
    return values.astype(_real(A.dtype), copy=False), column_major(vectors)


@composite(variants="", name="linalg_eigh")
def linalg_eigh(A, UPLO="L"):
    """(ascending eigenvalues, eigenvectors in columns) of Hermitian A[*, N, N]; one triangle is
    read.
    """
    return aten._linalg_eigh(A, UPLO)


@composite(variants="", name="linalg_eigvalsh")
def linalg_eigvalsh(A, UPLO="L"):
    """The ascending eigenvalues of Hermitian A[*, N, N]; one triangle is read."""
    return aten._linalg_eigh(A, UPLO, _needs_vectors(A))[0]


def _eig_vjp(grads, results):
    (L, V), (of_L, of_V) = results, grads
    overlap = V.mH @ of_V
    lengths = overlap.diagonal(0, -2, -1)
    _check_phase(lengths, "linalg_eig")
    # The vectors keep length 1, so a change along themselves is taken out.
    inner = overlap - (V.mH @ V) * lengths.real.to(V.dtype).unsqueeze(-2)
    inner = inner / _gaps(L).conj()
    inner = inner - inner.diagonal(0, -2, -1).diag_embed() + of_L.diag_embed()
    return aten.linalg_solve_ex(V.mH, inner @ V.mH)[0]


def _complex(dtype):
    return np.result_type(dtype, np.complex64)


@eager_only(
    "linalg_eig(Tensor self) -> (Tensor eigenvalues, Tensor eigenvectors)",
    tags=("own_layout",),
    vjp={"self": _eig_vjp},
)
def linalg_eig(A):
    """(complex eigenvalues[*, N], eigenvectors[*, N, N] of length 1 in columns) of A[*, N, N]."""
    check_square("A", A)
    values, vectors = np.linalg.eig(A)
    dtype = _complex(A.dtype)
    return values.astype(dtype), column_major(vectors.astype(dtype))


@eager_only("_linalg_eigvals(Tensor self) -> Tensor", differentiable=False)
def _linalg_eigvals(A):
    """The complex eigenvalues[*, N] of A[*, N, N], without a derivative."""
    check_square("A", A)
    return np.linalg.eigvals(A).astype(_complex(A.dtype))


@composite(variants="", name="linalg_eigvals")
def linalg_eigvals(A):
    """The complex eigenvalues [*, N] of A[*, N, N]."""
    return aten.linalg_eig(A)[0] if _needs_vectors(A) else aten._linalg_eigvals(A)


def _pinv_vjp(grad, result, self):
    """Golub and Pereyra's derivative of the pseudoinverse, in the cheaper of two orders."""
    A, P = self, result
    adjoint, inverse_adjoint = grad.mH, P.mH
    if A.shape[-2] <= A.shape[-1]:
        K = adjoint @ P
        KPh = K @ inverse_adjoint
        return -(P @ K).mH + KPh - (A @ P) @ KPh + (inverse_adjoint @ P) @ (adjoint - K @ A)
    K = P @ adjoint
    PhK = inverse_adjoint @ K
    return -(K @ P).mH + (adjoint - A @ K) @ P @ inverse_adjoint + PhK - (PhK @ P) @ A


def _cutoff(largest, atol, rtol, shape, dtype):
    """The size below which values count as zero. rtol is 0 by default beside a positive atol."""
    atol = 0.0 if atol is None else np.asarray(atol)
    if rtol is None:
        default = max(shape[-2:]) * np.finfo(dtype).eps
        rtol = np.where(np.asarray(atol) > 0, 0.0, default)
    return np.maximum(atol, np.asarray(rtol) * largest)[..., None]


@eager_only(
    "linalg_pinv.atol_rtol_tensor(Tensor self, *, Tensor? atol=None, Tensor? rtol=None, bool "
    "hermitian=False) -> Tensor",
    vjp={"self": _pinv_vjp, "atol": None, "rtol": None},
)
def linalg_pinv(A, atol, rtol, hermitian):
    """The pseudoinverse[*, N, M] of A[*, M, N]. Singular values up to the larger of atol and rtol
    times the largest one count as zero; by default atol is 0 and rtol the dtype's eps times max(M,
    N).
    """
    check_matrices("A", A)
    if A.size == 0:
        return np.zeros((*A.shape[:-2], A.shape[-1], A.shape[-2]), A.dtype)
    if hermitian:
        check_square("A", A)
        S, U = np.linalg.eigh(A)
        V, sizes = U, np.abs(S)
    else:
        U, S, Vh = np.linalg.svd(A, full_matrices=False)
        V, sizes = Vh.mT.conj(), S
    kept = sizes > _cutoff(sizes.max(-1), atol, rtol, A.shape, A.dtype)
    inverted = np.where(kept, 1 / np.where(kept, S, 1), 0)
    return ((V * inverted[..., None, :]) @ U.mT.conj()).astype(A.dtype, copy=False)


@composite(variants="", name="linalg_pinv")
def linalg_pinv_public(A, rcond=None, hermitian=False, *, atol=None, rtol=None):
    """The pseudoinverse[*, N, M] of A[*, M, N]; `rcond` is an older name of rtol."""
    rtol = rcond if rtol is None else rtol
    return aten.linalg_pinv.atol_rtol_tensor(A, atol=atol, rtol=rtol, hermitian=hermitian)


@composite(variants="function, method")
def pinverse(self, rcond=1e-15):
    """The pseudoinverse[*, N, M] of self[*, M, N]; singular values up to rcond times the largest
    are zero.
    """
    return linalg_pinv_public(self, rtol=rcond)


_DRIVERS = ("gels", "gelsy", "gelsd", "gelss")


def _lstsq_vjp(grads, results, self, b, needs):
    vector = is_vector(self, b)
    B, X = (x.unsqueeze(-1) if vector else x for x in (b, results[0]))
    of_X = grads[0].unsqueeze(-1) if vector else grads[0]
    P = linalg_pinv_public(self)
    of_B = P.mH @ of_X
    of_A = _pinv_vjp(of_X @ B.mH, P, self) if needs[0] else None
    if results[1].numel():
        apart = 2 * (self @ X - B) * grads[1].unsqueeze(-2)
        of_B = of_B - apart
        of_A = of_A + apart @ X.mH if needs[0] else None
    return of_A, of_B.squeeze(-1) if vector else of_B


@eager_only(
    "linalg_lstsq(Tensor self, Tensor b, float? rcond=None, *, str? driver=None)"
    " -> (Tensor solution, Tensor residuals, Tensor rank, Tensor singular_values)",
    tags=("own_layout",),
    vjp={("self", "b"): _lstsq_vjp},
)
def linalg_lstsq(A, b, rcond, driver):
    """The X[*, N, K] of least norm among those that minimize |A[*, M, N] X - b[*, M, K]|; b may
    hold vectors.

    residuals: the squared norms [*, K] where M > N and all matrices have full rank, else empty.
    rank: int64 [*], empty for driver "gels". singular_values: for "gelsd" and "gelss", else empty.
    Every driver is the same algorithm here, by singular values; those up to rcond times the largest
    (by default the dtype's eps times max(M, N)) count as zero, none for "gels".
    """
    check_matrices("A", A)
    same_dtype_arrays(A, b)
    driver = "gelsy" if driver is None else driver
    if driver not in _DRIVERS:
        raise UnsupportedError(f"driver must be one of {', '.join(_DRIVERS)}, got {driver!r}")
    vector = is_vector(A, b)
    B = b[..., None] if vector else b
    check_system(A.mT, B, True)
    U, S, Vh = np.linalg.svd(A, full_matrices=False)
    largest = S.max(-1, initial=0)
    rtol = 0.0 if driver == "gels" else rcond
    kept = _cutoff(largest, None, rtol, A.shape, A.dtype) < S
    inverted = np.where(kept, 1 / np.where(kept, S, 1), 0)[..., None]
    X = (Vh.mT.conj() @ (inverted * (U.mT.conj() @ B))).astype(A.dtype, copy=False)
    rank = kept.sum(-1)
    residuals = np.zeros((0,), S.dtype)
    if A.shape[-2] > A.shape[-1] and driver != "gelsy" and (rank == A.shape[-1]).all():
        residuals = (np.abs(A @ X - B) ** 2).sum(-2)
    return (
        np.ascontiguousarray(X[..., 0]) if vector else column_major(X),
        residuals,
        np.zeros((0,), np.int64) if driver == "gels" else np.asarray(rank, np.int64),
        S.astype(_real(A.dtype)) if driver in ("gelsd", "gelss") else np.zeros((0,), S.dtype),
    )
