"""Copies and writes: clone, contiguous, copy_, and how `out=` stores its result."""

from __future__ import annotations

from ..errors import ShapeError, ValueError_
from . import geometry as rules
from .registry import aten, composite, op


@op(
    "clone(Tensor self, *, MemoryFormat? memory_format=None) -> Tensor",
    pointwise=True,
    vjp={"self": lambda grad: grad},
)
def clone(p, self, memory_format):
    """A copy in fresh memory, in the same memory order."""
    return p.clone(self)


@op(
    "_clone_contiguous(Tensor self) -> Tensor",
    variants="",
    grad_name="CloneBackward0",
    vjp={"self": lambda grad: grad},
)
def _clone_contiguous(p, self):
    """A row-major copy in fresh memory."""
    return p.clone(self)


@composite(variants="method")
def contiguous(self, memory_format=None):
    """This tensor if it is row-major contiguous, else a row-major copy."""
    if memory_format not in (None, "contiguous_format"):
        raise ValueError_(f"memory format {memory_format!r} is not supported", op="contiguous")
    return self if self.is_contiguous() else aten._clone_contiguous(self)


@op(
    "copy_(Tensor(a!) self, Tensor src, bool non_blocking=False) -> Tensor(a!)",
    variants="method",
    grad_name="CopyBackwards",
    vjp={"self": lambda grad: aten.zeros_like(grad), "src": lambda grad: grad},
)
def copy_(p, self, src, non_blocking):
    """Writes `src`, broadcast and cast, into self. Raises ShapeError when it does not broadcast."""
    if not hasattr(src, "shape"):
        return p.full(tuple(self.shape), src, self.dtype)
    if src.dtype != self.dtype:
        src = p.cast(src, self.dtype)
    if tuple(src.shape) == tuple(self.shape):
        return src
    return p.expand(src, rules.expanded_shape(tuple(src.shape), tuple(self.shape)))


@op(
    "_write_out(Tensor(a!) self, Tensor src) -> Tensor(a!)",
    variants="",
    vjp={"self": None, "src": None},
)
def _write_out(p, self, src):
    """Stores a result in an `out=` tensor of the same size."""
    if tuple(self.shape) != tuple(src.shape):
        raise ShapeError(f"out= has size {list(self.shape)}, the result {list(src.shape)}")
    return src
