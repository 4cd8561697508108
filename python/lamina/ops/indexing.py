"""Reading and writing elements chosen by index tensors: index, gather, scatter, embedding and
their kin.

Index tensors are int64 (int32 is accepted); an index out of range is an error eagerly.
"""

from __future__ import annotations

import math

import numpy as np

from .. import dtypes
from ..errors import DataDependentError, DimError, DtypeError, ShapeError
from ..storage import Geometry, contiguous_strides
from . import geometry as rules
from . import layout, primitives
from .promotion import BOOL, broadcast_shapes, cast, category, expands_to
from .reduction import INT64
from .registry import aten, op


class Selection:
    """How a list of index arrays addresses a tensor: arrays of one shape for some of its
    dimensions.

    `order` puts those dimensions first; `restore` puts the result's dimensions where indexing by
    adjacent arrays leaves them, in the place of the first (in front when the arrays are not
    adjacent).
    """

    def __init__(self, p, self_, indices):
        given = _without_masks(p, self_, indices)
        self.dims = [d for d, index in enumerate(given) if index is not None]
        if not self.dims:
            raise DimError("at least one index must be given")
        rank = self_.ndim
        rest = [d for d in range(rank) if d not in self.dims]
        arrays = [given[d] for d in self.dims]
        self.shape = _common_shape(arrays)
        self.arrays = [
            p.expand(a, self.shape) if tuple(a.shape) != self.shape else a for a in arrays
        ]
        self.order = self.dims + rest
        adjacent = self.dims == list(range(self.dims[0], self.dims[0] + len(self.dims)))
        at = self.dims[0] if adjacent else 0
        width = len(self.shape)
        self.restore = [
            *range(width, width + at),
            *range(width),
            *range(width + at, width + len(rest)),
        ]
        self.sizes = self.shape + tuple(self_.shape[d] for d in rest)

    def select(self, p, x):
        """x's elements, in the public layout; where there are none, indices are not looked at."""
        if 0 in self.sizes:
            return p.full(tuple(self.sizes[d] for d in self.restore), 0, x.dtype)
        return _permuted(p, p.index(_permuted(p, x, self.order), self.arrays), self.restore)

    def put(self, p, x, values, accumulate):
        """x with the elements replaced by `values`, which broadcast against the public layout."""
        public = tuple(self.sizes[d] for d in self.restore)
        if not expands_to(tuple(values.shape), public):
            # A position out of range is said first.
            self.select(p, x)
            raise ShapeError(
                f"values of shape {tuple(values.shape)} do not expand to the indexed shape {public}"
            )
        values = _permuted(p, p.expand(values, public), _inverse(self.restore))
        written = p.index_put(_permuted(p, x, self.order), values, self.arrays, accumulate)
        return _permuted(p, written, _inverse(self.order))


def _common_shape(arrays) -> tuple:
    shapes = [tuple(a.shape) for a in arrays]
    try:
        return broadcast_shapes(*shapes)
    except ShapeError as error:
        raise DimError(
            "index tensors do not broadcast together, their shapes are "
            + ", ".join(str(list(s)) for s in shapes)
        ) from error


def selection_strides(arguments: dict, sizes: tuple) -> tuple:
    """The layout of `index`: that of a pointwise function of the source, which has no stride along
    the dimensions the index tensors make, and of those tensors.
    """
    indices = arguments["indices"]
    # Where a size is 0 or 1, torch's order of dimensions is not that of the source.
    if len(sizes) < 2 or (
        len(indices) == 1
        and indices[0] is not None
        and indices[0].ndim == 1
        and min(sizes) > 1
        and _is_row_major(arguments["self"])
    ):
        return contiguous_strides(sizes)
    source, dims, given, at = arguments["self"].geometry, [], [], 0
    for index in indices:
        is_mask = index is not None and index.dtype in (dtypes.bool, dtypes.uint8)
        width = index.ndim if is_mask else 1
        if index is not None:
            dims.extend(range(at, at + width))
            given.append((index, width if is_mask else None))
        at += width
    rest = [d for d in range(len(source.sizes)) if d not in dims]
    span = len(sizes) - len(rest)
    adjacent = dims == list(range(dims[0], dims[0] + len(dims)))
    before = dims[0] if adjacent else 0
    strides = [source.strides[d] for d in rest]
    operands = [Geometry(sizes, (*strides[:before], *(0,) * span, *strides[before:]))]
    for index, columns in given:
        # The positions in a mask are the columns of one matrix.
        lengths = index.sizes if columns is None else (sizes[before + span - 1],)
        steps = index.strides if columns is None else (columns,)
        shape = (*(1,) * (before + span - len(lengths)), *lengths, *(1,) * (len(rest) - before))
        placed = rules.view_strides(Geometry(lengths, steps), shape)
        operands.append(Geometry(shape, placed or contiguous_strides(shape)))
    return layout.pointwise_strides(operands, sizes)


