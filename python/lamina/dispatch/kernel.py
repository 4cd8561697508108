"""The last layer: an operator over arrays becomes an array kernel or, while tracing, IR.

This is the only layer that tracing swaps. A tracer is any object with

    builder            the primitives, as methods that emit IR (named as in `ops.primitives`)
    handle(tensor)     the traced array of a tensor; a concrete tensor is lifted to an input
    owned(array)       the traced array, or a copy of it where its memory is seen by others

A traced result is an ordinary Tensor whose storage holds the root traced array, so the layers above
(autograd, versions, views) cannot tell the difference. Strides follow one rule in both worlds:
pointwise results take their operands' memory order, views follow their geometry rule, all else is
row-major.
"""

from __future__ import annotations

from typing import NoReturn

import numpy as np
from numpy.lib.stride_tricks import as_strided

from .. import dtypes
from .. import memory_format as formats
from ..autograd.views import link
from ..devices import CPU
from ..errors import ArgumentError, DimError, DtypeError, LaminaError, ShapeError
from ..ops.layout import pointwise_strides, preserved_strides
from ..ops.promotion import result_dtype
from ..storage import Geometry, Missing, Storage, contiguous_strides, extent
from ..tensor import Tensor, make
from . import viewing
from .overlap import check_memory, overlaps_itself
from .state import state

_NUMBER = Geometry((), ())
# Memory formats that leave a row-major tensor row-major.
_ROW_MAJOR = (None, formats.preserve_format, formats.contiguous_format)


def call(op, args: tuple):
    """Runs `op` on tensors; results are new tensors, or self for an in-place operator."""
    if op.is_view or op.placement is not None:
        try:
            return viewing.call(op, args) if op.is_view else viewing.place(op, args)
        except Exception as error:
            reraise(op, args, error)
    if op.writes:
        check_memory(op, args)
    handles = handles_of(op, args)
    values = run(op, args, handles)
    if op.writes and "opaque" not in op.tags:
        return _write(op, args, values)
    if not op.multi:
        return wrap(op, args, handles, values)
    return op.pack([None if v is None else wrap(op, args, handles, v) for v in values])


def handles_of(op, args: tuple) -> list:
    """The arguments with the tensors among them as arrays, traced or not."""
    tracer = state.tracer
    handle = tracer.handle if tracer is not None else _concrete
    handles = [*args]
    for i in op.tensors:
        handles[i] = _handles(args[i], handle)
    return handles


def run(op, args: tuple, handles: list):
    """What `op` computes from arrays."""
    tracer = state.tracer
    try:
        if tracer is not None:
            return op.impl(tracer.builder, *handles)
        return op.kernel(*handles)
    except Exception as error:
        reraise(op, args, error)


def run_eagerly(op, args: tuple, handles: list):
    """What `op` computes from ndarrays, with no tracer in sight."""
    try:
        return op.kernel(*handles)
    except Exception as error:
        reraise(op, args, error)


def view_eagerly(op, args: tuple) -> Tensor:
    """The one view that `op` makes, linked to its base, with no tracer in sight."""
    try:
        view = viewing.remembered(op, args)
    except Exception as error:
        reraise(op, args, error)
    link(view, args[0], op, args[1:])
    return view


def write_directly(op, args: tuple, handles: list) -> bool:
    """Runs an in-place operator as one NumPy call that writes into its first argument; says
    whether it could.
    """
    target = args[0]
    storage, counter = target._storage, target._counter
    if counter is None:
        return False
    for i in op.tensors:
        other = args[i]
        # Other views of the same memory are checked for overlap.
        if other is not target and type(other) is Tensor and other._storage is storage:
            return False
    if not op.direct_write(handles):
        return False
    counter.version += 1
    return True


