"""Poisson draws: by searching the distribution for small rates, by transformed rejection for large
ones.

How often is drawn again depends on the draws, so this runs eagerly only.
"""

from __future__ import annotations

from ..autograd import no_grad
from ..dtypes import float64
from ..errors import DtypeError, RangeError
from ..ops.registry import aten, composite
from .distributions import uniform

_LARGE = 10.0
"""Rates from which on rejection is used; it is not valid much below."""


@composite
def poisson(input, generator=None):
    """Draws from the Poisson distributions of the rates `input`, in its shape and floating dtype.
    Raises RangeError for negative rates.
    """
    if not input.is_floating_point():
        raise DtypeError(f"rates must be floating, got {input.dtype}", op="poisson")
    with no_grad():
        rates = input.detach().to(float64).reshape(-1)
        if (rates < 0).any():
            raise RangeError("rates must not be negative", op="poisson")
        large = rates >= _LARGE
        counts = _searched(rates.masked_fill(large, 0), generator)
        if large.any():
            drawn = _rejected(rates.masked_fill(large.logical_not(), _LARGE), generator)
            counts = aten.where(large, drawn, counts)
        return counts.reshape(input.shape).to(input.dtype)


def _searched(rates, generator):
    """The smallest count whose cumulative probability exceeds a uniform draw."""
    aims = uniform(tuple(rates.shape), float64, generator)
    counts, probability = aten.zeros_like(rates), (-rates).exp()
    total, step = probability, 0
    while True:
        # Rounding may keep the total below the largest aims; no term is left to add then.
        behind = (aims >= total).logical_and(probability > 0)
        if not behind.any():
            return counts
        step += 1
        counts = counts + behind.to(float64)
        probability = probability * rates / step
        total = total + probability


def _rejected(rates, generator):
    """Hoermann's PTRS, The transformed rejection method for generating Poisson random variables
    (1993).
    """
    spread = 0.931 + 2.53 * rates.sqrt()
    shift = -0.059 + 0.02483 * spread
    inverse_alpha = 1.1239 + 1.1328 / (spread - 3.4)
    bound = 0.9277 - 3.6224 / (spread - 2)
    counts, done = aten.zeros_like(rates), aten.zeros_like(rates) > 0
    while not done.all():
        pairs = uniform((2, rates.numel()), float64, generator)
        u, v = pairs[0] - 0.5, pairs[1]
        distance = 0.5 - u.abs()
        drawn = ((2 * shift / distance + spread) * u + rates + 0.43).floor()
        easy = (distance >= 0.07).logical_and(v <= bound)
        outside = (drawn < 0).logical_or((distance < 0.013).logical_and(v > distance))
        likely = drawn * rates.log() - rates - (drawn.clamp_min(0) + 1).lgamma()
        tried = (v * inverse_alpha / (shift / (distance * distance) + spread)).log()
        accepted = easy.logical_or(outside.logical_not().logical_and(tried <= likely))
        counts = aten.where(accepted.logical_and(done.logical_not()), drawn, counts)
        done = done.logical_or(accepted)
    return counts
