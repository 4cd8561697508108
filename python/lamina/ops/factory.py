"""Tensors made from sizes and numbers, and from the metadata of other tensors.

The entries have aten's signatures; the public functions (`lamina.zeros(2, 3, requires_grad=True)`)
add the loose sizes and the `requires_grad` and `out` that torch accepts in front of them. `empty`
is zeros: no program can tell, and none can depend on garbage.
"""

from __future__ import annotations

import math

import numpy as np

from ..dtypes import to_numpy
from ..errors import ArgumentError, DtypeError, ShapeError, ValueError_
from ..memory_format import strides_for
from . import layout as layouts
from .out import write_out
from .promotion import cast, default_float, is_complex, scalar_dtype
from .registry import aten, composite, op

_OPTIONS = "ScalarType? dtype=None, Layout? layout=None, Device? device=None, bool? pin_memory=None"
_INT64 = np.dtype(np.int64)


def _sizes(size):
    if any(n < 0 for n in size):
        raise ShapeError(f"sizes must not be negative, got {tuple(size)}")
    return tuple(size)


def _dtype(dtype, default):
    return default if dtype is None else to_numpy(dtype)


def _constant(name, value):
    def sized(p, size, dtype, layout, device, pin_memory):
        return p.full(_sizes(size), value, _dtype(dtype, default_float()))

    def like(p, self, dtype, layout, device, pin_memory, memory_format):
        return p.full(tuple(self.shape), value, _dtype(dtype, self.dtype))

    def new(p, self, size, dtype, layout, device, pin_memory):
        return p.full(_sizes(size), value, _dtype(dtype, self.dtype))

    sized.__doc__ = f"A tensor of {value}s, float by default."
    like.__doc__ = f"A tensor of {value}s with the sizes, the dtype and the memory order of self."
    new.__doc__ = f"A tensor of {value}s of the given sizes with the dtype of self."
    facts = {"variants": "", "differentiable": False}
    op(f"{name}(SymInt[] size, *, {_OPTIONS}) -> Tensor", **facts)(sized)
    op(
        f"{name}_like(Tensor self, *, {_OPTIONS}, MemoryFormat? memory_format=None) -> Tensor",
        layout=layouts.chosen("self"),
        **facts,
    )(like)
    op(f"new_{name}(Tensor self, SymInt[] size, *, {_OPTIONS}) -> Tensor", **facts)(new)


_constant("zeros", 0)
_constant("ones", 1)
_constant("empty", 0)


@op(
    f"empty.memory_format(SymInt[] size, *, {_OPTIONS}, MemoryFormat? memory_format=None) -> Tensor",
    variants="",
    differentiable=False,
    layout=layouts.chosen(None),
)
def empty_in_format(p, size, dtype, layout, device, pin_memory, memory_format):
    """A tensor of unspecified values in a memory format, float by default."""
    return p.full(_sizes(size), 0, _dtype(dtype, default_float()))


@op(
    f"empty_strided(SymInt[] size, SymInt[] stride, *, {_OPTIONS}) -> Tensor",
    variants="",
    differentiable=False,
    layout=layouts.given,
)
def empty_strided(p, size, stride, dtype, layout, device, pin_memory):
    """A tensor of unspecified values with the given strides, in elements. Raises ShapeError for negative
    ones and for another number of them than of sizes.
    """
    if len(size) != len(stride):
        raise ShapeError(f"{len(stride)} strides {list(stride)} for sizes {list(size)}")
    if any(s < 0 for s in stride):
        raise ShapeError(f"strides must not be negative, got {list(stride)}")
    return p.full(_sizes(size), 0, _dtype(dtype, default_float()))


@op(
    f"new_empty_strided(Tensor self, SymInt[] size, SymInt[] stride, *, {_OPTIONS}) -> Tensor",
    variants="",
    differentiable=False,
    layout=layouts.given,
)
def new_empty_strided(p, self, size, stride, dtype, layout, device, pin_memory):
    """`empty_strided` with the dtype of self."""
    return empty_strided(p, size, stride, _dtype(dtype, self.dtype), layout, device, pin_memory)


@op(
    f"full(SymInt[] size, Scalar fill_value, *, {_OPTIONS}) -> Tensor",
    variants="",
    differentiable=False,
)
def full(p, size, fill_value, dtype, layout, device, pin_memory):
    """A tensor of one number, in that number's dtype by default."""
    return p.full(_sizes(size), fill_value, _dtype(dtype, scalar_dtype(fill_value)))


@op(
    f"full_like(Tensor self, Scalar fill_value, *, {_OPTIONS}, MemoryFormat? memory_format=None) "
    "-> Tensor",
    layout=layouts.chosen("self"),
    variants="",
    differentiable=False,
)
def full_like(p, self, fill_value, dtype, layout, device, pin_memory, memory_format):
    """A tensor of one number with the sizes, the dtype and the memory order of self."""
    return p.full(tuple(self.shape), fill_value, _dtype(dtype, self.dtype))


