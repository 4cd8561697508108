"""The functions of `lamina.fft`, over the three transforms of `lamina.ops.fft`.

`n` and `s` are the sizes after cutting or padding with zeros (of the result, for those that give
real ones). norm: "backward" scales inverse transforms by 1 / n, "forward" the others, "ortho" all
by 1 / sqrt(n). Integers transform in the default float dtype. Raises ShapeError for sizes below 1
and for dimensions that repeat.
"""

from __future__ import annotations

from ..dtypes import get_default_dtype
from ..errors import DtypeError, ShapeError, UnsupportedError
from .geometry import wrap_dim
from .registry import aten, composite


def _scale(norm, forward, name):
    if norm in (None, "backward"):
        return 0 if forward else 2
    if norm == "forward":
        return 2 if forward else 0
    if norm == "ortho":
        return 1
    raise UnsupportedError(f"norm must be backward, forward or ortho, got {norm!r}", op=name)


def _floating(x):
    return x if x.is_floating_point() or x.is_complex() else x.to(get_default_dtype())


def _complex(x):
    x = _floating(x)
    return x if x.is_complex() else x.to(x.dtype.to_complex())


def _real(x, name):
    if x.is_complex():
        raise DtypeError(f"needs a real tensor, got {x.dtype}", op=name)
    return _floating(x)


def _sized(x, dims, sizes, name):
    """x cut or padded with zeros to `sizes` along `dims`."""
    pads = [0] * (2 * x.ndim)
    for d, size in zip(dims, sizes):
        if size == x.shape[d] and size > 0:
            continue
        if size < 1:
            raise ShapeError(f"cannot transform {size} points (shape {tuple(x.shape)})", op=name)
        if size < x.shape[d]:
            x = x.narrow(d, 0, size)
        pads[2 * (x.ndim - 1 - d) + 1] = size - x.shape[d]
    return aten.constant_pad_nd(x, pads) if any(pads) else x


def _dims(x, s, dim, name):
    """(dimensions, sizes asked for or None) as distinct non-negative dimensions."""
    dim = [dim] if isinstance(dim, int) else dim
    s = [s] if isinstance(s, int) else s
    if dim is None:
        count = x.ndim if s is None else len(s)
        if count > x.ndim:
            raise ShapeError(f"s has {count} sizes for shape {tuple(x.shape)}", op=name)
        dims = list(range(x.ndim - count, x.ndim))
    else:
        dims = [wrap_dim(d, x.ndim) for d in dim]
    if len(set(dims)) != len(dims):
        raise ShapeError(f"a dimension appears twice in {tuple(dim)}", op=name)
    if s is not None and len(s) != len(dims):
        raise ShapeError(f"s {tuple(s)} and dim {tuple(dims)} differ in length", op=name)
    sizes = [x.shape[d] if s is None or s[i] == -1 else s[i] for i, d in enumerate(dims)]
    return dims, sizes


def _full(name, x, s, dim, norm, forward):
    """Complex results of the operand's size."""
    x = _floating(x)
    dims, sizes = _dims(x, s, dim, name)
    x = _sized(x, dims, sizes, name)
    scale = _scale(norm, forward, name)
    if x.is_complex() or not dims:
        return aten._fft_c2c(_complex(x), dims, scale, forward)
    result = aten._fft_r2c(x, dims, scale, False)
    return result if forward else result.conj()


def _half(name, x, s, dim, norm, forward):
    """The determining half of what a real operand transforms to."""
    x = _real(x, name)
    dims, sizes = _dims(x, s, dim, name)
    if not dims:
        raise ShapeError("needs at least one dimension to transform", op=name)
    result = aten._fft_r2c(_sized(x, dims, sizes, name), dims, _scale(norm, forward, name), True)
    return result if forward else result.conj()


def _whole(name, x, s, dim, norm, forward):
    """The real tensor whose determining half x is."""
    x = _complex(x)
    dims, sizes = _dims(x, s, dim, name)
    if not dims:
        raise ShapeError("needs at least one dimension to transform", op=name)
    if s is None or (s[-1] if not isinstance(s, int) else s) == -1:
        sizes[-1] = 2 * (x.shape[dims[-1]] - 1)
    if sizes[-1] < 1:
        raise ShapeError(f"cannot make {sizes[-1]} points (shape {tuple(x.shape)})", op=name)
    x = _sized(x, dims, [*sizes[:-1], sizes[-1] // 2 + 1], name)
    x = x.conj() if forward else x
    return aten._fft_c2r(x, dims, _scale(norm, forward, name), sizes[-1])


_KINDS = {
    "fft": (_full, True, "The forward transform, complex,"),
    "ifft": (_full, False, "The inverse transform, complex,"),
    "rfft": (_half, True, "The first n // 2 + 1 elements of the transform of a real tensor"),
    "irfft": (_whole, False, "The real inverse of rfft"),
    "hfft": (_whole, True, "The real transform of a Hermitian tensor, of which half is given,"),
    "ihfft": (_half, False, "The half of the inverse transform of a real tensor"),
}


def _register(name, transform, forward, doc):
    one, two, many = f"fft_{name}", f"fft_{name}2", f"fft_{name}n"

    def over_one(input, n=None, dim=-1, norm=None):
        return transform(one, input, None if n is None else [n], [dim], norm, forward)

    def over_two(input, s=None, dim=(-2, -1), norm=None):
        return transform(two, input, s, dim, norm, forward)

    def over_many(input, s=None, dim=None, norm=None):
        return transform(many, input, s, dim, norm, forward)

    for function, public, where in (
        (over_one, one, "one dimension, to n points."),
        (over_two, two, "two dimensions, to s points."),
        (over_many, many, "several dimensions (all, or as many last ones as s has), to s points."),
    ):
        function.__name__ = function.__qualname__ = public
        function.__doc__ = f"{doc} over {where}"
        composite(function, variants="", name=public)


for _name, _kind in _KINDS.items():
    _register(_name, *_kind)


@composite(variants="", name="fft_fftfreq")
def fftfreq(n, d=1.0, *, dtype=None, layout=None, device=None, requires_grad=False):
    """The frequencies of the n elements of fft's result for samples a distance d apart, [n]:
    negative ones from the middle on.
    """
    ramp = aten.arange(n, dtype=dtype or get_default_dtype(), device=device)
    positive = (n + 1) // 2
    values = aten.cat([ramp[:positive], ramp[positive:] - n]) / (n * d)
    return values.requires_grad_() if requires_grad else values


@composite(variants="", name="fft_rfftfreq")
def rfftfreq(n, d=1.0, *, dtype=None, layout=None, device=None, requires_grad=False):
    """The frequencies of the n // 2 + 1 elements of rfft's result for n samples, d apart."""
    ramp = aten.arange(n // 2 + 1, dtype=dtype or get_default_dtype(), device=device)
    values = ramp / (n * d)
    return values.requires_grad_() if requires_grad else values


def _shift(x, dim, towards_centre):
    dims = list(range(x.ndim)) if dim is None else [dim] if isinstance(dim, int) else list(dim)
    sizes = [x.shape[d] for d in dims]
    return x.roll([n // 2 if towards_centre else (n + 1) // 2 for n in sizes], dims)


@composite(variants="", name="fft_fftshift")
def fftshift(input, dim=None):
    """input with frequency zero moved to the middle of dim (of all dimensions by default)."""
    return _shift(input, dim, True)


@composite(variants="", name="fft_ifftshift")
def ifftshift(input, dim=None):
    """input with the middle of dim (of all dimensions by default) moved to the front, undoing
    fftshift.
    """
    return _shift(input, dim, False)
