"""Window functions: weights that fade a stretch of a signal out at both ends, [window_length].

A periodic window is one of window_length + 1 points without the last, to be repeated; else it is
symmetric. Floating dtypes only. Raises DtypeError, and RangeError for a negative length.
"""

from __future__ import annotations

import math

import numpy as np

from ..dtypes import to_numpy
from ..errors import ArgumentError, DtypeError, RangeError
from .promotion import cast, default_float, is_floating
from .registry import aten, composite, op
from .special_functions import bessel_i0

_OPTIONS = "ScalarType? dtype=None, Layout? layout=None, Device? device=None, bool? pin_memory=None"
_FLOAT64 = np.dtype(np.float64)


def _window(p, length, periodic, dtype, shape):
    """`shape(p, positions, last)` in dtype, the positions counting from 0 to last."""
    dtype = default_float() if dtype is None else to_numpy(dtype)
    if not is_floating(dtype):
        raise DtypeError(f"a window needs a floating dtype, got {dtype}")
    if length < 0:
        raise RangeError(f"a window has no negative length, got {length}")
    if length < 2:
        return p.full((length,), 1, dtype)
    # Rounding once, from float64.
    positions = p.iota((length,), 0, _FLOAT64)
    return cast(p, shape(p, positions, length if periodic else length - 1), dtype)


def _cosine(p, positions, turns):
    return p.cos(p.mul(positions, 2 * math.pi * turns))


@op(
    "hamming_window.periodic_alpha_beta(SymInt window_length, bool periodic, float alpha, float "
    f"beta, *, {_OPTIONS}) -> Tensor",
    variants="",
    differentiable=False,
)
def hamming(p, window_length, periodic, alpha, beta, dtype, layout, device, pin_memory):
    """alpha - beta * cos(2 pi x), a vector of window_length values with x from 0 to 1."""

    def shape(p, positions, last):
        return p.sub(alpha, p.mul(_cosine(p, positions, 1 / last), beta))

    return _window(p, window_length, periodic, dtype, shape)


@op(
    f"hann_window.periodic(SymInt window_length, bool periodic, *, {_OPTIONS}) -> Tensor",
    variants="",
    differentiable=False,
)
def hann(p, window_length, periodic, dtype, layout, device, pin_memory):
    """(1 - cos(2 pi x)) / 2, a vector of window_length values with x from 0 to 1."""
    return hamming(p, window_length, periodic, 0.5, 0.5, dtype, layout, device, pin_memory)


@op(
    f"blackman_window.periodic(SymInt window_length, bool periodic, *, {_OPTIONS}) -> Tensor",
    variants="",
    differentiable=False,
)
def blackman(p, window_length, periodic, dtype, layout, device, pin_memory):
    """0.42 - 0.5 * cos(2 pi x) + 0.08 * cos(4 pi x), a vector of window_length values with x from 0 to 1."""

    def shape(p, positions, last):
        once, twice = _cosine(p, positions, 1 / last), _cosine(p, positions, 2 / last)
        return p.add(p.sub(p.mul(twice, 0.08), p.mul(once, 0.5)), 0.42)

    return _window(p, window_length, periodic, dtype, shape)


@op(
    f"bartlett_window.periodic(SymInt window_length, bool periodic, *, {_OPTIONS}) -> Tensor",
    variants="",
    differentiable=False,
)
def bartlett(p, window_length, periodic, dtype, layout, device, pin_memory):
    """A triangle from 0 to 1 and back, a vector of window_length values."""

    def shape(p, positions, last):
        return p.sub(1, p.abs(p.sub(p.mul(positions, 2 / last), 1)))

    return _window(p, window_length, periodic, dtype, shape)


@op(
    f"kaiser_window.beta(SymInt window_length, bool periodic, float beta, *, {_OPTIONS}) -> Tensor",
    variants="",
    differentiable=False,
)
def kaiser(p, window_length, periodic, beta, dtype, layout, device, pin_memory):
    """i0(beta * sqrt(1 - x**2)) / i0(beta), a vector of window_length values with x from -1 to 1."""

    def shape(p, positions, last):
        x = p.sub(p.mul(positions, 2 / last), 1)
        inside = p.sqrt(p.maximum(p.sub(1, p.mul(x, x)), 0.0))
        return p.div(bessel_i0(p, p.mul(inside, beta)), bessel_i0(p, p.full((), beta, _FLOAT64)))

    return _window(p, window_length, periodic, dtype, shape)


def _public(name, entry, defaults):
    """The function `lamina.<name>_window`, with the window's own parameters optional."""

    def window(
        window_length,
        periodic=True,
        *rest,
        dtype=None,
        layout=None,
        device=None,
        pin_memory=None,
        requires_grad=False,
        **named,
    ):
        own = [named.pop(key, default) for key, default in list(defaults.items())[len(rest) :]]
        if named or len(rest) > len(defaults):
            raise ArgumentError(
                f"takes window_length, periodic{''.join(', ' + d for d in defaults)}", op=name
            )
        made = entry(window_length, periodic, *rest, *own, dtype=dtype, device=device)
        return made.requires_grad_() if requires_grad else made

    window.__name__ = window.__qualname__ = name
    window.__doc__ = entry.doc
    composite(window, name=name)


_public("hann_window", aten.hann_window.periodic, {})
_public("hamming_window", aten.hamming_window.periodic_alpha_beta, {"alpha": 0.54, "beta": 0.46})
_public("blackman_window", aten.blackman_window.periodic, {})
_public("bartlett_window", aten.bartlett_window.periodic, {})
_public("kaiser_window", aten.kaiser_window.beta, {"beta": 12.0})