def _is_row_major(tensor) -> bool:
    array = tensor._array
    return array.flags.c_contiguous if type(array) is np.ndarray else tensor.is_contiguous()


_MASKS = frozenset((np.dtype(np.bool_), np.dtype(np.uint8)))
_POSITIONS = frozenset((np.dtype(np.int64), np.dtype(np.int32)))


def _without_masks(p, self, indices):
    """One int64 array or None per indexed dimension: a mask of k dimensions becomes k arrays."""
    arrays = []
    for index in indices:
        at = len(arrays)
        if index is None:
            arrays.append(None)
        elif index.dtype in _MASKS:
            width = len(index.shape)
            if tuple(index.shape) != tuple(self.shape[at : at + width]):
                raise DimError(
                    f"a mask of shape {tuple(index.shape)} does not fit shape "
                    f"{tuple(self.shape)} at "
                    f"dimension {at}"
                )
            arrays.extend(positions(index))
        else:
            if index.dtype not in _POSITIONS:
                raise DimError(
                    "tensors used as indices must be int64, int32, uint8 or bool, got "
                    f"{index.dtype}"
                )
            arrays.append(cast(p, index, INT64))
    if len(arrays) > self.ndim:
        raise DimError(f"{len(arrays)} indices for a tensor of {self.ndim} dimensions")
    return arrays


def positions(mask):
    """Coordinates of the nonzero elements, one array per dimension. Raises DataDependentError
    in a trace.
    """
    if not hasattr(mask, "nonzero"):
        raise DataDependentError(
            "how many elements a mask selects is not known while tracing; use where or "
            "masked_fill, which keep the shape"
        )
    return mask.nonzero()


def _permuted(p, x, order):
    return x if list(order) == list(range(len(order))) else p.permute(x, tuple(order))


def _inverse(order):
    inverse = [0] * len(order)
    for i, d in enumerate(order):
        inverse[d] = i
    return inverse


def _index_kernel(self, indices):
    """`index` over arrays: at once for one array of positions, which picks along the first
    dimension.
    """
    if len(indices) == 1 and type(self) is np.ndarray and self.ndim:
        (only,) = indices
        if type(only) is np.ndarray and only.dtype == INT64 and only.ndim:
            try:
                return self[only]
            except IndexError:
                # Said in full below.
                pass
    return index(primitives, self, indices)


@op(
    "index.Tensor(Tensor self, Tensor?[] indices) -> Tensor",
    variants="",
    kernel=_index_kernel,
    layout=selection_strides,
    vjp={
        "self": lambda grad, self_meta, indices: grad.new_zeros(self_meta.sizes).index_put(
            indices, grad, True
        )
    },
)
def index(p, self, indices):
    """self[indices]: arrays of one broadcast shape pick elements; None keeps a dimension; masks
    count as the arrays of their nonzero positions. Raises DimError for more indices than
    dimensions.
    """
    return p.clone(Selection(p, self, indices).select(p, self))


def _put_self_vjp(grad, values_meta, indices, accumulate):
    if accumulate:
        return grad
    return grad.index_put(indices, grad.new_zeros([1] * len(values_meta.sizes)))


