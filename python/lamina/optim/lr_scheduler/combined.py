"""Several schedules on one optimizer: one after the other, or all at once."""

from __future__ import annotations

from bisect import bisect_right

from ...errors import ValueError_
from .base import LRScheduler


class _Combined(LRScheduler):
    def _check(self, optimizer, schedulers) -> None:
        if not schedulers:
            raise ValueError_("takes at least one schedule", op=type(self).__name__)
        for i, scheduler in enumerate(schedulers):
            if getattr(scheduler, "optimizer", None) is not optimizer:
                raise ValueError_(
                    f"schedule {i} is not one of this optimizer", op=type(self).__name__
                )

    def state_dict(self) -> dict:
        """Everything but the optimizer; of the schedules their state dicts."""
        state = super().state_dict()
        state["_schedulers"] = [scheduler.state_dict() for scheduler in self._schedulers]
        return state

    def load_state_dict(self, state_dict: dict) -> None:
        """Takes over a `state_dict`."""
        saved = dict(state_dict)
        for scheduler, state in zip(self._schedulers, saved.pop("_schedulers")):
            scheduler.load_state_dict(state)
        self.__dict__.update(saved)


class SequentialLR(_Combined):
    """Schedules one after the other, the next beginning at every milestone."""

    def __init__(self, optimizer, schedulers, milestones, last_epoch: int = -1):
        schedulers = list(schedulers)
        self._check(optimizer, schedulers)
        if len(milestones) != len(schedulers) - 1:
            raise ValueError_(
                f"{len(schedulers)} schedules need {len(schedulers) - 1} milestones, got "
                f"{len(milestones)}",
                op="SequentialLR",
            )
        self._schedulers, self._milestones = schedulers, list(milestones)
        self.last_epoch, self.optimizer = last_epoch + 1, optimizer
        # Making a schedule makes its first step: those are undone, and the first made again.
        for group in optimizer.param_groups:
            group["lr"] = group["initial_lr"]
        for scheduler in schedulers:
            scheduler.last_epoch -= 1
        schedulers[0]._initial_step()
        self._last_lr = schedulers[0].get_last_lr()

    def step(self) -> None:
        """Goes to the next epoch of the schedule whose turn it is."""
        self.last_epoch += 1
        turn = bisect_right(self._milestones, self.last_epoch)
        scheduler = self._schedulers[turn]
        begins = turn > 0 and self._milestones[turn - 1] == self.last_epoch
        scheduler.step(*((0,) if begins else ()))
        self._last_lr = scheduler.get_last_lr()


class ChainedScheduler(_Combined):
    """Schedules that all make a step at every epoch; their factors multiply."""

    def __init__(self, schedulers, optimizer=None):
        schedulers = list(schedulers)
        if schedulers and optimizer is None:
            optimizer = schedulers[0].optimizer
        self._check(optimizer, schedulers)
        self._schedulers, self.optimizer = schedulers, optimizer
        self._last_lr = self._rates

    def step(self) -> None:
        """Goes to the next epoch of every schedule."""
        for scheduler in self._schedulers:
            scheduler.step()
        self._last_lr = self._rates
