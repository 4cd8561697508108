/// asin, acos, atan, atan2. asin and acos beyond 1/2 come from the half angle, with the digits that
/// the square root rounds away put back (fdlibm, e_asin.c).
#include "passes/Math/Coefficients.h"
#include "passes/Math/Functions.h"

#include <cmath>
#include <limits>

using namespace mlir;
using namespace mlir::lamina;

static constexpr double kThreeQuarters = 0x1.2d97c7f3321d2p+1; // 3 pi / 4

/// pi / 2 and 3 pi / 4, less the nearest number of the type of `x`.
static double lowPi2(Term x) {
  return x.isDouble() ? 0x1.1a62633145c07p-54 : -0x1.777a5cf72cecep-25;
}
static double lowThreeQuarters(Term x) {
  return x.isDouble() ? 0x1.a79394c9e8a0ap-54 : -0x1.99bc5b961b1adp-28;
}

/// asin(s) / s - 1 in s^2.
static Term asinRemainder(Term square) {
  return square * polynomial(square.isDouble() ? ArrayRef(kAsin64) : ArrayRef(kAsin32), square);
}

namespace {
/// asin(sqrt((1 - |x|) / 2)) = root + low, half of acos(|x|).
struct HalfAngle {
  explicit HalfAngle(Term x) : square((1 - abs(x)) * 0.5), root(sqrt(square)) {
    Term head = leading(root);
    Term lost = select(square == 0, square, (square - head * head) / (root + head));
    root = head;
    low = lost + asinRemainder(square) * (head + lost);
  }

  Term square, root, low = root;
};
} // namespace

Term lamina::emitAsin(Term x) {
  Term near = fused(x, asinRemainder(x * x), x);
  HalfAngle half(x);
  Term far = M_PI_4 - half.root * 2;
  far = far + (lowPi2(x) - half.low * 2) + M_PI_4;
  return select(abs(x) < 0.5, near, copySign(far, x));
}

Term lamina::emitAcos(Term x) {
  Term remainder = x * asinRemainder(x * x);
  Term near = M_PI_2 - (x - (lowPi2(x) - remainder));
  HalfAngle half(x);
  Term right = (half.root + half.low) * 2;
  Term left = (M_PI_2 - (half.root + (half.low - lowPi2(x)))) * 2;
  return select(abs(x) < 0.5, near, select(x < 0, left, right));
}

namespace {
/// An angle in the first quadrant: a multiple of pi / 4 and what is left, the tangent of which is
/// within 1/2.
struct Quarters {
  /// Whether the multiple is 0 or pi / 2.
  Term isLow, isHigh;
  Term rest;

  /// The angle, if these are the multiples, and what their rounding lost.
  Term from(Pair low, Pair middle, Pair high, Term rest) const {
    Term base = select(isLow, low.high, select(isHigh, high.high, middle.high));
    Term lost = select(isLow, low.low, select(isHigh, high.low, middle.low));
    return base + (lost + rest);
  }
};
} // namespace

/// Of (x, y), turned by 0, -pi / 4 or -pi / 2.
static Quarters firstQuadrant(Term y, Term x) {
  // Between these y - x is exact.
  Term isLow = y <= x * 0.5, isHigh = x < y * 0.5;
  Term up = select(isHigh, -x, y - x), across = select(isHigh, y, y + x);
  Term t = select(isLow, y, up) / select(isLow, x, across);
  t = select((y == 0) & (x == 0), y, t);
  Term square = t * t;
  ArrayRef<double> coefficients = t.isDouble() ? ArrayRef(kAtan64) : ArrayRef(kAtan32);
  return {isLow, isHigh, fused(t * square, polynomial(coefficients, square), t)};
}

static Term angleOf(const Quarters &angle) {
  auto multiple = [&](double high, double low) {
    return Pair{angle.rest.number(high), angle.rest.number(low)};
  };
  double low = lowPi2(angle.rest);
  return angle.from(multiple(0, 0), multiple(M_PI_4, low / 2), multiple(M_PI_2, low), angle.rest);
}

/// pi less the angle.
static Term opposite(const Quarters &angle) {
  auto multiple = [&](double high, double low) {
    return Pair{angle.rest.number(high), angle.rest.number(low)};
  };
  double low = lowPi2(angle.rest);
  return angle.from(multiple(M_PI, 2 * low), multiple(kThreeQuarters, lowThreeQuarters(angle.rest)),
                    multiple(M_PI_2, low), -angle.rest);
}

Term lamina::emitAtan(Term x) {
  return copySign(angleOf(firstQuadrant(atMost(abs(x), 0x1p100), x.number(1))), x);
}

Term lamina::emitAtan2(Term y, Term x) {
  double greatest = x.isDouble() ? 0x1p1000 : 0x1p124;
  Term rise = abs(y), run = abs(x);
  // Sums must not overflow, small products must keep their digits, and infinite sides count as
  // equal ones.
  Term infinity = x.number(std::numeric_limits<double>::infinity());
  Term isRiseInfinite = rise == infinity, isRunInfinite = run == infinity;
  Term isLarge = (rise > greatest) | (run > greatest);
  Term isSmall = (rise < 1 / greatest) & (run < 1 / greatest);
  Term scale = select(isLarge, x.number(0x1p-4), select(isSmall, x.number(0x1p60), x.number(1)));
  Term isInfinite = isRiseInfinite | isRunInfinite;
  rise = select(isRiseInfinite, x.number(1), select(isRunInfinite, rise * 0, rise * scale));
  run = select(isRunInfinite, x.number(1), select(isInfinite, run * 0, run * scale));
  Quarters angle = firstQuadrant(rise, run);
  Term isLeft = copySign(x.number(1), x) < 0;
  return copySign(select(isLeft, opposite(angle), angleOf(angle)), y);
}
