"""Philox 4x32-10, the counter-based generator behind every draw.

Salmon, Moraes, Dror and Shaw, "Parallel random numbers: as easy as 1, 2, 3", SC 2011. A 64-bit key (the seed)
and a 128-bit counter give four 32-bit words through ten rounds of multiply and exclusive or. Nothing but the
counter moves between draws, so the generator's state is an ordinary tensor, and a compiled program reads and
advances it like any other: the words are computed by the program, never baked into it.

The operator is written twice on purpose: over primitives (the meaning, and the IR) and as a NumPy kernel
that works in cache-sized pieces. A test holds one to the other and both to the published vectors.
"""

from __future__ import annotations

import numpy as np

from ..ops.registry import op

WORDS_PER_COUNTER = 4
_ROUNDS = 10
_MULTIPLIERS = (0xD2511F53, 0xCD9E8D57)
_KEY_STEPS = (0x9E3779B9, 0xBB67AE85)
_LOW = 0xFFFFFFFF
_PIECE = 1 << 13


def counters_for(words: int) -> int:
    """How many counter values give at least `words` words."""
    return -(-words // WORDS_PER_COUNTER)


def _kernel(state: np.ndarray, counters: int) -> np.ndarray:
    seed, offset = (int(v) & 0xFFFFFFFFFFFFFFFF for v in state)
    words = np.empty((counters, WORDS_PER_COUNTER), np.int64)
    for start in range(0, counters, _PIECE):
        stop = min(start + _PIECE, counters)
        position = np.arange(start, stop, dtype=np.uint64) + np.uint64(offset)
        counter = np.zeros((WORDS_PER_COUNTER, stop - start), np.uint64)
        counter[0], counter[1] = position & np.uint64(_LOW), position >> np.uint64(32)
        words[start:stop] = encrypt(counter, seed).T
    return words.reshape(-1)


def encrypt(counter: np.ndarray, seed: int) -> np.ndarray:
    """What the 64-bit key `seed` makes of 128-bit counters: uint64 [4, n] of 32-bit words, lowest first, to the same."""
    keys = [
        (seed + _KEY_STEPS[0] * i & _LOW, (seed >> 32) + _KEY_STEPS[1] * i & _LOW)
        for i in range(_ROUNDS)
    ]
    multipliers = np.array(_MULTIPLIERS, np.uint64)[:, None]
    low, half = np.uint64(_LOW), np.uint64(32)
    even, odd = counter[0::2], counter[1::2]
    for key in np.array(keys, np.uint64)[:, :, None]:
        product = (even * multipliers)[::-1]
        even, odd = (product >> half) ^ odd ^ key, product & low
    return np.stack([even[0], odd[0], even[1], odd[1]])


@op(
    "philox(Tensor state, int counters) -> Tensor",
    namespace="lamina",
    differentiable=False,
    variants="",
    kernel=_kernel,
)
def philox(p, state, counters):
    """The words of `counters` consecutive counter values: int64 of shape [4 * counters], each in [0, 2**32).

    state: int64 of shape [2], the seed and the first counter value; it is only read.
    """
    seed, offset = (p.slice(state, [i], [i + 1], [1]) for i in range(2))
    position = p.add(p.iota([counters], 0, state.dtype), offset)
    zero = p.full([counters], 0, state.dtype)
    words = [p.bitwise_and(position, _LOW), _high(p, position), zero, zero]
    for round_number in range(_ROUNDS):
        keys = [
            p.bitwise_and(p.add(key, step * round_number), _LOW)
            for key, step in zip((seed, _high(p, seed)), _KEY_STEPS)
        ]
        first, second = p.mul(words[0], _MULTIPLIERS[0]), p.mul(words[2], _MULTIPLIERS[1])
        words = [
            p.bitwise_xor(p.bitwise_xor(_high(p, second), words[1]), keys[0]),
            p.bitwise_and(second, _LOW),
            p.bitwise_xor(p.bitwise_xor(_high(p, first), words[3]), keys[1]),
            p.bitwise_and(first, _LOW),
        ]
    columns = [p.unsqueeze(word, [1]) for word in words]
    return p.reshape(p.concat(columns, 1), [WORDS_PER_COUNTER * counters])


def _high(p, x):
    """The upper 32 bits of int64 bit patterns; the mask takes back what the arithmetic shift smeared."""
    return p.bitwise_and(p.shift_right(x, 32), _LOW)
