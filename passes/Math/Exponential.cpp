/// exp, exp2, expm1: x = n log(2) + r with |r| <= log(2) / 2 (Cody and Waite), exp(r) by a
/// polynomial, and 2^n.
#include "passes/Math/Coefficients.h"
#include "passes/Math/Exponentials.h"
#include "passes/Math/Functions.h"

#include <cmath>

using namespace mlir;
using namespace mlir::lamina;

/// (exp(r) - 1 - r) / r^2 for a small r.
static Term remainder(Term r) {
  return polynomial(r.isDouble() ? ArrayRef(kExp64) : ArrayRef(kExp32), r);
}

static Term smallExpm1(Term r) { return fused(r * r, remainder(r), r); }

static Term smallExp(Term r) {
  Term one = r.number(1);
  return fused(fused(remainder(r), r, one), r, one);
}

namespace {
struct Reduced {
  Rounded n;
  Term r;
};
} // namespace

static Reduced reduce(Term x) {
  Rounded n = rounded(x * (1 / M_LN2));
  Term high = fused(n.number, x.number(-highLn2(x)), x);
  return {n, fused(n.number, x.number(-lowLn2(x)), high)};
}

Term lamina::emitExp(Term x) {
  // Beyond these the result is infinite or zero already.
  x = x.isDouble() ? atMost(atLeast(x, -746), 710) : atMost(atLeast(x, -104), 89);
  auto [n, r] = reduce(x);
  return scaled(smallExp(r), n);
}

Term lamina::emitExp2(Term x) {
  x = x.isDouble() ? atMost(atLeast(x, -1076), 1025) : atMost(atLeast(x, -151), 129);
  Rounded n = rounded(x);
  return scaled(smallExp((x - n.number) * M_LN2), n);
}

Term lamina::normalExp2(Term x) {
  Rounded n = rounded(x);
  return smallExp((x - n.number) * M_LN2) * powerOfTwo(n);
}

/// exp(x) - 1 = 2^n (near + 1) - 1.
static Term expm1(Reduced reduced) {
  // Half of 2^n, for 2^n may overflow where the result does not.
  Term half = powerOfTwo(reduced.n, -1);
  return fused(half, smallExpm1(reduced.r), half - 0.5) * 2;
}

Term lamina::positiveExpm1(Term x) { return expm1(reduce(x)); }

Term lamina::emitExpm1(Term x) {
  Term clipped = x.isDouble() ? atMost(atLeast(x, -40), 710) : atMost(atLeast(x, -20), 89);
  return copySign(expm1(reduce(clipped)), x);
}
