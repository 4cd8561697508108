"""Conversions of dtype, and the writes that fill a tensor with one value."""

from __future__ import annotations

import math

from .. import dtypes
from ..devices import device as Device
from ..errors import ArgumentError, DtypeError, ShapeError, UnsupportedError
from ..memory_format import preserve_format, suggested
from . import layout
from .checks import fitting
from .formulas import masked, zeros
from .promotion import broadcast_shapes, cast, int_to_float, is_complex
from .registry import aten, composite, op


@op(
    "_to_copy(Tensor self, *, ScalarType? dtype=None, Layout? layout=None, Device? device=None, "
    "bool? pin_memory=None, "
    "bool non_blocking=False, MemoryFormat? memory_format=None) -> Tensor",
    layout=layout.chosen("self"),
    variants="",
    grad_name="ToCopyBackward0",
    vjp={"self": lambda grad: grad},
)
def _to_copy(p, self, dtype, layout, device, pin_memory, non_blocking, memory_format):
    """A fresh copy, in another dtype if one is given."""
    wanted = self.dtype if dtype is None else dtypes.to_numpy(dtype)
    return p.clone(self) if wanted == self.dtype else p.cast(self, wanted)


@op(
    "conj_physical(Tensor self) -> Tensor",
    pointwise=True,
    inplace=True,
    vjp={"self": lambda grad: grad.conj()},
)
def conj_physical(p, self):
    """The complex conjugate, computed."""
    return p.conj(self) if is_complex(self.dtype) else p.clone(self)


@composite(variants="function, method")
def conj(self):
    """The complex conjugate; a real tensor itself."""
    return aten.conj_physical(self) if self.is_complex() else self


@composite(variants="function, method")
def resolve_conj(self):
    """self itself: conjugation is never lazy here."""
    return self


@op(
    "complex(Tensor real, Tensor imag) -> Tensor",
    pointwise=True,
    variants="function",
    vjp={
        "real": lambda grad: grad.real,
        "imag": lambda grad: aten.view_as_real(grad).select(-1, 1),
    },
)
def complex(p, real, imag):
    """real + i imag, complex. Both float32 or both float64. Raises DtypeError otherwise."""
    if real.dtype != imag.dtype or real.dtype.name not in ("float32", "float64"):
        raise DtypeError(
            f"real and imag must both be float32 or both float64, got {real.dtype} and {imag.dtype}"
        )
    sizes = broadcast_shapes(real.shape, imag.shape)
    return p.complex(p.expand(real, sizes), p.expand(imag, sizes))


@op(
    "angle(Tensor self) -> Tensor",
    pointwise=True,
    vjp={"self": lambda grad, self: _angle_vjp(grad, self)},
)
def angle(p, self):
    """The argument of complex numbers; 0 or pi of real ones by their sign, nan of nan."""
    if is_complex(self.dtype):
        return p.atan2(p.imag(self), p.real(self))
    x = int_to_float(p, self)
    return p.select(p.compare(x, x, "ne"), x, p.select(p.compare(x, 0, "lt"), math.pi, p.mul(x, 0)))


def _angle_vjp(grad, self):
    if not self.is_complex():
        return zeros(grad)
    squared = (self * self.conj()).real
    scale = masked(grad / squared, squared != 0)
    parts = aten.view_as_real(self)
    return aten.complex(-parts.select(-1, 1) * scale, parts.select(-1, 0) * scale)


@op(
    "fill.Tensor(Tensor self, Tensor value) -> Tensor",
    pointwise=True,
    inplace=True,
    grad_name="FillBackward1",
    inplace_grad_name="FillBackward3",
    tags={"reads_first"},
    variants="method",
    vjp={"self": lambda grad: zeros(grad), "value": lambda grad: grad.sum()},
)
@op(
    "fill.Scalar(Tensor self, Scalar value) -> Tensor",
    pointwise=True,
    inplace=True,
    inplace_grad_name="FillBackward2",
    tags={"idempotent"},
    variants="method",
    vjp={"self": lambda grad: zeros(grad)},
)
def fill(p, self, value):
    """A tensor like self in which every element is value, a number or a 0-d tensor."""
    if not hasattr(value, "dtype"):
        return p.full(tuple(self.shape), fitting(value, self.dtype), self.dtype)
    if value.shape:
        raise ShapeError(f"value must be a number or a 0-d tensor, got shape {tuple(value.shape)}")
    return p.clone(p.expand(cast(p, value, self.dtype), tuple(self.shape)))


@op(
    "zero(Tensor self) -> Tensor",
    pointwise=True,
    inplace=True,
    tags={"idempotent"},
    variants="method",
    vjp={"self": lambda grad: zeros(grad)},
)
def zero(p, self):
    """A tensor of zeros like self."""
    return p.full(tuple(self.shape), 0, self.dtype)


@composite(variants="method")
def to(self, *args, dtype=None, device=None, non_blocking=False, copy=False, memory_format=None):
    """self in another dtype, on another device or in another memory format: itself when nothing changes,
    unless copy.

    Called as to(dtype), to(device), to(device, dtype) or to(other tensor), with non_blocking and copy after
    those.
    """
    flags = []
    for argument in args:
        if isinstance(argument, dtypes.dtype):
            dtype = argument
        elif isinstance(argument, (str, Device)):
            device = argument
        elif hasattr(argument, "dtype") and hasattr(argument, "device"):
            dtype, device = argument.dtype, argument.device
        elif isinstance(argument, bool) and len(flags) < 2:
            flags.append(argument)
        elif argument is not None:
            raise ArgumentError(
                f"expected a dtype, a device or a tensor, got {type(argument).__name__}", op="to"
            )
    copy = copy or (len(flags) > 1 and flags[1])
    if device is not None and Device(device) != self.device:
        raise UnsupportedError(f"no copy from {self.device} to {Device(device)}", op="to")
    if (
        not copy
        and (dtype is None or dtype is self.dtype)
        and (memory_format in (None, preserve_format) or memory_format is suggested(self.geometry))
    ):
        return self
    return aten._to_copy.default.call((self, dtype, None, None, None, False, memory_format))


@composite(variants="method")
def type_as(self, other):
    """self in other's dtype."""
    return self.to(other.dtype)


@composite(variants="method")
def cpu(self):
    """self on the CPU."""
    return self.to(device="cpu")


def _casting_method(name, target):
    def method(self, memory_format=preserve_format):
        return to(self, target, memory_format=memory_format)

    method.__name__ = method.__qualname__ = name
    method.__doc__ = f"self as {target}."
    composite(method, variants="method")


for _name in (
    "double",
    "float",
    "half",
    "bfloat16",
    "long",
    "int",
    "short",
    "bool",
    "cfloat",
    "cdouble",
):
    _casting_method(_name, dtypes.PUBLIC.get(_name) or dtypes.by_name(_name))
_casting_method("char", dtypes.int8)
_casting_method("byte", dtypes.uint8)