def reraise(op, args: tuple, error: Exception) -> NoReturn:
    """Raises `error`, as one of lamina's own where the arguments are to blame, naming the
    operator.
    """
    if isinstance(error, LaminaError):
        error.op = error.op or op.name
        raise error
    is_theirs = "opaque" in op.tags
    if is_theirs or not isinstance(error, (TypeError, ValueError, IndexError, AttributeError)):
        raise error
    if not op.schema.matches(args, {}) and not _fits(op, args):
        got = ", ".join(type(a).__name__ for a in args)
        wrapped = ArgumentError(f"({got}) do not fit {op.schema}", op=op.name)
    else:
        shapes = [list(args[i].shape) for i in op.tensors if isinstance(args[i], Tensor)]
        kind = DimError if isinstance(error, IndexError) else ShapeError
        wrapped = kind(f"{error} (operand shapes {shapes})", op=op.name)
    raise wrapped from error


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


def wrap(op, args: tuple, handles: list, value) -> Tensor:
    """A new tensor over a computed array, in fresh memory and laid out by the stride rule."""
    if state.tracer is not None:
        value = state.tracer.owned(value)
        strides = result_strides(op, args, value.shape, value.dtype)
        return make(value, Storage(value, strides, device_of(args)), strides)
    return wrap_eagerly(op, args, handles, value)


def wrap_eagerly(op, args: tuple, handles: list, value) -> Tensor:
    """`wrap` with no tracer in sight."""
    if type(value) is not np.ndarray:
        value = np.asarray(value)
    else:
        flags = value.flags
        if flags.owndata and flags.c_contiguous and _is_new_and_in_order(op, handles, value):
            return make(value, Storage(value, None, device_of(args)))
    strides = None
    if "own_layout" not in op.tags and not _in_order(op, handles, value):
        strides = result_strides(op, args, value.shape, value.dtype)
        value = _laid_out(value, strides)
    if value.base is not None or not value.flags.writeable or any(value is h for h in handles):
        value = _owned(value, handles)
    return make(value, Storage(value, None, device_of(args)), strides)


def _is_new_and_in_order(op, handles: list, value: np.ndarray) -> bool:
    """Whether a dense row-major result can be taken as it is: the answer is quick, and no
    where it is not obvious.
    """
    sizes = value.shape
    operands_matter = op.pointwise
    if op.layout is not None and len(sizes) >= op.row_major_below:
        asked = op.keeps_row_major
        if asked is None or (asked >= 0 and handles[asked] not in _ROW_MAJOR):
            return False
        operands_matter = True
    if len(sizes) > 1:
        # NumPy's strides say nothing where a size is 0 or 1.
        if 0 in sizes or 1 in sizes:
            return False
        if operands_matter:
            for i in op.tensors:
                handle = handles[i]
                if type(handle) is np.ndarray:
                    if not handle.flags.c_contiguous:
                        return False
                elif type(handle) is list:
                    return False
    elif 0 in sizes or (operands_matter and op.layout is not None and 1 in sizes):
        # A copy keeps the stride of a single element, too.
        return False
    for handle in handles:  # noqa: SIM110 (a generator would cost more than all of this)
        if handle is value:
            return False
    return True


def _in_order(op, handles: list, value: np.ndarray) -> bool:
    """Whether the result already has the strides it should have, seen without computing them."""
    if op.layout is not None and (
        value.ndim > 1 or value.shape in ((0,), (1,)) or not op.keeps_format(handles)
    ):
        return False
    if value.ndim < 2:
        return value.ndim == 0 or value.strides[0] == value.itemsize
    if not value.flags.c_contiguous:
        return False
    # NumPy's strides say nothing where a size is 0 or 1.
    unclear = value.size == 0 or 1 in value.shape
    if unclear and value.strides != tuple(
        [s * value.itemsize for s in contiguous_strides(value.shape)]
    ):
        return False
    if op.pointwise:
        for i in op.tensors:
            handle = handles[i]
            if type(handle) is list:
                return False
            if type(handle) is not np.ndarray:
                if unclear:
                    return False
            elif not handle.flags.c_contiguous or (unclear and not _is_like(handle, value)):
                return False
    return True


def _is_like(handle: np.ndarray, value: np.ndarray) -> bool:
    """Whether shapes and strides are the same, counted in elements, also where sizes are 0 or 1."""
    return handle.shape == value.shape and all(
        [a * value.itemsize == b * handle.itemsize for a, b in zip(handle.strides, value.strides)]
    )


