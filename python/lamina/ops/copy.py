"""Copies and writes: clone, contiguous, copy_, and how `out=` stores its result."""

from __future__ import annotations

import numpy as np

from .. import memory_format as formats
from ..errors import ShapeError
from . import geometry as rules
from . import layout
from .registry import aten, composite, op


@op(
    "clone(Tensor self, *, MemoryFormat? memory_format=None) -> Tensor",
    layout=layout.chosen("self"),
    vjp={"self": lambda grad: grad},
)
def clone(p, self, memory_format):
    """A copy in fresh memory, in the same memory order or in that of `memory_format`.

    Raises ShapeError for a format of another rank.
    """
    return p.clone(self)


@op(
    "_clone_strided(Tensor self, SymInt[] stride) -> Tensor",
    variants="",
    grad_name="CloneBackward0",
    layout=layout.given,
    vjp={"self": lambda grad: grad},
)
def _clone_strided(p, self, stride):
    """A copy in fresh memory with the given strides, in elements. Raises ShapeError for another number of them."""
    if len(stride) != len(self.shape):
        raise ShapeError(f"strides {tuple(stride)} do not fit shape {tuple(self.shape)}")
    return p.clone(self)


@composite(variants="method")
def contiguous(self, memory_format=formats.contiguous_format):
    """This tensor if it is contiguous in the memory format, else a copy that is.

    Raises ShapeError for `preserve_format` and for a format of another rank.
    """
    if self.is_contiguous(memory_format=memory_format):
        return self
    if memory_format is formats.preserve_format:
        raise ShapeError("preserve_format names no memory order", op="contiguous")
    return aten.clone(self, memory_format=memory_format)


def _copied_at_once(handles: list) -> bool:
    """Copies an array of the same dtype into one that does not overlap itself."""
    target, source = handles[:2]
    if (
        type(source) is not np.ndarray
        or type(target) is not np.ndarray
        or source.dtype is not target.dtype
        or source.shape != target.shape
        or not target.flags.forc
    ):
        return False
    np.copyto(target, source)
    return True


@op(
    "copy_(Tensor(a!) self, Tensor src, bool non_blocking=False) -> Tensor(a!)",
    pointwise=True,
    variants="method",
    grad_name="CopyBackwards",
    direct_write=_copied_at_once,
    tags={"converts"},
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
    tags={"out"},
    vjp={"self": None, "src": None},
)
def _write_out(p, self, src):
    """Stores a result in an `out=` tensor of the same size."""
    if tuple(self.shape) != tuple(src.shape):
        raise ShapeError(f"out= has size {list(self.shape)}, the result {list(src.shape)}")
    return src
