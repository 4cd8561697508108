"""Draws as plain Python over operators: words of the generator become numbers of a distribution.

Everything here can be traced. Streams are prefixes of each other: the first draws of a large tensor are
those of a small one.
"""

from __future__ import annotations

import math

from .. import ops
from ..autograd import no_grad
from ..devices import as_device
from ..dtypes import dtype as DType
from ..dtypes import float32, float64, get_default_dtype, int64
from ..errors import DtypeError, ShapeError, ValueError_
from ..ops.layout import strides_in
from ..ops.out import write_out
from ..ops.registry import composite
from ..tensor import Tensor
from .generator import Generator, default_generator

_MANTISSA = {"float16": 11, "bfloat16": 8, "float32": 24}


def _generator(generator: Generator | None) -> Generator:
    return default_generator if generator is None else generator


def _sizes(size: tuple) -> tuple:
    if len(size) == 1 and isinstance(size[0], (tuple, list)):
        size = size[0]
    return tuple(int(n) for n in size)


def _floating(dtype: DType | None, op: str) -> DType:
    dtype = get_default_dtype() if dtype is None else dtype
    if dtype.name not in (*_MANTISSA, "float64"):
        raise DtypeError(f"draws are floating point, got dtype {dtype}", op=op)
    return dtype


def _shaped(values: Tensor, sizes: tuple) -> Tensor:
    """A vector that nobody else knows under its public sizes; not a view of anything."""
    return ops.aten._unsafe_view(values, sizes)


def _in_order_of(values: Tensor, input: Tensor, memory_format) -> Tensor:
    """Draws laid out in a memory format, by default as `input` is."""
    strides = strides_in(memory_format, input.geometry, values.sizes)
    return values if strides == values.strides else ops.aten._clone_strided(values, strides)


def uniform(sizes: tuple, dtype: DType, generator: Generator | None) -> Tensor:
    """Uniform on [0, 1), with as many random bits as the mantissa of `dtype` holds."""
    count = math.prod(sizes)
    draw = _generator(generator)
    if dtype is float64:
        pairs = draw.words(2 * count).reshape(count, 2)
        bits = (pairs[:, 0] >> 5) * (1 << 26) + (pairs[:, 1] >> 6)
        return _shaped(bits.to(float64) * 2.0**-53, sizes)
    digits = _MANTISSA[dtype.name]
    bits = draw.words(count) >> (32 - digits)
    return _shaped(bits.to(dtype) * 2.0**-digits, sizes)


