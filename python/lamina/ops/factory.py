"""Tensors made from sizes and numbers, and from the metadata of other tensors.

The entries have aten's signatures; the public functions (`lamina.zeros(2, 3, requires_grad=True)`)
add the loose sizes and the `requires_grad` and `out` that torch accepts in front of them. `empty`
is zeros: no program can tell, and none can depend on garbage. Ranges are in `lamina.ops.ranges`.
"""

from __future__ import annotations

from ..devices import as_device
from ..dtypes import to_numpy
from ..errors import ArgumentError, ShapeError
from ..memory_format import strides_for
from . import layout as layouts
from .checks import fitting
from .out import write_out
from .promotion import default_float, scalar_dtype
from .registry import aten, composite, op

OPTIONS = "ScalarType? dtype=None, Layout? layout=None, Device? device=None, bool? pin_memory=None"


def sizes_of(size):
    """`size` as a tuple. Raises ShapeError for negative sizes."""
    if any(n < 0 for n in size):
        raise ShapeError(f"sizes must not be negative, got {tuple(size)}")
    return tuple(size)


def dtype_or(dtype, default, device):
    """The dtype of a new tensor. Raises DeviceError for a device without arrays."""
    as_device(device)
    return default if dtype is None else to_numpy(dtype)


def _constant(name, value):
    def sized(p, size, dtype, layout, device, pin_memory):
        return p.full(sizes_of(size), value, dtype_or(dtype, default_float(), device))

    def like(p, self, dtype, layout, device, pin_memory, memory_format):
        return p.full(tuple(self.shape), value, dtype_or(dtype, self.dtype, device))

    def new(p, self, size, dtype, layout, device, pin_memory):
        return p.full(sizes_of(size), value, dtype_or(dtype, self.dtype, device))

    sized.__doc__ = f"A tensor of {value}s of the given sizes, float by default."
    like.__doc__ = f"A tensor of {value}s with the sizes, the dtype and the memory order of self."
    new.__doc__ = f"A tensor of {value}s of the given sizes with the dtype of self."
    facts = {"variants": "", "differentiable": False}
    op(f"{name}(SymInt[] size, *, {OPTIONS}) -> Tensor", **facts)(sized)
    op(
        f"{name}_like(Tensor self, *, {OPTIONS}, MemoryFormat? memory_format=None) -> Tensor",
        layout=layouts.chosen("self"),
        **facts,
    )(like)
    op(f"new_{name}(Tensor self, SymInt[] size, *, {OPTIONS}) -> Tensor", **facts)(new)


_constant("zeros", 0)
_constant("ones", 1)
_constant("empty", 0)


@op(
    f"empty.memory_format(SymInt[] size, *, {OPTIONS}, MemoryFormat? memory_format=None) -> Tensor",
    variants="",
    differentiable=False,
    layout=layouts.chosen(None),
)
def empty_in_format(p, size, dtype, layout, device, pin_memory, memory_format):
    """A tensor of unspecified values in a memory format, float by default."""
    return p.full(sizes_of(size), 0, dtype_or(dtype, default_float(), device))


