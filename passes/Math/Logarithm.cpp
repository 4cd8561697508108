/// log, log2, log1p: x = 2^k m with m near 1, and log(m) = 2 atanh(s) with s = (m - 1) / (m + 1) in
/// the arrangement of fdlibm (Sun Microsystems, e_log.c, e_log2.c, s_log1p.c), which adds the terms
/// so that the largest comes last.
#include "passes/Math/Coefficients.h"
#include "passes/Math/Exponentials.h"
#include "passes/Math/Functions.h"

#include <limits>

using namespace mlir;
using namespace mlir::lamina;

static constexpr double kInfinity = std::numeric_limits<double>::infinity();
static constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

Decomposed lamina::decomposeNormal(Term x) {
  bool wide = x.isDouble();
  Term bits = x.bits();
  // Adding the distance from sqrt(1/2) to 1 makes the exponent count from sqrt(1/2).
  uint64_t root = wide ? 0x3fe6a09e667f3bcd : 0x3f3504f3;
  uint64_t one = wide ? 0x3ff0000000000000 : 0x3f800000;
  Term shifted = bits + bits.integer(one - root);
  unsigned mantissa = wide ? 52 : 23;
  uint64_t mask = (uint64_t(1) << mantissa) - 1;
  Term m = ((shifted & shifted.integer(mask)) + shifted.integer(root)).asFloat();

  // The exponent becomes a float by being the last digits of a large one.
  double base = std::exp2(mantissa), bias = wide ? 1023 : 127;
  Term exponent = ((shifted >> mantissa) | x.number(base).bits()).asFloat();
  return {exponent - (base + bias), m};
}

Decomposed lamina::decompose(Term x) {
  // Denormals are lifted into the normal numbers.
  double lift = x.isDouble() ? 54 : 25;
  Term isSmall = x < (x.isDouble() ? 0x1p-1022 : 0x1p-126);
  auto [k, m] = decomposeNormal(select(isSmall, x * std::exp2(lift), x));
  return {k - select(isSmall, x.number(lift), x.number(0)), m};
}

/// -inf at the pole, NaN below it; infinity and NaN stay themselves.
static Term withEdges(Term x, Term result, double pole) {
  result = select(x < kInfinity, result, x);
  result = select(x == pole, x.number(-kInfinity), result);
  return select(x < pole, x.number(kNan), result);
}

namespace {
/// log(1 + f) = f - (half - s (half + rest)).
struct Series {
  explicit Series(Term f)
      : f(f), half(f * f * 0.5), s(f / (f + 2)), square(s * s),
        rest(square * polynomial(f.isDouble() ? ArrayRef(kLog64) : ArrayRef(kLog32), square)) {}

  Term correction() const { return s * (half + rest); }

  Term f, half, s, square, rest;
};
} // namespace

Term lamina::emitLog(Term x) {
  auto [k, m] = decompose(x);
  Series series(m - 1);
  Term low = fused(series.s, series.half + series.rest, k * lowLn2(x));
  Term result = k * highLn2(x) - ((series.half - low) - series.f);
  return withEdges(x, result, 0);
}

static Term log2OfDouble(Term x) {
  static constexpr double kHigh = 0x1.715476p+0, kLow = 0x1.4ae0bf85ddf44p-26; // 1 / log(2)
  auto [k, m] = decompose(x);
  Series series(m - 1);
  Term high = leading(series.f - series.half);
  Term low = ((series.f - high) - series.half) + series.correction();
  Term product = high * kHigh;
  Term rest = (low + high) * kLow + low * kHigh;
  Term sum = k + product;
  rest = rest + ((k - sum) + product);
  return withEdges(x, rest + sum, 0);
}

Term lamina::emitLog2(Term x) { return inDouble(x, log2OfDouble); }

Term lamina::emitLog1p(Term x) {
  Term sum = x + 1;
  auto [k, m] = decompose(sum);
  // What rounding the sum lost; where the sum needs no scaling, x itself is its distance from 1.
  Term lost = select(x < 1, x - (sum - 1), 1 - (sum - x)) / sum;
  Term isNear = k == 0;
  Series series(select(isNear, x, m - 1));
  lost = select(isNear, x.number(0), lost);
  Term low = series.correction() + fused(k, x.number(lowLn2(x)), lost);
  Term result = k * highLn2(x) - ((series.half - low) - series.f);
  return withEdges(x, copySign(result, x), -1);
}
