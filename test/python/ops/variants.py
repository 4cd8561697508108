"""Variants of samples: the same call with other dtypes, memory layouts and operands.

What the oracle makes of a variant is what lamina should make of it, errors included, so variants need not
be calls that work.
"""

from __future__ import annotations

import dataclasses

import numpy as np
from samples import Array, Sample, convert, losses, samples
from samples.arrays import numpy_dtype

DTYPES = (
    "bool",
    "uint8",
    "int8",
    "int16",
    "int32",
    "int64",
    "float16",
    "bfloat16",
    "float32",
    "float64",
    "complex64",
    "complex128",
    "float8_e4m3fn",
    "float8_e5m2",
)
LAYOUTS = ("transposed", "strided", "expanded")
# Operands beside a first one of each of these dtypes: the categories of promotion.
MIXED = ("bool", "uint8", "int64", "float16", "float32", "complex64")
NUMBERS = (True, 3, 2.5, 1 + 2j)


def main(name: str) -> Sample | None:
    """The sample that variants are made of: the first with elements in float64 or else in any dtype."""
    drawn = [one for one in samples(name) if any(a.data.size for a in _arrays(one))]
    floating = [one for one in drawn if any(a.dtype == "float64" for a in _arrays(one))]
    return next(iter(floating or drawn), None)


def by_dtype(name: str):
    """(dtype, sample): every array of the main dtype converted."""
    one = main(name)
    if one is None:
        return
    own = _main_dtype(one)
    for dtype in DTYPES:
        yield dtype, _mapped(one, lambda a, d=dtype: _cast(a, d) if a.dtype == own else a)


def by_layout(name: str):
    """(layout, sample): every array of rank two or more laid out in memory that way."""
    one = main(name)
    if one is None:
        return
    for layout in LAYOUTS:
        yield layout, _mapped(one, lambda a, how=layout: _laid_out(a, how))


def by_operand(name: str):
    """(description, sample): the second array in another dtype, as a 0-d tensor, and as a number. Losses neither
    promote nor broadcast, and are left out.
    """
    one = main(name)
    if (
        name in losses.SAMPLES
        or one is None
        or len(one.args) < 2
        or not all(isinstance(a, Array) for a in one.args[:2])
    ):
        return
    first, second = one.args[:2]
    for left in MIXED:
        for right in MIXED:
            pair = _cast(first, left), _cast(second, right)
            yield f"{left}, {right}", one._replace(args=(*pair, *one.args[2:]))
            if second.data.size:
                number = Array(np.asarray(pair[1].data.reshape(-1)[0]))
                args = (pair[0], number, *one.args[2:])
                yield f"{left}, 0-d {right}", one._replace(args=args)
        for number in NUMBERS:
            args = (_cast(first, left), number, *one.args[2:])
            yield f"{left}, {number}", one._replace(args=args)


def by_shape(name: str):
    """(description, sample): all arrays 0-d, all without elements, and the first two broadcast."""
    one = main(name)
    if one is None:
        return
    own = _main_dtype(one)
    for shape in ((), (0,), (0, 3), (1,), (2, 1, 3)):
        yield str(shape), _mapped(one, lambda a, s=shape: _resized(a, s) if a.dtype == own else a)
    if name in losses.SAMPLES:
        return
    if len(one.args) > 1 and all(isinstance(a, Array) for a in one.args[:2]):
        for shapes in (((2, 1), (3,)), ((), (2, 3)), ((0, 1), (3,)), ((2,), (3,))):
            pair = [_resized(a, s) for a, s in zip(one.args, shapes)]
            yield str(shapes), one._replace(args=(*pair, *one.args[2:]))


def _arrays(one: Sample) -> list:
    found = []
    convert([one.args, one.kwargs], lambda a: found.append(a) if isinstance(a, Array) else a)
    return found


def _main_dtype(one: Sample) -> str:
    dtypes = [a.dtype for a in _arrays(one)]
    return "float64" if "float64" in dtypes else dtypes[0]


def _mapped(one: Sample, change) -> Sample:
    def how(value):
        return change(value) if isinstance(value, Array) else value

    return one._replace(args=convert(one.args, how), kwargs=convert(one.kwargs, how))


def _cast(array: Array, dtype: str) -> Array:
    """The values in another dtype; for unsigned ones their magnitudes, so that nothing overflows."""
    data, kind = array.data, numpy_dtype(dtype)
    if data.dtype.kind == "c" and kind.kind != "c":
        data = data.real
    if kind.kind == "u":
        data = np.abs(data)
    if kind.kind in "iub" and data.dtype.kind == "f":
        data = np.round(data)
    return dataclasses.replace(array, data=np.asarray(data).astype(kind))


def _laid_out(array: Array, layout: str) -> Array:
    if array.data.ndim < 1 or not array.data.size:
        return array
    if layout == "expanded":
        data = np.broadcast_to(array.data[:1], array.data.shape).copy()
        return dataclasses.replace(array, data=data, layout=layout)
    return dataclasses.replace(array, layout=layout)


def _resized(array: Array, shape: tuple) -> Array:
    # Of resize's empty arrays, strides are zeros.
    data = np.resize(array.data, shape) if np.prod(shape) else np.zeros(shape, array.data.dtype)
    return dataclasses.replace(array, data=data, layout="dense")
