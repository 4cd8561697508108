"""Normalization by the statistics of a batch, a layer or a group of channels."""

from __future__ import annotations

from ...errors import ValueError_
from .. import functional as F
from .. import init
from ..module import Module
from .linear import parameter


class _BatchNorm(Module):
    _version = 2
    ranks: tuple

    def __init__(
        self,
        num_features: int,
        eps: float = 1e-5,
        momentum: float | None = 0.1,
        affine: bool = True,
        track_running_stats: bool = True,
        device=None,
        dtype=None,
        *,
        bias: bool = True,
    ):
        super().__init__()
        from ... import int64, ones, tensor, zeros

        self.num_features, self.eps, self.momentum = num_features, eps, momentum
        self.affine, self.track_running_stats = affine, track_running_stats
        for name, wanted in (("weight", affine), ("bias", affine and bias)):
            self.register_parameter(
                name, parameter(num_features, device=device, dtype=dtype) if wanted else None
            )
        options = {"device": device, "dtype": dtype}
        self.register_buffer(
            "running_mean", zeros(num_features, **options) if track_running_stats else None
        )
        self.register_buffer(
            "running_var", ones(num_features, **options) if track_running_stats else None
        )
        self.register_buffer(
            "num_batches_tracked", tensor(0, dtype=int64) if track_running_stats else None
        )
        self.reset_parameters()

    def _load_from_state_dict(
        self, state_dict, prefix, local_metadata, strict, missing_keys, unexpected_keys, error_msgs
    ):
        key = f"{prefix}num_batches_tracked"
        if local_metadata.get("version", 1) < 2 and self.track_running_stats:
            # Version 1 did not count batches.
            state_dict.setdefault(key, self.num_batches_tracked.detach().clone())
        super()._load_from_state_dict(
            state_dict, prefix, local_metadata, strict, missing_keys, unexpected_keys, error_msgs
        )

    def reset_running_stats(self) -> None:
        """Sets the running mean to 0, the variance to 1 and the count to 0."""
        if self.track_running_stats:
            init.zeros_(self.running_mean)
            init.ones_(self.running_var)
            self.num_batches_tracked.zero_()

    def reset_parameters(self) -> None:
        """Resets the statistics, the weight to 1 and the bias to 0."""
        self.reset_running_stats()
        _reset_affine(self)

    def forward(self, input):
        """The input normalized per channel (dimension 1): by the batch in training (which also
        updates the running statistics), by the running statistics in evaluation.
        """
        if input.ndim not in self.ranks:
            raise ValueError_(
                f"expected {' or '.join(map(str, self.ranks))} dimensions, got shape "
                f"{list(input.shape)}",
                op=type(self).__name__,
            )
        momentum = 0.0 if self.momentum is None else self.momentum
        update = self.training and self.track_running_stats
        if update:
            self.num_batches_tracked.add_(1)
            if self.momentum is None:
                momentum = 1.0 / self.num_batches_tracked.to(input.dtype)
        by_batch = self.training or self.running_mean is None
        mean, variance = (
            (self.running_mean, self.running_var) if update or not by_batch else (None, None)
        )
        return F.batch_norm(
            input, mean, variance, self.weight, self.bias, by_batch, momentum, self.eps
        )

    def extra_repr(self) -> str:
        """The options."""
        return (
            f"{self.num_features}, eps={self.eps}, momentum={self.momentum}, affine={self.affine}, "
            f"bias={self.bias is not None}, track_running_stats={self.track_running_stats}"
        )


class BatchNorm1d(_BatchNorm):
    """Batch normalization (Ioffe and Szegedy, 2015) of [N, C] or [N, C, L]."""

    ranks = (2, 3)


class BatchNorm2d(_BatchNorm):
    """Batch normalization (Ioffe and Szegedy, 2015) of [N, C, H, W]."""

    ranks = (4,)


class BatchNorm3d(_BatchNorm):
    """Batch normalization (Ioffe and Szegedy, 2015) of [N, C, D, H, W]."""

    ranks = (5,)


class _InstanceNorm(_BatchNorm):
    def __init__(
        self,
        num_features: int,
        eps: float = 1e-5,
        momentum: float = 0.1,
        affine: bool = False,
        track_running_stats: bool = False,
        device=None,
        dtype=None,
        *,
        bias: bool = True,
    ):
        super().__init__(
            num_features, eps, momentum, affine, track_running_stats, device, dtype, bias=bias
        )

    def forward(self, input):
        """[N, C, *] (or [C, *]) normalized per channel of every example: by its own statistics in
        training or without running ones, else by those.
        """
        if input.ndim not in (self.ranks[0] - 1, self.ranks[0]):
            raise ValueError_(
                f"expected {self.ranks[0] - 1} or {self.ranks[0]} dimensions, got shape "
                f"{list(input.shape)}",
                op=type(self).__name__,
            )
        alone = input.ndim < self.ranks[0]
        batch = input.unsqueeze(0) if alone else input
        if self.affine and batch.shape[1] != self.num_features:
            raise ValueError_(
                f"expected {self.num_features} channels, got shape {list(input.shape)}",
                op=type(self).__name__,
            )
        result = F.instance_norm(
            batch,
            self.running_mean,
            self.running_var,
            self.weight,
            self.bias,
            self.training or not self.track_running_stats,
            0.0 if self.momentum is None else self.momentum,
            self.eps,
        )
        return result.squeeze(0) if alone else result


