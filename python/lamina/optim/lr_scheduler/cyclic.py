"""Schedules that go up and down, the momentum going the other way (Smith, 2017; Smith and Topin,
2018).
"""

from __future__ import annotations

import math
from collections.abc import Callable

from ...errors import ArgumentError, ValueError_
from .base import LRScheduler


def _per_group(name: str, value, optimizer) -> list:
    """One value for every group. Raises ValueError_ for another number of them."""
    count = len(optimizer.param_groups)
    values = list(value) if isinstance(value, (list, tuple)) else [value] * count
    if len(values) != count:
        raise ValueError_(f"expected {count} values for {name}, got {len(values)}")
    return values


def _check_momentum(optimizer, op: str) -> bool:
    """Whether the momentum is the first of `betas`. Raises ValueError_ when there is none."""
    if "momentum" not in optimizer.defaults and "betas" not in optimizer.defaults:
        raise ValueError_("the optimizer has no momentum; pass cycle_momentum=False", op=op)
    return "betas" in optimizer.defaults


def _set_momentum(group, momentum: float, by_beta: bool) -> None:
    if by_beta:
        group["betas"] = (momentum, *group["betas"][1:])
    else:
        group["momentum"] = momentum


class CyclicLR(LRScheduler):
    """lr between base_lr and max_lr, up for step_size_up steps and down for step_size_down.

    mode is triangular, triangular2 (half as high each cycle) or exp_range (gamma ** step as high);
    scale_fn, of the cycle or the iterations by scale_mode, replaces it.
    """

    def __init__(
        self,
        optimizer,
        base_lr,
        max_lr,
        step_size_up: int = 2000,
        step_size_down: int | None = None,
        mode: str = "triangular",
        gamma: float = 1.0,
        scale_fn: Callable | None = None,
        scale_mode: str = "cycle",
        cycle_momentum: bool = True,
        base_momentum: float = 0.8,
        max_momentum: float = 0.9,
        last_epoch: int = -1,
    ):
        if mode not in ("triangular", "triangular2", "exp_range") and scale_fn is None:
            raise ValueError_(f"mode {mode!r} is unknown and there is no scale_fn", op="CyclicLR")
        lows = _per_group("base_lr", base_lr, optimizer)
        if last_epoch == -1:
            for group, low in zip(optimizer.param_groups, lows):
                group["lr"] = low
        self.max_lrs = _per_group("max_lr", max_lr, optimizer)
        up, down = float(step_size_up), float(step_size_down or step_size_up)
        self.total_size, self.step_ratio = up + down, up / (up + down)
        self.mode, self.gamma = mode, gamma
        self._scale_fn = scale_fn
        self.scale_mode = (
            scale_mode if scale_fn else "iterations" if mode == "exp_range" else "cycle"
        )
        self.cycle_momentum = cycle_momentum
        if cycle_momentum:
            self.use_beta1 = _check_momentum(optimizer, "CyclicLR")
            self.base_momentums = _per_group("base_momentum", base_momentum, optimizer)
            self.max_momentums = _per_group("max_momentum", max_momentum, optimizer)
            if last_epoch == -1:
                for high, low, group in zip(
                    self.max_momentums, self.base_momentums, optimizer.param_groups
                ):
                    _set_momentum(group, high, self.use_beta1)
                    group["max_momentum"], group["base_momentum"] = high, low
        super().__init__(optimizer, last_epoch)
        self.base_lrs = lows

    def scale_fn(self, x: float) -> float:
        """How high a cycle (or an iteration) reaches, of the whole range."""
        if self._scale_fn is not None:
            return self._scale_fn(x)
        if self.mode == "triangular":
            return 1.0
        return 1 / 2.0 ** (x - 1) if self.mode == "triangular2" else self.gamma**x

    def get_lr(self):
        """The rates at this step; also sets the momentum."""
        cycle = math.floor(1 + self.last_epoch / self.total_size)
        part = 1.0 + self.last_epoch / self.total_size - cycle
        height = part / self.step_ratio if part <= self.step_ratio else None
        height = (part - 1) / (self.step_ratio - 1) if height is None else height
        height *= self.scale_fn(cycle if self.scale_mode == "cycle" else self.last_epoch)
        if self.cycle_momentum:
            for low, high, group in zip(
                self.base_momentums, self.max_momentums, self.optimizer.param_groups
            ):
                _set_momentum(group, high - (high - low) * height, self.use_beta1)
        return [low + (high - low) * height for low, high in zip(self.base_lrs, self.max_lrs)]

    def state_dict(self) -> dict:
        """Everything but the optimizer and a function of the program."""
        state = super().state_dict()
        fn = state.pop("_scale_fn")
        named = fn is not None and type(fn).__name__ not in ("function", "method")
        state["_scale_fn"] = dict(fn.__dict__) if named else None
        return state

    def load_state_dict(self, state_dict: dict) -> None:
        """Takes over a `state_dict`; a function stays that of the program."""
        saved = dict(state_dict)
        attributes = saved.pop("_scale_fn", None)
        if attributes is not None:
            self._scale_fn.__dict__.update(attributes)
        self.__dict__.update(saved)