def _owned(value: np.ndarray, handles: list) -> np.ndarray:
    """`value`, or a copy when it is memory of an operand or read-only."""
    shared = any(
        np.may_share_memory(value, h)
        for handle in handles
        for h in (handle if type(handle) is list else (handle,))
        if isinstance(h, np.ndarray)
    )
    return value.copy(order="K") if shared or not value.flags.writeable else value


def device_of(args: tuple):
    """The device of the first tensor among the arguments, else that of a `device` argument,
    else the CPU.
    """
    for value in args:
        if isinstance(value, Tensor):
            return value._storage.device
        if isinstance(value, (list, tuple)) and value and isinstance(value[0], Tensor):
            return value[0]._storage.device
    return CPU


def result_strides(op, args: tuple, sizes: tuple, dtype) -> tuple:
    """The strides of a new result of this size and dtype."""
    sizes = tuple(sizes)
    if op.layout is not None:
        return op.layout(dict(zip(op.schema.index, args)), sizes)
    if not op.pointwise:
        return contiguous_strides(sizes)
    return pointwise_strides(list(_operands(op, args, dtype)), sizes)


def _operands(op, args, dtype):
    """The geometries of the operands, converted to the dtype that is computed in where theirs is another; a
    number that stands for an operand counts as a 0-d tensor.
    """
    common = _common_dtype([args[i] for i in op.tensors], dtype)
    for i, argument in enumerate(op.schema.arguments):
        value = args[i]
        if isinstance(value, Tensor):
            geometry = value.geometry
            if value._array.dtype != common and argument.name not in ("condition", "mask"):
                geometry = geometry._replace(strides=preserved_strides(geometry, geometry.sizes))
            yield geometry
        elif i in op.tensors and isinstance(value, (list, tuple)):
            yield from (v.geometry for v in value if isinstance(v, Tensor))
        elif value is not None and argument.name in ("other", "self"):
            yield _NUMBER


def _common_dtype(operands: list, result):
    """The dtype that operands are promoted to; for integers that give floats, that of the result."""
    if any(isinstance(v, (list, tuple)) for v in operands):
        return result
    given = [v._array if isinstance(v, Tensor) else v for v in operands if v is not None]
    common = result_dtype(*given)
    return result if common.kind in "biu" and result.kind not in "biu" else common


def _laid_out(value: np.ndarray, strides: tuple) -> np.ndarray:
    """The values in memory with these strides: a copy where those they have are others."""
    steps = tuple([s * value.itemsize for s in strides])
    if value.size == 0 or value.strides == steps:
        return value
    if all([n == 1 or have == s for n, have, s in zip(value.shape, value.strides, steps)]):
        return as_strided(value, value.shape, steps)
    memory = np.empty(extent(value.shape, strides), value.dtype)
    fresh = np.ndarray(value.shape, value.dtype, memory, 0, steps)
    np.copyto(fresh, value)
    return fresh


def _write(op, args: tuple, values):
    targets = [args[i] for i in op.writes]
    for target, value in zip(targets, values if len(targets) > 1 else [values]):
        write(op, target, value)
    return targets[0] if len(op.schema.returns) == 1 else tuple(targets[: len(op.schema.returns)])


def write(op, target: Tensor, value) -> None:
    """Stores a computed array into `target`. Raises ShapeError or DtypeError when it does not
    fit.
    """
    array = target._array
    if value is array:
        return
    if tuple(value.shape) != tuple(array.shape):
        raise ShapeError(
            f"output with shape {list(array.shape)} doesn't match the broadcast shape "
            f"{list(value.shape)}",
            op=op.name,
        )
    if value.dtype != array.dtype:
        _check_castable(op, value.dtype, array.dtype)
    if "idempotent" not in op.tags and overlaps_itself(target):
        if _is_same_memory(value, array):
            return
        raise ShapeError(
            "unsupported operation: more than one element of the written-to tensor refers to a "
            "single "
            "memory location; clone() the tensor before writing to it",
            op=op.name,
        )
    tracer = state.tracer
    if tracer is None:
        if type(array) is Missing:
            array.__array__()
        np.copyto(array, value, casting="unsafe")
        return
    prims = tracer.builder
    prims.assign(
        value if value.dtype == array.dtype else prims.cast(value, array.dtype),
        tracer.handle(target),
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