@op(
    f"empty_strided(SymInt[] size, SymInt[] stride, *, {OPTIONS}) -> Tensor",
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
    return p.full(sizes_of(size), 0, dtype_or(dtype, default_float(), device))


@op(
    f"new_empty_strided(Tensor self, SymInt[] size, SymInt[] stride, *, {OPTIONS}) -> Tensor",
    variants="",
    differentiable=False,
    layout=layouts.given,
)
def new_empty_strided(p, self, size, stride, dtype, layout, device, pin_memory):
    """`empty_strided` with the given sizes and the dtype of self."""
    return empty_strided(
        p, size, stride, dtype_or(dtype, self.dtype, device), layout, device, pin_memory
    )


@op(
    f"full(SymInt[] size, Scalar fill_value, *, {OPTIONS}) -> Tensor",
    variants="",
    differentiable=False,
)
def full(p, size, fill_value, dtype, layout, device, pin_memory):
    """A tensor of one number of the given sizes, in that number's dtype by default."""
    wanted = dtype_or(dtype, scalar_dtype(fill_value), device)
    return p.full(sizes_of(size), fitting(fill_value, wanted), wanted)


@op(
    f"full_like(Tensor self, Scalar fill_value, *, {OPTIONS}, MemoryFormat? memory_format=None) "
    "-> Tensor",
    layout=layouts.chosen("self"),
    variants="",
    differentiable=False,
)
def full_like(p, self, fill_value, dtype, layout, device, pin_memory, memory_format):
    """A tensor of one number with the sizes, the dtype and the memory order of self."""
    wanted = dtype_or(dtype, self.dtype, device)
    return p.full(tuple(self.shape), fitting(fill_value, wanted), wanted)


@op(
    f"new_full(Tensor self, SymInt[] size, Scalar fill_value, *, {OPTIONS}) -> Tensor",
    variants="",
    differentiable=False,
)
def new_full(p, self, size, fill_value, dtype, layout, device, pin_memory):
    """A tensor of one number of the given sizes with the dtype of self."""
    wanted = dtype_or(dtype, self.dtype, device)
    return p.full(sizes_of(size), fitting(fill_value, wanted), wanted)


@op(f"scalar_tensor(Scalar s, *, {OPTIONS}) -> Tensor", variants="function", differentiable=False)
def scalar_tensor(p, s, dtype, layout, device, pin_memory):
    """A 0-d tensor of one number, float by default."""
    return p.full((), s, dtype_or(dtype, default_float(), device))


def finish(tensor, requires_grad, out):
    """A new tensor as its caller wants it: stored in `out`, or as a leaf that requires grad."""
    if out is not None:
        return write_out(tensor, out, warn=False)
    return tensor.requires_grad_() if requires_grad else tensor


def dtype_of(out, dtype):
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
        dtype = dtype_of(out, dtype)
        return finish(fn(sizes, dtype=dtype, device=device, **format), requires_grad, out)

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
        return finish(made, requires_grad, None)

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
        return finish(made, requires_grad, None)

    for function, public, variants in (
        (sized, name, "function"),
        (like, name + "_like", "function"),
        (new, "new_" + name, "method"),
    ):
        function.__name__ = function.__qualname__ = public
        function.__doc__ = getattr(aten, public).default.doc
        composite(function, variants=variants, name=public)


_public("zeros", aten.zeros.default)
_public("ones", aten.ones.default)
_public("empty", aten.empty.memory_format)


@composite(name="empty_strided")
def _empty_strided(size, stride, *, dtype=None, layout=None, device=None, requires_grad=False):
    """A tensor of unspecified values with the given strides, in elements."""
    return finish(aten.empty_strided(size, stride, dtype=dtype, device=device), requires_grad, None)


@composite(name="new_empty_strided", variants="method")
def _new_empty_strided(
    self, size, stride, *, dtype=None, layout=None, device=None, requires_grad=False
):
    """`empty_strided` with the given sizes and the dtype of self."""
    made = aten.new_empty_strided(self, size, stride, dtype=dtype, device=device)
    return finish(made, requires_grad, None)


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
    """A tensor of one number of the given sizes, in that number's dtype by default."""
    sizes = (size,) if isinstance(size, int) else tuple(size)
    if hasattr(fill_value, "item"):
        dtype, fill_value = dtype or fill_value.dtype, fill_value.item()
    return finish(
        aten.full(sizes, fill_value, dtype=dtype_of(out, dtype), device=device), requires_grad, out
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
    return finish(made, requires_grad, None)


@composite(name="new_full", variants="method")
def _new_full(self, size, fill_value, *, dtype=None, layout=None, device=None, requires_grad=False):
    """A tensor of one number of the given sizes with the dtype of self."""
    return finish(
        aten.new_full(self, size, fill_value, dtype=dtype, device=device), requires_grad, None
    )
