"""`tensor[...]`: Python indexing as view operators, and as `index` / `index_put_` where arrays take part.

Basic parts (ints, slices, None, Ellipsis) become select, slice and unsqueeze views, one per part; a 0-d
integer tensor counts as an int. Tensors, lists and boolean masks are collected and handed to one `index`
operator.
"""

from __future__ import annotations

import numbers

import numpy as np

from .dispatch.state import state
from .errors import ArgumentError, DimError, ValueError_
from .ops.checks import assignable
from .ops.registry import aten
from .tensor import Tensor, from_array

_MASKS = frozenset((np.dtype(np.bool_), np.dtype(np.uint8)))
# A list up to this long counts as a tuple when something in it cannot be part of an array.
_LONGEST_TUPLE_LIKE = 32


def getitem(self, key):
    """self[key]: a view when `key` has only ints, slices, None and Ellipsis; else a copy."""
    if type(key) is int:
        return aten.select.int(self, 0, key)
    if type(key) is slice and self.ndim:
        # Alone, the slice of everything is a slice, too.
        part = key if _is_plain(key) else _checked(key)
        return aten.slice.Tensor(self, 0, part.start, part.stop, part.step or 1)
    if type(key) is Tensor and key._array.ndim and key._array.dtype.kind in "iub":
        return aten.index.Tensor(self, [key])
    parts = _parts(key)
    view, indices = _apply(self, parts, state.tracer)
    if indices is None:
        return aten.alias(self) if view is self else view
    return aten.index.Tensor(view, indices)


def _is_plain(part: slice) -> bool:
    """Whether a slice has a bound but no step, and only ints."""
    start, stop = type(part.start), type(part.stop)
    return part.step is None and (
        (start is int and (stop is int or part.stop is None))
        or (stop is int and part.start is None)
    )


def setitem(self, key, value):
    """self[key] = value, in place; `value`, a tensor or a number, broadcasts."""
    if isinstance(value, np.generic):
        value = value.item()
    if not isinstance(value, (Tensor, numbers.Number)):
        raise ArgumentError(
            f"can't assign a {type(value).__name__} to a tensor of dtype {self.dtype}",
            op="index_put_",
        )
    if key is False:
        return
    if not isinstance(value, Tensor):
        dtype = self._array.dtype
        value = from_array(np.array(assignable(value, dtype), dtype), self.device)
    if key is True:
        _copy(self.unsqueeze(0), value)
        return
    view, indices = _apply(self, _parts(key))
    if indices is None:
        _copy(view, value)
        return
    mask = _only_mask(indices, view) if value.numel() == 1 else None
    if mask is not None:
        aten.masked_fill_(view, mask, value.to(self.dtype).reshape(()))
        return
    aten.index_put_(view, indices, _broadcastable(value))


def _copy(view: Tensor, value: Tensor) -> None:
    if value.sizes == view.sizes:
        view.copy_(value)
    elif value.ndim == 0:
        view.fill_(value)
    else:
        view.copy_(_broadcastable(value).expand(view.sizes))


def _broadcastable(value: Tensor) -> Tensor:
    """A value may have more dimensions than its target when those in front have size 1."""
    if value.ndim == 0 or value.sizes[0] != 1:
        return value
    lead = next((d for d, n in enumerate(value.sizes) if n != 1), value.ndim)
    return value.reshape(value.sizes[lead:])


def _only_mask(indices: list, view: Tensor):
    """The mask, shaped to broadcast against `view`, when it is the only index; else None."""
    given = [(d, i) for d, i in enumerate(indices) if i is not None]
    at, mask = given[0]
    if len(given) != 1 or not _is_mask(mask):
        return None
    after = view.ndim - at - mask.ndim
    if view.sizes[at : at + mask.ndim] != mask.sizes or mask.ndim == 0:
        return None
    return mask.reshape((*mask.sizes, *(1,) * after))


