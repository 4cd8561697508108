"""`tensor[...]`: Python indexing as view operators, and as `index` / `index_put_` where arrays take part.

Basic parts (ints, slices, None, Ellipsis) become select, slice and unsqueeze views, one per part. Tensors,
lists and boolean masks are collected and handed to one `index` operator.
"""

from __future__ import annotations

import numbers

import numpy as np

from .errors import DimError, ValueError_
from .ops.registry import aten
from .tensor import Tensor, from_array


def getitem(self, key):
    """self[key]: a view when `key` has only ints, slices, None and Ellipsis; else a copy."""
    if type(key) is int:
        return aten.select.int(self, 0, key)
    view, indices = _apply(self, key)
    if indices is None:
        return aten.alias(self) if view is self else view
    return aten.index.Tensor(view, indices)


def setitem(self, key, value):
    """self[key] = value, in place; `value` broadcasts."""
    view, indices = _apply(self, key)
    if not isinstance(value, (Tensor, numbers.Number)):
        from .ops.construct import as_tensor

        value = as_tensor(value, dtype=self.dtype)
    if indices is None:
        view.copy_(_without_leading_ones(value, view.ndim))
        return
    if not isinstance(value, Tensor):
        value = aten.full((), value, dtype=self.dtype, device=self.device)
    aten.index_put_(view, indices, value)


def _without_leading_ones(value, rank: int):
    """A value of higher rank than its target may still be assigned when the excess sizes are 1."""
    if not isinstance(value, Tensor) or value.ndim <= rank:
        return value
    excess = value.ndim - rank
    return (
        value.reshape(value.shape[excess:]) if all(n == 1 for n in value.shape[:excess]) else value
    )


def _apply(tensor, key):
    """The view of the basic parts, and the list of index tensors (None: keep) or None when there are none."""
    parts = _expanded(tensor, key)
    view, dim, indices = tensor, 0, []
    for part in parts:
        if part is None:
            view = aten.unsqueeze(view, dim)
            indices.append(None)
            dim += 1
        elif isinstance(part, slice):
            view = _sliced(view, dim, part)
            indices.append(None)
            dim += 1
        elif isinstance(part, Tensor):
            indices.append(part)
            dim += _width(part)
        elif isinstance(part, bool):
            view = aten.unsqueeze(view, dim)
            indices.append(_mask(part))
            dim += 1
        else:
            view = aten.select.int(view, dim, part)
    if not any(i is not None for i in indices):
        return view, None
    return view, indices


def _sliced(view, dim: int, part: slice):
    if part.start is None and part.stop is None and part.step is None:
        return view
    step = 1 if part.step is None else part.step.__index__()
    if step <= 0:
        raise ValueError_(f"slice step must be greater than zero, got {step}")
    return aten.slice.Tensor(view, dim, part.start, part.stop, step)


def _expanded(tensor, key) -> list:
    """The parts of a key, with Ellipsis replaced by full slices and arrays made tensors."""
    parts = [_part(p) for p in (key if isinstance(key, tuple) else (key,))]
    used = sum(_width(p) for p in parts)
    if used > tensor.ndim:
        raise DimError(f"too many indices for tensor of dimension {tensor.ndim}")
    dots = [i for i, p in enumerate(parts) if p is Ellipsis]
    if len(dots) > 1:
        raise DimError("an index can only have a single ellipsis")
    if dots:
        parts[dots[0] : dots[0] + 1] = [slice(None)] * (tensor.ndim - used)
    return parts


def _width(part) -> int:
    """How many dimensions of the tensor a part consumes."""
    if part is None or part is Ellipsis or isinstance(part, bool):
        return 0
    if isinstance(part, Tensor) and part._array.dtype.kind == "b":
        return part.ndim
    return 1


def _part(part):
    if part is None or part is Ellipsis or isinstance(part, (slice, bool, Tensor)):
        return part
    if isinstance(part, (list, tuple, range, np.ndarray)):
        array = np.asarray(part)
        if array.size == 0 and array.dtype.kind == "f":
            array = array.astype(np.int64)
        return from_array(np.array(array))
    if hasattr(part, "__index__"):
        return part.__index__()
    raise DimError(
        "only integers, slices (`:`), ellipsis (`...`), None and long or bool tensors are valid indices "
        f"(got {type(part).__name__})"
    )


def _mask(value: bool) -> Tensor:
    return from_array(np.array([value]))
