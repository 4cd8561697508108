/// exp, exp2, expm1: x = n log(2) + r with |r| <= log(2) / 2 (Cody and Waite), exp(r) by a
/// polynomial, and 2^n.
#include "passes/Math/Coefficients.h"
#include "passes/Math/Exponentials.h"
#include "passes/Math/Functions.h"

#include <cmath>

using namespace mlir;
using namespace mlir::lamina;

/// exp(r) - 1 for a small r.
static Term small(Term r) {
  Term remainder = polynomial(r.isDouble() ? ArrayRef(kExp64) : ArrayRef(kExp32), r);
  return fused(r * r, remainder, r);
}

namespace {
struct Reduced {
  Term n, r;
};
} // namespace

static Reduced reduce(Term x) {
  Term n = nearest(x * (1 / M_LN2));
  Term r = (x - n * highLn2(x)) - n * lowLn2(x);
  return {n, r};
}

Term lamina::emitExp(Term x) {
  // Beyond these the result is infinite or zero already.
  x = x.isDouble() ? atMost(atLeast(x, -746), 710) : atMost(atLeast(x, -104), 89);
  auto [n, r] = reduce(x);
  return scaled(small(r) + 1, n);
}

Term lamina::emitExp2(Term x) {
  x = x.isDouble() ? atMost(atLeast(x, -1076), 1025) : atMost(atLeast(x, -151), 129);
  Term n = nearest(x);
  return scaled(small((x - n) * M_LN2) + 1, n);
}

Term lamina::normalExp2(Term x) {
  Term n = nearest(x);
  return (small((x - n) * M_LN2) + 1) * powerOfTwo(n);
}

/// exp(x) - 1 = 2^n (near + 1) - 1.
static Term expm1(Reduced reduced) {
  // Half of 2^n, for 2^n may overflow where the result does not.
  Term half = powerOfTwo(reduced.n - 1);
  return fused(half, small(reduced.r), half - 0.5) * 2;
}

Term lamina::positiveExpm1(Term x) { return expm1(reduce(x)); }

Term lamina::emitExpm1(Term x) {
  Term clipped = x.isDouble() ? atMost(atLeast(x, -40), 710) : atMost(atLeast(x, -20), 89);
  return copySign(expm1(reduce(clipped)), x);
}
