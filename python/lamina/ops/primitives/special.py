"""Special functions of real arrays, vectorised and accurate to a few units of the dtype.

Method: each function is reduced to an interval on which a smooth companion of it (the function
divided by its zeros, or by its exponential decay) is a short Chebyshev series. The series were
computed with mpmath at 40 digits by interpolation in the Chebyshev nodes of the stated interval
and cut where coefficients fall below 2e-17 of the largest; they hold for float64, and float32 uses
their first terms. From 10 on lgamma uses the Stirling series, digamma its asymptotic series
(Abramowitz and Stegun 6.1.41, 6.3.18); smaller arguments are led there, or into the interval, by
the recurrences, negative ones by the reflection formulas (6.1.17, 6.3.7).
"""

import math

import numpy as np

# erf(x) / x in x**2 on [0, 1]
_ERF_CENTRE = (
    0.9754769393826541,
    -0.14226120510371365,
    0.010035582187599796,
    -0.0005768764699767485,
    2.741993125219606e-05,
    -1.1043175507344507e-06,
    3.8488755420345036e-08,
    -1.1808582533875466e-09,
    3.2334215826050907e-11,
    -7.991015947004549e-13,
    1.7990725113961456e-14,
    -3.718635487818693e-16,
)

# exp(x**2) * erfc(x) in 2 / (2 + x) on [1/4, 2/3], that is x from 1 to 6
_ERF_TAIL = (
    0.24078150322816144,
    0.1660357343713446,
    0.01937548512710411,
    0.0013725838866457216,
    2.3301617872657463e-05,
    -4.842439456015362e-06,
    -2.1925049177302584e-07,
    2.8603646284729237e-08,
    1.258114961136046e-09,
    -2.4685801467325007e-10,
    -2.494144837888475e-12,
    2.3295004504759956e-12,
    -9.680201775604102e-14,
    -1.779692405045016e-14,
    2.244625861005935e-15,
    2.9106217488718164e-17,
    -2.84441837713067e-17,
)

# erfinv(x) / x in w = -log(1 - x**2) on [0, 6.25]
_ERFINV_CENTRE = (
    1.6304220989459326,
    0.7315674456742257,
    -0.021235032142504585,
    -0.0065808875424494635,
    0.0019488711426908524,
    -0.00014158343386374536,
    -4.9292864636180004e-05,
    1.4752887929042498e-05,
    -6.111918603258194e-07,
    -5.106997335480761e-07,
    1.159027723297735e-07,
    1.4907998843194937e-09,
    -5.244776785530681e-09,
    8.51790549109762e-10,
    7.917020592973908e-11,
    -5.0994281737154326e-11,
    5.436227530231317e-12,
    1.292282189751795e-12,
    -4.656064719044143e-13,
    2.4256976317675218e-14,
    1.6403697972051414e-14,
    -3.94956069090147e-15,
    -3.9036001761416307e-17,
    1.83129083527959e-16,
)

# erfinv(x) / x in sqrt(w) on [2.5, 6.2], past which x rounds to 1
_ERFINV_TAIL = (
    4.1954237429470655,
    1.8648217143837575,
    0.0027302459307598863,
    -0.0016088293717105107,
    0.0006172890107450291,
    -0.00023721339833573046,
    9.539241896432504e-05,
    -3.7450906721177194e-05,
    1.306810954509415e-05,
    -3.6000185096955093e-06,
    5.556589283976713e-07,
    1.156476645508997e-07,
    -1.2837675410011312e-07,
    5.397687544325134e-08,
    -1.2924187026533667e-08,
    4.687906799390999e-10,
    1.1252293206298812e-09,
    -5.597728405108042e-10,
    1.389832082394821e-10,
    -7.93362680220409e-12,
    -9.003784812492528e-12,
    4.361644121374151e-12,
    -1.0243728434578055e-12,
    7.015975164254585e-14,
    4.7013804003053324e-14,
    -2.3183755315165382e-14,
    6.086396514411503e-15,
    -1.0065722473318315e-15,
)

# log(gamma(x)) / ((x - 1) (x - 2)) on [1, 3]; the divisor takes out both zeros
_LGAMMA_CENTRE = (
    0.44148902545501423,
    -0.11119580321752523,
    0.01951044826068884,
    -0.003922461463025264,
    0.0008478989895953857,
    -0.00019153855341365593,
    4.454470184975607e-05,
    -1.05728743735943e-05,
    2.5474336873408417e-06,
    -6.208535880776316e-07,
    1.5268677399071546e-07,
    -3.782637660291326e-08,
    9.428100823624284e-09,
    -2.361999702184645e-09,
    5.943541905817546e-10,
    -1.501312977072867e-10,
    3.8050196458110534e-11,
    -9.672485299656325e-12,
    2.465348198355661e-12,
    -6.298868140791711e-13,
    1.6128460030283787e-13,
    -4.137949206814042e-14,
    1.0635701227757898e-14,
    -2.7382420786652826e-15,
    7.060670507214892e-16,
    -1.8232177141662118e-16,
    4.714169006756272e-17,
    -1.2204107319639856e-17,
)

# B[2k] / (2k (2k-1)), k = 1..8: log gamma's Stirling series in 1/x
_STIRLING = (
    1 / 12,
    -1 / 360,
    1 / 1260,
    -1 / 1680,
    1 / 1188,
    -691 / 360360,
    1 / 156,
    -3617 / 122400,
)

