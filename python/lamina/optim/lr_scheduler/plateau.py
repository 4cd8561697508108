"""A schedule that looks at how well training goes."""

from __future__ import annotations

import math

from ...errors import ArgumentError, ValueError_
from ..optimizer import Optimizer
from .base import LRScheduler


class ReduceLROnPlateau(LRScheduler):
    """lr *= factor when a metric has not become better for more than `patience` steps.

    Better is lower, or with mode="max" higher, by `threshold`: relative to the best value or, with
    threshold_mode="abs", absolute. After a reduction `cooldown` steps do not count. min_lr bounds
    the rates (one number, or one a group); changes of at most eps are not made.
    """

    def __init__(
        self,
        optimizer: Optimizer,
        mode: str = "min",
        factor: float = 0.1,
        patience: int = 10,
        threshold: float = 1e-4,
        threshold_mode: str = "rel",
        cooldown: int = 0,
        min_lr=0,
        eps: float = 1e-8,
    ):
        if factor >= 1.0:
            raise ValueError_(f"factor must be less than 1, got {factor}", op="ReduceLROnPlateau")
        if mode not in ("min", "max") or threshold_mode not in ("rel", "abs"):
            raise ValueError_(
                f"mode must be min or max and threshold_mode rel or abs, got {mode!r} and "
                f"{threshold_mode!r}",
                op="ReduceLROnPlateau",
            )
        if not isinstance(optimizer, Optimizer):
            raise ArgumentError(
                f"a schedule needs an Optimizer, got {type(optimizer).__name__}",
                op="ReduceLROnPlateau",
            )
        count = len(optimizer.param_groups)
        self.min_lrs = list(min_lr) if isinstance(min_lr, (list, tuple)) else [min_lr] * count
        if len(self.min_lrs) != count:
            raise ValueError_(f"expected {count} min_lrs, got {len(self.min_lrs)}")
        self.optimizer = optimizer
        self.mode, self.factor, self.patience = mode, factor, patience
        self.threshold, self.threshold_mode = threshold, threshold_mode
        self.cooldown, self.eps = cooldown, eps
        self.last_epoch = 0
        self._last_lr = self._rates
        self._reset()

    def _reset(self) -> None:
        self.best = math.inf if self.mode == "min" else -math.inf
        self.cooldown_counter = self.num_bad_epochs = 0

    def step(self, metrics, epoch: int | None = None) -> None:
        """Takes note of the metric, a number or a tensor of one, and reduces the rates if it is
        time.
        """
        current = float(metrics)
        self.last_epoch = self.last_epoch + 1 if epoch is None else epoch
        if self.is_better(current, self.best):
            self.best, self.num_bad_epochs = current, 0
        else:
            self.num_bad_epochs += 1
        if self.in_cooldown:
            self.cooldown_counter -= 1
            self.num_bad_epochs = 0
        if self.num_bad_epochs > self.patience:
            self._reduce()
            self.cooldown_counter, self.num_bad_epochs = self.cooldown, 0
        self._last_lr = self._rates

    def _reduce(self) -> None:
        for group, least in zip(self.optimizer.param_groups, self.min_lrs):
            old = group["lr"]
            new = max(old * self.factor, least)
            if old - new > self.eps:
                group["lr"] = new

    @property
    def in_cooldown(self) -> bool:
        """Whether steps do not count at the moment."""
        return self.cooldown_counter > 0

    def is_better(self, a: float, best: float) -> bool:
        """Whether `a` beats the best value by the threshold."""
        sign = 1 if self.mode == "min" else -1
        if self.threshold_mode == "abs":
            return sign * a < sign * best - self.threshold
        return sign * a < sign * (best * (1.0 - sign * self.threshold))
