"""View operators at the kernel: another array over the same storage, or a view primitive while
tracing.

Eagerly the geometry rule says all there is to know. In a trace the primitive makes the view of the
handle, and the rule its strides; a view of the storage (`as_strided`) is taken of the root.
"""

from __future__ import annotations

import numpy as np

from ..errors import ShapeError, UnsupportedError
from ..storage import Geometry, Storage, VersionCounter, contiguous_strides, extent
from ..tensor import Tensor, make
from .state import state

# How many placements an operator remembers before it starts anew.
_REMEMBERED = 1024


def call(op, args: tuple):
    """The views that `op` makes of its first argument; that argument itself for an in-place
    view operator.
    """
    base, rest = args[0], args[1:]
    tracer = state.tracer
    placed = view_geometry(op, base, rest)
    if tracer is not None:
        values = _traced_values(op, base, rest, placed, tracer)
    many = isinstance(placed, list)
    if tracer is None:
        views = [_strided(base, *p) for p in (placed if many else [placed])]
    elif "owned" in op.tags and all(x.storage is not base._storage for x in tracer.inputs):
        value, strides = tracer.owned(values), placed[0].strides
        views = [make(value, Storage(value, strides, base._storage.device), strides)]
    else:
        storage = _traced_storage(base, tracer)
        views = [
            _traced_view(base, storage, v, p[0])
            for v, p in zip(values if many else [values], placed if many else [placed])
        ]
    if "unlinked" in op.tags and base._counter is not None:
        for view in views:
            view._counter = VersionCounter()
    if op.is_inplace_view:
        was = base._array
        _adopt(base, views[0])
        if tracer is not None:
            tracer.rebind(base, was)
        return base
    return tuple(views) if many else views[0]


def remembered(op, args: tuple) -> Tensor:
    """`call` for one result with no tracer in sight, for which the same view of a tensor that
    looked the same is placed but once.
    """
    base, rest = args[0], args[1:]
    array, storage = base._array, base._storage
    if type(array) is not np.ndarray:
        return call(op, args)
    key = (array.shape, array.strides, base._strides, base._offset, array.itemsize, rest)
    try:
        placed = op.placements.get(key)
    except TypeError:
        # A list among the arguments.
        return call(op, args)
    if placed is None:
        placed = _remember(op, base, rest, key)
    geometry, steps, start = placed
    memory = storage.bytes
    if steps is None or not memory.size:
        found = storage.array(geometry, array.dtype)
    else:
        try:
            found = np.ndarray(geometry[0], array.dtype, memory, start, steps)
        except (TypeError, ValueError):
            found = storage.array(geometry, array.dtype)
    view = make(found, storage, None, geometry[2])
    view._counter = base._counter
    return view


def _remember(op, base: Tensor, rest: tuple, key: tuple) -> tuple:
    """The geometry of a view, with strides and offset in bytes (None for an empty one)."""
    geometry = op.geometry(base.geometry, *rest)
    item = base._array.itemsize
    steps = None if 0 in geometry.sizes else tuple([s * item for s in geometry.strides])
    if len(op.placements) >= _REMEMBERED:
        op.placements.clear()
    placed = op.placements[key] = geometry, steps, geometry.offset * item
    return placed


def place(op, args: tuple) -> Tensor:
    """Makes the first argument look at the memory that the placement rule of `op` gives."""
    target = args[0]
    if state.tracer is not None:
        return _place_traced(op, args, state.tracer)
    storage, geometry = op.placement(*args)
    dtype = target._array.dtype
    storage.reserve((geometry.offset + extent(geometry.sizes, geometry.strides)) * dtype.itemsize)
    target._array = storage.array(geometry, dtype)
    target._storage, target._strides, target._offset = storage, None, geometry.offset
    return target


def _place_traced(op, args: tuple, tracer) -> Tensor:
    """`place` in a trace: another handle of a traced storage."""
    target, *rest = args
    was = tracer.handle(target)
    source = rest[0] if rest and isinstance(rest[0], Tensor) else None
    if source is not None:
        tracer.handle(source)
    storage, geometry = op.placement(*args)
    if source is not None and len(rest) == 1:
        tracer.adopt(target, source)
        return target
    dtype = target._array.dtype
    if not storage.traced:
        storage = _new_storage(storage, dtype, tracer)
    # The program counts from the start of the memory, unless it only looks at self otherwise.
    tracer.memory.cover(storage, geometry, dtype, storage is not target._storage)
    storage.reserve((geometry.offset + extent(geometry.sizes, geometry.strides)) * dtype.itemsize)
    target._array = of_storage(storage, geometry, dtype, tracer.builder)
    target._storage, target._strides, target._offset = storage, geometry.strides, geometry.offset
    tracer.rebind(target, was)
    return target


def _new_storage(storage: Storage, dtype: np.dtype, tracer) -> Storage:
    """Memory of no bytes in a trace. Raises UnsupportedError for memory that came from outside."""
    if storage.nbytes():
        raise UnsupportedError(
            f"a storage of {storage.nbytes()} bytes that is no tensor's came into the program"
        )
    return Storage(tracer.builder.full((0,), 0, dtype), (1,), storage.device)


