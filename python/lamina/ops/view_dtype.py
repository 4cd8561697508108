"""View operators that see the same memory under another dtype.

Their `retype` rule gives the geometry, counted in elements of the new dtype, and that dtype.
"""

from __future__ import annotations

import numpy as np

from ..dtypes import to_numpy
from ..errors import DtypeError, ShapeError
from ..storage import Geometry
from .registry import aten, op


def _as_real(dtype, g: Geometry):
    if dtype.kind != "c":
        raise DtypeError(f"view_as_real needs a complex tensor, got {dtype}", op="view_as_real")
    strides = tuple([2 * s for s in g.strides])
    return Geometry((*g.sizes, 2), (*strides, 1), 2 * g.offset), to_numpy(
        "f4" if dtype.itemsize == 8 else "f8"
    )


def _as_complex(dtype, g: Geometry):
    if dtype.kind != "f" or dtype.itemsize < 4:
        raise DtypeError(
            f"view_as_complex needs a float32 or float64 tensor, got {dtype}", op="view_as_complex"
        )
    if not g.sizes or g.sizes[-1] != 2 or g.strides[-1] != 1:
        raise ShapeError(
            f"view_as_complex needs a last dimension of size 2 and stride 1, got sizes {list(g.sizes)} and "
            f"strides {list(g.strides)}",
            op="view_as_complex",
        )
    if g.offset % 2 or any([s % 2 and n != 1 for n, s in zip(g.sizes[:-1], g.strides)]):
        raise ShapeError(
            f"view_as_complex needs even strides and offset, got {list(g.strides)}, {g.offset}",
            op="view_as_complex",
        )
    strides = tuple([s // 2 for s in g.strides[:-1]])
    return Geometry(g.sizes[:-1], strides, g.offset // 2), to_numpy(
        "c8" if dtype.itemsize == 4 else "c16"
    )


@op(
    "view_as_real(Tensor(a) self) -> Tensor(a)",
    retype=_as_real,
    vjp={"self": lambda grad: aten.view_as_complex(grad.contiguous())},
    variants="function",
)
def view_as_real(p, self):
    """A complex tensor as pairs (re, im) along a new last dimension."""
    return p.view_as_real(self)


@op(
    "view_as_complex(Tensor(a) self) -> Tensor(a)",
    retype=_as_complex,
    vjp={"self": lambda grad: aten.view_as_real(grad)},
    variants="function",
)
def view_as_complex(p, self):
    """Pairs along the last dimension as complex numbers."""
    return p.view_as_complex(self)


def _as_dtype(dtype, g: Geometry, wanted):
    target = to_numpy(wanted)
    if target.itemsize == dtype.itemsize:
        return g, target
    if not g.sizes or g.strides[-1] != 1:
        raise ShapeError(
            f"view as {target} of {dtype} needs a last dimension of stride 1", op="view"
        )
    return _rescaled(g, dtype.itemsize, target.itemsize), target


def _rescaled(g: Geometry, have: int, want: int) -> Geometry:
    """`g` counted in elements of `want` bytes; bytes must divide evenly."""
    amounts = [n * have for n in (g.sizes[-1], *g.strides[:-1], g.offset)]
    if any(n % want for n in amounts):
        raise ShapeError(
            f"view with elements of {want} bytes: sizes {list(g.sizes)}, strides {list(g.strides)} and offset "
            f"{g.offset} of {have}-byte elements do not divide evenly",
            op="view",
        )
    last, *strides, offset = [n // want for n in amounts]
    return Geometry((*g.sizes[:-1], last), (*strides, 1), offset)


@op(
    "view.dtype(Tensor(a) self, ScalarType dtype) -> Tensor(a)",
    retype=_as_dtype,
    differentiable=False,
)
def view_dtype(p, self, dtype):
    """The same bits read as another dtype; the last dimension scales when widths differ."""
    return _parts_as(p, _parts_of(p, self), to_numpy(dtype), self.dtype.itemsize)


def _parts_of(p, x):
    """Complex numbers as their parts along a new last dimension, whose layout allows any view; what
    is not complex as it is.
    """
    return p.view_as_real(x) if x.dtype.kind == "c" else x


def _parts_as(p, parts, target, width: int):
    """`target` of parts of elements that were `width` bytes wide."""
    has_pairs = parts.dtype.itemsize < width
    item = target.itemsize // 2 if target.kind == "c" else target.itemsize
    if has_pairs and target.itemsize != width:
        parts = p.reshape(parts, (*parts.shape[:-2], parts.shape[-2] * 2))
        has_pairs = False
    if target.kind == "c" and not has_pairs:
        if target.itemsize == width:
            parts = p.reshape(parts, (*parts.shape, 1))
        else:
            count = parts.shape[-1] * parts.dtype.itemsize // target.itemsize
            parts = p.reshape(parts, (*parts.shape[:-1], count, parts.shape[-1] // count))
    cast = p.bitcast(parts, np.dtype(f"f{item}") if target.kind == "c" else target)
    if target.kind == "c":
        return p.view_as_complex(cast)
    return p.reshape(cast, cast.shape[:-1]) if has_pairs else cast
