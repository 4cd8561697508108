"""Samples of Fourier transforms."""

from __future__ import annotations

import itertools

from .arrays import Sample


def _complex_transforms(a):
    for normalization, forward in itertools.product((0, 1, 2), (True, False)):
        yield Sample((a(3, 5, dtype="complex128"), [1], normalization, forward))
    yield Sample((a(4, 3, 2, dtype="complex128"), [0], 0, True))
    yield Sample((a(4, 3, 2, dtype="complex128"), [0, 2], 2, False))
    yield Sample((a(2, 3, 4, 2, dtype="complex64"), [1, 2, 3], 1, True))
    yield Sample((a(3, 4, dtype="complex128", layout="transposed"), [0, 1], 0, True))


def _real_transforms(a):
    for onesided, size in itertools.product((True, False), (1, 4, 5)):
        yield Sample((a(3, size), [1], 0, onesided))
        yield Sample((a(size, 3, 2), [2, 0], 1, onesided))
    yield Sample((a(2, 6, dtype="float32"), [0, 1], 2, True))
    yield Sample((a(4, 3, layout="transposed"), [1], 0, True))


def _half_transforms(a):
    for last in (1, 4, 5):
        half = last // 2 + 1
        yield Sample((a(3, half, dtype="complex128"), [1], 0, last))
        yield Sample((a(half, 2, 3, dtype="complex128"), [2, 0], 1, last))
    yield Sample((a(2, 4, dtype="complex64"), [0, 1], 2, 6))


SAMPLES = {
    "_fft_c2c": _complex_transforms,
    "_fft_r2c": _real_transforms,
    "_fft_c2r": _half_transforms,
}
