"""Pooling over windows of the spatial dimensions, with or without a batch dimension."""

from __future__ import annotations

from ...errors import ValueError_
from .. import functional as F
from ..functional.convolution import expanded
from ..module import Module


class _MaxPool(Module):
    def __init__(
        self,
        kernel_size,
        stride=None,
        padding=0,
        dilation=1,
        return_indices: bool = False,
        ceil_mode: bool = False,
    ):
        super().__init__()
        self.kernel_size, self.padding, self.dilation = kernel_size, padding, dilation
        self.stride = kernel_size if stride is None else stride
        self.return_indices, self.ceil_mode = return_indices, ceil_mode

    def forward(self, input):
        """The largest element of every window (and, with return_indices, its place in the flattened
        plane).
        """
        return self.function(
            input,
            self.kernel_size,
            self.stride,
            self.padding,
            self.dilation,
            self.ceil_mode,
            self.return_indices,
        )

    def extra_repr(self) -> str:
        """The window."""
        return (
            f"kernel_size={self.kernel_size}, stride={self.stride}, padding={self.padding}, "
            f"dilation={self.dilation}, ceil_mode={self.ceil_mode}"
        )


class MaxPool1d(_MaxPool):
    """Maximum over windows of [N, C, L]."""

    function = staticmethod(F.max_pool1d)


class MaxPool2d(_MaxPool):
    """Maximum over windows of [N, C, H, W]."""

    function = staticmethod(F.max_pool2d)


class MaxPool3d(_MaxPool):
    """Maximum over windows of [N, C, D, H, W]."""

    function = staticmethod(F.max_pool3d)


class AvgPool1d(Module):
    """Mean over windows of [N, C, L]."""

    def __init__(
        self,
        kernel_size,
        stride=None,
        padding=0,
        ceil_mode: bool = False,
        count_include_pad: bool = True,
    ):
        super().__init__()
        self.kernel_size, self.padding = expanded(kernel_size, 1), expanded(padding, 1)
        self.stride = expanded(kernel_size if stride is None else stride, 1)
        self.ceil_mode, self.count_include_pad = ceil_mode, count_include_pad

    def forward(self, input):
        """The mean of every window."""
        return F.avg_pool1d(
            input,
            self.kernel_size,
            self.stride,
            self.padding,
            self.ceil_mode,
            self.count_include_pad,
        )

    def extra_repr(self) -> str:
        """The window."""
        return f"kernel_size={self.kernel_size}, stride={self.stride}, padding={self.padding}"


class _AvgPool(Module):
    def __init__(
        self,
        kernel_size,
        stride=None,
        padding=0,
        ceil_mode: bool = False,
        count_include_pad: bool = True,
        divisor_override: int | None = None,
    ):
        super().__init__()
        self.kernel_size, self.padding = kernel_size, padding
        self.stride = kernel_size if stride is None else stride
        self.ceil_mode, self.count_include_pad = ceil_mode, count_include_pad
        self.divisor_override = divisor_override

    def forward(self, input):
        """The mean of every window, or its sum over divisor_override."""
        return self.function(
            input,
            self.kernel_size,
            self.stride,
            self.padding,
            self.ceil_mode,
            self.count_include_pad,
            self.divisor_override,
        )

    def extra_repr(self) -> str:
        """The window."""
        return f"kernel_size={self.kernel_size}, stride={self.stride}, padding={self.padding}"


class AvgPool2d(_AvgPool):
    """Mean over windows of [N, C, H, W]."""

    function = staticmethod(F.avg_pool2d)


class AvgPool3d(_AvgPool):
    """Mean over windows of [N, C, D, H, W]."""

    function = staticmethod(F.avg_pool3d)


class _AdaptivePool(Module):
    def __init__(self, output_size):
        super().__init__()
        self.output_size = output_size

    def forward(self, input):
        """The pools of windows that divide the input evenly into the output size."""
        return self.function(input, self.output_size)

    def extra_repr(self) -> str:
        """The output size."""
        return f"output_size={self.output_size}"


class AdaptiveAvgPool1d(_AdaptivePool):
    """Mean pooling of [N, C, L] to a given length."""

    function = staticmethod(F.adaptive_avg_pool1d)


class AdaptiveAvgPool2d(_AdaptivePool):
    """Mean pooling of [N, C, H, W] to a given height and width; None keeps a size."""

    function = staticmethod(F.adaptive_avg_pool2d)


class AdaptiveAvgPool3d(_AdaptivePool):
    """Mean pooling of [N, C, D, H, W] to a given size; None keeps one."""

    function = staticmethod(F.adaptive_avg_pool3d)


