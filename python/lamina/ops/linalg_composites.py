"""Functions of `lamina.linalg` that are compositions: norms, ranks, powers, products of matrices.

Matrices are the last two dimensions unless `dim` says otherwise; all others are a batch. Each has
the derivative and the limits of what it calls.
"""

from __future__ import annotations

import math

from ..errors import DtypeError, ShapeError, ValueError_
from .geometry import wrap_dim
from .linalg_solve import linalg_inv, linalg_solve
from .linalg_spectral import linalg_eigvalsh, linalg_svdvals
from .products import matmul
from .registry import aten, composite


def _square(op, A) -> None:
    if A.ndim < 2 or A.shape[-1] != A.shape[-2]:
        raise ShapeError(f"needs square matrices, got shape {tuple(A.shape)}", op=op)


def _plane(A, dim, op):
    """(A with the two dimensions of its matrices last, these two dimensions)."""
    first, second = (wrap_dim(d, A.ndim) for d in dim)
    if first == second:
        raise ShapeError(f"dim must name two dimensions, got {tuple(dim)}", op=op)
    return A.movedim((first, second), (-2, -1)), (first, second)


@composite(variants="", name="linalg_matrix_norm")
def matrix_norm(A, ord="fro", dim=(-2, -1), keepdim=False, *, dtype=None):
    """The norm of the matrices in the dimensions `dim`: "fro", "nuc" (sum of singular values), inf
    or -inf (rows), 1 or -1 (columns), 2 or -2 (largest or smallest singular value); negative ones
    take the smallest.
    """
    A = A if dtype is None else A.to(dtype)
    if A.ndim < 2 or not (A.is_floating_point() or A.is_complex()):
        kind = DtypeError if A.ndim >= 2 else ShapeError
        raise kind(
            f"needs floating or complex matrices, got {A.dtype} of shape {tuple(A.shape)}",
            op="linalg_matrix_norm",
        )
    matrices, dims = _plane(A, dim, "linalg_matrix_norm")
    if ord == "fro":
        result = aten.linalg_vector_norm(matrices, 2, [-2, -1])
    elif ord == "nuc":
        result = linalg_svdvals(matrices).sum(-1)
    elif ord in (2, -2):
        sizes = linalg_svdvals(matrices)
        result = sizes.amax(-1) if ord > 0 else sizes.amin(-1)
    elif ord in (1, -1, math.inf, -math.inf):
        sums = matrices.abs().sum(-2 if abs(ord) == 1 else -1)
        result = sums.amax(-1) if ord > 0 else sums.amin(-1)
    else:
        raise ValueError_(
            f"ord must be 'fro', 'nuc', 1, -1, 2, -2, inf or -inf, got {ord!r}",
            op="linalg_matrix_norm",
        )
    if not keepdim:
        return result
    for d in sorted(dims):
        result = result.unsqueeze(d)
    return result


@composite(variants="", name="linalg_norm")
def norm(A, ord=None, dim=None, keepdim=False, *, dtype=None):
    """A vector norm over one dim (or of all elements, without ord and dim), a matrix norm over two."""
    if dim is not None:
        dim = (dim,) if isinstance(dim, int) else tuple(dim)
    if ord is None:
        return aten.linalg_vector_norm(A, 2, dim, keepdim, dtype=dtype)
    rank = A.ndim if dim is None else len(dim)
    if rank == 2:
        return matrix_norm(A, ord, dim or (-2, -1), keepdim, dtype=dtype)
    if rank != 1 or isinstance(ord, str):
        raise ShapeError(
            f"ord {ord!r} needs one dimension (a vector norm) or two (a matrix norm), got shape "
            f"{tuple(A.shape)} and dim {dim}",
            op="linalg_norm",
        )
    return aten.linalg_vector_norm(A, ord, dim, keepdim, dtype=dtype)


@composite(variants="", name="linalg_cond")
def cond(A, p=None):
    """The condition number of A[*, M, N]: norm(A) * norm(inv(A)) for norm p, by singular values for
    None, 2, -2.
    """
    if p in (None, 2, -2):
        sizes = linalg_svdvals(A)
        largest, smallest = sizes.select(-1, 0), sizes.select(-1, -1)
        return smallest / largest if p == -2 else largest / smallest
    _square("linalg_cond", A)
    return matrix_norm(A, p) * matrix_norm(linalg_inv(A), p)


@composite(variants="", name="linalg_matrix_rank")
def matrix_rank(A, tol=None, hermitian=False, *, atol=None, rtol=None):
    """int64 [*]: how many singular values of A[*, M, N] exceed the larger of atol and rtol times
    the largest one.

    By default atol is 0 and rtol the dtype's eps times max(M, N); `tol` is an older name of atol.
    """
    from ..dtypes import finfo

    sizes = linalg_eigvalsh(A).abs() if hermitian else linalg_svdvals(A)
    if sizes.shape[-1] == 0:
        return sizes.sum(-1).to(aten.arange(0).dtype)
    atol = tol if atol is None else atol
    if rtol is None:
        rtol = max(A.shape[-2:]) * finfo(A.dtype).eps if atol is None else 0.0
    limit = sizes.amax(-1, keepdim=True) * _column(rtol)
    limit = limit.maximum(sizes.new_zeros([]) + (0.0 if atol is None else _column(atol)))
    return (sizes > limit).sum(-1)


def _column(value):
    return value.unsqueeze(-1) if hasattr(value, "ndim") and value.ndim else value


@composite(variants="function, method")
def matrix_power(self, n):
    """The product of n copies of self[*, N, N]; of its inverse for negative n, which raises
    LinAlgError where self is singular.
    """
    _square("matrix_power", self)
    if n < 0:
        self, n = linalg_inv(self), -n
    result, square = None, self
    while n:
        if n % 2:
            result = square if result is None else result @ square
        n //= 2
        square = square @ square if n else square
    if result is None:
        return aten.eye(self.shape[-1], dtype=self.dtype).expand(self.shape).clone()
    return result.clone() if result is self else result


