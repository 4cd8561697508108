/// Hyperbolic functions and their inverses, from exp, expm1, log and log1p. All but tanh go through
/// f64, where what the identities lose does not matter for f32.
#include "passes/Math/Coefficients.h"
#include "passes/Math/Exponentials.h"
#include "passes/Math/Functions.h"

#include <cmath>
#include <limits>

using namespace mlir;
using namespace mlir::lamina;

Term lamina::emitTanh(Term x) {
  // Beyond this it rounds to 1.
  Term size = atMost(abs(x), x.isDouble() ? 20 : 10);
  Term t = positiveExpm1(size + size);
  return copySign(t / (t + 2), x);
}

/// exp(|x|) / 2, also where exp(|x|) overflows.
static Term halfExp(Term x) {
  Term size = abs(x);
  Term isLarge = size > 709;
  Term e = emitExp(select(isLarge, size - 1, size));
  return select(isLarge, e * (M_E / 2), e * 0.5);
}

Term lamina::emitSinh(Term x) {
  return inDouble(x, [](Term x) {
    Term square = x * x;
    Term near = fused(x * square, polynomial(kSinh64, square), x);
    Term e = halfExp(x);
    return select(abs(x) < 1, near, copySign(e - 0.25 / e, x));
  });
}

Term lamina::emitCosh(Term x) {
  return inDouble(x, [](Term x) {
    Term e = halfExp(x);
    return e + 0.25 / e;
  });
}

/// Past this adding 1 to the square of a number changes nothing.
static constexpr double kLarge = 0x1p28;

Term lamina::emitAsinh(Term x) {
  return inDouble(x, [](Term x) {
    Term size = abs(x);
    Term square = size * size;
    Term near = emitLog1p(size + square / (sqrt(square + 1) + 1));
    Term far = emitLog(size) + M_LN2;
    return copySign(select(size < kLarge, near, far), x);
  });
}

Term lamina::emitAcosh(Term x) {
  return inDouble(x, [](Term x) {
    Term t = x - 1;
    Term near = emitLog1p(t + sqrt(t * 2 + t * t));
    Term far = emitLog(x) + M_LN2;
    Term nan = x.number(std::numeric_limits<double>::quiet_NaN());
    return select(x < 1, nan, select(x > kLarge, far, near));
  });
}

Term lamina::emitAtanh(Term x) {
  return inDouble(x, [](Term x) {
    Term size = abs(x);
    return copySign(emitLog1p((size + size) / (1 - size)) * 0.5, x);
  });
}
