"""Samples of factorizations and solvers: batches, empty matrices, single precision, complex
numbers.
"""

from __future__ import annotations

import numpy as np

from .arrays import Array, Sample, literal

_DTYPES = ("float64", "complex128", "float32")


def _regular(a, *batch, size=3, dtype="float64", layout="dense"):
    """Matrices that are far from singular, none of whose eigenvalues or pivots tie."""
    drawn = a(*batch, size, size, dtype=dtype, low=-1, high=1)
    shift = np.diag(np.arange(2, 2 + size)).astype(drawn.data.dtype)
    return Array(drawn.data + shift, layout)


def _definite(a, *batch, size=3, dtype="float64"):
    """Hermitian, positive definite matrices."""
    root = _regular(a, *batch, size=size, dtype=dtype).data
    return Array(root @ np.conj(np.swapaxes(root, -1, -2)))


def _square(a, make=_regular):
    for dtype in _DTYPES:
        yield Sample((make(a, dtype=dtype),))
    yield Sample((make(a, 2),))
    yield Sample((make(a, 2, 1, size=2, dtype="complex128"),))
    yield Sample((make(a, size=1),))
    yield Sample((Array(make(a).data, "transposed"),))
    yield Sample((a(0, 3, 3),))
    yield Sample((a(2, 0, 0),))


def _singular():
    return literal([[1.0, 2.0, 3.0], [2.0, 4.0, 6.0], [1.0, 0.0, 1.0]])


def _determinants(a):
    yield from _square(a)
    # A triangular one, whose determinant is exactly 0 in every arithmetic.
    yield Sample((literal([[1.0, 2.0, 3.0], [0.0, 0.0, 5.0], [0.0, 0.0, 6.0]]),), grad=False)


def _solves(a):
    for dtype in _DTYPES:
        yield Sample((_regular(a, dtype=dtype), a(3, 2, dtype=dtype)))
    yield Sample((_regular(a), a(3)))
    yield Sample((_regular(a, 2), a(2, 3)))
    yield Sample((_regular(a, 2), a(3, 2)))
    yield Sample((_regular(a), a(2, 3, 1)))
    yield Sample((_regular(a, layout="transposed"), a(2, 3)), {"left": False})
    yield Sample((a(0, 0), a(0, 2)))
    yield Sample((_regular(a), a(3, 0)))


def _triangular_solves(a):
    for dtype in _DTYPES:
        yield Sample((_regular(a, dtype=dtype), a(3, 2, dtype=dtype)), {"upper": True})
    for upper in (True, False):
        for left in (True, False):
            for unit in (True, False):
                yield Sample(
                    (_regular(a, 2, dtype="complex128"), a(3, 3, dtype="complex128")),
                    {"upper": upper, "left": left, "unitriangular": unit},
                )
    yield Sample((_regular(a, size=40), a(40, 1)), {"upper": False})
    yield Sample((_regular(a, layout="transposed"), a(2, 3, 1)), {"upper": False})
    yield Sample((a(0, 0), a(0, 2)), {"upper": True})
    yield Sample((literal([[1.0, 2.0], [0.0, 0.0]]), a(2, 1)), {"upper": True}, grad=False)


def _lu_factors(a):
    for shape in ((3, 3), (2, 4), (4, 2), (2, 3, 3), (2, 2, 3), (0, 3, 3), (0, 2), (1, 1)):
        yield Sample((a(*shape),))
    yield Sample((a(2, 3, 2, dtype="complex128"),))
    yield Sample((a(3, 3, dtype="float32", layout="transposed"),))
    yield Sample((a(40, 36),))
    yield Sample((literal([[0.0, 0.0], [0.0, 1.0]]),), grad=False)


def _lu_unpacks(a):
    pivots = literal([[2, 2, 3], [3, 3, 3]], "int32")
    yield Sample((a(2, 3, 3), pivots))
    yield Sample((a(2, 4, 3, dtype="float32"), literal([[2, 4, 3], [3, 3, 4]], "int32")))
    yield Sample((a(3, 5), literal([3, 2, 3], "int32")))
    yield Sample((a(2, 3, 3), pivots), {"unpack_data": False}, grad=False)
    yield Sample((a(2, 3, 3), pivots), {"unpack_pivots": False})


def _choleskys(a):
    yield from _square(a, _definite)
    yield Sample((_definite(a, 2, dtype="complex128"),), {"upper": True})
    yield Sample((Array(_regular(a).data * 2),))


