"""The last layer: an operator over arrays becomes an array kernel or, while tracing, IR.

This is the only layer that tracing swaps. A tracer is any object with

    builder            the primitives, as methods that emit IR (same names as `lamina.ops.primitives`)
    handle(tensor)     the traced array of a tensor; a concrete tensor is lifted to an input

A traced result is an ordinary Tensor whose storage holds the root traced array, so the layers above
(autograd, versions, views) cannot tell the difference. Strides follow one rule in both worlds: pointwise
results take their operands' memory order, views follow their geometry rule, all else is row-major.
"""

from __future__ import annotations

import numpy as np

from .. import dtypes
from ..devices import CPU
from ..errors import ArgumentError, DtypeError, LaminaError, ShapeError, UnsupportedError
from ..ops.layout import pointwise_strides
from ..storage import Geometry, Storage, contiguous_strides
from ..tensor import Tensor, make
from .state import state


def call(op, args: tuple):
    """Runs `op` on tensors; results are new tensors, or self for an in-place operator."""
    if op.is_view:
        return _view(op, args)
    values = compute(op, args)
    if op.writes:
        return _write(op, args, values)
    return _wrap_all(op, args, values)


def compute(op, args: tuple):
    """The arrays that `op` computes from its tensor arguments, traced or not."""
    tracer = state.tracer
    handle = tracer.handle if tracer is not None else _concrete
    handles = list(args)
    for i in op.tensors:
        handles[i] = _handles(handles[i], handle)
    try:
        if tracer is not None:
            return op.impl(tracer.builder, *handles)
        return op.kernel(*handles)
    except Exception as error:
        raise explain(op, args, error)


def explain(op, args: tuple, error: Exception) -> Exception:
    """`error` as one of lamina's own, naming the operator."""
    if isinstance(error, LaminaError):
        error.op = error.op or op.name
        return error
    if not isinstance(error, (TypeError, ValueError, IndexError, AttributeError)):
        return error
    if not op.schema.matches(args, {}) and not _fits(op, args):
        got = ", ".join(type(a).__name__ for a in args)
        wrapped = ArgumentError(f"({got}) do not fit {op.schema}", op=op.name)
    else:
        shapes = [list(args[i].shape) for i in op.tensors if isinstance(args[i], Tensor)]
        wrapped = ShapeError(f"{error} (operand shapes {shapes})", op=op.name)
    wrapped.__cause__ = error
    return wrapped


def _fits(op, args: tuple) -> bool:
    named = dict(zip((a.name for a in op.schema.arguments), args))
    return op.schema.matches(
        args[: op.schema.positional],
        {a.name: named[a.name] for a in op.schema.arguments if a.kwarg_only},
    )


def _concrete(tensor: Tensor):
    return tensor._array


def _handles(value, handle):
    if isinstance(value, Tensor):
        return handle(value)
    if isinstance(value, (list, tuple)):
        return [_handles(v, handle) for v in value]
    return value


def wrap(op, args: tuple, value) -> Tensor:
    """A new tensor over a freshly computed array, laid out by the stride rule."""
    if type(value) is not np.ndarray and state.tracer is None:
        value = np.asarray(value)
    if state.tracer is not None:
        strides = result_strides(op, args, value.shape)
        return make(value, Storage(value, strides, device_of(args)), strides)
    if (op.pointwise and value.ndim > 1) or not value.flags.c_contiguous:
        value = _laid_out(value, result_strides(op, args, value.shape))
    if value.base is not None or not value.flags.writeable:
        value = _owned(op, args, value)
    return make(value, Storage(value, None, device_of(args)))


def _wrap_all(op, args, values):
    if not op.multi:
        return wrap(op, args, values)
    return tuple([None if v is None else wrap(op, args, v) for v in values])


def device_of(args: tuple):
    """The device of the first tensor among the arguments, else that of a `device` argument, else the CPU."""
    for value in args:
        if isinstance(value, Tensor):
            return value._storage.device
        if isinstance(value, (list, tuple)) and value and isinstance(value[0], Tensor):
            return value[0]._storage.device
    return CPU


def result_strides(op, args: tuple, sizes: tuple) -> tuple:
    """The strides of a new result of this size."""
    if not op.pointwise:
        return contiguous_strides(sizes)
    operands = [Geometry(t.sizes, t.strides) for t in _tensors(op, args)]
    return pointwise_strides(operands, tuple(sizes))


def _tensors(op, args):
    for i in op.tensors:
        value = args[i]
        if isinstance(value, Tensor):
            yield value
        elif isinstance(value, (list, tuple)):
            yield from (v for v in value if isinstance(v, Tensor))


def _laid_out(value: np.ndarray, strides: tuple) -> np.ndarray:
    item = value.itemsize
    wanted = tuple([s * item for s in strides])
    if value.strides == wanted or value.size == 0:
        return value
    order = sorted(range(value.ndim), key=lambda d: (-strides[d], d))
    fresh = np.empty([value.shape[d] for d in order], value.dtype)
    fresh = fresh.transpose(np.argsort(order))
    np.copyto(fresh, value)
    return fresh