class _AdaptiveMaxPool(_AdaptivePool):
    def __init__(self, output_size, return_indices: bool = False):
        super().__init__(output_size)
        self.return_indices = return_indices

    def forward(self, input):
        """The largest elements of windows that divide the input evenly into the output size (and,
        with return_indices, their places in the flattened plane).
        """
        return self.function(input, self.output_size, self.return_indices)


class AdaptiveMaxPool1d(_AdaptiveMaxPool):
    """Maximum pooling of [N, C, L] to a given length."""

    function = staticmethod(F.adaptive_max_pool1d)


class AdaptiveMaxPool2d(_AdaptiveMaxPool):
    """Maximum pooling of [N, C, H, W] to a given height and width; None keeps a size."""

    function = staticmethod(F.adaptive_max_pool2d)


class AdaptiveMaxPool3d(_AdaptiveMaxPool):
    """Maximum pooling of [N, C, D, H, W] to a given size; None keeps one."""

    function = staticmethod(F.adaptive_max_pool3d)


class _MaxUnpool(Module):
    rank: int

    def __init__(self, kernel_size, stride=None, padding=0):
        super().__init__()
        self.kernel_size = expanded(kernel_size, self.rank)
        self.stride = expanded(kernel_size if stride is None else stride, self.rank)
        self.padding = expanded(padding, self.rank)

    def forward(self, input, indices, output_size=None):
        """The elements at the places a maximum pooling found them, zeros elsewhere."""
        return self.function(
            input, indices, self.kernel_size, self.stride, self.padding, output_size
        )

    def extra_repr(self) -> str:
        """The window."""
        return f"kernel_size={self.kernel_size}, stride={self.stride}, padding={self.padding}"


class MaxUnpool1d(_MaxUnpool):
    """The inverse of MaxPool1d, as far as there is one."""

    rank = 1
    function = staticmethod(F.max_unpool1d)


class MaxUnpool2d(_MaxUnpool):
    """The inverse of MaxPool2d, as far as there is one."""

    rank = 2
    function = staticmethod(F.max_unpool2d)


class MaxUnpool3d(_MaxUnpool):
    """The inverse of MaxPool3d, as far as there is one."""

    rank = 3
    function = staticmethod(F.max_unpool3d)


class _FractionalMaxPool(Module):
    rank: int

    def __init__(
        self,
        kernel_size,
        output_size=None,
        output_ratio=None,
        return_indices: bool = False,
        _random_samples=None,
    ):
        super().__init__()
        if (output_size is None) == (output_ratio is None):
            raise ValueError_("takes one of output_size and output_ratio", op=type(self).__name__)
        self.kernel_size = expanded(kernel_size, self.rank)
        self.return_indices = return_indices
        self.register_buffer("_random_samples", _random_samples)
        self.output_size = None if output_size is None else expanded(output_size, self.rank)
        self.output_ratio = None if output_ratio is None else expanded(output_ratio, self.rank)
        if output_ratio is not None and not all(0 < ratio < 1 for ratio in self.output_ratio):
            raise ValueError_(
                f"output_ratio must be between 0 and 1, got {output_ratio}",
                op=type(self).__name__,
            )

    def forward(self, input):
        """The largest elements of windows at random places."""
        return self.function(
            input,
            self.kernel_size,
            self.output_size,
            self.output_ratio,
            self.return_indices,
            self._random_samples,
        )


class FractionalMaxPool2d(_FractionalMaxPool):
    """Maximum pooling of [N, C, H, W] over windows at random places (Graham, 2014)."""

    rank = 2
    function = staticmethod(F.fractional_max_pool2d)


class FractionalMaxPool3d(_FractionalMaxPool):
    """Maximum pooling of [N, C, D, H, W] over windows at random places (Graham, 2014)."""

    rank = 3
    function = staticmethod(F.fractional_max_pool3d)


class _LPPool(Module):
    def __init__(self, norm_type: float, kernel_size, stride=None, ceil_mode: bool = False):
        super().__init__()
        self.norm_type, self.kernel_size = norm_type, kernel_size
        self.stride, self.ceil_mode = stride, ceil_mode

    def forward(self, input):
        """The root of the sum of powers in every window."""
        return self.function(
            input, float(self.norm_type), self.kernel_size, self.stride, self.ceil_mode
        )

    def extra_repr(self) -> str:
        """The order and the window."""
        return (
            f"norm_type={self.norm_type}, kernel_size={self.kernel_size}, stride={self.stride}, "
            f"ceil_mode={self.ceil_mode}"
        )


class LPPool1d(_LPPool):
    """Power-average pooling of [N, C, L]."""

    function = staticmethod(F.lp_pool1d)


class LPPool2d(_LPPool):
    """Power-average pooling of [N, C, H, W]."""

    function = staticmethod(F.lp_pool2d)


class LPPool3d(_LPPool):
    """Power-average pooling of [N, C, D, H, W]."""

    function = staticmethod(F.lp_pool3d)
