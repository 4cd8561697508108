"""Batching rules: how an operator runs on values with one more dimension in front.

A rule is `rule(op, values, owned, size)`: `values` are the arguments, in schema order, as the levels
outside see them; `owned` says which of them (of a list: a list) have the mapped dimension, their first,
of `size`. It returns results with that dimension first. The rule of an operator is its entry's
`batching`; without one it is `pointwise` for pointwise operators, and else `looped`, which runs one
example after the other.
"""

from __future__ import annotations

from collections.abc import Callable

from ..dtypes import from_numpy
from ..errors import UnsupportedError
from ..ops import geometry
from ..ops.promotion import result_dtype
from ..ops.registry import aten, lookup
from ..tensor import Tensor
from .levels import LevelArray, map_tensors

_DIMENSIONS = frozenset(("dim", "dims", "dim0", "dim1", "dim2", "dimension"))
_PREDICATES = ("condition", "mask")
_SIZES = frozenset(("size", "input_sizes"))


def rule_of(op) -> Callable:
    """The batching rule of an operator."""
    if op.batching is not None:
        return op.batching
    return pointwise if op.pointwise else looped


def batching(*names: str, inplace: bool = False) -> Callable:
    """Makes the decorated rule that of the aten operators `names`; a name without a dot stands for
    all overloads. inplace: also of their in-place twins, because the rule only changes arguments.
    """

    def register(rule):
        for name in names:
            for op in _named(name):
                op.batching = rule
            if inplace:
                for op in _named(_twin_name(name)):
                    op.batching = rule
        return rule

    return register


def _named(name: str) -> list:
    if "." in name:
        try:
            return [lookup(f"aten::{name.removesuffix('.default')}")]
        except KeyError:
            return []
    packet = vars(aten).get(name)
    return packet.entries() if packet is not None else []


def _twin_name(name: str) -> str:
    base, dot, overload = name.partition(".")
    return f"{base}_{dot}{overload}"


def logical_ndim(value: Tensor, is_owned: bool) -> int:
    """Number of dimensions that the mapped function sees."""
    return value.ndim - is_owned


def front(value, is_owned: bool, size: int):
    """The value with the mapped dimension, which one that has none gets by expansion."""
    if is_owned or not isinstance(value, Tensor):
        return value
    return value.unsqueeze(0).expand((size, *value.shape))


def all_front(values: tuple, owned: list, size: int) -> list:
    """All tensors among the arguments, also in lists, with the mapped dimension."""
    return [
        [front(v, o, size) for v, o in zip(value, has, strict=True)]
        if isinstance(has, list)
        else front(value, has, size)
        for value, has in zip(values, owned, strict=True)
    ]


def padded(value: Tensor, is_owned: bool, ndim: int) -> Tensor:
    """The value with dimensions of size 1 in front of those that the function sees, `ndim` in all."""
    missing = ndim - logical_ndim(value, is_owned)
    if not is_owned or missing <= 0:
        return value
    return value.reshape((value.shape[0], *(1,) * missing, *value.shape[1:]))


def flat_tensors(values, owned) -> list:
    """(tensor, whether it has the mapped dimension) of all tensors among the arguments."""
    found = []
    for value, has in zip(values, owned, strict=True):
        if isinstance(value, Tensor):
            found.append((value, has))
        elif isinstance(has, list):
            found += flat_tensors(value, has)
    return found


@batching("masked_fill.Scalar", "where.self", inplace=True)
def pointwise(op, values: tuple, owned: list, size: int):
    """Dimensions align from the right, so the mapped one must stand left of the longest operand's."""
    ndim = max(logical_ndim(v, o) for v, o in flat_tensors(values, owned))
    promoted = _promoted(op, values, owned)

    def aligned(value, has, name):
        if isinstance(has, list):
            return [aligned(v, o, name) for v, o in zip(value, has, strict=True)]
        if not isinstance(value, Tensor):
            return value
        if promoted is not None and has and value.ndim == 1 and name not in _PREDICATES:
            value = value.to(promoted)
        return padded(value, has, ndim)

    names = [a.name for a in op.schema.arguments]
    return op.call(tuple([aligned(*one) for one in zip(values, owned, names, strict=True)]))


