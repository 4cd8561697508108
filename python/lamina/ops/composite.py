"""Functions of the public surface that are compositions of operators, and second names of
operators.

Plain Python: each has the derivative, the IR and the promotion of what it calls. Products are in
`products` and `einsum`, shapes in `shape` and `joining`, factories in `factory`.
"""

from __future__ import annotations

import numpy as np

from .. import dtypes
from ..errors import ShapeError, ValueError_
from . import promotion
from .geometry import wrap_dim
from .registry import aten, composite

_SECOND_NAMES = {
    "multiply": "mul",
    "divide": "div",
    "true_divide": "div",
    "subtract": "sub",
    "fix": "trunc",
    "arcsinh": "asinh",
    "arccosh": "acosh",
    "arctanh": "atanh",
    "arctan2": "atan2",
}


def _second_name(name, target):
    for suffix, variants in (("", "function, method"), ("_", "method")):
        _forward(name + suffix, getattr(aten, target + suffix), variants)


def _forward(name, packet, variants):
    def function(*args, **kwargs):
        return packet.function(*args, **kwargs)

    function.__name__ = function.__qualname__ = name
    function.__doc__ = f"The same as `{packet.__name__}`."
    composite(function, variants=variants, name=name)


for _name, _target in _SECOND_NAMES.items():
    _second_name(_name, _target)


@composite
def numel(input):
    """Number of elements."""
    return input.numel()


@composite
def is_floating_point(input):
    """Whether the dtype is a real floating one."""
    return input.is_floating_point()


@composite
def is_complex(input):
    """Whether the dtype is complex."""
    return input.is_complex()


def _operand(x):
    return x._array if hasattr(x, "_array") else x


@composite
def result_type(tensor1, tensor2):
    """The dtype that arithmetic of two tensors or numbers has."""
    return dtypes.from_numpy(promotion.result_dtype(_operand(tensor1), _operand(tensor2)))


@composite
def promote_types(type1, type2):
    """The smallest dtype that both convert to."""
    return dtypes.from_numpy(promotion.promote_types(type1.np, type2.np))


@composite
def can_cast(from_, to):
    """Whether an in-place operator may store a result of one dtype in a tensor of another."""
    return from_.category <= to.category


@composite(variants="method")
def where(self, condition, other):
    """self where condition holds, other elsewhere."""
    return aten.where(condition, self, other)


@composite(variants="function, method")
def fliplr(self):
    """The second dimension reversed."""
    return self.flip([1])


@composite(variants="function, method")
def flipud(self):
    """The first dimension reversed."""
    return self.flip([0])


@composite(variants="function, method")
def argwhere(self):
    """Coordinates of the nonzero elements. Eager only."""
    return self.nonzero()


@composite(variants="function, method")
def diff(self, n=1, dim=-1, prepend=None, append=None):
    """Differences of neighbours along dim, taken n times, of self between prepend and append.

    Raises ShapeError for a 0-d tensor and a negative n.
    """
    if not self.ndim:
        raise ShapeError("expected at least one dimension", op="diff")
    if n < 0:
        raise ShapeError(f"order must be non-negative, got {n}", op="diff")
    if prepend is not None or append is not None:
        self = aten.cat([x for x in (prepend, self, append) if x is not None], dim)
    for _ in range(n):
        size = self.shape[wrap_dim(dim, self.ndim)]
        if size == 0:
            return self
        upper, lower = self.narrow(dim, 1, size - 1), self.narrow(dim, 0, size - 1)
        self = upper.logical_xor(lower) if self.dtype is dtypes.bool else upper - lower
    return self


@composite(variants="function, method")
def kron(self, other):
    """The Kronecker product."""
    rank = max(self.ndim, other.ndim)
    first = (1,) * (rank - self.ndim) + tuple(self.shape)
    second = (1,) * (rank - other.ndim) + tuple(other.shape)
    left = aten._unsafe_view(self, [n for size in first for n in (size, 1)])
    right = aten._unsafe_view(other, [n for size in second for n in (1, size)])
    sizes = [a * b for a, b in zip(first, second, strict=True)]
    return aten._unsafe_view(left * right, sizes)


@composite(variants="function, method")
def sum_to_size(self, *sizes, size=()):
    """self summed over the dimensions that expanding from size would add."""
    size = sizes or size
    size = tuple(size[0]) if len(size) == 1 and isinstance(size[0], (list, tuple)) else size
    lead = self.ndim - len(size)
    dims = [d for d in range(self.ndim) if d < lead or size[d - lead] != self.shape[d]]
    return (self.sum(dims, keepdim=True) if dims else self).reshape(size)


@composite(variants="function, method")
def nanmean(self, dim=None, keepdim=False, *, dtype=None):
    """The mean over dim of what is not nan."""
    return aten.nansum(self, dim, keepdim, dtype=dtype) / self.isnan().logical_not().sum(
        dim, keepdim
    )


@composite(variants="function, method")
def msort(self):
    """The values in ascending order along the first dimension."""
    return self.sort(0)[0]


