/// pow: 2^(y log2 |x|); for f32 in f64, for f64 with the logarithm in two parts of which the
/// products with y are exact, in the arrangement of fdlibm (Sun Microsystems, e_pow.c). Exceptions
/// are those of C.
#include "passes/Math/Coefficients.h"
#include "passes/Math/Exponentials.h"
#include "passes/Math/Functions.h"

#include <cmath>
#include <limits>

using namespace mlir;
using namespace mlir::lamina;

/// log2(x) for a positive finite f64, to about 65 digits.
static Pair preciseLog2(Term x) {
  // 2 / (3 log(2))
  static constexpr double kScale = 0x1.ec709dc3a03fdp-1;
  static constexpr double kScaleHigh = 0x1.ec709d8p-1, kScaleLow = 0x1.0e80ff5d27f05p-27;
  auto [k, m] = decompose(x);
  Term f = m - 1, reciprocal = 1 / (m + 1);
  Term s = f * reciprocal;
  Term sHigh = leading(s);
  Term sumHigh = leading(m + 1);
  Term sumLow = m - (sumHigh - 1);
  Term sLow = reciprocal * ((f - sHigh * sumHigh) - sHigh * sumLow);

  // log(m) = s * 2/3 * (3 + s^2 + rest)
  Term square = s * s;
  Term rest = square * square * polynomial(kPow64, square) + sLow * (sHigh + s);
  square = sHigh * sHigh;
  Term factor = leading(square + 3 + rest);
  Term factorLow = rest - ((factor - 3) - square);
  Term u = sHigh * factor;
  Term v = sLow * factor + factorLow * s;
  Term high = leading(u + v);
  Term low = v - (high - u);
  Term zHigh = high * kScaleHigh;
  Term zLow = high * kScaleLow + low * kScale;
  Term sum = leading(zHigh + zLow + k);
  return {sum, zLow - ((sum - k) - zHigh)};
}

/// 2^(high + low), for a sum within the range of scaled().
static Term exp2OfPair(Pair z) {
  static constexpr double kLn2High = 0x1.62e42f8p-1, kLn2Low = 0x1.be8e7bcd5e4f2p-27;
  Rounded n = rounded(z.high);
  Term high = z.high - n.number;
  Term t = leading(high + z.low);
  Term u = t * kLn2High;
  Term v = (z.low - (t - high)) * M_LN2 + t * kLn2Low;
  Term r = u + v;
  Term lost = v - (r - u);
  Term near = fused(r * r, polynomial(kExp64, r), r + fused(lost, r, lost));
  return scaled(near + 1, n);
}

/// x^y for a positive finite x.
static Term positivePow(Term x, Term y) {
  Pair log = preciseLog2(x);
  Term yHigh = leading(y);
  Term low = (y - yHigh) * log.high + y * log.low;
  Term high = yHigh * log.high;
  Term sum = high + low;
  Term isOut = abs(sum) > 1100;
  Pair product{select(isOut, atMost(atLeast(sum, -1100), 1100), high),
               select(isOut, x.number(0), low)};
  return exp2OfPair(product);
}

static Term isInteger(Term size) {
  // Every number from here on is one.
  double wholeFrom = size.isDouble() ? 0x1p52 : 0x1p23;
  Term whole = (size + wholeFrom) - wholeFrom;
  return (whole == size) | (size > wholeFrom);
}

/// x^y with the exceptions, given the result for a positive finite x.
static Term withExceptions(Term x, Term y, Term result) {
  static constexpr double kInfinity = std::numeric_limits<double>::infinity();
  Term zero = x.number(0), one = x.number(1), infinity = x.number(kInfinity);
  Term size = abs(x), exponent = abs(y);
  Term isWhole = isInteger(exponent);
  Term isEven = isInteger(exponent * 0.5);
  // Where |x| is zero or infinite the sign of y decides.
  Term isGrowing = y > 0;
  result = select(size == 0, select(isGrowing, zero, infinity), result);
  result = select(size == infinity, select(isGrowing, infinity, zero), result);
  Term isNegative = copySign(one, x) < 0;
  Term signedResult = select(isWhole, select(isEven, result, -result), result);
  Term isUndefined = !isWhole & (zero < size) & (size < infinity);
  Term nan = x.number(std::numeric_limits<double>::quiet_NaN());
  result = select(isNegative, select(isUndefined, nan, signedResult), result);
  result = select(size == size, select(exponent == exponent, result, y), x);
  return select((y == 0) | (x == 1), one, result);
}

/// x^y for a positive finite f32 in f64, where 36 digits of the logarithm suffice.
static Term positivePowOfSingle(Term x, Term y) {
  auto [k, m] = decomposeNormal(x);
  Term f = m - 1;
  Term log = fused(f, polynomial(kPowLog32, f), k);
  // Past these the result is infinite or zero as an f32.
  Term exponent = atMost(atLeast(y * log, -200), 200);
  Rounded n = rounded(exponent);
  Term r = (exponent - n.number) * M_LN2, one = r.number(1);
  Term near = fused(fused(polynomial(kPowExp32, r), r, one), r, one);
  return near * powerOfTwo(n);
}

Term lamina::emitPow(Term x, Term y) {
  Term size = abs(x);
  // Past this the result is infinite, zero or one whatever y is.
  Term exponent = atMost(atLeast(y, -0x1p65), 0x1p65);
  Term result = x.isDouble()
                    ? positivePow(size, exponent)
                    : positivePowOfSingle(size.extended(), exponent.extended()).truncated();
  return withExceptions(x, y, result);
}
