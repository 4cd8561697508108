"""Running a function again for what its first run would have saved: checkpointing without
reentrance.

In the first run every tensor that is saved becomes a numbered place holder. When backward asks for
one, the function runs again, tensors it saves are counted, and each goes to the holder of its
number.
"""

from __future__ import annotations

import contextlib
import weakref
from collections.abc import Callable
from typing import NamedTuple

from ..autograd.engine import current_task
from ..autograd.modes import enable_grad
from ..autograd.saved import SavedTensor
from ..autograd.saved_hooks import saved_tensors_hooks
from ..dispatch.state import state
from ..errors import AutogradError
from ..random import default_generator
from ..tensor import Tensor


class CheckpointError(AutogradError):
    """The run in backward saved other tensors than the first run."""


class _EndOfRun(Exception):
    """Everything that backward can ask for has been computed again."""


def no_contexts() -> tuple:
    """The default `context_fn`: two contexts that do nothing."""
    return contextlib.nullcontext(), contextlib.nullcontext()


class Options(NamedTuple):
    """What `checkpoint` was told."""

    preserve_rng_state: bool
    context_fn: Callable
    determinism_check: str
    debug: bool
    early_stop: bool


class Surroundings:
    """What a function's result depends on besides its arguments: the random numbers and
    autocast.
    """

    def __init__(self, preserve_rng_state: bool):
        self.autocast = state.autocast
        self.rng = default_generator.get_state() if preserve_rng_state else None

    @contextlib.contextmanager
    def restored(self):
        """A with block in which they are as they were; afterwards they are as before the block."""
        before = default_generator.get_state() if self.rng is not None else None
        if self.rng is not None:
            default_generator.set_state(self.rng)
        try:
            with state.override(autocast=self.autocast):
                yield
        finally:
            if before is not None:
                default_generator.set_state(before)


_early_stop: list[bool] = []


class set_checkpoint_early_stop:
    """A with block that decides, for the checkpoints in it, whether runs in backward end early."""

    def __init__(self, enable: bool):
        self.enable = enable

    def __enter__(self) -> None:
        _early_stop.append(self.enable)

    def __exit__(self, *exception) -> None:
        _early_stop.pop()


class _Holder:
    """Stands for one saved tensor; `found` is what the run of each backward pass saved in its
    place.
    """

    __slots__ = ("__weakref__", "found")

    def __init__(self):
        self.found: dict[int, Tensor] = {}


class _Log:
    """A dispatch mode that writes down the operators of a run."""

    def __init__(self):
        self.names: list[str] = []

    def __torch_dispatch__(self, func, types, args=(), kwargs=None):
        self.names.append(str(func))
        return func(*args, **(kwargs or {}))

    @contextlib.contextmanager
    def listening(self):
        """A with block whose operators are written down."""
        with state.override(dispatch_modes=(*state.dispatch_modes, self)):
            yield


class _Frame:
    """One checkpointed call."""

    def __init__(self, again: Callable, options: Options):
        self.again, self.options = again, options
        self.holders: list[weakref.ref] = []
        self.looks: list[tuple] = []
        self.counts: dict[int, int] = {}
        self.logs = (_Log(), _Log()) if options.debug else None
        self.early_stop = _early_stop[-1] if _early_stop else options.early_stop

    def pack(self, tensor) -> _Holder:
        """Keeps how a tensor looks instead of the tensor."""
        holder = _Holder()
        self.holders.append(weakref.ref(holder))
        self.looks.append(_look(tensor))
        return holder

    def unpack(self, holder: _Holder):
        """The tensor that this backward pass's run saved in the holder's place."""
        task = current_task()
        run = task.id if task is not None else 0
        if run not in self.counts:
            self._recompute(run)
        if run not in holder.found:
            raise CheckpointError(
                "checkpoint: unpack is being triggered for a tensor that was either never "
                "recomputed, or already "
                "unpacked once in this backward pass",
                op="checkpoint",
            )
        return holder.found.pop(run)

    def listening(self, run: int):
        """The context in which run 0 (the first) or 1 (in backward) is written down, when
        debugging.
        """
        return self.logs[run].listening() if self.logs else contextlib.nullcontext()

    def _recompute(self, run: int) -> None:
        self.counts[run] = 0
        with (
            contextlib.suppress(_EndOfRun),
            enable_grad(),
            saved_tensors_hooks(lambda t: self._arrived(t, run), lambda t: t),
            self.listening(1),
        ):
            self.again()
        if self.counts[run] != len(self.holders):
            self._fail(
                "A different number of tensors was saved during the original forward and "
                "recomputation. Number of "
                f"tensors saved during forward: {len(self.holders)}; during recomputation: "
                f"{self.counts[run]}."
            )

    def _arrived(self, tensor, run: int):
        number = self.counts[run]
        self.counts[run] += 1
        if number < len(self.holders):
            self._compare(number, tensor)
            holder = self.holders[number]()
            if holder is not None:
                # Without its history, which is that of the first run.
                holder.found[run] = tensor.detach()
            if self.early_stop and number == len(self.holders) - 1:
                raise _EndOfRun
        return tensor.detach()

    def _compare(self, number: int, tensor) -> None:
        if self.options.determinism_check == "none":
            return
        before, now = self.looks[number], _look(tensor)
        if before != now:
            self._fail(
                "Recomputed values for the following tensors have different metadata than during "
                "the forward pass: "
                f"tensor at position {number}, saved {_words(before)}, recomputed {_words(now)}."
            )

    def _fail(self, message: str):
        if self.logs:
            first, second = ("\n  ".join(log.names) for log in self.logs)
            message += (
                f"\noperators of the forward run:\n  {first}\nof the run in backward:\n  {second}"
            )
        raise CheckpointError(f"checkpoint: {message}", op="checkpoint")


def _look(tensor) -> tuple:
    return tuple(tensor.shape), tensor.dtype, tensor.device


def _words(look: tuple) -> str:
    return f"shape {list(look[0])}, {look[1]} on {look[2]}"


def run(function: Callable, args: tuple, kwargs: dict, options: Options):
    """function(*args, **kwargs), saving place holders. Raises ValueError for an unknown
    determinism check.
    """
    if options.determinism_check not in ("default", "none"):
        raise ValueError(
            f"determinism_check is 'default' or 'none', got {options.determinism_check!r}"
        )
    forward_context, recompute_context = options.context_fn()
    if not state.grad_enabled:
        return function(*args, **kwargs)
    again = _again(
        function, args, kwargs, Surroundings(options.preserve_rng_state), recompute_context
    )
    frame = _Frame(again, options)
    with saved_tensors_hooks(frame.pack, frame.unpack), forward_context, frame.listening(0):
        return function(*args, **kwargs)


def _again(function: Callable, args: tuple, kwargs: dict, surroundings: Surroundings, context):
    """The call of the run in backward.

    Tensors are saved like the inputs of an operator: checked for writes, and handed to the hooks of
    a checkpoint around this one instead of being kept.
    """
    count, names = len(args), tuple(kwargs)
    inputs = [SavedTensor(a) if isinstance(a, Tensor) else a for a in (*args, *kwargs.values())]

    def again() -> None:
        values = [a.unpack(_Call) if isinstance(a, SavedTensor) else a for a in inputs]
        with surroundings.restored(), context:
            function(*values[:count], **dict(zip(names, values[count:])))

    return again


class _Call:
    """What the errors of saved inputs name as their user."""

    @staticmethod
    def name() -> str:
        """The name of the function."""
        return "checkpoint"