class InstanceNorm1d(_InstanceNorm):
    """Instance normalization (Ulyanov et al., 2016) of [N, C, L]."""

    ranks = (3,)


class InstanceNorm2d(_InstanceNorm):
    """Instance normalization (Ulyanov et al., 2016) of [N, C, H, W]."""

    ranks = (4,)


class InstanceNorm3d(_InstanceNorm):
    """Instance normalization (Ulyanov et al., 2016) of [N, C, D, H, W]."""

    ranks = (5,)


class LocalResponseNorm(Module):
    """Division by the energy of neighbouring channels (Krizhevsky et al., 2012)."""

    def __init__(self, size: int, alpha: float = 1e-4, beta: float = 0.75, k: float = 1.0):
        super().__init__()
        self.size, self.alpha, self.beta, self.k = size, alpha, beta, k

    def forward(self, input):
        """The normalized input [N, C, *]."""
        return F.local_response_norm(input, self.size, self.alpha, self.beta, self.k)

    def extra_repr(self) -> str:
        """The options."""
        return f"{self.size}, alpha={self.alpha}, beta={self.beta}, k={self.k}"


class LayerNorm(Module):
    """Normalization over the trailing dimensions `normalized_shape` (Ba, Kiros and Hinton,
    2016).
    """

    def __init__(
        self,
        normalized_shape,
        eps: float = 1e-5,
        elementwise_affine: bool = True,
        bias: bool = True,
        device=None,
        dtype=None,
    ):
        super().__init__()
        self.normalized_shape = _sizes(normalized_shape)
        self.eps, self.elementwise_affine = eps, elementwise_affine
        for name, wanted in (("weight", elementwise_affine), ("bias", elementwise_affine and bias)):
            self.register_parameter(
                name,
                parameter(*self.normalized_shape, device=device, dtype=dtype) if wanted else None,
            )
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Sets the weight to 1 and the bias to 0."""
        _reset_affine(self)

    def forward(self, input):
        """The input with mean 0 and variance 1 over its trailing dimensions, times weight plus
        bias.
        """
        return F.layer_norm(input, self.normalized_shape, self.weight, self.bias, self.eps)

    def extra_repr(self) -> str:
        """The options."""
        return (
            f"{self.normalized_shape}, eps={self.eps}, "
            f"elementwise_affine={self.elementwise_affine}, bias={self.bias is not None}"
        )


class RMSNorm(Module):
    """Division by the root mean square over the trailing dimensions (Zhang and Sennrich, 2019)."""

    def __init__(
        self,
        normalized_shape,
        eps: float | None = None,
        elementwise_affine: bool = True,
        device=None,
        dtype=None,
    ):
        super().__init__()
        self.normalized_shape = _sizes(normalized_shape)
        self.eps, self.elementwise_affine = eps, elementwise_affine
        weight = (
            parameter(*self.normalized_shape, device=device, dtype=dtype)
            if elementwise_affine
            else None
        )
        self.register_parameter("weight", weight)
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Sets the weight to 1."""
        if self.weight is not None:
            init.ones_(self.weight)

    def forward(self, input):
        """The input over its root mean square, times weight."""
        return F.rms_norm(input, self.normalized_shape, self.weight, self.eps)

    def extra_repr(self) -> str:
        """The options."""
        return (
            f"{self.normalized_shape}, eps={self.eps}, elementwise_affine={self.elementwise_affine}"
        )


class GroupNorm(Module):
    """Normalization over groups of channels and all positions of [N, C, *] (Wu and He, 2018)."""

    def __init__(
        self,
        num_groups: int,
        num_channels: int,
        eps: float = 1e-5,
        affine: bool = True,
        device=None,
        dtype=None,
        *,
        bias: bool = True,
    ):
        super().__init__()
        if num_channels % num_groups:
            raise ValueError_(
                f"{num_channels} channels do not split into {num_groups} groups", op="GroupNorm"
            )
        self.num_groups, self.num_channels, self.eps, self.affine = (
            num_groups,
            num_channels,
            eps,
            affine,
        )
        for name, wanted in (("weight", affine), ("bias", affine and bias)):
            self.register_parameter(
                name, parameter(num_channels, device=device, dtype=dtype) if wanted else None
            )
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Sets the weight to 1 and the bias to 0."""
        _reset_affine(self)

    def forward(self, input):
        """The input with mean 0 and variance 1 in every group, times weight plus bias."""
        return F.group_norm(input, self.num_groups, self.weight, self.bias, self.eps)

    def extra_repr(self) -> str:
        """The options."""
        return (
            f"{self.num_groups}, {self.num_channels}, eps={self.eps}, affine={self.affine}, "
            f"bias={self.bias is not None}"
        )


def _reset_affine(module: Module) -> None:
    if module.weight is not None:
        init.ones_(module.weight)
    if module.bias is not None:
        init.zeros_(module.bias)


def _sizes(normalized_shape) -> tuple:
    return (normalized_shape,) if isinstance(normalized_shape, int) else tuple(normalized_shape)
