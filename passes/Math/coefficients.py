"""Prints Coefficients.h: polynomials through Chebyshev nodes, computed with mpmath at 60 digits.

    python passes/Math/coefficients.py > passes/Math/Coefficients.h

A polynomial through the Chebyshev nodes of an interval is within a few percent of the minimax one.
Each is fitted to a smooth remainder: the part of the function that plain arithmetic gives is taken
out first, so that rounding the coefficients costs nothing.
"""

from collections.abc import Callable

import mpmath
from mpmath import mpf

mpmath.mp.dps = 60


def through_chebyshev_nodes(function: Callable, low: mpf, high: mpf, degree: int) -> list[mpf]:
    """Power series coefficients, constant first, of the interpolating polynomial."""
    middle, half, count = (low + high) / 2, (high - low) / 2, degree + 1
    angles = [mpmath.pi * (k + mpf(1) / 2) / count for k in range(count)]
    values = [function(middle + half * mpmath.cos(a)) for a in angles]
    series = [
        2 * sum(v * mpmath.cos(j * a) for v, a in zip(values, angles, strict=True)) / count
        for j in range(count)
    ]
    series[0] /= 2
    total = [mpf(0)] * count
    previous, current = [mpf(1)], [-middle / half, 1 / half]
    for weight in series:
        for i, coefficient in enumerate(previous):
            total[i] += weight * coefficient
        following = [mpf(0)] * (len(current) + 1)
        for i, coefficient in enumerate(current):
            following[i] -= 2 * coefficient * middle / half
            following[i + 1] += 2 * coefficient / half
        for i, coefficient in enumerate(previous):
            following[i] -= coefficient
        previous, current = current, following
    return total


def odd(function: Callable, leading: int) -> Callable:
    """(function(x) / x - leading) / z in z = x**2."""

    def remainder(z):
        x = mpmath.sqrt(z)
        return (function(x) / x - leading) / z

    return remainder


def exp_remainder(r):
    """(exp(r) - 1 - r) / r**2."""
    if abs(r) < mpf("1e-20"):
        return 1 / mpf(2) + r / 6
    return (mpmath.expm1(r) - r) / r**2


def cos_remainder(z):
    """(cos(x) - 1 + x**2 / 2) / x**4 in z = x**2."""
    return (mpmath.cos(mpmath.sqrt(z)) - 1 + z / 2) / z**2


def pow_remainder(z):
    """3 (atanh(s) - s - s**3 / 3) / s**5 in z = s**2."""
    s = mpmath.sqrt(z)
    return 3 * (mpmath.atanh(s) - s - s**3 / 3) / s**5


def scaled_erfc(t):
    """exp(x**2) erfc(x) in t = 2 / (2 + x)."""
    x = 2 / t - 2
    return mpmath.exp(x * x) * mpmath.erfc(x)


LN2_2 = mpmath.log(2) / 2 * mpf("1.001")
PI_4 = (mpmath.pi / 4) ** 2 * mpf("1.002")
SQRT2 = ((mpmath.sqrt(2) - 1) / (mpmath.sqrt(2) + 1)) ** 2 * mpf("1.01")

