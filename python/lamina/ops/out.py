"""`out=`: storing a result in a tensor of the caller's.

The result is computed as ever and then written, which autograd does not record. A tensor of another size
takes the result's. Elementwise operators, reductions with a `dtype` and those tagged "casts_out" store in any
dtype an in-place operator would allow; all others only in their result's.
"""

from __future__ import annotations

import warnings

from .. import dtypes
from ..dispatch.overlap import check_operands
from ..dispatch.state import state
from ..errors import ArgumentError, AutogradError, DtypeError, UnsupportedError, user_stacklevel
from .registry import aten

# What these add up in, they are told by `out`.
_SUMS = frozenset(("sum", "prod", "nansum", "cumsum", "cumprod"))


def call_with_out(call, args: tuple, kwargs: dict):
    """`call(*args, **kwargs)` with its result stored in the argument `out`, which is returned; None is ignored.

    Raises AutogradError when grad mode is on and a tensor among all of them requires grad, DtypeError when the
    result's dtype cannot be stored, ShapeError when `out` shares memory with an argument in part, ArgumentError
    for a wrong number of tensors.
    """
    out = kwargs.pop("out")
    if out is None:
        return call(*args, **kwargs)
    inputs = (*args, *kwargs.values())
    entries = call.packet.entries() if hasattr(call, "packet") else ()
    records = state.grad_enabled and (not entries or any(e.differentiable for e in entries))
    if records:
        check_out(call.__name__, inputs, out)
    if call.__name__ in _SUMS and _is_tensor(out) and kwargs.get("dtype") is None:
        kwargs["dtype"] = out.dtype
    result = call(*args, **kwargs)
    _check_dtypes(call, result, out)
    for target in out if isinstance(out, (tuple, list)) else (out,):
        if _is_tensor(target):
            check_operands(call.__name__, target, inputs)
    with state.override(grad_enabled=records):
        return write_out(result, out)


def check_out(name: str, args, out) -> None:
    """Raises AutogradError when grad mode is on and an argument or a tensor of `out` requires grad."""
    if state.grad_enabled and (_requires_grad(args) or _requires_grad(out)):
        raise AutogradError(
            "functions with out=... arguments don't support automatic differentiation, but one of "
            "the arguments requires grad",
            op=name,
        )


def _requires_grad(value) -> bool:
    if isinstance(value, (list, tuple)):
        return any(map(_requires_grad, value))
    return _is_tensor(value) and value.requires_grad


def _is_tensor(value) -> bool:
    return hasattr(type(value), "__lamina_tensor__")


def _check_dtypes(call, result, out) -> None:
    """Raises DtypeError for a tensor of `out` of another dtype, where the operator does not cast."""
    packet = getattr(call, "packet", None)
    if packet is None:
        return
    casts = any(
        e.pointwise or "casts_out" in e.tags or "dtype" in e.schema.index for e in packet.entries()
    )
    several = isinstance(result, (tuple, list))
    pairs = zip(result, out) if several and isinstance(out, (tuple, list)) else [(result, out)]
    for one, target in pairs:
        exact = not casts or (several and one.dtype is dtypes.int64)
        if exact and _is_tensor(target) and target.dtype is not one.dtype:
            raise DtypeError(
                f"expected an out tensor of dtype {one.dtype}, got {target.dtype}", op=call.__name__
            )


def write_out(result, out, warn: bool = True):
    """Writes `result`, a tensor or several, into `out`, and returns that in the place of it.

    An `out` of another size is resized, with a warning unless it was empty or `warn` is False. Raises DtypeError when the result's dtype cannot be stored and ArgumentError for a wrong number of tensors.
    """
    if isinstance(result, (tuple, list)):
        return _write_each(result, out)
    if not _is_tensor(out):
        raise ArgumentError(f"out must be a Tensor, got {type(out).__name__}")
    if result.dtype.category > out.dtype.category:
        raise DtypeError(
            f"result type {result.dtype} can't be cast to the desired output type {out.dtype}"
        )
    _take_size(out, result, warn)
    return aten._write_out.default(out, result)


def _write_each(results, out):
    if not isinstance(out, (tuple, list)) or len(out) != len(results):
        raise ArgumentError(f"out must be a tuple of {len(results)} tensors")
    written = [write_out(result, target) for result, target in zip(results, out)]
    return type(results)(*written) if hasattr(results, "_fields") else tuple(written)


def _take_size(out, result, warn: bool) -> None:
    """Gives `out` the sizes and strides of `result` where its own sizes differ."""
    if out.sizes == result.sizes:
        return
    if state.tracer is not None:
        raise UnsupportedError(
            f"out= of size {list(out.shape)} would be resized to {list(result.shape)}, which cannot be compiled"
        )
    if warn and out.numel():
        warnings.warn(
            f"an output with one or more elements was resized since it had shape {list(out.shape)}, which does "
            f"not match the required output shape {list(result.shape)}; out.resize_(0) before the call "
            "says that this is meant",
            UserWarning,
            stacklevel=user_stacklevel(),
        )
    # The write that follows is what counts as a change.
    version = out._version
    aten.resize_.default(out, result.sizes)
    if out.strides != result.strides:
        aten.as_strided_(out, result.sizes, result.strides)
    out._counter.version = version
