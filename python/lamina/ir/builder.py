"""The primitives as methods that emit IR: a registry entry run over a `Builder` becomes operations.

`Builder.X` takes what `primitives.X` takes, with `TracedArray` for arrays. Elementwise operands are
made equal in shape (`expand`) and Python scalars become `full`, because operations of the dialect
neither broadcast nor promote.
"""

from __future__ import annotations

import math

import numpy as np
from mlir import ir

from ..errors import DtypeError, LaminaError, ShapeError
from ..ops.primitives.view import bitcast_shape
from . import attributes, locations, opset
from .diagnostics import error_from
from .types import ref_type, shape_and_dtype, tensor_type


class TracedArray:
    """An array of a program under construction: an IR value with a shape and a dtype, and the
    builder it is of.
    """

    __slots__ = ("builder", "dtype", "ndim", "shape", "value")

    def __init__(self, value: ir.Value, shape: tuple, dtype: np.dtype, builder: Builder):
        self.value = value
        self.builder = builder
        self.shape = shape
        self.dtype = dtype
        self.ndim = len(shape)

    @property
    def size(self) -> int:
        """Number of elements."""
        return math.prod(self.shape)

    @property
    def itemsize(self) -> int:
        """Bytes of one element."""
        return self.dtype.itemsize

    def __repr__(self) -> str:
        return f"TracedArray({list(self.shape)}, {self.dtype})"


class Builder:
    """Emits operations at `point`, in the ref world unless `array_type` says otherwise.

    `locate` gives the location of the next operation; by default the user's line.
    """

    def __init__(self, point: ir.InsertionPoint, array_type=ref_type):
        self.point = point
        self.array_type = array_type
        self.locate = locations.current

    def emit(
        self, name: str, operands: list, attrs: dict | None = None, results: list | None = None
    ):
        """One operation; its results as traced arrays (None, one, or a tuple). Result types not
        given are inferred. Raises ShapeError when the operation is not valid.
        """
        try:
            op = ir.Operation.create(
                f"lamina.{name}",
                results,
                [o.value for o in operands],
                attrs,
                loc=self.locate(),
                ip=self.point,
                infer_type=results is None,
            )
            op.verify()
        except (ir.MLIRError, ValueError) as failure:
            raise _rejected(name, operands, failure) from failure
        made = tuple([self.wrap(r) for r in op.results])
        return made[0] if len(made) == 1 else made or None

    def wrap(self, value: ir.Value) -> TracedArray:
        """A value of the function under construction as an array."""
        return TracedArray(value, *shape_and_dtype(value.type), self)

    def constant(self, array):
        """A literal array."""
        array = np.asarray(array)
        literal = attributes.elements(array)
        return self.emit(
            "constant", [], {"value": literal}, [self.array_type(array.shape, array.dtype)]
        )

    def assign(self, value: TracedArray, ref: TracedArray) -> None:
        """Overwrites the memory behind `ref`."""
        self.emit("assign", [value, ref], None, [])

    def bitcast(self, x: TracedArray, dtype: np.dtype) -> TracedArray:
        """The same bits read as another dtype; see `primitives.bitcast`."""
        shape = bitcast_shape(x.shape, x.dtype, np.dtype(dtype))
        return self.emit("bitcast", [x], None, [self.array_type(shape, np.dtype(dtype))])

    def array(self, value, like: TracedArray | None = None, shape: tuple = ()):
        """`value` as a traced array: a literal of a concrete array, `full` of a Python scalar in
        `like`'s dtype.
        """
        if isinstance(value, TracedArray):
            return value
        if isinstance(value, np.ndarray):
            return self.constant(value)
        if like is None:
            raise DtypeError(
                f"a {type(value).__name__} cannot stand alone where an array is expected"
            )
        return self.full(shape, value, like.dtype)

    def broadcast(self, name: str, operands: list) -> list:
        """Elementwise operands in one shape."""
        arrays = [o for o in operands if hasattr(o, "shape")]
        if not arrays:
            raise DtypeError("at least one operand must be an array", op=name)
        shape = arrays[0].shape
        if any(a.shape != shape for a in arrays):
            shape = _common_shape(name, arrays)
        # A scalar takes the dtype of its neighbour, never that of a predicate before it.
        typed = arrays[-1]
        return [self._spread(self.array(o, typed, shape), shape) for o in operands]

    def _spread(self, x: TracedArray, shape: tuple) -> TracedArray:
        return x if x.shape == shape else self.expand(x, shape)


def _common_shape(name: str, arrays: list) -> tuple:
    try:
        return np.broadcast_shapes(*(a.shape for a in arrays))
    except ValueError:
        shapes = " and ".join(str(list(a.shape)) for a in arrays)
        raise ShapeError(f"shapes {shapes} do not broadcast", op=name) from None


def _rejected(name: str, operands: list, failure: Exception) -> LaminaError:
    shown = ", ".join(f"{list(o.shape)} {o.dtype}" for o in operands)
    if isinstance(failure, ir.MLIRError):
        error = error_from(failure, op=name, kind=ShapeError)
        error.message += f" (operands: {shown})"
        return error
    return ShapeError(f"{failure} (operands: {shown})", op=name)


def _method(name: str):
    """The builder method of primitive `name`, made from its signature."""
    signature = opset.signature(name)
    kinds = {a: opset.ATTRIBUTES[a] for a in signature.attributes}
    positions = {p: i for i, p in enumerate(signature.parameters)}

    def method(self, *args, **named):
        if named:
            args = (*args, *(named[p] for p in signature.parameters[len(args) :]))
        operands = [args[positions[o]] for o in signature.operands]
        if signature.elementwise and len(operands) > 1:
            operands = self.broadcast(name, operands)
        elif signature.variadic:
            at = signature.operands.index(signature.variadic)
            operands[at : at + 1] = operands[at]
        operands = [o if isinstance(o, TracedArray) else self.array(o) for o in operands]
        bound = {p: args[i] for p, i in positions.items()}
        results = [_result_type(self, signature, operands, bound)] if signature.typed else None
        dtype = operands[0].dtype if operands else bound.get("dtype")
        attrs = {a: attributes.encode(kind, bound[a], dtype) for a, kind in kinds.items()}
        return self.emit(name, operands, attrs, results)

    method.__name__ = name
    method.__doc__ = f"Emits `lamina.{name}`; see `primitives.{name}`."
    return method


def _result_type(
    builder: Builder, signature: opset.Signature, operands: list, bound: dict
) -> ir.Type:
    shape = tuple(bound["shape"]) if "shape" in signature.typed else operands[0].shape
    dtype = np.dtype(bound["dtype"]) if "dtype" in signature.typed else operands[0].dtype
    return builder.array_type(tuple(map(int, shape)), dtype)


for _name in opset.names():
    if _name not in vars(Builder):
        setattr(Builder, _name, _method(_name))


def tensor_builder(point: ir.InsertionPoint) -> Builder:
    """A builder in the value world."""
    return Builder(point, tensor_type)
