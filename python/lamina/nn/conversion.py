"""Moving and casting a module tree, as methods that Module takes over.

All change the parameters in place, so that optimizers which hold them remain right.
"""

from __future__ import annotations

from .. import dtypes, ops
from ..tensor import Tensor

_IMAGES = (4, 5)


def to(self, *args, **kwargs):
    """Moves and casts: `to(device)`, `to(dtype)`, `to(device, dtype)`, `to(tensor)`, and
    `memory_format=` for the members of 4 and 5 dimensions.

    A dtype applies to floating-point and complex members only. Raises TypeError for other dtypes.
    """
    device, dtype, memory_format = _arguments(*args, **kwargs)

    def convert(t: Tensor) -> Tensor:
        casts = dtype is not None and (t.is_floating_point() or t.is_complex())
        options = {"device": t.device if device is None else device}
        options["dtype"] = dtype if casts else t.dtype
        if memory_format is not None and t.ndim in _IMAGES:
            options["memory_format"] = memory_format
        return t.to(**options)

    return self._apply(convert)


def type(self, dst_type):
    """Casts all members to a dtype."""
    return self._apply(lambda t: t.to(dst_type))


def _cast(self, dtype):
    return self._apply(lambda t: t.to(dtype) if t.is_floating_point() else t)


def float(self):
    """Casts all floating-point members to float32."""
    return _cast(self, dtypes.float32)


def double(self):
    """Casts all floating-point members to float64."""
    return _cast(self, dtypes.float64)


def half(self):
    """Casts all floating-point members to float16."""
    return _cast(self, dtypes.float16)


def bfloat16(self):
    """Casts all floating-point members to bfloat16."""
    return _cast(self, dtypes.bfloat16)


def cpu(self):
    """Moves all members to the CPU."""
    return self.to("cpu")


def cuda(self, device=None):
    """Moves all members to a CUDA device, by default the current one."""
    return self.to("cuda" if device is None else device)


def to_empty(self, *, device, recurse: bool = True):
    """Moves all members to a device without their values: each becomes a new tensor of its size."""
    return self._apply(lambda t: ops.aten.empty_like(t, device=device), recurse)


def _arguments(*args, device=None, dtype=None, non_blocking: bool = False, memory_format=None):
    for arg in args:
        if isinstance(arg, Tensor):
            device, dtype = arg.device, arg.dtype
        elif isinstance(arg, dtypes.dtype):
            dtype = arg
        elif arg is not None and not isinstance(arg, bool):
            device = arg
    if dtype is not None and not (dtype.is_floating_point or dtype.is_complex):
        raise TypeError(f"nn.Module.to takes a floating-point or complex dtype, got {dtype}")
    return device, dtype, memory_format