@composite(variants="function, method")
def isreal(self):
    """Bool: whether the imaginary part is zero."""
    return self.imag == 0 if self.is_complex() else aten.ones_like(self, dtype=dtypes.bool)


@composite(variants="function, method")
def float_power(self, exponent):
    """self ** exponent in float64 (complex128)."""
    wide = dtypes.complex128 if self.is_complex() else dtypes.float64
    return self.to(wide) ** (exponent.to(wide) if hasattr(exponent, "to") else exponent)


@composite(variants="function, method")
def diagflat(self, offset=0):
    """All elements on the diagonal of a matrix of zeros."""
    return self.reshape(-1).diag(offset)


@composite
def block_diag(*tensors):
    """Matrices along the diagonal of a larger one of zeros."""
    blocks = [t.reshape(1, -1) if t.ndim < 2 else t for t in tensors]
    width, rows, at = sum(b.shape[1] for b in blocks), [], 0
    for block in blocks:
        rows.append(aten.constant_pad_nd(block, [at, width - at - block.shape[1]]))
        at += block.shape[1]
    return aten.cat(rows)


@composite
def cartesian_prod(*tensors):
    """All combinations of the elements of vectors, as rows."""
    if len(tensors) == 1:
        return tensors[0]
    grid = aten.meshgrid(*tensors)
    return aten.stack([g.reshape(-1) for g in grid], 1)


@composite
def tril_indices(row, col, offset=0, *, dtype=None, device=None, layout=None):
    """Coordinates [2, count] of the lower triangle of a row x col matrix, row by row; int64 by default.

    Raises ShapeError for negative sizes.
    """
    return _triangle("tril_indices", np.tril_indices, row, col, offset, dtype, device)


@composite
def triu_indices(row, col, offset=0, *, dtype=None, device=None, layout=None):
    """Coordinates [2, count] of the upper triangle of a row x col matrix, row by row; int64 by default.

    Raises ShapeError for negative sizes.
    """
    return _triangle("triu_indices", np.triu_indices, row, col, offset, dtype, device)


def _triangle(name, indices, row, col, offset, dtype, device):
    from .construct import tensor

    if row < 0 or col < 0:
        raise ShapeError(f"sizes must not be negative, got {row} and {col}", op=name)
    return tensor(np.stack(indices(row, offset, col)), dtype=dtype or dtypes.int64, device=device)


@composite
def logspace(
    start, end, steps, base=10.0, *, dtype=None, layout=None, device=None, requires_grad=False
):
    """`steps` powers of base with evenly spaced exponents from start to end."""
    wide = aten.linspace(start, end, steps, dtype=dtypes.float64, device=device)
    made = aten.pow(base, wide).to(dtype or dtypes.get_default_dtype())
    return made.requires_grad_() if requires_grad else made


@composite(variants="method")
def fill_diagonal_(self, fill_value, wrap=False):
    """The main diagonal of a matrix (or of a cube of equal sides) filled in place; `wrap` starts it again below
    the square part of a tall matrix, one row left out. Raises ShapeError for vectors and for unequal sides.
    """
    if self.ndim == 2:
        self.diagonal().fill_(fill_value)
        period = self.shape[1] + 1
        if wrap and self.shape[0] > period:
            below = self[period:]
            rows = aten.arange(below.shape[0]).unsqueeze(1) % period
            below.masked_fill_(rows == aten.arange(below.shape[1]), fill_value)
        return self
    if self.ndim < 2 or len(set(self.shape)) != 1:
        raise ShapeError(
            f"expected a matrix or equal sides, got shape {tuple(self.shape)}", op="fill_diagonal_"
        )
    stride = sum(self.stride())
    self.as_strided((self.shape[0],), (stride,), self.storage_offset()).fill_(fill_value)
    return self


@composite(variants="method")
def new_tensor(self, data, *, dtype=None, device=None, requires_grad=False):
    """A tensor of data with self's dtype."""
    from .construct import tensor

    return tensor(data, dtype=dtype or self.dtype, requires_grad=requires_grad)


@composite(variants="method")
def ndimension(self):
    """Number of dimensions."""
    return self.ndim


_DISTANCE_MODES = (
    None,
    "use_mm_for_euclid_dist_if_necessary",
    "use_mm_for_euclid_dist",
    "donot_use_mm_for_euclid_dist",
)


@composite
def cdist(x1, x2, p=2.0, compute_mode="use_mm_for_euclid_dist_if_necessary"):
    """Distances [..., M, N] between rows of x1[..., M, K] and x2[..., N, K] in the p-norm.

    All values of compute_mode give the distances by differences. Raises ValueError_ for one that torch does not
    have.
    """
    if compute_mode not in _DISTANCE_MODES:
        raise ValueError_(f"{compute_mode!r} is not a compute_mode", op="cdist")
    return aten.linalg_vector_norm(x1.unsqueeze(-2) - x2.unsqueeze(-3), p, [-1])
