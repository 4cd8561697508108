/// asin, acos, atan, atan2, in f64. asin and acos beyond 1/2 come from the half angle, with the
/// digits that the square root rounds away put back (fdlibm, e_asin.c).
#include "passes/Math/Coefficients.h"
#include "passes/Math/Functions.h"

#include <cmath>
#include <limits>

using namespace mlir;
using namespace mlir::lamina;

/// pi / 2 - M_PI_2.
static constexpr double kPi2Low = 0x1.1a62633145c07p-54;

/// asin(s) / s - 1 in s^2.
static Term asinRemainder(Term square) { return square * polynomial(kAsin64, square); }

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
  return inDouble(x, [](Term x) {
    Term near = fused(x, asinRemainder(x * x), x);
    HalfAngle half(x);
    Term far = M_PI_4 - half.root * 2;
    far = far + (kPi2Low - half.low * 2) + M_PI_4;
    return select(abs(x) < 0.5, near, copySign(far, x));
  });
}

Term lamina::emitAcos(Term x) {
  return inDouble(x, [](Term x) {
    Term remainder = x * asinRemainder(x * x);
    Term near = M_PI_2 - (x - (kPi2Low - remainder));
    HalfAngle half(x);
    Term right = (half.root + half.low) * 2;
    Term left = (M_PI_2 - (half.root + (half.low - kPi2Low))) * 2;
    return select(abs(x) < 0.5, near, select(x < 0, left, right));
  });
}

/// The angle of (x, y) in the first quadrant, and what its rounding lost. It is turned by 0, -pi /
/// 4 or -pi / 2 to lie within pi / 8 of the axis.
static Pair firstQuadrant(Term y, Term x) {
  static constexpr double kTan = M_SQRT2 - 1; // tan(pi / 8)
  Term isLow = y <= x * kTan, isHigh = x < y * kTan;
  Term up = select(isHigh, -x, y - x), across = select(isHigh, y, y + x);
  Term t = select(isLow, y, up) / select(isLow, x, across);
  t = select((y == 0) & (x == 0), y, t);
  Term base = select(isLow, t.number(0), select(isHigh, t.number(M_PI_2), t.number(M_PI_4)));
  Term low = base * (kPi2Low / M_PI_2);
  Term square = t * t;
  return exactSum(base, t + (low + t * square * polynomial(kAtan64, square)));
}

Term lamina::emitAtan(Term x) {
  return inDouble(x, [](Term x) {
    Pair angle = firstQuadrant(atMost(abs(x), 0x1p100), x.number(1));
    return copySign(angle.high + angle.low, x);
  });
}

Term lamina::emitAtan2(Term y, Term x) {
  auto ofDoubles = [](Term y, Term x) {
    Term rise = abs(y), run = abs(x);
    // Sums must not overflow, and infinite sides count as equal ones.
    Term infinity = x.number(std::numeric_limits<double>::infinity());
    Term isRiseInfinite = rise == infinity, isRunInfinite = run == infinity;
    Term isLarge = (rise > 0x1p1000) | (run > 0x1p1000);
    Term scale = select(isLarge, x.number(0x1p-4), x.number(1));
    Term isInfinite = isRiseInfinite | isRunInfinite;
    rise = select(isRiseInfinite, x.number(1), select(isRunInfinite, rise * 0, rise * scale));
    run = select(isRunInfinite, x.number(1), select(isInfinite, run * 0, run * scale));
    Pair angle = firstQuadrant(rise, run);
    Term left = (M_PI - angle.high) + (2 * kPi2Low - angle.low);
    Term isLeft = copySign(x.number(1), x) < 0;
    return copySign(select(isLeft, left, angle.high + angle.low), y);
  };
  if (x.isDouble())
    return ofDoubles(y, x);
  return ofDoubles(y.extended(), x.extended()).truncated();
}
