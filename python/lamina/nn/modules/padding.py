"""Padding of the spatial dimensions as modules.

`padding` is one number, or the amounts before and after each dimension, the last one first.
"""

from __future__ import annotations

from .. import functional as F
from ..functional.convolution import expanded
from ..module import Module


class _Pad(Module):
    rank: int
    mode: str

    def __init__(self, padding):
        super().__init__()
        self.padding = expanded(padding, 2 * self.rank)

    def forward(self, input):
        """The input [N, C, *S] or [C, *S], padded."""
        return F.pad(input, self.padding, self.mode)

    def extra_repr(self) -> str:
        """The amounts."""
        return f"{self.padding}"


class _ReflectionPad(_Pad):
    mode = "reflect"


class ReflectionPad1d(_ReflectionPad):
    """[N, C, L] continued by its mirror image."""

    rank = 1


class ReflectionPad2d(_ReflectionPad):
    """[N, C, H, W] continued by its mirror image."""

    rank = 2


class ReflectionPad3d(_ReflectionPad):
    """[N, C, D, H, W] continued by its mirror image."""

    rank = 3


class _ReplicationPad(_Pad):
    mode = "replicate"


class ReplicationPad1d(_ReplicationPad):
    """[N, C, L] continued by its end elements."""

    rank = 1


class ReplicationPad2d(_ReplicationPad):
    """[N, C, H, W] continued by its border."""

    rank = 2


class ReplicationPad3d(_ReplicationPad):
    """[N, C, D, H, W] continued by its border."""

    rank = 3


class _CircularPad(_Pad):
    mode = "circular"


class CircularPad1d(_CircularPad):
    """[N, C, L] continued by its other end."""

    rank = 1


class CircularPad2d(_CircularPad):
    """[N, C, H, W] continued by its other side."""

    rank = 2


class CircularPad3d(_CircularPad):
    """[N, C, D, H, W] continued by its other side."""

    rank = 3


class _ConstantPad(_Pad):
    mode = "constant"

    def __init__(self, padding, value: float):
        super().__init__(padding)
        self.value = value

    def forward(self, input):
        """The input, padded with the value."""
        return F.pad(input, self.padding, self.mode, self.value)

    def extra_repr(self) -> str:
        """The amounts and the value."""
        return f"padding={self.padding}, value={self.value}"


class ConstantPad1d(_ConstantPad):
    """[N, C, L] continued by a constant."""

    rank = 1


class ConstantPad2d(_ConstantPad):
    """[N, C, H, W] continued by a constant."""

    rank = 2


class ConstantPad3d(_ConstantPad):
    """[N, C, D, H, W] continued by a constant."""

    rank = 3


class _ZeroPad(_ConstantPad):
    def __init__(self, padding):
        super().__init__(padding, 0.0)

    def extra_repr(self) -> str:
        """The amounts."""
        return f"{self.padding}"


class ZeroPad1d(_ZeroPad):
    """[N, C, L] continued by zeros."""

    rank = 1


class ZeroPad2d(_ZeroPad):
    """[N, C, H, W] continued by zeros."""

    rank = 2


class ZeroPad3d(_ZeroPad):
    """[N, C, D, H, W] continued by zeros."""

    rank = 3
