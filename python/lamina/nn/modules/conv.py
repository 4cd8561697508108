"""Convolutions over one, two or three spatial dimensions, and their transposes."""

from __future__ import annotations

import math

from ...errors import ValueError_
from .. import functional as F
from .. import init
from ..functional.convolution import expanded, output_padding_for
from ..module import Module
from .linear import parameter


class _Conv(Module):
    rank: int
    transposed = False

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        kernel_size,
        stride=1,
        padding=0,
        dilation=1,
        groups: int = 1,
        bias: bool = True,
        padding_mode: str = "zeros",
        device=None,
        dtype=None,
        *,
        output_padding=0,
    ):
        super().__init__()
        if in_channels % groups or out_channels % groups:
            raise ValueError_(
                f"{in_channels} input and {out_channels} output channels do not both split into "
                f"{groups} groups",
                op=type(self).__name__,
            )
        if padding_mode not in ("zeros", "reflect", "replicate", "circular"):
            raise ValueError_(f"unknown padding_mode {padding_mode!r}", op=type(self).__name__)
        if self.transposed and padding_mode != "zeros":
            raise ValueError_(
                "a transposed convolution pads with zeros only", op=type(self).__name__
            )
        rank = self.rank
        self.in_channels, self.out_channels, self.groups = in_channels, out_channels, groups
        self.kernel_size, self.stride = expanded(kernel_size, rank), expanded(stride, rank)
        self.padding = padding if isinstance(padding, str) else expanded(padding, rank)
        self.dilation, self.output_padding = (
            expanded(dilation, rank),
            expanded(output_padding, rank),
        )
        self.padding_mode = padding_mode
        channels = (
            (in_channels, out_channels // groups)
            if self.transposed
            else (out_channels, in_channels // groups)
        )
        self.weight = parameter(*channels, *self.kernel_size, device=device, dtype=dtype)
        self.register_parameter(
            "bias", parameter(out_channels, device=device, dtype=dtype) if bias else None
        )
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Draws weight and bias from the uniform distribution within 1 / sqrt(fan in)."""
        init.kaiming_uniform_(self.weight, a=math.sqrt(5))
        if self.bias is not None:
            fan_in = math.prod(self.weight.shape[1:])
            bound = 1 / math.sqrt(fan_in) if fan_in else 0
            init.uniform_(self.bias, -bound, bound)

    def forward(self, input):
        """The cross-correlation of input [N, in_channels, *spatial] (or without N) with the weight,
        plus bias.
        """
        padding = self.padding
        if self.padding_mode != "zeros":
            input = F.pad(input, self._amounts(), mode=self.padding_mode)
            padding = 0
        return self.function(
            input, self.weight, self.bias, self.stride, padding, self.dilation, self.groups
        )

    def _amounts(self) -> list[int]:
        """Padding of the spatial dimensions as `F.pad` takes it, the last dimension first."""
        if self.padding == "valid":
            return [0] * (2 * self.rank)
        if self.padding != "same":
            return [amount for amount in reversed(self.padding) for _ in range(2)]
        totals = [d * (k - 1) for d, k in zip(self.dilation, self.kernel_size)]
        return [part for total in reversed(totals) for part in (total // 2, total - total // 2)]

    def extra_repr(self) -> str:
        """The channels and the options that are not the default."""
        defaults = {
            "padding": (0,) * self.rank,
            "dilation": (1,) * self.rank,
            "output_padding": (0,) * self.rank,
            "groups": 1,
            "padding_mode": "zeros",
        }
        parts = [
            f"{self.in_channels}, {self.out_channels}",
            f"kernel_size={self.kernel_size}",
            f"stride={self.stride}",
        ]
        parts += [
            f"{name}={getattr(self, name)}"
            for name, value in defaults.items()
            if getattr(self, name) != value
        ]
        return ", ".join(parts + ([] if self.bias is not None else ["bias=False"]))


class Conv1d(_Conv):
    """Cross-correlation: [N, in, L] to [N, out, L']; weight is [out, in / groups, k]."""

    rank, function = 1, staticmethod(F.conv1d)


class Conv2d(_Conv):
    """Cross-correlation: [N, in, H, W] to [N, out, H', W']; weight is [out, in / groups,
    kh, kw].
    """

    rank, function = 2, staticmethod(F.conv2d)


class Conv3d(_Conv):
    """Cross-correlation: [N, in, D, H, W] to [N, out, D', H', W']; weight is [out, in / groups,
    *k].
    """

    rank, function = 3, staticmethod(F.conv3d)


class _ConvTranspose(_Conv):
    transposed = True

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        kernel_size,
        stride=1,
        padding=0,
        output_padding=0,
        groups: int = 1,
        bias: bool = True,
        dilation=1,
        padding_mode: str = "zeros",
        device=None,
        dtype=None,
    ):
        super().__init__(
            in_channels,
            out_channels,
            kernel_size,
            stride,
            padding,
            dilation,
            groups,
            bias,
            padding_mode,
            device,
            dtype,
            output_padding=output_padding,
        )

    def forward(self, input, output_size=None):
        """The gradient of the convolution of the same options with respect to its input, applied to
        `input`.
        """
        extra = self.output_padding
        if output_size is not None:
            extra = output_padding_for(
                input, output_size, self.kernel_size, self.stride, self.padding, self.dilation
            )
        return self.function(
            input,
            self.weight,
            self.bias,
            self.stride,
            self.padding,
            extra,
            self.groups,
            self.dilation,
        )


class ConvTranspose1d(_ConvTranspose):
    """Transposed convolution: [N, in, L] to [N, out, L']; weight is [in, out / groups, k]."""

    rank, function = 1, staticmethod(F.conv_transpose1d)


class ConvTranspose2d(_ConvTranspose):
    """Transposed convolution: [N, in, H, W] to [N, out, H', W']; weight is [in, out / groups, kh,
    kw].
    """

    rank, function = 2, staticmethod(F.conv_transpose2d)


class ConvTranspose3d(_ConvTranspose):
    """Transposed convolution: [N, in, D, H, W] to [N, out, D', H', W']; weight is [in, out /
    groups, *k].
    """

    rank, function = 3, staticmethod(F.conv_transpose3d)
