"""Functions of mathematical physics, pointwise: modified Bessel functions and derivatives of
digamma.

Written over primitives, so that they compile. The Bessel functions are Chebyshev series, one up to
8 and one in 8 / x beyond, computed with mpmath at 40 digits by interpolation in the Chebyshev nodes
and cut where coefficients fall below 2e-17 of the largest. Integers compute in the default float
dtype. Raises DtypeError for complex numbers.
"""

from __future__ import annotations

import math

from ..errors import DtypeError, ValueError_
from .promotion import accumulate_dtype, cast, int_to_float, is_complex
from .registry import aten, composite, op

# exp(-x) * I0(x) in x on [0, 8]
_I0_CENTRE = (
    0.33839763720473803,
    -0.3046826723431984,
    0.17162090152220877,
    -0.09490109704804764,
    0.04930528423967071,
    -0.02373741480589947,
    0.010546460394594998,
    -0.004324309995050576,
    0.0016394756169413357,
    -0.0005763755745385824,
    0.00018850288509584165,
    -5.754195010082104e-05,
    1.6448448070728896e-05,
    -4.4167383584587505e-06,
    1.1173875391201037e-06,
    -2.670793853940612e-07,
    6.046995022541919e-08,
    -1.300025009986248e-08,
    2.6598237246823866e-09,
    -5.189795601635263e-10,
    9.675809035373237e-11,
    -1.726826291441556e-11,
    2.95505266312964e-12,
    -4.856446783111929e-13,
    7.676185498604936e-14,
    -1.1685332877993451e-14,
    1.715391285555133e-15,
    -2.431279846547955e-16,
    3.3307945188222384e-17,
)

# exp(-x) * sqrt(x) * I0(x) in 8 / x on [0, 1]
_I0_TAIL = (
    0.4022452055070544,
    0.0033691164782556943,
    6.889758346916825e-05,
    2.8913705208347567e-06,
    2.0489185894690638e-07,
    2.266668990498178e-08,
    3.3962320257083865e-09,
    4.94060238822497e-10,
    1.1889147107846439e-11,
    -3.1499165279632416e-11,
    -1.3215811840447713e-11,
    -1.7941785315068062e-12,
    7.180124451383666e-13,
    3.8527783827421426e-13,
    1.54008621752141e-14,
    -4.150569347287222e-14,
    -9.554846698828307e-15,
    3.8116806693526224e-15,
    1.7725601330565263e-15,
    -3.425485619677219e-16,
    -2.8276239805165836e-16,
    3.461222867697461e-17,
    4.46562142029676e-17,
)

# exp(-x) * I1(x) / x in x on [0, 8]
_I1_CENTRE = (
    0.12629359322181682,
    -0.17641651835783406,
    0.1026436586898471,
    -0.05294598120809499,
    0.024726449030626516,
    -0.010564084894626197,
    0.004156422944312888,
    -0.0015135724506312532,
    0.0005122859561685758,
    -0.00016176081582589674,
    4.781565107550054e-05,
    -1.3273163656039436e-05,
    3.4702513081376785e-06,
    -8.568720264695455e-07,
    2.0032947535521353e-07,
    -4.445059128796328e-08,
    9.381537386495773e-09,
    -1.8872497517228294e-09,
    3.625590281552117e-10,
    -6.663489723502027e-11,
    1.1736186298890901e-11,
    -1.9839743977649436e-12,
    3.223793365945575e-13,
    -5.042185504727912e-14,
    7.600684294735408e-15,
    -1.1055969477353862e-15,
    1.5536319577362005e-16,
    -2.111421214358166e-17,
)

# exp(-x) * sqrt(x) * I1(x) in 8 / x on [0, 1]
_I1_TAIL = (
    0.38928811750914005,
    -0.009761097491361469,
    -0.00011058893876262371,
    -3.882564808877691e-06,
    -2.512236237870209e-07,
    -2.6314688468895196e-08,
    -3.835380385964237e-09,
    -5.589743462196584e-10,
    -1.8974958123505413e-11,
    3.2526035830154884e-11,
    1.4125807436613782e-11,
    2.0356285441470896e-12,
    -7.198551776245908e-13,
    -4.0835511110921974e-13,
    -2.1015418427726643e-14,
    4.272440016711951e-14,
    1.0420276984128802e-14,
    -3.8144030724370075e-15,
    -1.8803547755107825e-15,
    3.3082023109209285e-16,
    2.96262899764595e-16,
    -3.209525921993424e-17,
    -4.6503053684893586e-17,
)


