/// Math ops as formulas.
#ifndef LAMINA_MATH_PATTERNS_H
#define LAMINA_MATH_PATTERNS_H

#include "mlir/IR/PatternMatch.h"

namespace mlir::lamina {

/// Replaces math ops on f32 and f64 by the formulas of passes/Math.
void populateMathFormulas(RewritePatternSet &patterns);

} // namespace mlir::lamina

#endif // LAMINA_MATH_PATTERNS_H