def of_storage(storage: Storage, geometry: Geometry, dtype: np.dtype, prims):
    """The handle of a traced storage that looks at it so. Raises ShapeError where it reaches past
    the end.
    """
    root = in_memory_order(prims, storage.data, storage.strides)
    flat = reinterpreted(prims, prims.reshape(root, (root.size,)), dtype)
    sizes, strides, offset = geometry
    start = offset - storage.origin * root.dtype.itemsize // dtype.itemsize
    if start < 0 or start + extent(sizes, strides) > flat.size:
        raise ShapeError(
            f"sizes {list(sizes)}, strides {list(strides)} and offset {offset} reach outside of "
            "their storage"
        )
    return prims.as_strided(flat, sizes, strides, start if 0 not in sizes else 0)


def _traced_values(op, base: Tensor, rest: tuple, placed, tracer):
    """The view handles in a trace; a view of the storage, not of the tensor, is taken of the
    root.
    """
    if "of_storage" not in op.tags:
        return op.impl(tracer.builder, tracer.handle(base), *rest)
    storage = _traced_storage(base, tracer)
    (sizes, strides, offset), _ = placed
    tracer.memory.cover(storage, placed[0], base._array.dtype, rest[2] is not None)
    dtype = base._array.dtype
    first = base if base._view is None else base._view.base
    if first._storage is storage and _covers(first, placed[0], dtype):
        return op.impl(tracer.builder, first._array, sizes, strides, offset - first._offset)
    root = in_memory_order(tracer.builder, storage.data, storage.strides)
    if dtype == root.dtype:
        return op.impl(tracer.builder, root, sizes, strides, offset - storage.origin)
    origin = storage.origin * root.dtype.itemsize // dtype.itemsize
    flat = tracer.builder.reshape(root, (root.size,))
    whole = reinterpreted(tracer.builder, flat, dtype)
    return op.impl(tracer.builder, whole, sizes, strides, offset - origin)


def _covers(first: Tensor, geometry: Geometry, dtype: np.dtype) -> bool:
    """Whether a traced tensor is, in order, all memory that a geometry in its storage looks at."""
    sizes, strides, start = first.geometry
    end = geometry.offset + extent(geometry.sizes, geometry.strides)
    is_all = strides == contiguous_strides(sizes) and first._array.dtype == dtype
    return is_all and 0 not in sizes and start <= geometry.offset and end <= start + first.numel()


def _traced_storage(base: Tensor, tracer) -> Storage:
    """The storage that traced views of `base` share: its own, or one whose root is the lifted
    tensor.
    """
    if base._storage.traced:
        return base._storage
    return Storage(tracer.handle(base), base.strides, base._storage.device, base._offset)


def in_memory_order(prims, root, strides: tuple):
    """A traced root whose row-major order is the order of memory. Raises UnsupportedError when
    it has gaps.
    """
    order = sorted(range(len(strides)), key=lambda d: (-strides[d], d))
    sizes = tuple([root.shape[d] for d in order])
    if any(
        n != 1 and s != c
        for n, s, c in zip(sizes, [strides[d] for d in order], contiguous_strides(sizes))
    ):
        raise UnsupportedError(
            f"as_strided of a storage that the traced tensor of sizes {list(root.shape)} and "
            "strides "
            f"{list(strides)} does not cover"
        )
    return root if order == list(range(len(order))) else prims.permute(root, order)


def reinterpreted(prims, flat, dtype: np.dtype):
    """A traced vector as one of as many whole elements of another type as it has bits for."""
    if flat.dtype == dtype:
        return flat
    if flat.dtype.kind == "c":
        flat = prims.reshape(prims.view_as_real(flat), (flat.size * 2,))
    nbytes = flat.size * flat.dtype.itemsize // dtype.itemsize * dtype.itemsize
    if nbytes < flat.size * flat.dtype.itemsize:
        flat = prims.slice(flat, (0,), (nbytes // flat.dtype.itemsize,), (1,))
    part = np.dtype(f"f{dtype.itemsize // 2}") if dtype.kind == "c" else dtype
    numbers = flat if flat.dtype == part else prims.bitcast(flat, part)
    if dtype.kind != "c":
        return numbers
    return prims.view_as_complex(prims.reshape(numbers, (numbers.size // 2, 2)))


def view_geometry(op, base: Tensor, rest: tuple):
    """(geometry, dtype) of a view, or a list of them for an operator with several results."""
    if op.retype is not None:
        return op.retype(base._array.dtype, base.geometry, *rest)
    placed = op.geometry(base.geometry, *rest)
    dtype = base._array.dtype
    return [(g, dtype) for g in placed] if isinstance(placed, list) else (placed, dtype)


def _strided(base: Tensor, geometry: Geometry, dtype) -> Tensor:
    storage = base._storage
    view = make(storage.array(geometry, dtype), storage, None, geometry.offset)
    view._counter = base._counter
    return view


def _traced_view(base: Tensor, storage: Storage, handle, geometry: Geometry) -> Tensor:
    view = make(handle, storage, geometry.strides, geometry.offset)
    view._counter = base._counter
    return view


def _adopt(target: Tensor, view: Tensor) -> None:
    """Gives `target` the geometry of `view`: what an in-place view operator does."""
    target._array, target._storage = view._array, view._storage
    target._strides, target._offset = view._strides, view._offset
