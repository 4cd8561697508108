"""Indexing primitives: elements are chosen by index arrays, or moved without arithmetic.

Index arrays are int64. `gather` and `scatter` refuse negative indices, `index` and `index_put`
wrap them; an index out of range is an IndexError.
"""

import numpy as np

from ._numeric import compute_dtype, quiet, scalar

__all__ = ["concat", "flip", "gather", "index", "index_put", "pad", "scatter"]

_COMBINE = {"add": np.add, "mul": np.multiply, "amax": np.maximum, "amin": np.minimum}


def gather(x, index, dim):
    """out[i][j].. = x[..index[i][j]..][..], the index taking the place of coordinate dim."""
    if x.ndim == 0 or index.ndim == 0:
        return _as_vector(x)[_checked(_as_vector(index), x.size, "gather")].reshape(index.shape)
    return x[_mesh(index, x.shape[dim], dim, "gather")]


@quiet
def scatter(x, index, src, dim, reduce):
    """A copy of x in which element `index` along dim becomes (set), or is combined (add, mul, amax,
    amin) with, the element of src at the same position; index may be smaller than src and x."""
    if x.ndim == 0:
        return scatter(_as_vector(x), _as_vector(index), _as_vector(src), 0, reduce).reshape(())
    index = _as_vector(index)
    src = _as_vector(src)[tuple(slice(size) for size in index.shape)]
    where = _mesh(index, x.shape[dim], dim, "scatter")
    return _combine(x, where, src, reduce)


def index(x, indices):
    """x[indices[0], indices[1], ...]: k index arrays of one shape S select in the k leading
    dims.
    """
    return x[tuple(indices)]


@quiet
def index_put(x, values, indices, accumulate):
    """A copy of x with x[indices] replaced by values, or with values added for every occurrence."""
    return _combine(x, tuple(indices), values, "add" if accumulate else "set")


def concat(xs, dim):
    """Arrays of one dtype joined along dim."""
    return np.concatenate(xs, axis=dim)


def pad(x, low, high, interior, value):
    """Surround x with `value`: low before, high after (negative crops), interior between
    elements.
    """
    fill = scalar(value, x.dtype)
    spread = [size + max(size - 1, 0) * gap for size, gap in zip(x.shape, interior)]
    shape = [size + before + after for size, before, after in zip(spread, low, high)]
    if any(size < 0 for size in shape):
        raise ValueError(
            f"pad: low {list(low)} and high {list(high)} crop more than the shape {x.shape} has"
        )
    if any(interior):
        source = np.full(spread, fill, x.dtype)
        source[tuple(slice(None, None, gap + 1) for gap in interior)] = x
    else:
        source = x
    out = np.full(shape, fill, x.dtype)
    kept = [
        (max(0, -before), min(size, size + after), max(0, before))
        for size, before, after in zip(spread, low, high)
    ]
    if all(start < stop for start, stop, _ in kept):
        target = tuple(slice(at, at + stop - start) for start, stop, at in kept)
        out[target] = source[tuple(slice(start, stop) for start, stop, _ in kept)]
    return out


def flip(x, dims):
    """A copy of x with the order of elements reversed along dims."""
    return np.flip(x, tuple(dims)).copy()


def _combine(x, where, values, reduce):
    if reduce == "set":
        out = np.array(x, order="C", copy=True)
        out[where] = values
        return out
    dtype = compute_dtype(x.dtype)
    out = np.array(x, dtype=dtype, order="C", copy=True)
    _COMBINE[reduce].at(out, where, values.astype(dtype, copy=False))
    return out.astype(x.dtype, copy=False)


def _as_vector(x):
    return x.reshape(1) if x.ndim == 0 else x


def _mesh(index, size, dim, op):
    """Index arrays for every dimension: `index` along dim, its own coordinates along the others."""
    mesh = list(np.ogrid[tuple(slice(n) for n in index.shape)])
    mesh[dim] = _checked(index, size, op)
    return tuple(mesh)


def _checked(index, size, op):
    if index.size and (index.min() < 0 or index.max() >= size):
        raise IndexError(f"{op}: an index is out of range for size {size}")
    return index
