"""Learning-rate schedules: each sets the `lr` of every group as a function of the number of steps made.

Schedules are closed formulas of the step, so that loading a state or jumping to an epoch gives the same
rates as stepping there. A compiled optimizer step sees every new rate without being compiled again.
"""

from __future__ import annotations

import math
from collections.abc import Callable

from ..errors import ValueError_
from .optimizer import Optimizer


class LRScheduler:
    """Base class. A subclass defines `rate(base, index)`: the rate of group `index` at `self.last_epoch`.

    Construction makes the first step (epoch 0); `step()` goes on to the next.
    """

    def __init__(self, optimizer: Optimizer, last_epoch: int = -1):
        if not isinstance(optimizer, Optimizer):
            raise TypeError(f"a schedule needs an Optimizer, got {type(optimizer).__name__}")
        self.optimizer = optimizer
        for group in optimizer.param_groups:
            group.setdefault("initial_lr", group["lr"])
        self.base_lrs = [group["initial_lr"] for group in optimizer.param_groups]
        self.last_epoch = last_epoch
        self.step()

    def rate(self, base: float, index: int) -> float:
        """The learning rate of a group whose initial one was `base`."""
        raise NotImplementedError(f"{type(self).__name__} does not define rate")

    def step(self) -> None:
        """Goes to the next epoch and sets the rates."""
        self.last_epoch += 1
        for index, (group, base) in enumerate(zip(self.optimizer.param_groups, self.base_lrs)):
            group["lr"] = self.rate(base, index)

    def get_last_lr(self) -> list[float]:
        """The rates in use, one a group."""
        return [group["lr"] for group in self.optimizer.param_groups]

    def state_dict(self) -> dict:
        """Everything but the optimizer."""
        return {name: value for name, value in self.__dict__.items() if name != "optimizer"}

    def load_state_dict(self, state_dict: dict) -> None:
        """Takes over a `state_dict`."""
        self.__dict__.update(state_dict)


class LambdaLR(LRScheduler):
    """lr = base * lr_lambda(epoch), with one function for all groups or one for each."""

    def __init__(self, optimizer, lr_lambda: Callable | list, last_epoch=-1):
        count = len(optimizer.param_groups)
        self.lr_lambdas = list(lr_lambda) if isinstance(lr_lambda, list | tuple) else [lr_lambda] * count
        if len(self.lr_lambdas) != count:
            raise ValueError_(f"expected {count} functions, one for each group, got {len(self.lr_lambdas)}")
        super().__init__(optimizer, last_epoch)

    def rate(self, base, index):
        """base * lr_lambda(epoch)."""
        return base * self.lr_lambdas[index](self.last_epoch)

    def state_dict(self):
        """Everything but the optimizer and the functions, which the program defines."""
        return {name: value for name, value in super().state_dict().items() if name != "lr_lambdas"}


class StepLR(LRScheduler):
    """lr = base * gamma ** (epoch // step_size)."""

    def __init__(self, optimizer, step_size: int, gamma: float = 0.1, last_epoch=-1):
        self.step_size, self.gamma = step_size, gamma
        super().__init__(optimizer, last_epoch)

    def rate(self, base, index):
        """Constant for `step_size` epochs, then smaller by `gamma`."""
        return base * self.gamma ** (self.last_epoch // self.step_size)


class ExponentialLR(LRScheduler):
    """lr = base * gamma ** epoch."""

    def __init__(self, optimizer, gamma: float, last_epoch=-1):
        self.gamma = gamma
        super().__init__(optimizer, last_epoch)

    def rate(self, base, index):
        """Smaller by `gamma` at every epoch."""
        return base * self.gamma**self.last_epoch


class CosineAnnealingLR(LRScheduler):
    """Half a cosine from base to eta_min over T_max epochs, and back (Loshchilov and Hutter, SGDR, 2017)."""

    def __init__(self, optimizer, T_max: int, eta_min: float = 0.0, last_epoch=-1):
        self.T_max, self.eta_min = T_max, eta_min
        super().__init__(optimizer, last_epoch)

    def rate(self, base, index):
        """eta_min + (base - eta_min) * (1 + cos(pi * epoch / T_max)) / 2."""
        return self.eta_min + (base - self.eta_min) * (1 + math.cos(math.pi * self.last_epoch / self.T_max)) / 2


class OneCycleLR(LRScheduler):
    """Up from max_lr / div_factor to max_lr for pct_start of the steps, then down to 1 / final_div_factor of the
    start (Smith and Topin, "Super-convergence", 2018). The momentum is left alone."""

    def __init__(
        self,
        optimizer,
        max_lr: float,
        total_steps: int,
        pct_start: float = 0.3,
        anneal_strategy: str = "cos",
        div_factor: float = 25.0,
        final_div_factor: float = 1e4,
        cycle_momentum: bool = False,
        last_epoch=-1,
    ):
        if anneal_strategy not in ("cos", "linear"):
            raise ValueError_(f"anneal_strategy must be cos or linear, got {anneal_strategy!r}")
        if cycle_momentum:
            raise ValueError_("OneCycleLR does not cycle the momentum; pass cycle_momentum=False")
        self.max_lr, self.total_steps = max_lr, total_steps
        self.initial = max_lr / div_factor
        self.final = self.initial / final_div_factor
        self.peak = pct_start * total_steps - 1
        self.anneal_strategy = anneal_strategy
        super().__init__(optimizer, last_epoch)

    def rate(self, base, index):
        """The rate at this step; after the last one it stays. Raises ValueError_ beyond that."""
        step = min(self.last_epoch, self.total_steps - 1)
        if self.last_epoch > self.total_steps:
            raise ValueError_(f"step {self.last_epoch} of a schedule of {self.total_steps} steps")
        if step <= self.peak:
            return self._between(self.initial, self.max_lr, step / self.peak)
        return self._between(self.max_lr, self.final, (step - self.peak) / (self.total_steps - 1 - self.peak))

    def _between(self, start: float, end: float, part: float) -> float:
        if self.anneal_strategy == "linear":
            return start + (end - start) * part
        return end + (start - end) * (1 + math.cos(math.pi * part)) / 2