def _apply(tensor, parts: list, reader=None):
    """The view of the basic parts, and the list of index tensors (None: keep) or None when there are none.

    reader: the tracer, where 0-d integer tensors are numbers that it does not know.
    """
    used = sum(map(_width, parts))
    if used > tensor.ndim:
        raise DimError(f"too many indices for tensor of dimension {tensor.ndim}")
    view, dim, indices = tensor, 0, []
    for part in parts:
        if part is Ellipsis:
            kept = tensor.ndim - used
        elif part is None:
            view, kept = aten.unsqueeze(view, dim), 1
        elif isinstance(part, slice):
            view, kept = _sliced(view, dim, part), 1
        elif reader is not None and _is_number(part):
            found = aten.index.Tensor(view, [*[None] * dim, part])
            reader.stands_for_view(found, view)
            view, kept = found, 0
        elif isinstance(part, Tensor):
            indices.append(part)
            dim += _width(part)
            continue
        elif isinstance(part, bool):
            view = aten.unsqueeze(view, dim)
            indices.append(from_array(np.zeros(int(part), np.int64)))
            dim += 1
            continue
        else:
            view, kept = aten.select.int(view, dim, part), 0
        indices.extend([None] * kept)
        dim += kept
    return view, indices if any(i is not None for i in indices) else None


def _sliced(view, dim: int, part: slice):
    everything = part.stop is None or part.stop >= view.sizes[dim]
    if not part.start and everything and part.step == 1:
        return view
    return aten.slice.Tensor(view, dim, part.start, part.stop, part.step)


def _width(part) -> int:
    """How many dimensions of the tensor a part consumes."""
    if part is None or part is Ellipsis or isinstance(part, bool):
        return 0
    return part.ndim if _is_mask(part) else 1


def _is_mask(part) -> bool:
    return isinstance(part, Tensor) and part._array.dtype in _MASKS


def _is_number(part) -> bool:
    """Whether a part is a 0-d integer tensor, which only a trace leaves as it is."""
    return isinstance(part, Tensor) and part.ndim == 0 and part._array.dtype.kind in "iu"


def _parts(key) -> list:
    """The parts of a key: None, Ellipsis, slices with a step, bools, ints and tensors."""
    if isinstance(key, tuple) or (isinstance(key, list) and _is_tuple_like(key)):
        return [_part(p) for p in key]
    return [_part(key)]


def _is_tuple_like(key: list) -> bool:
    return len(key) < _LONGEST_TUPLE_LIKE and any(
        p is None or p is Ellipsis or isinstance(p, (slice, Tensor, list, tuple, np.ndarray))
        for p in key
    )


def _part(part):
    if part is None or part is Ellipsis or isinstance(part, bool):
        return part
    if isinstance(part, slice):
        return _checked(part)
    if isinstance(part, Tensor):
        return _tensor_part(part)
    if isinstance(part, (list, tuple, range, np.ndarray)):
        return _tensor_part(_from_sequence(part))
    if isinstance(part, (np.bool_, str)):
        return bool(part) if isinstance(part, np.bool_) else _refuse(part, ArgumentError)
    if hasattr(type(part), "__index__"):
        return part.__index__()
    return _refuse(part, DimError)


def _refuse(part, error: type):
    raise error(
        "only integers, slices (`:`), ellipsis (`...`), None and long or bool tensors are valid indices "
        f"(got {type(part).__name__})"
    )


def _checked(part: slice) -> slice:
    """A slice of ints, with a step. Raises ValueError_ unless the step is positive."""
    start, stop, step = [
        None if bound is None else _bound(bound) for bound in (part.start, part.stop, part.step)
    ]
    if step is not None and step <= 0:
        raise ValueError_(f"slice step must be greater than zero, got {step}")
    return slice(start, stop, 1 if step is None else step)


def _bound(bound) -> int:
    if not hasattr(type(bound), "__index__"):
        raise ArgumentError(f"slice indices must be integers or None, got {type(bound).__name__}")
    return bound.__index__()


def _tensor_part(part: Tensor):
    """A 0-d tensor counts as the int or bool in it, unless a trace does not know that."""
    if part.ndim or part._array.dtype.kind not in "iub":
        return part
    if state.tracer is not None and _is_number(part) and part.dtype.is_signed:
        return part
    return bool(part.item()) if _is_mask(part) else part.item()


def _from_sequence(part) -> Tensor:
    from .ops.construct import tensor

    if not isinstance(part, np.ndarray):
        made = tensor(list(part))
        return made.long() if made.is_floating_point() else made
    return from_array(np.array(part)) if part.size else from_array(part.astype(np.int64))
