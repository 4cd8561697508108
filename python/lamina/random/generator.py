"""Generators: where a stream of random numbers stands.

A generator is one int64 tensor [seed, counter]. Draws read it and add to the counter in place, which makes
randomness an ordinary effect: a compiled program takes the tensor as an input and writes it back.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np

from ..autograd import no_grad
from ..devices import as_device
from ..dispatch.state import state
from ..errors import ShapeError
from ..ops.registry import lookup
from ..tensor import Tensor, from_array
from .philox import counters_for

_words = lookup("lamina::philox")


class Generator:
    """A stream of random numbers, the same on every machine for the same seed.

    `state` is the tensor [seed, counter]; draws change it in place.
    """

    __slots__ = ("device", "state")

    def __init__(self, device="cpu"):
        self.device = as_device(device)
        self.state = from_array(np.zeros(2, np.int64), self.device)

    def manual_seed(self, seed: int) -> Generator:
        """Starts the stream of `seed` (taken modulo 2**64) from its beginning."""
        with no_grad():
            self.state[0].fill_(_signed(seed))
            self.state[1].fill_(0)
        return self

    def seed(self) -> int:
        """Starts a stream that the operating system chose, and returns its seed."""
        chosen = _entropy()
        self.manual_seed(chosen)
        return chosen

    def initial_seed(self) -> int:
        """The seed of the current stream."""
        return self.state[0].item() & 0xFFFFFFFFFFFFFFFF

    def get_state(self) -> Tensor:
        """A copy of the state, int64 of shape [2]."""
        return self.state.clone()

    def set_state(self, new_state: Tensor) -> Generator:
        """Continues where `get_state` was called. Raises ShapeError for anything but such a state."""
        if tuple(new_state.shape) != (2,):
            raise ShapeError(
                f"a generator's state has shape [2], got {list(new_state.shape)}", op="set_state"
            )
        with no_grad():
            self.state.copy_(new_state)
        return self

    def clone_state(self) -> Generator:
        """Another generator at the same place of the same stream."""
        return Generator(self.device).set_state(self.state)

    def words(self, count: int) -> Tensor:
        """The next `count` words, int64 in [0, 2**32); a started group of four counter words is not shared
        with the next draw. Each level of function transforms decides what a draw is to its function."""
        levels = state.transforms
        if not levels:
            return self._next_words(count)
        with state.override(transforms=levels[:-1]):
            return levels[-1].draw(self.words, count)

    def _next_words(self, count: int) -> Tensor:
        counters = counters_for(count)
        with no_grad():
            words = _words(self.state, counters)
            self.state[1].add_(counters)
            return words[:count]


def _entropy() -> int:
    """A non-negative seed of 63 bits from the operating system."""
    return int.from_bytes(os.urandom(8), "little") >> 1


def _signed(seed: int) -> int:
    """`seed` modulo 2**64 as the int64 of the same bits."""
    bits = int(seed) & 0xFFFFFFFFFFFFFFFF
    return bits - ((bits >> 63) << 64)


default_generator = Generator()
# Written past the operators, which are not installed yet while the package is being imported.
default_generator.state._array[0] = _entropy()


def manual_seed(seed: int) -> Generator:
    """Seeds the default generator and returns it."""
    return default_generator.manual_seed(seed)


def seed() -> int:
    """Seeds the default generator from the operating system and returns the seed."""
    return default_generator.seed()


def initial_seed() -> int:
    """The seed of the default generator."""
    return default_generator.initial_seed()


def get_rng_state() -> Tensor:
    """A copy of the default generator's state."""
    return default_generator.get_state()


def set_rng_state(new_state: Tensor) -> None:
    """Sets the default generator's state."""
    default_generator.set_state(new_state)


@contextmanager
def fork_rng(devices=None, enabled: bool = True) -> Iterator[None]:
    """Restores the default generator's state at the end of the block."""
    if not enabled:
        yield
        return
    saved = get_rng_state()
    try:
        yield
    finally:
        set_rng_state(saved)
