"""Regions of mixed precision: products run in a small float, delicate reductions in float32.

The casts are ordinary differentiable operators in front of the call, so gradients arrive in the
dtype of the original tensors and a compiled program contains exactly the casts that the eager one
makes.
"""

from __future__ import annotations

import functools

from .. import dtypes
from ..devices import device
from ..dispatch.state import state
from ..errors import DtypeError
from ..tensor import Tensor
from . import policies

_DEFAULTS = {"cpu": dtypes.bfloat16, "cuda": dtypes.float16}


class _Region:
    """What the autocast layer asks: the arguments of an operator in the dtypes it should see."""

    def __init__(self, dtype: dtypes.dtype, device_type: str):
        self.dtype, self.device_type = dtype, device_type
        self.policies = policies.CUDA if device_type == "cuda" else policies.CPU

    def cast(self, op, args: tuple) -> tuple:
        """The arguments of an operator, with eligible tensors cast."""
        if op.autocasts is not None:
            dtype = op.autocasts.get(self.device_type)
            return args if dtype is None else self._to(dtype, args)
        policy = self.policies.of(op.schema.name)
        return args if policy is None else self._to(self._dtype(policy, args), args)

    def of_function(self, name: str, args: tuple, kwargs: dict) -> tuple[tuple, dict] | None:
        """The arguments of a function that is a composition, cast; None when it has no policy."""
        policy = self.policies.of(name)
        if policy is None:
            return None
        dtype = self._dtype(policy, (*args, *kwargs.values()))
        return self._to(dtype, args), {k: self._one(dtype, v) for k, v in kwargs.items()}

    def _dtype(self, policy: str, args: tuple) -> dtypes.dtype:
        if policy == "small":
            return self.dtype
        return dtypes.float32 if policy == "float32" else self._widest(args)

    def _to(self, dtype, args):
        return tuple([self._one(dtype, a) for a in args])

    def _one(self, dtype, value):
        if isinstance(value, (list, tuple)):
            return [self._one(dtype, v) for v in value]
        if not self._eligible(value) or value.dtype is dtype:
            return value
        return value.to(dtype)

    def _eligible(self, value) -> bool:
        """Floating-point tensors on the region's device, except float64, which is left alone."""
        return (
            isinstance(value, Tensor)
            and value.dtype.is_floating_point
            and value.dtype is not dtypes.float64
            and value.device.type == self.device_type
        )

    def _widest(self, args) -> dtypes.dtype:
        tensors = [
            t
            for a in args
            for t in (a if isinstance(a, (list, tuple)) else [a])
            if self._eligible(t)
        ]
        return dtypes.float32 if any(t.dtype is dtypes.float32 for t in tensors) else self.dtype


class autocast:
    """Mixed precision for a `with` block or a decorated function.

    autocast(device_type, dtype=None, enabled=True): `dtype` is bfloat16 or float16, by default the
    first on the CPU and the second on CUDA devices. enabled=False switches an outer region off.
    Raises DtypeError for other dtypes.
    """

    def __init__(
        self,
        device_type: str,
        dtype: dtypes.dtype | None = None,
        enabled: bool = True,
        cache_enabled: bool | None = None,
    ):
        dtype = _DEFAULTS.get(device(device_type).type, dtypes.bfloat16) if dtype is None else dtype
        if dtype not in (dtypes.bfloat16, dtypes.float16):
            raise DtypeError(
                f"autocast computes in bfloat16 or float16, got {dtype}", op="autocast"
            )
        self._region = _Region(dtype, device(device_type).type) if enabled else None
        self._outer: list = []

    def __enter__(self) -> autocast:
        self._outer.append(state.set(autocast=self._region))
        return self

    def __exit__(self, *_) -> None:
        state.set(**self._outer.pop())

    def __call__(self, function):
        """`function` run inside of the region."""

        @functools.wraps(function)
        def inside(*args, **kwargs):
            with self:
                return function(*args, **kwargs)

        return inside


def is_autocast_enabled(device_type: str = "cpu") -> bool:
    """Whether a region for this kind of device is active."""
    return state.autocast is not None and state.autocast.device_type == device_type


def is_autocast_available(device_type: str) -> bool:
    """Whether there are regions for this kind of device."""
    return device_type in _DEFAULTS


def get_autocast_dtype(device_type: str = "cpu") -> dtypes.dtype:
    """The small dtype of the active region, outside of one the default."""
    if is_autocast_enabled(device_type):
        return state.autocast.dtype
    return _DEFAULTS.get(device_type, dtypes.bfloat16)
