"""LRScheduler, and the schedules whose rates a function of the user's gives."""

from __future__ import annotations

from collections.abc import Callable

from ...errors import ArgumentError, ValueError_
from ..optimizer import Optimizer


class LRScheduler:
    """Base class. A subclass defines `get_lr()`: the next rate of every group, at
    `self.last_epoch`.

    Construction makes the first step (epoch 0, or last_epoch + 1 when training resumes); `step()`
    goes on to the next. Raises KeyError when training resumes and a group lacks `initial_lr`.
    """

    def __init__(self, optimizer: Optimizer, last_epoch: int = -1):
        if not isinstance(optimizer, Optimizer):
            raise ArgumentError(
                f"a schedule needs an Optimizer, got {type(optimizer).__name__}",
                op=type(self).__name__,
            )
        self.optimizer = optimizer
        for i, group in enumerate(optimizer.param_groups):
            if last_epoch == -1:
                group.setdefault("initial_lr", group["lr"])
            elif "initial_lr" not in group:
                raise KeyError(
                    f"param_groups[{i}] needs an initial_lr to resume at epoch {last_epoch}"
                )
        self.base_lrs = [group["initial_lr"] for group in optimizer.param_groups]
        self.last_epoch = last_epoch
        self._initial_step()

    def _initial_step(self) -> None:
        self._step_count = 0
        self.step()

    def get_lr(self) -> list[float]:
        """The rates of all groups at `self.last_epoch`, from those of the epoch before."""
        raise NotImplementedError(f"{type(self).__name__} does not define get_lr")

    def get_last_lr(self) -> list[float]:
        """The rates the last step set."""
        return self._last_lr

    def step(self, epoch: int | None = None) -> None:
        """Goes to the next epoch (or to `epoch`) and sets the rates."""
        self._step_count += 1
        self.last_epoch = self.last_epoch + 1 if epoch is None else epoch
        closed = None if epoch is None else getattr(self, "_get_closed_form_lr", None)
        self._set(self.get_lr() if closed is None else closed())

    def _set(self, rates: list) -> None:
        for group, rate in zip(self.optimizer.param_groups, rates):
            group["lr"] = rate
        self._last_lr = [group["lr"] for group in self.optimizer.param_groups]

    @property
    def _rates(self) -> list[float]:
        """The rates in use, one a group."""
        return [group["lr"] for group in self.optimizer.param_groups]

    def state_dict(self) -> dict:
        """Everything but the optimizer."""
        return {name: value for name, value in self.__dict__.items() if name != "optimizer"}

    def load_state_dict(self, state_dict: dict) -> None:
        """Takes over a `state_dict`."""
        self.__dict__.update(state_dict)


class _ByFunction(LRScheduler):
    """Rates by one function of the epoch for all groups, or one for each."""

    def __init__(self, optimizer: Optimizer, lr_lambda: Callable | list, last_epoch: int = -1):
        count = len(optimizer.param_groups)
        given = list(lr_lambda) if isinstance(lr_lambda, list | tuple) else [lr_lambda] * count
        if len(given) != count:
            raise ValueError_(
                f"expected {count} functions, one for each group, got {len(given)}",
                op=type(self).__name__,
            )
        self.lr_lambdas = given
        super().__init__(optimizer, last_epoch)

    def state_dict(self) -> dict:
        """Everything but the optimizer; of callable objects their attributes, of functions None."""
        state = super().state_dict()
        state["lr_lambdas"] = [
            None if type(fn).__name__ in ("function", "method") else dict(fn.__dict__)
            for fn in self.lr_lambdas
        ]
        return state

    def load_state_dict(self, state_dict: dict) -> None:
        """Takes over a `state_dict`; functions stay those of the program."""
        saved = dict(state_dict)
        for fn, attributes in zip(self.lr_lambdas, saved.pop("lr_lambdas")):
            if attributes is not None:
                fn.__dict__.update(attributes)
        self.__dict__.update(saved)


class LambdaLR(_ByFunction):
    """lr = base * lr_lambda(epoch), with one function for all groups or one for each."""

    def get_lr(self):
        """base * lr_lambda(epoch)."""
        return [base * fn(self.last_epoch) for fn, base in zip(self.lr_lambdas, self.base_lrs)]


class MultiplicativeLR(_ByFunction):
    """lr *= lr_lambda(epoch) at every epoch but the first."""

    def get_lr(self):
        """The rates times lr_lambda(epoch)."""
        if self.last_epoch == 0:
            return self._rates
        return [rate * fn(self.last_epoch) for fn, rate in zip(self.lr_lambdas, self._rates)]
