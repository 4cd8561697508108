"""Loss scaling: small floats lose small gradients, so the loss is multiplied before the backward
and the gradients divided after it.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable

from ..autograd import no_grad
from ..errors import AutogradError, ValueError_
from ..tensor import Tensor

_READY, _UNSCALED, _STEPPED = "ready", "unscaled", "stepped"


class GradScaler:
    """Multiplies losses by a scale that halves (backoff_factor) whenever a gradient is not finite,
    in which case the step is skipped, and grows by growth_factor after growth_interval good
    steps.

    Without `enabled` every method passes on what it is given. The scale is a Python number, and
    whether a step is made depends on the gradients, so this is for eager loops around a compiled
    forward and backward.
    """

    def __init__(
        self,
        device: str = "cuda",
        init_scale: float = 2.0**16,
        growth_factor: float = 2.0,
        backoff_factor: float = 0.5,
        growth_interval: int = 2000,
        enabled: bool = True,
    ):
        if enabled and not growth_factor > 1:
            raise ValueError_(f"growth_factor must be greater than 1, got {growth_factor}")
        if enabled and not backoff_factor < 1:
            raise ValueError_(f"backoff_factor must be less than 1, got {backoff_factor}")
        self._device, self._enabled, self._scale = device, enabled, float(init_scale)
        self._growth_factor, self._backoff_factor = growth_factor, backoff_factor
        self._growth_interval, self._growth_tracker = growth_interval, 0
        self._forget()

    def _forget(self) -> None:
        self._stages: dict[int, str] = defaultdict(lambda: _READY)
        self._overflows: dict[int, bool] = {}

    def scale(self, outputs: Tensor | Iterable[Tensor]):
        """A loss, or nested sequences of them, times the scale."""
        if not self._enabled:
            return outputs
        if isinstance(outputs, Tensor):
            return outputs * self._scale
        return type(outputs)(self.scale(one) for one in outputs)

    def unscale_(self, optimizer) -> None:
        """Divides the gradients of the optimizer's parameters by the scale, once between updates.

        Raises AutogradError when that was done already, or the step made.
        """
        if not self._enabled:
            return
        key = id(optimizer)
        if self._stages[key] != _READY:
            reason = (
                "has already been called on this optimizer"
                if self._stages[key] == _UNSCALED
                else "is being called after step()"
            )
            raise AutogradError(f"unscale_() {reason} since the last update()", op="GradScaler")
        self._overflows[key] = self._divide(optimizer)
        self._stages[key] = _UNSCALED

    def _divide(self, optimizer) -> bool:
        """Unscales; whether a gradient is not finite."""
        overflow, inverse = False, 1.0 / self._scale
        with no_grad():
            for group in optimizer.param_groups:
                for param in group["params"]:
                    if param.grad is None:
                        continue
                    overflow |= not bool(param.grad.isfinite().all())
                    param.grad.mul_(inverse)
        return overflow

    def step(self, optimizer, *args, **kwargs):
        """`optimizer.step(*args, **kwargs)`, unless a gradient is not finite; returns its result.

        Raises AutogradError for a second call since the last update.
        """
        if not self._enabled:
            return optimizer.step(*args, **kwargs)
        if "closure" in kwargs:
            raise AutogradError("closures are not supported", op="GradScaler.step")
        key = id(optimizer)
        if self._stages[key] == _STEPPED:
            raise AutogradError(
                "step() has already been called since the last update()", op="GradScaler"
            )
        if self._stages[key] == _READY:
            self.unscale_(optimizer)
        self._stages[key] = _STEPPED
        return None if self._overflows[key] else optimizer.step(*args, **kwargs)

    def update(self, new_scale: float | Tensor | None = None) -> None:
        """Sets the scale for the next iteration, to new_scale if given.

        Raises AutogradError when no gradient was unscaled since the last update.
        """
        if not self._enabled:
            return
        if new_scale is not None:
            self._scale = float(new_scale)
        elif not self._overflows:
            raise AutogradError("no gradients were unscaled before update()", op="GradScaler")
        elif any(self._overflows.values()):
            self._scale *= self._backoff_factor
            self._growth_tracker = 0
        else:
            self._growth_tracker += 1
            if self._growth_tracker == self._growth_interval:
                grown = self._scale * self._growth_factor
                self._scale = grown if math.isfinite(grown) else self._scale
                self._growth_tracker = 0
        self._forget()

    def get_scale(self) -> float:
        """The scale, 1 when not enabled."""
        return self._scale if self._enabled else 1.0

    def is_enabled(self) -> bool:
        """Whether it scales at all."""
        return self._enabled

    def get_growth_factor(self) -> float:
        """What the scale grows by."""
        return self._growth_factor

    def set_growth_factor(self, new_factor: float) -> None:
        """Sets what the scale grows by."""
        self._growth_factor = new_factor

    def get_backoff_factor(self) -> float:
        """What an overflow multiplies the scale by."""
        return self._backoff_factor

    def set_backoff_factor(self, new_factor: float) -> None:
        """Sets what an overflow multiplies the scale by."""
        self._backoff_factor = new_factor

    def get_growth_interval(self) -> int:
        """How many good steps come before the scale grows."""
        return self._growth_interval

    def set_growth_interval(self, new_interval: int) -> None:
        """Sets how many good steps come before the scale grows."""
        self._growth_interval = new_interval

    def state_dict(self) -> dict:
        """The scale, its factors and the count of good steps; empty when not enabled."""
        if not self._enabled:
            return {}
        return {
            "scale": self._scale,
            "growth_factor": self._growth_factor,
            "backoff_factor": self._backoff_factor,
            "growth_interval": self._growth_interval,
            "_growth_tracker": self._growth_tracker,
        }

    def load_state_dict(self, state_dict: dict) -> None:
        """Takes over a `state_dict`. Raises AutogradError for an empty one."""
        if not self._enabled:
            return
        if not state_dict:
            raise AutogradError("the state dict is that of a disabled GradScaler", op="GradScaler")
        self._scale = state_dict["scale"]
        self._growth_factor = state_dict["growth_factor"]
        self._backoff_factor = state_dict["backoff_factor"]
        self._growth_interval = state_dict["growth_interval"]
        self._growth_tracker = state_dict["_growth_tracker"]