def _promoted(op, values: tuple, owned: list):
    """The dtype to convert numbers to: as vectors of numbers they would count for more."""
    operands = [i for i, a in enumerate(op.schema.arguments) if a.name not in _PREDICATES]
    tensors = flat_tensors([values[i] for i in operands], [owned[i] for i in operands])
    if op.writes or len({v.dtype for v, _ in tensors}) == 1:
        return None
    return from_numpy(
        result_dtype(*[LevelArray(tuple(v.sizes[o:]), v._array.dtype) for v, o in tensors])
    )


def looped(op, values: tuple, owned: list, size: int):
    """One example after the other, stacked; a write goes to each example in turn."""
    if op.is_view:
        raise UnsupportedError("vmap has no batching rule for this view", op=op.name)
    results = [op.call(_example(values, owned, i)) for i in range(size)]
    if op.writes:
        return results[0]
    if not isinstance(results[0], tuple):
        return aten.stack(results)
    return tuple([None if rs[0] is None else aten.stack(list(rs)) for rs in zip(*results)])


def _example(values, owned, index: int) -> tuple:
    return tuple(
        [
            list(_example(value, has, index))
            if isinstance(has, list)
            else value.select(0, index)
            if has
            else value
            for value, has in zip(values, owned, strict=True)
        ]
    )


_SHIFTED = """
    sum.dim_IntList mean.dim prod.dim_int amax amin max.dim min.dim any.dim any.dims all.dim all.dims
    logsumexp median.dim nanmedian.dim mode kthvalue sort topk var.correction std.correction
    var_mean.correction std_mean.correction linalg_vector_norm
    cumsum cumprod cummax cummin logcumsumexp _softmax _log_softmax _softmax_backward_data
    _log_softmax_backward_data gather scatter scatter_add scatter_reduce stack
    transpose select slice squeeze.dim squeeze.dims unsqueeze diagonal unfold split split_with_sizes
    unsafe_split unsafe_split_with_sizes unbind slice_backward select_backward diagonal_backward
    unfold_backward slice_scatter select_scatter diagonal_scatter view _unsafe_view _fft_c2c _fft_r2c
    _fft_c2r
    new_zeros new_ones new_empty new_full alias detach view_as_real view_as_complex tril triu
    pixel_shuffle pixel_unshuffle rot90 diag_embed linalg_cross
    constant_pad_nd log_sigmoid _to_copy zeros_like ones_like empty_like full_like
    linalg_inv_ex linalg_det linalg_slogdet linalg_eig _linalg_eigvals linalg_cholesky_ex
    linalg_lu_factor_ex cholesky_inverse
"""


@batching(*_SHIFTED.split(), inplace=True)
def shifted(op, values: tuple, owned: list, size: int):
    """All dimensions count one further, and sizes begin with the mapped one."""
    names = [a.name for a in op.schema.arguments]
    first, is_owned = flat_tensors(values, owned)[0]
    ndim = logical_ndim(first, is_owned)
    if "input_sizes" in names:
        ndim = len(values[names.index("input_sizes")])
    whole = all_front(values, owned, size)
    is_number = ndim == 0 and not _grows(op) and not _DIMENSIONS.isdisjoint(names)
    if is_number:
        # A number takes dim=0, as a vector of one element would.
        whole, ndim = map_tensors(lambda v: v.unsqueeze(1), tuple(whole)), 1
    changed = []
    for argument, value in zip(op.schema.arguments, whole, strict=True):
        if argument.name in _DIMENSIONS:
            value = shifted_dim(value, ndim + _grows(op), argument.type.is_list)
        elif argument.name in _SIZES and argument.type.is_list:
            value = (size, *value)
        changed.append(value)
    result = op.call(tuple(changed))
    return _as_number(result) if is_number and not op.writes else result


def _as_number(result):
    """Without the dimension that stood for none; a reduction has taken it away already."""
    if isinstance(result, tuple):
        return tuple([_as_number(r) for r in result])
    return result.squeeze(1) if result.ndim > 1 else result


def _grows(op) -> bool:
    """Whether `dim` counts dimensions of the result, which has one more."""
    return op.schema.name in ("unsqueeze", "unsqueeze_", "stack", "diag_embed")


def shifted_dim(dim, ndim: int, is_list: bool):
    """Dimensions of a value for those of an example of `ndim`; none in a list stand for all."""
    if isinstance(dim, (list, tuple)) or (dim is None and is_list):
        dims = dim if dim else range(ndim)
        return tuple([geometry.wrap_dim(d, ndim) + 1 for d in dims])
    return geometry.wrap_dim(dim, ndim) + 1
