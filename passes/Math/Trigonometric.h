/// sin, cos and tan. The short reduction of the argument to |r| <= pi / 4 is right up to a limit;
/// the exact one is right for every number and only worth its price beyond.
#ifndef LAMINA_MATH_TRIGONOMETRIC_H
#define LAMINA_MATH_TRIGONOMETRIC_H

#include "passes/Math/Term.h"

namespace mlir::lamina {

enum class Circular { Sin, Cos, Tan };

/// x = quadrant * pi / 2 + high + low, the quadrant an integer in a float; all f64.
struct Angle {
  Term quadrant, high, low;
};

/// True where the short reduction holds; false for infinities and NaN.
Term isModerate(Term x);
/// Cody and Waite's, for a moderate f32 (then in f64) or f64, or a vector of them.
Angle reduceModerate(Term x);
/// Payne and Hanek's, for any f64 that is not moderate. `table` holds a word of zeros and
/// kTwoOverPi.
Angle reduceExactly(Term x, Value table);

/// The function of an argument of the type of `x` that was reduced to `angle`.
Term emitCircular(Circular function, Term x, Angle angle);

} // namespace mlir::lamina

#endif // LAMINA_MATH_TRIGONOMETRIC_H
