"""View primitives and their inverses: another indexing of the same elements, no arithmetic.

A view shares memory with its operand and is writable when the operand is, so the interpreter can
run programs that mutate through views. Where no strided array can express the view (`reshape`,
`as_strided`, `view_as_complex` of a non-contiguous operand) the result is a copy. The inverse
helpers (`*_scatter`) return a fresh base with the viewed region replaced.
"""

import builtins

import numpy as np
from numpy.lib.stride_tricks import as_strided as _numpy_strided

__all__ = [
    "alias",
    "as_strided",
    "as_strided_scatter",
    "bitcast",
    "diagonal",
    "diagonal_scatter",
    "expand",
    "imag",
    "permute",
    "real",
    "reshape",
    "slice",
    "slice_scatter",
    "squeeze",
    "unfold",
    "unsqueeze",
    "view_as_complex",
    "view_as_real",
]


def _strided(x, shape, strides):
    """x's memory through other strides."""
    if x.itemsize == 1:
        # NumPy does not find small floats again by the names that it gives them on the way.
        return _numpy_strided(x.view(np.uint8), shape, strides).view(x.dtype)
    return _numpy_strided(x, shape, strides)


def permute(x, dims):
    """Dimension i of the result is dimension dims[i] of x."""
    return x.transpose(dims)


def reshape(x, shape):
    """The same elements in row-major order under another shape; a copy if strides cannot say it."""
    return x.reshape(shape)


def expand(x, shape):
    """Broadcast x to shape, aligned at the last dimension; repeated elements share memory."""
    lead = len(shape) - x.ndim
    strides = [0] * len(shape)
    for i, (size, stride) in enumerate(zip(x.shape, x.strides)):
        if size == shape[lead + i]:
            strides[lead + i] = stride
        elif size != 1:
            raise ValueError(f"expand: cannot expand shape {x.shape} to {tuple(shape)}")
    return _strided(x, tuple(shape), tuple(strides))


def slice(x, starts, stops, steps):
    """x[start:stop:step] in every dimension; bounds are within the sizes, steps positive."""
    return x[_region(starts, stops, steps)]


def squeeze(x, dims):
    """Drop the dimensions dims, all of size 1."""
    return x.squeeze(tuple(dims))


def unsqueeze(x, dims):
    """Insert dimensions of size 1 so that they stand at positions dims of the result."""
    return np.expand_dims(x, tuple(dims))


def diagonal(x, offset, dim1, dim2):
    """The elements with index_dim2 - index_dim1 == offset, as a new last dimension."""
    view = x.diagonal(offset, dim1, dim2)
    view.flags.writeable = x.flags.writeable
    return view


def as_strided(x, sizes, strides, offset):
    """Element (i, j, ...) is number offset + i*strides[0] + j*strides[1] + ... of x in
    row-major order.
    """
    flat = x.reshape(-1)
    if 0 in sizes:
        return flat[:0].reshape(sizes)
    last = offset + sum((size - 1) * stride for size, stride in zip(sizes, strides))
    if offset < 0 or last >= flat.size:
        raise IndexError(
            f"as_strided: sizes {tuple(sizes)}, strides {tuple(strides)} and offset {offset} "
            f"reach element {last} of {flat.size}"
        )
    # A flat array need not be dense: an expanded one repeats its only element.
    return _strided(flat[offset:], tuple(sizes), tuple(s * flat.strides[0] for s in strides))


def unfold(x, dim, size, step):
    """Windows of `size` elements every `step` along dim; the window is a new last dimension.

    A 0-d operand counts as one element.
    """
    if x.ndim == 0:
        x = x.reshape(1)
    count = (x.shape[dim] - size) // step + 1
    if size < 0 or step <= 0 or (count < 1 and x.shape[dim] < size):
        raise ValueError(f"unfold: window {size} with step {step} does not fit size {x.shape[dim]}")
    shape = (*x.shape[:dim], count, *x.shape[dim + 1 :], size)
    stride = x.strides[dim]
    return _strided(x, shape, (*x.strides[:dim], stride * step, *x.strides[dim + 1 :], stride))


def real(x):
    """The real parts of a complex array."""
    return x.real


def imag(x):
    """The imaginary parts of a complex array."""
    return x.imag


def view_as_real(x):
    """A complex array as pairs (re, im) along a new last dimension."""
    # A last dimension of one complex number may be viewed as two reals whatever the strides.
    return x[..., np.newaxis].view(x.real.dtype)


def view_as_complex(x):
    """Pairs along the last dimension (size 2, adjacent in memory) as complex numbers."""
    if x.shape[-1] != 2:
        raise ValueError(f"view_as_complex: last dimension has size {x.shape[-1]}, expected 2")
    dtype = np.result_type(x.dtype, np.complex64)
    adjacent = x.strides[-1] == x.dtype.itemsize
    return (x if adjacent else np.ascontiguousarray(x)).view(dtype)[..., 0]


def bitcast(x, dtype):
    """The same bits read as another dtype; the last dimension scales where it is narrower or wider."""
    dtype = np.dtype(dtype)
    shape = bitcast_shape(x.shape, x.dtype, dtype)
    if shape == x.shape:
        return x.view(dtype)
    adjacent = x.strides[-1] == x.dtype.itemsize
    return (x if adjacent else np.ascontiguousarray(x)).view(dtype)


def bitcast_shape(shape: tuple, have: np.dtype, want: np.dtype) -> tuple:
    """The shape of the bits of an array of `have` read as `want`. Raises ValueError where they do not
    divide evenly along the last dimension.
    """
    if have.itemsize == want.itemsize:
        return shape
    if not shape or shape[-1] * have.itemsize % want.itemsize:
        raise ValueError(
            f"bitcast: {list(shape)} elements of {have} are no whole elements of {want}"
        )
    return (*shape[:-1], shape[-1] * have.itemsize // want.itemsize)


def alias(x):
    """Another handle to the same elements."""
    return x.view()


def slice_scatter(base, update, starts, stops, steps):
    """A copy of base whose slice is update."""
    out = np.array(base, order="C", copy=True)
    out[_region(starts, stops, steps)] = update
    return out


def diagonal_scatter(base, update, offset, dim1, dim2):
    """A copy of base whose diagonal is update."""
    out = np.array(base, order="C", copy=True)
    diagonal(out, offset, dim1, dim2)[...] = update
    return out


def as_strided_scatter(base, update, sizes, strides, offset):
    """A copy of base whose strided region is update; the region must not overlap itself."""
    out = np.array(base, order="C", copy=True)
    as_strided(out, sizes, strides, offset)[...] = update
    return out


def _region(starts, stops, steps):
    return tuple(builtins.slice(*bounds) for bounds in zip(starts, stops, steps))