TABLES = [
    ("Exp", "(exp(r) - 1 - r) / r^2, |r| <= log(2) / 2", exp_remainder, -LN2_2, LN2_2, (4, 9)),
    (
        "Log",
        "(2 atanh(s) / s - 2) / s^2 in s^2; m = (1 + s) / (1 - s) in [sqrt(1/2), sqrt(2)]",
        odd(lambda s: 2 * mpmath.atanh(s), 2),
        mpf(0),
        SQRT2,
        (2, 6),
    ),
    (
        "Sin",
        "(sin(r) / r - 1) / r^2 in r^2, |r| <= pi / 4",
        odd(mpmath.sin, 1),
        mpf(0),
        PI_4,
        (3, 5),
    ),
    (
        "Cos",
        "(cos(r) - 1 + r^2 / 2) / r^4 in r^2, |r| <= pi / 4",
        cos_remainder,
        mpf(0),
        PI_4,
        (2, 5),
    ),
    (
        "ErfNear",
        "erf(x) / x - 1 in x^2, |x| <= 1",
        lambda z: mpmath.erf(mpmath.sqrt(z)) / mpmath.sqrt(z) - 1,
        mpf(0),
        mpf(1),
        (6, 12),
    ),
    (
        "ErfcLog",
        "log2(erfc(x)) / x, 1 <= x <= 4",
        lambda x: mpmath.log(mpmath.erfc(x), 2) / x,
        mpf(1),
        mpf(4),
        (7, None),
    ),
    (
        "ErfcScaled",
        "exp(x^2) erfc(x) in 2 / (2 + x), 1 <= x <= 6",
        scaled_erfc,
        mpf(1) / 4,
        mpf(2) / 3,
        (None, 16),
    ),
    (
        "PowLog",
        "log2(1 + f) / f, sqrt(1/2) <= 1 + f <= sqrt(2), for an f32 in f64",
        lambda f: mpmath.log(1 + f, 2) / f,
        mpmath.sqrt(mpf(1) / 2) - mpf("1.0001"),
        mpmath.sqrt(2) - mpf("0.9999"),
        (13, None),
    ),
    (
        "PowExp",
        "(exp(r) - 1 - r) / r^2, |r| <= log(2) / 2, for an f32 in f64",
        exp_remainder,
        -LN2_2,
        LN2_2,
        (5, None),
    ),
    ("Pow", "3 (atanh(s) - s - s^3 / 3) / s^5 in s^2", pow_remainder, mpf(0), SQRT2, (None, 8)),
    (
        "Atan",
        "(atan(t) / t - 1) / t^2 in t^2, |t| <= 1/2",
        odd(mpmath.atan, 1),
        mpf(0),
        mpf("0.2501"),
        (5, 12),
    ),
    (
        "Asin",
        "(asin(s) / s - 1) / s^2 in s^2, |s| <= 1/2",
        odd(mpmath.asin, 1),
        mpf(0),
        mpf("0.2501"),
        (5, 12),
    ),
    (
        "Sinh",
        "(sinh(x) / x - 1) / x^2 in x^2, |x| <= 1",
        odd(mpmath.sinh, 1),
        mpf(0),
        mpf("1.01"),
        (None, 7),
    ),
]


def two_over_pi_words(count: int) -> list[int]:
    """The fraction bits of 2 / pi, 64 to a word."""
    with mpmath.workprec(64 * count + 64):
        bits = int(mpmath.floor(mpmath.ldexp(2 / mpmath.pi, 64 * count)))
    return [(bits >> (64 * (count - 1 - i))) & (2**64 - 1) for i in range(count)]


def wrapped(items: list[str]) -> str:
    """Items in lines of at most 100 columns."""
    lines = [""]
    for item in items:
        if len(lines[-1]) + len(item) + 2 > 94:
            lines.append("")
        lines[-1] += f" {item},"
    return "\n".join("   " + line for line in lines)


def main() -> None:
    """Print the header."""
    print("/// Printed by coefficients.py, which says how they were computed. Constant term first.")
    print("#ifndef LAMINA_MATH_COEFFICIENTS_H\n#define LAMINA_MATH_COEFFICIENTS_H\n")
    print("#include <cstdint>\n\nnamespace mlir::lamina {\n")
    for name, meaning, function, low, high, degrees in TABLES:
        print(f"// {meaning}")
        for suffix, degree in zip(("32", "64"), degrees, strict=True):
            if degree is None:
                continue
            values = through_chebyshev_nodes(function, low, high, degree)
            print(f"inline constexpr double k{name}{suffix}[] = {{")
            print(wrapped([repr(float(v)) for v in values]) + "\n};")
        print()
    print("// The fraction bits of 2 / pi")
    print("inline constexpr uint64_t kTwoOverPi[] = {")
    print(wrapped([f"0x{word:016x}" for word in two_over_pi_words(20)]) + "\n};")
    print("\n} // namespace mlir::lamina\n\n#endif // LAMINA_MATH_COEFFICIENTS_H")


if __name__ == "__main__":
    main()