@composite(variants="")
def linalg_matrix_power(A, n):
    """The same as `matrix_power`."""
    return matrix_power(A, n)


_TAYLOR = 18
"""Terms after which the exponential series of a matrix of norm 1 is exact to float64."""


@composite(variants="function, method")
def matrix_exp(self):
    """The exponential of the matrices self[*, N, N], by scaling to norm 1, its series, and
    squaring.
    """
    _square("matrix_exp", self)
    if not (self.is_floating_point() or self.is_complex()):
        raise DtypeError(f"needs a floating or complex dtype, got {self.dtype}", op="matrix_exp")
    eye = aten.eye(self.shape[-1], dtype=self.dtype).expand(self.shape)
    if self.numel() == 0:
        return self.clone()
    size = self.detach().abs().sum(-2).amax().item()
    halvings = max(0, math.ceil(math.log2(size))) if 0 < size < math.inf else 0
    scaled = self / 2.0**halvings
    result = eye + scaled / _TAYLOR
    for term in range(_TAYLOR - 1, 0, -1):
        result = eye + (scaled / term) @ result
    for _ in range(halvings):
        result = result @ result
    return result


@composite(variants="")
def linalg_matrix_exp(A):
    """The same as `matrix_exp`."""
    return matrix_exp(A)


@composite(variants="", name="linalg_multi_dot")
def multi_dot(tensors):
    """The product of matrices in the order that takes the fewest multiplications; the first and the
    last may be vectors. Raises ShapeError for fewer than two.
    """
    if len(tensors) < 2:
        raise ShapeError(f"needs at least two tensors, got {len(tensors)}", op="linalg_multi_dot")
    chain = list(tensors)
    first, last = chain[0].ndim == 1, chain[-1].ndim == 1
    chain[0] = chain[0].unsqueeze(0) if first else chain[0]
    chain[-1] = chain[-1].unsqueeze(1) if last else chain[-1]
    if any(x.ndim != 2 for x in chain):
        shapes = [tuple(x.shape) for x in tensors]
        raise ShapeError(f"needs matrices, got shapes {shapes}", op="linalg_multi_dot")
    product = _in_order(
        chain, _splits([x.shape[0] for x in chain] + [chain[-1].shape[1]]), 0, len(chain)
    )
    product = product.squeeze(0) if first else product
    return product.squeeze(-1) if last else product


def _splits(sizes):
    """Where to split each run of matrices, by dynamic programming over the costs of shorter runs."""
    count = len(sizes) - 1
    cost, split = {(i, i + 1): 0 for i in range(count)}, {}
    for length in range(2, count + 1):
        for i in range(count - length + 1):
            j = i + length
            options = [
                (cost[i, k] + cost[k, j] + sizes[i] * sizes[k] * sizes[j], k)
                for k in range(i + 1, j)
            ]
            cost[i, j], split[i, j] = min(options)
    return split


def _in_order(chain, split, i, j):
    if j == i + 1:
        return chain[i]
    k = split[i, j]
    return aten.mm(_in_order(chain, split, i, k), _in_order(chain, split, k, j))


@composite(variants="", name="linalg_vecdot")
def vecdot(x, y, *, dim=-1):
    """sum(conj(x) * y) over dim; the other dimensions broadcast."""
    x = x.conj() if x.is_complex() else x
    return (x * y).sum(dim)


@composite(variants="")
def linalg_matmul(A, B):
    """The same as `matmul`."""
    return matmul(A, B)


@composite(variants="", name="linalg_diagonal")
def diagonal(A, *, offset=0, dim1=-2, dim2=-1):
    """The diagonal of the matrices in two dimensions, as the last dimension of a view."""
    return A.diagonal(offset, dim1, dim2)


@composite(variants="", name="linalg_vander")
def vander(x, *, N=None):
    """The powers 0 to N - 1 of x[*, n] -> [*, n, N]; N is n by default."""
    count = x.shape[-1] if N is None else N
    ones = x.new_ones([*x.shape, 1])
    if count <= 1:
        return ones
    return aten.cat([ones, x.unsqueeze(-1).expand(*x.shape, count - 1).cumprod(-1)], -1)


@composite(variants="", name="linalg_tensorinv")
def tensorinv(A, ind=2):
    """The tensor B with tensordot(B, A, ind) the identity: the inverse of A with its first ind
    dimensions as rows.
    """
    rows, columns = A.shape[:ind], A.shape[ind:]
    if ind <= 0 or math.prod(rows) != math.prod(columns):
        raise ShapeError(
            f"shape {tuple(A.shape)} with ind {ind} is no square matrix", op="linalg_tensorinv"
        )
    return linalg_inv(A.reshape(math.prod(rows), math.prod(columns))).reshape(*columns, *rows)


@composite(variants="", name="linalg_tensorsolve")
def tensorsolve(A, B, dims=None):
    """X of tensordot(A, X, X.ndim) = B; `dims` of A are moved to its end first."""
    if dims is not None:
        A = A.movedim(tuple(dims), tuple(range(A.ndim - len(dims), A.ndim)))
    solution = A.shape[B.ndim :]
    if math.prod(solution) != math.prod(B.shape):
        raise ShapeError(
            f"A of shape {tuple(A.shape)} and B of shape {tuple(B.shape)} make no system",
            op="linalg_tensorsolve",
        )
    matrix = A.reshape(math.prod(B.shape), math.prod(solution))
    return linalg_solve(matrix, B.reshape(-1)).reshape(solution)
