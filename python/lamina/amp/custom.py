"""Decorators that say how an `autograd.Function` goes with autocast."""

from __future__ import annotations

import functools

from ..tensor import Tensor
from .autocast import autocast, get_autocast_dtype, is_autocast_enabled


def custom_fwd(fwd=None, *, device_type: str, cast_inputs=None):
    """Decorates `forward(ctx, *args)`: it runs under the region it is called in, or, with `cast_inputs`, outside of
    any, floating tensors of the device cast to that dtype if there was a region.
    """
    if fwd is None:
        return functools.partial(custom_fwd, device_type=device_type, cast_inputs=cast_inputs)

    @functools.wraps(fwd)
    def forward(ctx, *args, **kwargs):
        active = is_autocast_enabled(device_type)
        ctx._autocast = active and cast_inputs is None, get_autocast_dtype(device_type)
        if not active or cast_inputs is None:
            return fwd(ctx, *args, **kwargs)
        with autocast(device_type, enabled=False):
            args = _cast(args, device_type, cast_inputs)
            return fwd(ctx, *args, **_cast(kwargs, device_type, cast_inputs))

    return forward


def custom_bwd(bwd=None, *, device_type: str):
    """Decorates `backward(ctx, *grads)` of a function with `custom_fwd`: it runs as its forward did."""
    if bwd is None:
        return functools.partial(custom_bwd, device_type=device_type)

    @functools.wraps(bwd)
    def backward(ctx, *grads):
        enabled, dtype = ctx._autocast
        with autocast(device_type, dtype, enabled):
            return bwd(ctx, *grads)

    return backward


def _cast(value, device_type, dtype):
    if isinstance(value, Tensor):
        casts = value.is_floating_point() and value.device.type == device_type
        return value.to(dtype) if casts and value.element_size() < 8 else value
    if isinstance(value, dict):
        return {k: _cast(v, device_type, dtype) for k, v in value.items()}
    if isinstance(value, (list, tuple)):
        return type(value)(_cast(v, device_type, dtype) for v in value)
    return value