# B[2k] / 2k, k = 1..8: digamma's asymptotic series in 1/x**2
_DIGAMMA = (1 / 12, -1 / 120, 1 / 252, -1 / 240, 1 / 132, -691 / 32760, 1 / 12, -3617 / 8160)

_SHIFT = 10.0
"""Smallest argument at which the asymptotic series are exact to float64."""


def erf(x):
    """Error function of a float32 or float64 array."""
    single = x.dtype == np.float32
    size = np.abs(x)
    square = x * x
    near = x * _series(_ERF_CENTRE[:8] if single else _ERF_CENTRE, np.minimum(square, 1), 0, 1)
    reach = np.clip(size, 1, 6)
    tail = _series(_ERF_TAIL[:10] if single else _ERF_TAIL, 2 / (2 + reach), 0.25, 2 / 3)
    far = np.copysign(1 - np.exp(-reach * reach) * tail, x)
    return np.where(np.isnan(x), x, np.where(size <= 1, near, far))


def erfinv(x):
    """Inverse error function: infinite at -1 and 1, nan outside."""
    dtype = x.dtype
    x = x.astype(np.float64, copy=False)
    w = -np.log1p(-x * x)
    # Near 1 the product form keeps the digits that x * x would round away.
    w = np.where(np.abs(x) > 0.5, -np.log((1 - x) * (1 + x)), w)
    near = _series(_ERFINV_CENTRE, np.minimum(w, 6.25), 0, 6.25)
    tail = _series(_ERFINV_TAIL, np.clip(np.sqrt(w), 2.5, 6.2), 2.5, 6.2)
    inverse = x * np.where(w <= 6.25, near, tail)
    return np.where(np.abs(x) == 1, np.copysign(np.inf, x), inverse).astype(dtype)


def lgamma(x):
    """log |gamma(x)|: infinite at 0 and the negative integers."""
    dtype = x.dtype
    x = x.astype(np.float64, copy=False)
    positive = _lgamma_positive(np.where(x > 0, x, 1 - x))
    reflected = math.log(math.pi) - np.log(np.abs(_sin_pi(x))) - positive
    result = np.where(x > 0, positive, reflected)
    return np.where(np.isinf(x), np.inf, result).astype(dtype)


def digamma(x):
    """Derivative of log gamma: -inf at 0 (inf at -0), nan at the negative integers."""
    dtype = x.dtype
    x = x.astype(np.float64, copy=False)
    positive = _digamma_positive(np.where(x > 0, x, 1 - x))
    reflected = positive - math.pi * np.cos(math.pi * (x - np.rint(x))) / np.where(
        x == np.rint(x), np.nan, _sin_pi(x) * np.where(np.rint(x) % 2 == 0, 1, -1)
    )
    result = np.where(x > 0, positive, reflected)
    return np.where(x == 0, -np.copysign(np.inf, x), result).astype(dtype)


def _series(coefficients, t, low, high):
    """Chebyshev series on [low, high] at t, by Clenshaw's recurrence, in t's dtype."""
    y = (t - (low + high) / 2) * (2 / (high - low))
    previous, current = np.zeros_like(y), np.full_like(y, coefficients[-1])
    for coefficient in coefficients[-2:0:-1]:
        previous, current = current, 2 * y * current - previous + coefficient
    return y * current - previous + coefficients[0]


def _lgamma_positive(x):
    large = np.maximum(x, _SHIFT)
    stirling = (large - 0.5) * np.log(large) - large + 0.5 * math.log(2 * math.pi)
    stirling = stirling + _horner(_STIRLING, 1 / (large * large)) / large
    # Below, the recurrence leads into the interval of the series: down from above, up from below 1.
    inside, product = np.minimum(x, _SHIFT), np.ones_like(x)
    for _ in range(int(_SHIFT) - 3):
        above = inside > 3
        inside = np.where(above, inside - 1, inside)
        product = np.where(above, product * inside, product)
    below = inside < 1
    centre = np.clip(np.where(below, inside + 1, inside), 1, 3)
    series = _series(_LGAMMA_CENTRE, centre, 1, 3) * (centre - 1) * (centre - 2)
    small = series + np.log(np.where(below, 1 / inside, product))
    return np.where(x < _SHIFT, small, stirling)


def _digamma_positive(x):
    lifted, harmonic = x, np.zeros_like(x)
    for _ in range(int(_SHIFT)):
        below = lifted < _SHIFT
        harmonic = np.where(below, harmonic + 1 / lifted, harmonic)
        lifted = np.where(below, lifted + 1, lifted)
    square = 1 / (lifted * lifted)
    return np.log(lifted) - 0.5 / lifted - square * _horner(_DIGAMMA, square) - harmonic


def _horner(coefficients, t):
    result = np.full_like(t, coefficients[-1])
    for coefficient in coefficients[-2::-1]:
        result = result * t + coefficient
    return result


def _sin_pi(x):
    """sin(pi x) with the integer part removed first, so that it is zero at every integer."""
    nearest = np.rint(x)
    sign = np.where(nearest % 2 == 0, 1, -1)
    return sign * np.sin(math.pi * (x - nearest))