def _operand(p, x):
    """(x in the dtype to compute in, the dtype of the result)."""
    if is_complex(x.dtype):
        raise DtypeError(f"not defined for {x.dtype}")
    x = int_to_float(p, x)
    return cast(p, x, accumulate_dtype(x.dtype)), x.dtype


def _series(p, coefficients, t, low, high):
    """Chebyshev series on [low, high] at t, by Clenshaw's recurrence."""
    y = p.mul(p.sub(t, (low + high) / 2), 2 / (high - low))
    twice = p.mul(y, 2)
    previous, current = p.mul(y, 0), p.add(p.mul(y, 0), coefficients[-1])
    for coefficient in coefficients[-2:0:-1]:
        step = p.add(p.sub(p.mul(twice, current), previous), coefficient)
        previous, current = current, step
    return p.add(p.sub(p.mul(y, current), previous), coefficients[0])


def _scaled_bessel(p, size, centre, tail):
    """exp(-size) * I(size) by both series of one order, and where the first one holds."""
    near = _series(p, centre, p.minimum(size, 8.0), 0.0, 8.0)
    large = p.maximum(size, 8.0)
    far = p.div(_series(p, tail, p.div(8.0, large), 0.0, 1.0), p.sqrt(large))
    return near, far, p.compare(size, 8.0, "le")


def _i0e(p, x):
    near, far, is_near = _scaled_bessel(p, p.abs(x), _I0_CENTRE, _I0_TAIL)
    return p.select(is_near, near, far)


def bessel_i0(p, x):
    """i0 of a float32 or float64 array."""
    return p.mul(_i0e(p, x), p.exp(p.abs(x)))


def _i1e(p, x):
    size = p.abs(x)
    near, far, is_near = _scaled_bessel(p, size, _I1_CENTRE, _I1_TAIL)
    # The function is odd; near zero its series is that of the quotient by x.
    far = p.select(p.compare(x, 0, "lt"), p.neg(far), far)
    return p.select(is_near, p.mul(x, near), far)


def _bessel(name, scaled, unscale, doc, vjp, **facts):
    def impl(p, self):
        x, dtype = _operand(p, self)
        value = scaled(p, x)
        return cast(p, p.mul(value, p.exp(p.abs(x))) if unscale else value, dtype)

    impl.__doc__ = doc
    impl.__name__ = impl.__qualname__ = name
    op(f"{name}(Tensor self) -> Tensor", pointwise=True, vjp={"self": vjp}, **facts)(impl)


def _over_self(self, result):
    """result / self for a result that is self / 2 near 0."""
    zero = self == 0
    return (result / self.masked_fill(zero, 1)).masked_fill(zero, 0.5)


_bessel(
    "i0",
    _i0e,
    True,
    "The modified Bessel function of the first kind of order 0.",
    lambda grad, self: grad * aten.special_i1(self),
    inplace=True,
)
_bessel(
    "special_i0e",
    _i0e,
    False,
    "i0 times exp(-|self|).",
    lambda grad, self, result: grad * (aten.special_i1e(self) - self.sgn() * result),
    variants="",
)
_bessel(
    "special_i1",
    _i1e,
    True,
    "The modified Bessel function of the first kind of order 1.",
    lambda grad, self, result: grad * (self.i0() - _over_self(self, result)),
    variants="",
)
_bessel(
    "special_i1e",
    _i1e,
    False,
    "special.i1 times exp(-|self|).",
    lambda grad, self, result: (
        grad * (aten.special_i0e(self) - self.sgn() * result - _over_self(self, result))
    ),
    variants="",
)

# B[2j] / (2j)!, j = 1..12: the corrections of Euler and Maclaurin's sum.
_BERNOULLI = (
    1 / 6,
    -1 / 30,
    1 / 42,
    -1 / 30,
    5 / 66,
    -691 / 2730,
    7 / 6,
    -3617 / 510,
    43867 / 798,
    -174611 / 330,
    854513 / 138,
    -236364091 / 2730,
)
_TERMS = 12
"""Terms that are summed one by one before the Euler-Maclaurin formula takes the rest."""