def _normal(sizes: tuple, dtype: DType, generator: Generator | None) -> Tensor:
    """Standard normal, by Box and Muller's transform of pairs of uniform draws."""
    count = math.prod(sizes)
    wide = float64 if dtype is float64 else float32
    pairs = uniform((-(-count // 2), 2), wide, generator)
    # 1 - u is in (0, 1], so the logarithm is finite.
    radius = ((1 - pairs[:, :1]).log() * -2).sqrt()
    angle = pairs[:, 1:] * (2 * math.pi)
    both = ops.aten.cat([radius * angle.cos(), radius * angle.sin()], 1)
    return _shaped(both.reshape(-1)[:count].to(dtype, copy=True), sizes)


def _integers(sizes: tuple, low: int, high: int, generator: Generator | None, op: str) -> Tensor:
    """Uniform on the integers [low, high), int64."""
    span = high - low
    if span <= 0:
        raise ValueError_(f"expected low < high, got low={low} and high={high}", op=op)
    count = math.prod(sizes)
    draw = _generator(generator)
    if span <= 1 << 31:
        return _shaped(((draw.words(count) * span) >> 32) + low, sizes)
    return _shaped(_wide(count, draw).remainder(span) + low, sizes)


def _wide(count: int, draw: Generator) -> Tensor:
    """Integers of 63 random bits."""
    pairs = draw.words(2 * count).reshape(count, 2)
    return (pairs[:, 0] << 31) | (pairs[:, 1] >> 1)


def _finish(values: Tensor, out: Tensor | None, requires_grad: bool) -> Tensor:
    if out is not None:
        values = write_out(values, out, warn=False)
    return values.requires_grad_() if requires_grad else values


@composite
def rand(
    *sizes,
    size=(),
    generator=None,
    out=None,
    dtype=None,
    layout=None,
    device=None,
    pin_memory=None,
    requires_grad=False,
):
    """Uniform draws on [0, 1) of shape `size` and a floating-point `dtype`."""
    as_device(device)
    with no_grad():
        values = uniform(_sizes(sizes or size), _floating(dtype, "rand"), generator)
        return _finish(values, out, requires_grad)


@composite
def randn(
    *sizes,
    size=(),
    generator=None,
    out=None,
    dtype=None,
    layout=None,
    device=None,
    pin_memory=None,
    requires_grad=False,
):
    """Standard normal draws of shape `size` and a floating-point `dtype`."""
    as_device(device)
    with no_grad():
        values = _normal(_sizes(sizes or size), _floating(dtype, "randn"), generator)
        return _finish(values, out, requires_grad)


@composite
def randint(
    low,
    high=None,
    size=None,
    *,
    generator=None,
    out=None,
    dtype=None,
    layout=None,
    device=None,
    requires_grad=False,
):
    """Uniform integers of [low, high) and shape `size`; `randint(high, size)` starts at 0. int64 by default."""
    as_device(device)
    if size is None:
        low, high, size = 0, low, high
    with no_grad():
        values = _integers(_sizes((size,)), low, high, generator, "randint").to(dtype or int64)
        return _finish(values, out, requires_grad)


@composite
def randperm(
    n, *, generator=None, out=None, dtype=None, layout=None, device=None, requires_grad=False
):
    """A random permutation of 0..n-1, int64 by default: the order that sorts n draws of 63 bits."""
    as_device(device)
    if n < 0:
        raise ValueError_(f"expected n >= 0, got {n}", op="randperm")
    with no_grad():
        order = _wide(n, _generator(generator)).sort(stable=True)[1]
        return _finish(order.to(dtype or int64), out, requires_grad)


@composite
def rand_like(
    input,
    *,
    generator=None,
    dtype=None,
    layout=None,
    device=None,
    pin_memory=None,
    requires_grad=False,
    memory_format=None,
):
    """`rand` with the shape and, by default, the dtype of `input`."""
    as_device(device)
    made = rand(input.shape, generator=generator, dtype=dtype or input.dtype)
    made = _in_order_of(made, input, memory_format)
    return made.requires_grad_() if requires_grad else made


@composite
def randn_like(
    input,
    *,
    generator=None,
    dtype=None,
    layout=None,
    device=None,
    pin_memory=None,
    requires_grad=False,
    memory_format=None,
):
    """`randn` with the shape and, by default, the dtype of `input`."""
    as_device(device)
    made = randn(input.shape, generator=generator, dtype=dtype or input.dtype)
    made = _in_order_of(made, input, memory_format)
    return made.requires_grad_() if requires_grad else made


@composite
def randint_like(
    input,
    low,
    high=None,
    *,
    generator=None,
    dtype=None,
    layout=None,
    device=None,
    pin_memory=None,
    requires_grad=False,
    memory_format=None,
):
    """`randint` with the shape and, by default, the dtype of `input`."""
    as_device(device)
    low, high = (0, low) if high is None else (low, high)
    made = randint(low, high, input.shape, generator=generator, dtype=dtype or input.dtype)
    made = _in_order_of(made, input, memory_format)
    return made.requires_grad_() if requires_grad else made


@composite(variants="function, method")
def bernoulli(input, p=None, *, generator=None, out=None):
    """Ones with the probabilities `input` (or `p`), else zeros; shape and dtype of `input`."""
    with no_grad():
        probability = input if p is None else p
        values = (uniform(tuple(input.shape), _draw_dtype(input), generator) < probability).to(
            input.dtype
        )
        return _finish(values, out, False)


@composite
def normal(
    mean=0.0,
    std=1.0,
    size=None,
    *,
    generator=None,
    out=None,
    dtype=None,
    layout=None,
    device=None,
    requires_grad=False,
):
    """Normal draws; `mean` and `std` are numbers with a `size`, or tensors that broadcast."""
    as_device(device)
    tensors = [t for t in (mean, std) if isinstance(t, Tensor)]
    if bool(tensors) == (size is not None):
        raise ShapeError("normal takes a size with numbers, or tensors without a size", op="normal")
    with no_grad():
        if tensors:
            sizes, dtype = _broadcast(tensors), tensors[0].dtype
        else:
            sizes = _sizes((size,))
        values = _normal(sizes, _floating(dtype, "normal"), generator) * std + mean
        return _finish(values, out, requires_grad)


def _broadcast(tensors: list) -> tuple:
    total = tensors[0] if len(tensors) == 1 else tensors[0] + tensors[1]
    return tuple(total.shape)


@composite(variants="function, method")
def multinomial(input, num_samples, replacement=False, *, generator=None, out=None):
    """Indices drawn with weights `input` ([n] or [m, n], need not sum to one): int64 [num_samples] or [m, num_samples].

    With replacement by inverting the cumulative sum, without it by Efraimidis and Spirakis' exponential
    keys. Raises ShapeError for other ranks and for more samples without replacement than there are weights.
    """
    if input.ndim not in (1, 2):
        raise ShapeError(
            f"expected weights of shape [n] or [m, n], got {list(input.shape)}", op="multinomial"
        )
    categories = input.shape[-1]
    if num_samples <= 0 or (not replacement and num_samples > categories):
        raise ShapeError(
            f"cannot draw {num_samples} samples {'with' if replacement else 'without'} replacement from "
            f"{categories} weights",
            op="multinomial",
        )
    with no_grad():
        sizes = tuple(input.shape)
        dtype = _draw_dtype(input)
        if replacement:
            edges = input.to(dtype).cumsum(-1)
            aims = uniform((*sizes[:-1], num_samples), dtype, generator) * edges[..., -1:]
            values = (edges.unsqueeze(-2) <= aims.unsqueeze(-1)).sum(-1)
        else:
            keys = (1 - uniform(sizes, dtype, generator)).log() / input.to(dtype)
            keys = keys.masked_fill(input == 0, -math.inf)
            values = keys.sort(dim=-1, descending=True, stable=True)[1][..., :num_samples]
        return _finish(values, out, False)


def keep_mask(sizes: tuple, dtype: DType, p: float) -> Tensor:
    """Zeros with probability p and 1 / (1 - p) elsewhere: what dropout multiplies by."""
    with no_grad():
        if p == 1:
            return ops.aten.zeros(sizes, dtype=dtype)
        kept = uniform(sizes, float32, None) >= p
        return kept.to(dtype) * (1.0 / (1.0 - p))


def _draw_dtype(like: Tensor) -> DType:
    return float64 if like.dtype is float64 else float32


@composite(variants="method")
def uniform_(self, from_=0.0, to=1.0, *, generator=None):
    """Fills with draws from the uniform distribution on [from, to); of complex numbers both parts."""
    if self.dtype.is_complex:
        ops.aten.view_as_real(self).uniform_(from_, to, generator=generator)
        return self
    with no_grad():
        values = (
            uniform(tuple(self.shape), _floating(self.dtype, "uniform_"), generator) * (to - from_)
            + from_
        )
    return self.copy_(values)


@composite(variants="method")
def normal_(self, mean=0.0, std=1.0, *, generator=None):
    """Fills with draws from the normal distribution of that mean and standard deviation."""
    with no_grad():
        values = (
            _normal(tuple(self.shape), _floating(self.dtype, "normal_"), generator) * std + mean
        )
    return self.copy_(values)


@composite(variants="method")
def exponential_(self, lambd=1.0, *, generator=None):
    """Fills with draws from the exponential distribution of that rate."""
    with no_grad():
        draws = uniform(tuple(self.shape), _floating(self.dtype, "exponential_"), generator)
        values = (1 - draws).log() / -lambd
    return self.copy_(values)


@composite(variants="method")
def bernoulli_(self, p=0.5, *, generator=None):
    """Fills with ones of probability `p` (a number, or a tensor that broadcasts) and zeros."""
    with no_grad():
        values = (uniform(tuple(self.shape), float32, generator) < p).to(self.dtype)
    return self.copy_(values)


@composite(variants="method")
def random_(self, from_=None, to=None, *, generator=None):
    """Fills with uniform integers of [from, to), by default all non-negative ones that the dtype holds exactly."""
    low, high = (0, from_) if to is None else (from_, to)
    with no_grad():
        limit = _exact_limit(self.dtype) if high is None else high
        values = _integers(tuple(self.shape), low, limit, generator, "random_")
    return self.copy_(values)


def _exact_limit(dtype: DType) -> int:
    if dtype.is_floating_point:
        return 1 << {**_MANTISSA, "float64": 53}[dtype.name]
    return 2 if dtype.name == "bool" else 1 << min(8 * dtype.itemsize - dtype.is_signed, 62)
