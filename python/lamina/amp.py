"""Automatic mixed precision: in a region, products run in a small float and delicate reductions in float32.

The casts are ordinary differentiable operators in front of the call, so gradients arrive in the dtype of the
original tensors and a compiled program contains exactly the casts that the eager one makes. Which operator
runs in which dtype is the table below, that of torch's CPU autocast.
"""

from __future__ import annotations

import functools

from . import dtypes
from .devices import device
from .dispatch.state import state
from .errors import DtypeError
from .tensor import Tensor

_SMALL = frozenset(["mm", "bmm", "addmm", "baddbmm", "addbmm", "addmv", "mv", "dot", "convolution"])
_FLOAT32 = frozenset(
    [
        "binary_cross_entropy",
        "nll_loss_forward",
        "nll_loss2d_forward",
        "smooth_l1_loss",
        "mse_loss",
        "huber_loss",
        "kl_div",
        "prod",
        "view_as_complex",
        "grid_sampler",
        "quantile",
        "cdist",
        "trace",
    ]
)
_WIDEST = frozenset(["cat", "stack"])


class _Region:
    """What the autocast layer asks: the arguments of an operator in the dtypes it should see."""

    def __init__(self, dtype: dtypes.dtype, device_type: str):
        self.dtype, self.device_type = dtype, device_type

    def cast(self, op, args: tuple) -> tuple:
        """The arguments, with eligible tensors cast."""
        name = op.schema.name
        if name in _SMALL:
            return self._to(self.dtype, args)
        if name in _FLOAT32:
            return self._to(dtypes.float32, args)
        if name in _WIDEST:
            return self._to(self._widest(args), args)
        return args

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

    autocast(device_type, dtype=None, enabled=True): `dtype` is bfloat16 (the default) or float16. enabled=False
    switches an outer region off. Raises DtypeError for other dtypes.
    """

    def __init__(
        self,
        device_type: str,
        dtype: dtypes.dtype | None = None,
        enabled: bool = True,
        cache_enabled: bool | None = None,
    ):
        dtype = dtypes.bfloat16 if dtype is None else dtype
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


def get_autocast_dtype(device_type: str = "cpu") -> dtypes.dtype:
    """The small dtype of the active region, bfloat16 outside of one."""
    return state.autocast.dtype if is_autocast_enabled(device_type) else dtypes.bfloat16
