/// erf: a polynomial to 1. Beyond, 1 - erfc(x), by a polynomial for its logarithm in f32 and for
/// exp(x^2) erfc(x) in f64.
#include "passes/Math/Coefficients.h"
#include "passes/Math/Exponentials.h"
#include "passes/Math/Functions.h"

using namespace mlir;
using namespace mlir::lamina;

static Term erfc(Term x, Term square) {
  if (x.isDouble())
    return emitExp(-square) * polynomial(kErfcScaled64, 2 / (x + 2));
  return normalExp2(x * polynomial(kErfcLog32, x));
}

Term lamina::emitErf(Term x) {
  bool wide = x.isDouble();
  // Beyond this it rounds to 1.
  Term size = atMost(abs(x), wide ? 6 : 4);
  Term square = size * size;
  auto coefficients = wide ? ArrayRef(kErfNear64) : ArrayRef(kErfNear32);
  Term near = fused(size, polynomial(coefficients, square), size);
  return copySign(select(size < 1, near, 1 - erfc(size, square)), x);
}