def _factors(a, dtype="float64", upper=False):
    lower = np.linalg.cholesky(_definite(a, 2, dtype=dtype).data)
    return Array(np.conj(np.swapaxes(lower, -1, -2)) if upper else lower)


def _cholesky_solves(a):
    for dtype in _DTYPES:
        for upper in (False, True):
            yield Sample((a(3, 2, dtype=dtype), _factors(a, dtype, upper), upper))


def _cholesky_inverses(a):
    for dtype in _DTYPES:
        for upper in (False, True):
            yield Sample((_factors(a, dtype, upper), upper))
    yield Sample((a(0, 0),))


_WIDE_AND_TALL = ((3, 3), (4, 2), (2, 4), (2, 4, 3), (2, 2, 3), (0, 3, 2))


def _qrs(a):
    for shape in _WIDE_AND_TALL:
        yield Sample((a(*shape),))
    yield Sample((a(4, 2, dtype="complex128"),))
    yield Sample((a(2, 3, dtype="complex128"),))
    yield Sample((a(3, 2, dtype="float32", layout="transposed"),))
    yield Sample((a(2, 4), "complete"))
    yield Sample((a(4, 2), "complete"), grad=False)
    yield Sample((a(2, 4, 3), "r"), grad=False)


def _geqrfs(a):
    for shape in _WIDE_AND_TALL:
        yield Sample((a(*shape),), grad=False)
    yield Sample((a(4, 2, dtype="complex128"),), grad=False)


def _svds(a):
    for shape in _WIDE_AND_TALL:
        yield Sample((a(*shape),))
    yield Sample((a(4, 2, dtype="complex128"),))
    yield Sample((a(2, 2, 3, dtype="complex128"),))
    yield Sample((a(3, 2, dtype="float32", layout="transposed"),))
    yield Sample((a(3, 2), True))
    yield Sample((a(2, 4, 3), False, False), grad=False)


def _hermitian_eigens(a):
    yield from _square(a, _definite)
    yield Sample((_regular(a, 2), "U"))
    yield Sample((_regular(a, 2), "L", False), grad=False)


def _rotation():
    return literal([[1.0, 2.0, 0.0], [-2.0, 1.5, 0.0], [0.0, 1.0, 3.0]])


def _eigens(a):
    yield from _square(a)
    yield Sample((_rotation(),))


def _pinvs(a):
    for shape in ((3, 3), (4, 2), (2, 4), (2, 4, 3), (0, 3, 2), (3, 0)):
        yield Sample((a(*shape),))
    yield Sample((a(4, 2, dtype="complex128"),))
    yield Sample((a(2, 3, dtype="float32"),))
    yield Sample((_definite(a),), {"hermitian": True})
    yield Sample((_singular(),), {"rtol": literal(1e-9)}, grad=False)
    yield Sample((_definite(a, 2),), {"atol": literal([1e-3, 100.0])}, grad=False)


def _least_squares(a):
    for rows, columns in ((4, 2), (3, 3), (2, 4)):
        yield Sample((a(rows, columns), a(rows, 3)))
    yield Sample((a(2, 4, 2, dtype="complex128"), a(2, 4, 1, dtype="complex128")))
    yield Sample((a(2, 4, 2), a(2, 4)))
    yield Sample((a(4, 2, dtype="float32"), a(4, 3, dtype="float32")))
    yield Sample((a(4, 2), a(4, 3)), {"driver": "gelsd"})
    yield Sample((a(2, 4, 2), a(2, 4, 3)), {"driver": "gels"})
    yield Sample((_singular(), a(3, 2)), {"driver": "gelss"}, grad=False)


SAMPLES = {
    "linalg_inv_ex": _square,
    "linalg_det": _determinants,
    "linalg_slogdet": _square,
    "linalg_solve_ex": _solves,
    "linalg_solve_triangular": _triangular_solves,
    "linalg_lu_factor_ex": _lu_factors,
    "lu_unpack": _lu_unpacks,
    "linalg_cholesky_ex": _choleskys,
    "cholesky_solve": _cholesky_solves,
    "cholesky_inverse": _cholesky_inverses,
    "linalg_qr": _qrs,
    "geqrf": _geqrfs,
    "_linalg_svd": _svds,
    "_linalg_eigh": _hermitian_eigens,
    "linalg_eig": _eigens,
    "_linalg_eigvals": _square,
    "linalg_pinv.atol_rtol_tensor": _pinvs,
    "linalg_lstsq": _least_squares,
}