@op(
    f"new_full(Tensor self, SymInt[] size, Scalar fill_value, *, {_OPTIONS}) -> Tensor",
    variants="",
    differentiable=False,
)
def new_full(p, self, size, fill_value, dtype, layout, device, pin_memory):
    """A tensor of one number of the given sizes with the dtype of self."""
    return p.full(_sizes(size), fill_value, _dtype(dtype, self.dtype))


@op(f"scalar_tensor(Scalar s, *, {_OPTIONS}) -> Tensor", variants="function", differentiable=False)
def scalar_tensor(p, s, dtype, layout, device, pin_memory):
    """A 0-d tensor of one number, float by default."""
    return p.full((), s, _dtype(dtype, default_float()))


@op(f"arange(Scalar end, *, {_OPTIONS}) -> Tensor", variants="", differentiable=False)
def arange_to(p, end, dtype, layout, device, pin_memory):
    """0, 1, ... up to but without end."""
    return arange(p, 0, end, 1, dtype, layout, device, pin_memory)


@op(
    f"arange.start(Scalar start, Scalar end, *, {_OPTIONS}) -> Tensor",
    variants="",
    differentiable=False,
)
def arange_between(p, start, end, dtype, layout, device, pin_memory):
    """start, start + 1, ... up to but without end."""
    return arange(p, start, end, 1, dtype, layout, device, pin_memory)


