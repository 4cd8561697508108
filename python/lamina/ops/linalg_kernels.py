"""What NumPy's LAPACK wrappers leave out, over arrays: LU with its pivots, substitution, and
checks.

Algorithms are the blocked, right-looking forms of Golub and Van Loan, Matrix Computations, 3.2 and
3.4. Matrices are the last two dimensions; all others are a batch.
"""

from __future__ import annotations

import math

import numpy as np

from ..errors import DtypeError, LinAlgError, ShapeError

_BLOCK = 32


def check_matrices(name, x) -> None:
    """Raises unless x is a batch of matrices of a dtype that LAPACK has."""
    check_rank(name, x)
    check_dtype(name, x)


def check_rank(name, x) -> None:
    """Raises ShapeError unless x is a batch of matrices."""
    if x.ndim < 2:
        raise ShapeError(
            f"{name} must be a batch of matrices, of at least 2 dimensions, got shape "
            f"{tuple(x.shape)}"
        )


def check_dtype(name, x) -> None:
    """Raises DtypeError for all but float32, float64, complex64 and complex128."""
    if x.dtype.name not in ("float32", "float64", "complex64", "complex128"):
        raise DtypeError(f"{name} must be float32, float64, complex64 or complex128, got {x.dtype}")


def check_square(name, x) -> None:
    """check_matrices, and raises ShapeError unless the matrices are square."""
    check_matrices(name, x)
    if x.shape[-1] != x.shape[-2]:
        raise ShapeError(
            f"{name} must be batches of square matrices, got {x.shape[-2]} by {x.shape[-1]} ones "
            f"(shape {tuple(x.shape)})"
        )


def column_major(x):
    """x with every matrix stored column by column, as LAPACK leaves its results."""
    return np.array(x.mT, order="C").mT


def raise_failed(info, reason: str) -> None:
    """Raises LinAlgError naming the first member of a batch whose info is not 0, and info itself."""
    failed = np.flatnonzero(info)
    if failed.size:
        where = f"(batch element {failed[0]}) " if np.ndim(info) else ""
        raise LinAlgError(where + reason.format(np.ravel(info)[failed[0]]))


def each_matrix(function, x, *shapes):
    """Applies `function` to every matrix of a batch, stacking each of its results, whose trailing
    shapes and dtypes `shapes` gives for an empty batch.
    """
    batch = x.shape[:-2]
    matrices = x.reshape((math.prod(batch), *x.shape[-2:]))
    found = [function(matrix) for matrix in matrices]
    if not found:
        return tuple(np.zeros((*batch, *shape), dtype) for shape, dtype in shapes)
    return tuple(
        np.stack(parts).reshape((*batch, *np.shape(parts[0]))) for parts in zip(*found, strict=True)
    )


def _size(x):
    """What LAPACK compares pivots by."""
    return np.abs(x.real) + np.abs(x.imag) if x.dtype.kind == "c" else np.abs(x)


def _panel(a, pivots, start, stop):
    """Factors columns start to stop of one matrix in place, swapping whole rows."""
    for k in range(start, stop):
        chosen = k + int(np.argmax(_size(a[k:, k])))
        pivots[k] = chosen + 1
        if chosen != k:
            a[[k, chosen]] = a[[chosen, k]]
        if a[k, k] == 0:
            continue
        a[k + 1 :, k] /= a[k, k]
        a[k + 1 :, k + 1 : stop] -= np.outer(a[k + 1 :, k], a[k, k + 1 : stop])


def _factor(a):
    a = np.array(a)
    rank = min(a.shape)
    pivots = np.zeros(rank, np.int32)
    for start in range(0, rank, _BLOCK):
        stop = min(start + _BLOCK, rank)
        _panel(a, pivots, start, stop)
        a[start:stop, stop:] = _lower(a[start:stop, start:stop], a[start:stop, stop:], True)
        a[stop:, stop:] -= a[stop:, start:stop] @ a[start:stop, stop:]
    zero = np.flatnonzero(np.diagonal(a) == 0)
    return a, pivots, np.int32(zero[0] + 1 if zero.size else 0)


def lu_factor(x):
    """(L below U, int32 row swaps counted from 1, int32 info: where U's diagonal is first 0, from
    1).
    """
    rank = min(x.shape[-2:])
    shapes = (x.shape[-2:], x.dtype), ((rank,), np.int32), ((), np.int32)
    return each_matrix(_factor, x, *shapes)


def permutation(pivots, rows: int):
    """For each row of the pivoted matrix the row of the original, int64 [*, rows], from row swaps."""
    batch = pivots.shape[:-1]
    swapped = pivots.reshape(math.prod(batch), pivots.shape[-1])
    order = np.tile(np.arange(rows), (len(swapped), 1))
    for perm, swaps in zip(order, swapped, strict=True):
        for k, chosen in enumerate(swaps):
            perm[[k, chosen - 1]] = perm[[chosen - 1, k]]
    return order.reshape(*batch, rows)


def _lower(a, b, unit):
    n = a.shape[-1]
    if n > _BLOCK:
        half = n // 2
        top = _lower(a[..., :half, :half], b[..., :half, :], unit)
        rest = b[..., half:, :] - a[..., half:, :half] @ top
        return np.concatenate([top, _lower(a[..., half:, half:], rest, unit)], -2)
    x = np.array(b)
    for k in range(n):
        x[..., k : k + 1, :] -= a[..., k : k + 1, :k] @ x[..., :k, :]
        if not unit:
            x[..., k, :] /= a[..., k, k, None]
    return x


def substitute(a, b, upper: bool, unit: bool):
    """X of a X = b for triangular a, by substitution; a zero on the diagonal gives infinities."""
    batch = np.broadcast_shapes(a.shape[:-2], b.shape[:-2])
    a = np.broadcast_to(a, (*batch, *a.shape[-2:]))
    b = np.broadcast_to(b, (*batch, *b.shape[-2:]))
    if upper:
        return _lower(a[..., ::-1, ::-1], b[..., ::-1, :], unit)[..., ::-1, :]
    return _lower(a, b, unit)


def indefinite_minor(a) -> int:
    """The order of the first leading minor of a Hermitian matrix that is not positive; 0 if none."""
    for order in range(1, len(a) + 1):
        try:
            np.linalg.cholesky(a[:order, :order])
        except np.linalg.LinAlgError:
            return order
    return 0