def _hurwitz(p, s, q):
    """sum over k >= 0 of (q + k)**-s for an int s > 1 and q > 0 (Abramowitz and Stegun 23.1.30)."""
    total = p.pow(q, -float(s))
    for k in range(1, _TERMS):
        total = p.add(total, p.pow(p.add(q, float(k)), -float(s)))
    end = p.add(q, float(_TERMS))
    power = p.pow(end, -float(s))
    total = p.add(total, p.add(p.div(p.mul(power, end), float(s - 1)), p.mul(power, 0.5)))
    factor = float(s)
    power = p.div(power, end)
    for j, bernoulli in enumerate(_BERNOULLI, 1):
        total = p.add(total, p.mul(power, bernoulli * factor / math.factorial(2 * j)))
        factor *= (s + 2 * j - 1) * (s + 2 * j)
        power = p.div(p.div(power, end), end)
    return total


def _cotangent_derivative(p, n, cotangent):
    """The n-th derivative of cot, a polynomial in cot: each derivative of c is -(1 + c**2)."""
    polynomial = [0, 1]
    for _ in range(n):
        slope = [k * c for k, c in enumerate(polynomial)][1:]
        polynomial = [0] * (len(slope) + 2)
        for k, c in enumerate(slope):
            polynomial[k] -= c
            polynomial[k + 2] -= c
    value = p.mul(cotangent, 0.0)
    for c in reversed(polynomial):
        value = p.add(p.mul(value, cotangent), float(c))
    return value


def _reflected(p, n, x, mirrored):
    """polygamma at x below 0 from that at 1 - x (Abramowitz and Stegun 6.4.7)."""
    fraction = p.mul(p.sub(x, p.round(x)), math.pi)
    cotangent = p.div(p.cos(fraction), p.sin(fraction))
    turn = p.mul(_cotangent_derivative(p, n, cotangent), math.pi ** (n + 1))
    return p.sub(p.mul(mirrored, (-1.0) ** n), turn)


@op(
    "polygamma(int n, Tensor self) -> Tensor",
    pointwise=True,
    variants="function",
    vjp={"self": lambda grad, n, self: grad * aten.polygamma(n + 1, self)},
)
def polygamma(p, n, self):
    """The n-th derivative of digamma. Infinite at 0 and the negative integers. Raises ValueError_
    for negative n.
    """
    if n < 0:
        raise ValueError_(f"n must not be negative, got {n}")
    x, dtype = _operand(p, self)
    if n == 0:
        return cast(p, p.digamma(x), dtype)
    positive = p.compare(x, 0, "gt")
    sign = (-1.0) ** (n + 1)
    argument = p.select(positive, x, p.sub(1, x))
    value = p.mul(_hurwitz(p, n + 1, argument), sign * math.factorial(n))
    below = p.select(p.compare(x, p.round(x), "eq"), sign * math.inf, _reflected(p, n, x, value))
    return cast(p, p.select(positive, value, below), dtype)


@composite(variants="method", name="polygamma")
def _polygamma_method(self, n):
    """The n-th derivative of digamma at self."""
    return aten.polygamma(n, self)


@composite(variants="method")
def polygamma_(self, n):
    """polygamma, written into self."""
    return self.copy_(aten.polygamma(n, self))


@composite(variants="function, method")
def mvlgamma(self, p):
    """The logarithm of the multivariate gamma function of dimension p, for elements above (p - 1) /
    2.
    """
    if p < 1:
        raise ValueError_(f"p must be positive, got {p}", op="mvlgamma")
    x = self if self.is_floating_point() else self.to(aten.zeros([]).dtype)
    shifts = aten.arange(p, dtype=x.dtype) / -2
    constant = p * (p - 1) / 4 * math.log(math.pi)
    return (x.unsqueeze(-1) + shifts).lgamma().sum(-1) + constant


@composite(variants="method")
def mvlgamma_(self, p):
    """mvlgamma, written into self."""
    return self.copy_(mvlgamma(self, p))


@composite(variants="", name="special_entr")
def entr(self):
    """-self * log(self) for positive elements, 0 at 0, -inf below."""
    positive = self.masked_fill(self <= 0, 1)
    inside = (positive * -positive.log()).masked_fill(self < 0, -math.inf)
    return inside.masked_fill(self == 0, 0)


@composite(variants="", name="special_xlog1py")
def xlog1py(self, other):
    """self * log1p(other), 0 where self is 0 (unless other is nan)."""
    other = other if hasattr(other, "dtype") else aten.full_like(self, other)
    absent = (self == 0).logical_and(other.isnan().logical_not())
    return (self * other.masked_fill(absent, 0).log1p()).masked_fill(absent, 0)


@composite(variants="", name="special_ndtr")
def ndtr(self):
    """The probability that a standard normal number is at most self."""
    return aten.erfc(self * -math.sqrt(0.5)) / 2