@op(
    "index_put(Tensor self, Tensor?[] indices, Tensor values, bool accumulate=False) -> Tensor",
    layout=layout.preserved(),
    inplace=True,
    tags={"scatters"},
    vjp={"self": _put_self_vjp, "values": lambda grad, indices: aten.index.Tensor(grad, indices)},
)
def index_put(p, self, indices, values, accumulate):
    """self with self[indices] replaced by values, which broadcast; repeated indices add up if
    accumulate. Raises DtypeError unless values has self's dtype.
    """
    if not hasattr(values, "dtype"):
        values = p.full((), values, self.dtype)
    selection = Selection(p, self, indices)
    if values.dtype != self.dtype:
        raise DtypeError(f"values must be {self.dtype} like self, got {values.dtype}")
    return selection.put(p, self, values, accumulate)


@op(
    "masked_select(Tensor self, Tensor mask) -> Tensor",
    vjp={
        "self": lambda grad, self, mask: aten.masked_scatter(
            grad.new_zeros(broadcast_shapes(self.shape, mask.shape)), mask, grad
        )
    },
)
def masked_select(p, self, mask):
    """The elements of self where mask (bool) holds, as a vector; both broadcast. Eager only."""
    _bool_mask(mask)
    sizes = broadcast_shapes(tuple(self.shape), tuple(mask.shape))
    if not sizes:
        self, mask, sizes = p.reshape(self, (1,)), p.reshape(mask, (1,)), (1,)
    return p.index(p.expand(self, sizes), list(positions(p.expand(mask, sizes))))


def _bool_mask(mask):
    if category(mask.dtype) != BOOL:
        raise DtypeError(f"mask must be bool, got {mask.dtype}")


@op(
    "masked_scatter(Tensor self, Tensor mask, Tensor source) -> Tensor",
    inplace=True,
    vjp={
        "self": lambda grad, mask: grad.masked_fill(mask, 0),
        "source": lambda grad, mask, source_meta: aten.masked_scatter_backward(
            grad, mask, source_meta.sizes
        ),
    },
)
def masked_scatter(p, self, mask, source):
    """self with the elements where mask holds replaced by those of source, in order."""
    _bool_mask(mask)
    if source.dtype != self.dtype:
        raise DtypeError(f"source must be {self.dtype} like self, got {source.dtype}")
    sizes = broadcast_shapes(tuple(self.shape), tuple(mask.shape))
    total = math.prod(sizes)
    flat = p.reshape(source, (math.prod(source.shape),))
    if isinstance(mask, np.ndarray) and np.broadcast_to(mask, sizes).sum() > flat.size:
        raise ShapeError(f"source has {flat.size} elements, fewer than mask chooses")
    if total == 0 or flat.shape[0] == 0:
        return p.clone(p.expand(self, sizes))
    chosen = p.reshape(p.expand(mask, sizes), (total,))
    place = _rank_among(p, chosen, flat.shape[0])
    picked = p.reshape(p.index(flat, [place]), sizes)
    return p.select(p.expand(mask, sizes), picked, p.expand(self, sizes))


def _rank_among(p, chosen, limit):
    """For each chosen element how many chosen ones come before it, held below limit."""
    rank = p.sub(p.cumsum(p.cast(chosen, INT64), 0), 1)
    return p.minimum(p.maximum(rank, 0), limit - 1)


@op(
    "masked_scatter_backward(Tensor grad_output, Tensor mask, SymInt[] sizes) -> Tensor",
    variants="",
    vjp={
        "grad_output": lambda grad, grad_output_meta, mask: aten.masked_scatter(
            grad.new_zeros(grad_output_meta.sizes), mask, grad
        )
    },
)
def masked_scatter_backward(p, grad_output, mask, sizes):
    """The gradient of masked_scatter at source, of shape sizes."""
    count, total = math.prod(sizes), math.prod(grad_output.shape)
    flat = p.full((count,), 0, grad_output.dtype)
    if count == 0 or total == 0:
        return p.reshape(flat, tuple(sizes))
    chosen = p.reshape(p.expand(mask, tuple(grad_output.shape)), (total,))
    each = p.select(chosen, p.reshape(grad_output, (total,)), 0)
    return p.reshape(p.scatter(flat, _rank_among(p, chosen, count), each, 0, "add"), tuple(sizes))