@op(
    f"arange.start_step(Scalar start, Scalar end, Scalar step=1, *, {_OPTIONS}) -> Tensor",
    variants="",
    differentiable=False,
)
def arange(p, start, end, step, dtype, layout, device, pin_memory):
    """start, start + step, ... up to but without end. int64 when all are integers, else float.
    Raises ValueError_ when step is 0 or leads away from end."""
    if step == 0 or (end - start) / step < 0:
        raise ValueError_(f"arange: step {step} does not lead from {start} to {end}")
    whole = all(isinstance(v, int) for v in (start, end, step))
    count = -((start - end) // step) if whole else math.ceil((end - start) / step)
    result = _dtype(dtype, _INT64 if whole else default_float())
    # Rounding once from float64 keeps long float32 ranges exact to the last place.
    exact = _INT64 if whole else np.dtype(np.float64)
    ramp = p.iota((count,), 0, exact)
    if step != 1:
        ramp = p.mul(ramp, step)
    if start != 0:
        ramp = p.add(ramp, start)
    return cast(p, ramp, result)


@op(
    f"linspace(Scalar start, Scalar end, SymInt steps, *, {_OPTIONS}) -> Tensor",
    variants="",
    differentiable=False,
)
def linspace(p, start, end, steps, dtype, layout, device, pin_memory):
    """`steps` evenly spaced numbers from start to end, both included. Raises ValueError_ for
    steps < 0.
    """
    if steps < 0:
        raise ValueError_(f"linspace: steps must not be negative, got {steps}")
    result = _dtype(dtype, default_float())
    if is_complex(result):
        raise DtypeError("linspace: complex ranges are not offered")
    if steps < 2:
        return p.full((steps,), start, result)
    ramp = p.iota((steps,), 0, np.dtype(np.float64))
    step = (end - start) / (steps - 1)
    rising = p.add(p.mul(ramp, step), start)
    # Counting back from the end makes the last element exact.
    falling = p.sub(end, p.mul(p.sub(steps - 1, ramp), step))
    return cast(p, p.select(p.compare(ramp, steps / 2, "lt"), rising, falling), result)


@op(f"eye(SymInt n, *, {_OPTIONS}) -> Tensor", variants="", differentiable=False)
def eye_square(p, n, dtype, layout, device, pin_memory):
    """An n x n identity matrix."""
    return eye(p, n, n, dtype, layout, device, pin_memory)


@op(f"eye.m(SymInt n, SymInt m, *, {_OPTIONS}) -> Tensor", variants="", differentiable=False)
def eye(p, n, m, dtype, layout, device, pin_memory):
    """An n x m matrix with ones on the diagonal."""
    sizes = _sizes((n, m))
    on_diagonal = p.compare(p.iota(sizes, 0, _INT64), p.iota(sizes, 1, _INT64), "eq")
    return p.cast(on_diagonal, _dtype(dtype, default_float()))


def _finish(tensor, requires_grad, out):
    if out is not None:
        return write_out(tensor, out)
    return tensor.requires_grad_() if requires_grad else tensor


def _dtype_of(out, dtype):
    """The dtype to compute in: the one asked for, else that of `out`."""
    return out.dtype if dtype is None and out is not None else dtype


def _loose(size):
    return tuple(size[0]) if len(size) == 1 and isinstance(size[0], (list, tuple)) else size


def _public(name, fn):
    def sized(
        *sizes,
        size=None,
        out=None,
        dtype=None,
        layout=None,
        device=None,
        pin_memory=None,
        requires_grad=False,
        **format,
    ):
        if not sizes and size is None:
            raise ArgumentError("missing argument 'size'", op=name)
        sizes = _loose(sizes) if size is None else tuple(size)
        dtype = _dtype_of(out, dtype)
        return _finish(fn(sizes, dtype=dtype, device=device, **format), requires_grad, out)

    def like(
        input,
        *,
        dtype=None,
        layout=None,
        device=None,
        pin_memory=None,
        requires_grad=False,
        memory_format=None,
    ):
        made = getattr(aten, name + "_like")(
            input, dtype=dtype, device=device, memory_format=memory_format
        )
        return _finish(made, requires_grad, None)

    def new(
        self,
        *sizes,
        size=None,
        dtype=None,
        device=None,
        layout=None,
        pin_memory=None,
        requires_grad=False,
    ):
        sizes = _loose(sizes) if size is None else tuple(size)
        made = getattr(aten, "new_" + name)(self, sizes, dtype=dtype, device=device)
        return _finish(made, requires_grad, None)

    for function, public, variants in (
        (sized, name, "function"),
        (like, name + "_like", "function"),
        (new, "new_" + name, "method"),
    ):
        function.__name__ = function.__qualname__ = public
        function.__doc__ = getattr(aten, public).default.__doc__
        composite(function, variants=variants, name=public)


_public("zeros", aten.zeros.default)
_public("ones", aten.ones.default)
_public("empty", aten.empty.memory_format)


@composite(name="empty_strided")
def _empty_strided(size, stride, *, dtype=None, layout=None, device=None, requires_grad=False):
    """A tensor of unspecified values with the given strides, in elements."""
    return _finish(
        aten.empty_strided(size, stride, dtype=dtype, device=device), requires_grad, None
    )


@composite(name="new_empty_strided", variants="method")
def _new_empty_strided(
    self, size, stride, *, dtype=None, layout=None, device=None, requires_grad=False
):
    """`empty_strided` with the dtype of self."""
    made = aten.new_empty_strided(self, size, stride, dtype=dtype, device=device)
    return _finish(made, requires_grad, None)


@composite
def empty_permuted(
    size, physical_layout, *, dtype=None, layout=None, device=None, requires_grad=False
):
    """A dense tensor of unspecified values whose dimensions lie in memory in the order `physical_layout`,
    from the slowest to the fastest. Raises ShapeError unless that is a permutation.
    """
    sizes, order = tuple(size), tuple(physical_layout)
    if sorted(order) != list(range(len(sizes))):
        raise ShapeError(
            f"physical_layout must be a permutation of {len(sizes)} dimensions, got {order}",
            op="empty_permuted",
        )
    stride = strides_for(sizes, order)
    return _empty_strided(sizes, stride, dtype=dtype, device=device, requires_grad=requires_grad)


@composite(name="full")
def _full(size, fill_value, *, out=None, dtype=None, layout=None, device=None, requires_grad=False):
    """A tensor of one number, in that number's dtype by default."""
    sizes = (size,) if isinstance(size, int) else tuple(size)
    if hasattr(fill_value, "item"):
        dtype, fill_value = dtype or fill_value.dtype, fill_value.item()
    return _finish(
        aten.full(sizes, fill_value, dtype=_dtype_of(out, dtype), device=device), requires_grad, out
    )


@composite(name="full_like")
def _full_like(
    input,
    fill_value,
    *,
    dtype=None,
    layout=None,
    device=None,
    requires_grad=False,
    memory_format=None,
):
    """A tensor of one number with the sizes, the dtype and the memory order of input."""
    made = aten.full_like(
        input, fill_value, dtype=dtype, device=device, memory_format=memory_format
    )
    return _finish(made, requires_grad, None)


@composite(name="new_full", variants="method")
def _new_full(self, size, fill_value, *, dtype=None, layout=None, device=None, requires_grad=False):
    """A tensor of one number of the given sizes with the dtype of self."""
    return _finish(
        aten.new_full(self, size, fill_value, dtype=dtype, device=device), requires_grad, None
    )


@composite(name="arange")
def _arange(
    start, end=None, step=1, *, out=None, dtype=None, layout=None, device=None, requires_grad=False
):
    """start (0 when only one number is given), start + step, ... up to but without end."""
    if end is None:
        start, end = 0, start
    return _finish(
        aten.arange.start_step(start, end, step, dtype=_dtype_of(out, dtype), device=device),
        requires_grad,
        out,
    )


@composite(name="linspace")
def _linspace(
    start, end, steps, *, out=None, dtype=None, layout=None, device=None, requires_grad=False
):
    """`steps` evenly spaced numbers from start to end, both included."""
    return _finish(
        aten.linspace(start, end, steps, dtype=_dtype_of(out, dtype), device=device),
        requires_grad,
        out,
    )


@composite(name="eye")
def _eye(n, m=None, *, out=None, dtype=None, layout=None, device=None, requires_grad=False):
    """An n x m (n x n) matrix with ones on the diagonal."""
    return _finish(
        aten.eye.m(n, n if m is None else m, dtype=_dtype_of(out, dtype), device=device),
        requires_grad,
        out,
    )