class OneCycleLR(LRScheduler):
    """Up from max_lr / div_factor to max_lr for pct_start of the steps, then down to the start over
    final_div_factor; with three_phase first back to the start. The momentum goes the other way.

    The number of steps is total_steps, or epochs * steps_per_epoch.
    """

    def __init__(
        self,
        optimizer,
        max_lr,
        total_steps: int | None = None,
        epochs: int | None = None,
        steps_per_epoch: int | None = None,
        pct_start: float = 0.3,
        anneal_strategy: str = "cos",
        cycle_momentum: bool = True,
        base_momentum: float = 0.85,
        max_momentum: float = 0.95,
        div_factor: float = 25.0,
        final_div_factor: float = 1e4,
        three_phase: bool = False,
        last_epoch: int = -1,
    ):
        self.total_steps = _total_steps(total_steps, epochs, steps_per_epoch)
        if not isinstance(pct_start, float) or not 0 <= pct_start <= 1:
            raise ValueError_(f"pct_start must be in [0, 1], got {pct_start}", op="OneCycleLR")
        if anneal_strategy not in ("cos", "linear"):
            raise ValueError_(
                f"anneal_strategy must be cos or linear, got {anneal_strategy!r}", op="OneCycleLR"
            )
        self._anneal_func_type = anneal_strategy
        self._schedule_phases = _phases(self.total_steps, pct_start, three_phase)
        highs = _per_group("max_lr", max_lr, optimizer)
        if last_epoch == -1:
            for group, high in zip(optimizer.param_groups, highs):
                group["initial_lr"] = high / div_factor
                group["max_lr"] = high
                group["min_lr"] = group["initial_lr"] / final_div_factor
        self.cycle_momentum = cycle_momentum
        if cycle_momentum:
            self.use_beta1 = _check_momentum(optimizer, "OneCycleLR")
            if last_epoch == -1:
                for group, low, high in zip(
                    optimizer.param_groups,
                    _per_group("base_momentum", base_momentum, optimizer),
                    _per_group("max_momentum", max_momentum, optimizer),
                ):
                    _set_momentum(group, high, self.use_beta1)
                    group["max_momentum"], group["base_momentum"] = high, low
        super().__init__(optimizer, last_epoch)

    def _between(self, start: float, end: float, part: float) -> float:
        if self._anneal_func_type == "linear":
            return (end - start) * part + start
        return end + (start - end) / 2.0 * (math.cos(math.pi * part) + 1)

    def get_lr(self):
        """The rates at this step; also sets the momentum. Raises ValueError_ beyond the last."""
        step = self.last_epoch
        if step > self.total_steps:
            raise ValueError_(
                f"step {step} of a schedule of {self.total_steps} steps", op="OneCycleLR"
            )
        start_step = 0.0
        for phase in self._schedule_phases:
            if step <= phase["end_step"] or phase is self._schedule_phases[-1]:
                break
            start_step = phase["end_step"]
        part = (step - start_step) / (phase["end_step"] - start_step)
        rates = []
        for group in self.optimizer.param_groups:
            ends = (group[phase["start_lr"]], group[phase["end_lr"]])
            rates.append(self._between(*ends, part))
            if self.cycle_momentum:
                ends = (group[phase["start_momentum"]], group[phase["end_momentum"]])
                _set_momentum(group, self._between(*ends, part), self.use_beta1)
        return rates


def _total_steps(total_steps, epochs, steps_per_epoch) -> int:
    if total_steps is None and (epochs is None or steps_per_epoch is None):
        raise ValueError_(
            "takes total_steps, or both of epochs and steps_per_epoch", op="OneCycleLR"
        )
    total = epochs * steps_per_epoch if total_steps is None else total_steps
    if not isinstance(total, int):
        raise ArgumentError(f"steps must be integers, got {total}", op="OneCycleLR")
    if total <= 0:
        raise ValueError_(f"the number of steps must be positive, got {total}", op="OneCycleLR")
    return total


def _phases(total: int, pct_start: float, three_phase: bool) -> list[dict]:
    """Where every phase ends, and from which of a group's numbers to which it goes."""

    def phase(end_step, start_lr, end_lr, start_momentum, end_momentum):
        return {
            "end_step": end_step,
            "start_lr": start_lr,
            "end_lr": end_lr,
            "start_momentum": start_momentum,
            "end_momentum": end_momentum,
        }

    top = float(pct_start * total) - 1
    up = phase(top, "initial_lr", "max_lr", "max_momentum", "base_momentum")
    if not three_phase:
        return [up, phase(total - 1, "max_lr", "min_lr", "base_momentum", "max_momentum")]
    back = float(2 * pct_start * total) - 2
    return [
        up,
        phase(back, "max_lr", "initial_lr", "base_momentum", "max_momentum"),
        phase(total - 1, "initial_lr", "min_lr", "max_momentum", "max_momentum"),
    ]