def _owned(op, args: tuple, value: np.ndarray) -> np.ndarray:
    """`value` unless it is memory of an operand or read-only: results of a compute operator are fresh."""
    shared = any(np.may_share_memory(value, t._array) for t in _tensors(op, args))
    return value.copy(order="K") if shared or not value.flags.writeable else value


def _view(op, args: tuple):
    base, rest = args[0], args[1:]
    tracer = state.tracer
    try:
        placed = view_geometry(op, base, rest)
        if tracer is not None:
            values = _traced_values(op, base, rest, placed, tracer)
    except Exception as error:
        raise explain(op, args, error)
    many = isinstance(placed, list)
    if tracer is None:
        views = [_strided(base, *p) for p in (placed if many else [placed])]
    else:
        storage = _traced_storage(base, tracer)
        views = [
            _traced_view(base, storage, v, p[0])
            for v, p in zip(values if many else [values], placed if many else [placed])
        ]
    if op.is_inplace_view:
        _adopt(base, views[0])
        return base
    return tuple(views) if many else views[0]


def _traced_values(op, base: Tensor, rest: tuple, placed, tracer):
    """The view handles in a trace; a view of the storage, not of the tensor, is taken of the root."""
    if "of_storage" not in op.tags:
        return op.impl(tracer.builder, tracer.handle(base), *rest)
    storage = _traced_storage(base, tracer)
    (sizes, strides, offset), _ = placed
    root = in_memory_order(tracer.builder, storage.data, storage.strides)
    return op.impl(tracer.builder, root, sizes, strides, offset - storage.origin)


def _traced_storage(base: Tensor, tracer) -> Storage:
    """The storage that traced views of `base` share: its own, or one whose root is the lifted tensor."""
    if base._storage.traced:
        return base._storage
    return Storage(tracer.handle(base), base.strides, base._storage.device, base._offset)


def in_memory_order(prims, root, strides: tuple):
    """A traced root whose row-major order is the order of memory. Raises UnsupportedError when it has gaps."""
    order = sorted(range(len(strides)), key=lambda d: (-strides[d], d))
    sizes = tuple([root.shape[d] for d in order])
    if any(
        n != 1 and s != c
        for n, s, c in zip(sizes, [strides[d] for d in order], contiguous_strides(sizes))
    ):
        raise UnsupportedError(
            f"as_strided of a storage that the traced tensor of sizes {list(root.shape)} and strides "
            f"{list(strides)} does not cover"
        )
    return root if order == list(range(len(order))) else prims.permute(root, order)


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


def _write(op, args: tuple, values):
    targets = [args[i] for i in op.writes]
    for target, value in zip(targets, values if len(targets) > 1 else [values]):
        write(op, target, value)
    return targets[0] if len(op.schema.returns) == 1 else tuple(targets[: len(op.schema.returns)])


def write(op, target: Tensor, value) -> None:
    """Stores a computed array into `target`. Raises ShapeError or DtypeError when it does not fit."""
    array = target._array
    if value is array:
        return
    if tuple(value.shape) != tuple(array.shape):
        raise ShapeError(
            f"output with shape {list(array.shape)} doesn't match the broadcast shape {list(value.shape)}",
            op=op.name,
        )
    if value.dtype != array.dtype:
        _check_castable(op, value.dtype, array.dtype)
    if "idempotent" not in op.tags and _overlaps_itself(target):
        if _is_same_memory(value, array):
            return
        raise ShapeError(
            "unsupported operation: more than one element of the written-to tensor refers to a single "
            "memory location; clone() the tensor before writing to it",
            op=op.name,
        )
    tracer = state.tracer
    if tracer is None:
        np.copyto(array, value, casting="unsafe")
        return
    prims = tracer.builder
    prims.assign(
        value if value.dtype == array.dtype else prims.cast(value, array.dtype),
        tracer.handle(target),
    )


def _overlaps_itself(target: Tensor) -> bool:
    """Whether several elements are the same memory, as after expand."""
    sizes = target.sizes
    return 0 not in sizes and any(
        stride == 0 and size > 1 for size, stride in zip(sizes, target.strides)
    )


def _is_same_memory(value, array) -> bool:
    """Whether writing value into array writes every element to where it already is."""
    return (
        isinstance(value, np.ndarray)
        and value.ctypes.data == array.ctypes.data
        and value.strides == array.strides
        and value.dtype == array.dtype
    )


def _check_castable(op, source: np.dtype, target: np.dtype) -> None:
    result, wanted = dtypes.from_numpy(source), dtypes.from_numpy(target)
    if result.category > wanted.category:
        raise DtypeError(
            f"result type {result} can't be cast to the desired output type {wanted}", op=op.name
        )
