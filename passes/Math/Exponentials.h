/// What functions made of exponentials and logarithms share.
#ifndef LAMINA_MATH_EXPONENTIALS_H
#define LAMINA_MATH_EXPONENTIALS_H

#include "passes/Math/Term.h"

namespace mlir::lamina {

/// log(2) in two parts; multiples of the first by integers below 2^11 (f64) or 2^9 (f32) are exact.
inline double highLn2(Term x) { return x.isDouble() ? 0x1.62e42feep-1 : 0x1.62e4p-1; }
inline double lowLn2(Term x) { return x.isDouble() ? 0x1.a39ef35793c76p-33 : 0x1.7f7d1cf8p-20; }

/// 2^x for an x for which it is a normal number.
Term normalExp2(Term x);
/// exp(x) - 1 for a positive x, zero included, for which exp(x) is finite.
Term positiveExpm1(Term x);

/// x = 2^k m with m in [sqrt(1/2), sqrt(2)], for a positive finite x.
struct Decomposed {
  Term k, m;
};
Decomposed decompose(Term x);
/// The same for an x that is no denormal.
Decomposed decomposeNormal(Term x);

} // namespace mlir::lamina

#endif // LAMINA_MATH_EXPONENTIALS_H
