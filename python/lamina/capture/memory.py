"""Memory that several inputs of a program look at: when it must become one input, and which part of
it.

A program that writes to one of two inputs that share elements sees the write through the other. Then
the stretch of memory that they reach is one flat input of the traced function, and they are views of
it. Inputs that share no element stay apart, however they lie between each other: whether they do is
decided exactly.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ..autograd.meta import requires_grad
from ..autograd.views import DEFAULT
from ..ops.registry import aten
from ..storage import Missing, Storage, extent
from ..tensor import Tensor, make

MAX_WORK = 10_000
"""How many candidates for a common element are tried; past that two inputs count as overlapping."""


class Memory(NamedTuple):
    """Bytes `start` to `end` of a storage that are one flat input of elements `dtype`.

    `linked`: inputs in it are views of their base for autograd in the trace as they are outside.
    """

    storage: Storage
    start: int
    end: int
    dtype: np.dtype
    linked: bool

    def holds(self, tensor: Tensor) -> bool:
        """Whether a tensor, which is not in a trace yet, looks at this memory alone."""
        if tensor._storage is not self.storage:
            return False
        if type(tensor._array) is Missing:
            return self.start == 0
        if 0 in tensor.sizes:
            return False
        start = tensor._offset * tensor.itemsize
        end = start + extent(tensor.sizes, tensor.strides) * tensor.itemsize
        # One that reaches further, and that nothing is computed with, stays an input of its own.
        return self.start <= start and end <= self.end

    def covers(self, other: Memory) -> bool:
        """Whether all that `other` makes one input is one input here."""
        return (
            self.storage is other.storage
            and self.start <= other.start
            and other.end <= self.end
            and self.linked >= other.linked
        )

    def meets(self, other: Memory) -> bool:
        """Whether the two have bytes in common."""
        same = self.storage is other.storage
        return same and self.start < other.end and other.start < self.end

    def united(self, other: Memory) -> Memory:
        """Both as one."""
        start, end = min(self.start, other.start), max(self.end, other.end)
        dtype = element([self.dtype, other.dtype])
        return Memory(self.storage, start, end, dtype, self.linked or other.linked)


class SharedMemory(Exception):
    """The program needs memory as one flat input that it does not have so: the trace starts anew."""

    def __init__(self, memories: list[Memory]):
        super().__init__(len(memories))
        self.memories = memories


def stretch(tensor: Tensor, start: int, nbytes: int, dtype: np.dtype) -> Tensor:
    """The memory around a tensor as a vector: `nbytes` bytes of its storage, from `start` bytes after
    its first element on. Raises IndexError where there is no such memory.
    """
    storage = tensor._storage
    first = tensor._offset * tensor.itemsize + start
    if first < 0 or first + nbytes > storage.nbytes():
        raise IndexError(f"bytes {first} to {first + nbytes} of a storage of {storage.nbytes()}")
    array = storage.bytes[first : first + nbytes].view(dtype)
    return make(array, storage, None, first // dtype.itemsize)


def view_of_stretch(tensor: Tensor, start: int, count: int, dtype: np.dtype) -> Tensor:
    """`count` elements from `start` bytes after the first element of a tensor on, as a view of the
    tensor's base for autograd. Raises IndexError where there is no such memory.
    """
    base = tensor if tensor._view is None else tensor._view.base
    stretch(tensor, start, count * dtype.itemsize, dtype)
    found = base._array.dtype
    if component(found) != dtype:
        raise TypeError(f"elements of {dtype} in a tensor of {base.dtype}")
    offset = (tensor._offset * tensor.itemsize + start) // found.itemsize
    numbers = count * dtype.itemsize // found.itemsize
    whole = aten.as_strided.default(base, (numbers,), (1,), offset)
    return whole if found == dtype else aten.view_as_real(whole).view(-1)


def component(dtype: np.dtype) -> np.dtype:
    """The dtype of the parts of complex numbers, any other dtype itself."""
    return np.dtype(f"f{dtype.itemsize // 2}") if dtype.kind == "c" else dtype


def share_elements(a: np.ndarray, b: np.ndarray) -> bool:
    """Whether two arrays have a byte in common; True also where that takes too long to find out.

    Decided by NumPy's solver of the bounded Diophantine equation between the two sets of addresses.
    """
    try:
        return np.shares_memory(a, b, max_work=MAX_WORK)
    except np.exceptions.TooHardError:
        return True


def apart(*tensors: Tensor) -> bool:
    """Whether tensors in different storages share no element: two storages may be of one piece of
    memory only where it came from outside of lamina.
    """
    return not share_outside([(t._storage, t._array) for t in tensors])


def share_outside(found: list[tuple[Storage, np.ndarray]]) -> bool:
    """Whether arrays in memory that came from outside, of different storages, have an element in
    common.
    """
    outside = [(s, a) for s, a in found if not s.resizable() and type(a) is not Missing and a.size]
    bounds = [(np.lib.array_utils.byte_bounds(a), s, a) for s, a in outside]
    bounds.sort(key=lambda bound: bound[0])
    for at, ((_, end), storage, array) in enumerate(bounds):
        for (start, _), other, second in bounds[at + 1 :]:
            if start >= end:
                break
            if other is not storage and share_elements(array, second):
                return True
    return False


def find_shared(inputs: list, used: list, written: set[int]) -> list[Memory]:
    """The memory that must be one input each, of those among `inputs` that are `used`; those numbered
    `written` are written to, or come to require grad, which their views see.
    """
    outside = {id(x.tensor): x.before for x in inputs}
    groups: dict[int, list] = {}
    for x in used:
        array = x.before["_array"]
        # Memory that is too small for an input has its other inputs as one flat input already.
        if type(array) is not Missing and array.size:
            groups.setdefault(id(x.real_storage), []).append(Place(x, outside))
    found = []
    for group in groups.values():
        if len(group) > 1 and any(p.input.number in written for p in group):
            found += _merge(group, written)
    return found


def need(memories: list[Memory], merged: list[Memory]) -> None:
    """Raises SharedMemory unless all memory that must be one input is one among `merged`."""
    missing = [m for m in memories if not any(known.covers(m) for known in merged)]
    if missing:
        raise SharedMemory(missing)


def joined(known: list[Memory], found: list[Memory]) -> list[Memory]:
    """All of this memory, where parts of one storage that meet are one."""
    memories: list[Memory] = []
    for memory in (*known, *found):
        meeting = [m for m in memories if m.meets(memory)]
        for other in meeting:
            memory = memory.united(other)
        memories = [m for m in memories if m not in meeting] + [memory]
    return memories


class Place:
    """An input with the memory that it looks at: `array`, its `span` of bytes in the storage, and the
    `base` that it is a view of (itself if it is none) as an array of the same storage, if it is.
    """

    def __init__(self, x, outside: dict):
        self.input = x
        self.array: np.ndarray = x.before["_array"]
        self.info = x.before["_view"]
        self.base: Tensor = x.tensor if self.info is None else self.info.base
        slots = outside.get(id(self.base))
        array, storage = (
            (slots["_array"], slots["_storage"])
            if slots is not None
            else (self.base._array, self.base._storage)
        )
        self.base_array: np.ndarray = array if storage is x.real_storage else self.array
        self.span = _span([self.array], x.real_storage)


def _merge(places: list[Place], written: set[int]) -> list[Memory]:
    """The memory in one storage that must be one input, widened until nothing else reaches in."""
    parts = _components(places, written)
    while True:
        memories = [_memory(part) for part in parts]
        for part, memory in zip(parts, memories, strict=True):
            reached = [p for p in places if p not in part and _meets(p, memory)]
            if reached:
                part.extend(reached)
                break
        else:
            return memories
        parts = _united(parts)


def _meets(place: Place, memory: Memory) -> bool:
    start, end = place.span
    return start < memory.end and memory.start < end


def _components(places: list[Place], written: set[int]) -> list[list[Place]]:
    """Places that common elements or autograd connect, where one of them is written to."""
    pairs = [[p] for p in places] + _overlapping(places) + _related(places)
    return [
        part
        for part in _united(pairs)
        if len(part) > 1 and any(p.input.number in written for p in part)
    ]


def _overlapping(places: list[Place]) -> list[list[Place]]:
    pairs = []
    order = sorted(places, key=lambda p: p.span)
    for at, first in enumerate(order):
        for second in order[at + 1 :]:
            if second.span[0] >= first.span[1]:
                break
            if share_elements(first.array, second.array):
                pairs.append([first, second])
    return pairs


def _related(places: list[Place]) -> list[list[Place]]:
    """Pairs of views of one base of which the first got a history from the program, which changes
    what the second is to autograd: it required no grad before, or may not follow its base.
    """
    changed = [
        p
        for p in places
        if requires_grad(p.input.tensor) and (p.input.history is not None or p.input.is_marked_anew)
    ]
    return [
        [p, q]
        for p in changed
        for q in places
        if p is not q
        and p.base is q.base
        and (p.input.edge is None or (q.info is not None and q.info.creation != DEFAULT))
    ]


def _united(parts: list[list[Place]]) -> list[list[Place]]:
    """Parts that have a place in common as one part."""
    united: list[list[Place]] = []
    for part in parts:
        touching = [other for other in united if any(p in other for p in part)]
        united = [other for other in united if other not in touching]
        united.append(list(dict.fromkeys(p for some in (*touching, part) for p in some)))
    return united


def _memory(part: list[Place]) -> Memory:
    storage = part[0].input.real_storage
    linked = any(requires_grad(p.input.tensor) for p in part)
    arrays = [p.array for p in part] + [p.base_array for p in part if linked]
    start, end = _span(arrays, storage)
    return Memory(storage, start, end, element([a.dtype for a in arrays]), linked)


def element(dtypes: list[np.dtype]) -> np.dtype:
    """What arrays of these dtypes are views of: integers as wide as the narrowest of them, where they
    or the parts of complex ones are not all of one dtype.
    """
    parts = set(map(component, dtypes))
    if len(parts) == 1:
        return parts.pop()
    return np.dtype(f"i{min(p.itemsize for p in parts)}")


def _span(arrays: list[np.ndarray], storage: Storage) -> tuple[int, int]:
    """The bytes of the storage that arrays reach, from a multiple of the widest element on."""
    origin = storage.bytes.ctypes.data
    bounds = [np.lib.array_utils.byte_bounds(a) for a in arrays]
    widest = max(a.dtype.itemsize for a in arrays)
    start = (min(b[0] for b in bounds) - origin) // widest * widest
    return start, max(b[1] for b in bounds) - origin
