/// Formulas of the elementary functions, for f32, f64 and vectors of them. Where f32 goes through
/// f64, the result is correctly rounded but for rare ties. docs/performance.md states the bounds.
#ifndef LAMINA_MATH_FUNCTIONS_H
#define LAMINA_MATH_FUNCTIONS_H

#include "passes/Math/Term.h"

namespace mlir::lamina {

Term emitExp(Term x);
Term emitExp2(Term x);
Term emitExpm1(Term x);

Term emitLog(Term x);
Term emitLog2(Term x);
Term emitLog1p(Term x);

Term emitSinh(Term x);
Term emitCosh(Term x);
Term emitTanh(Term x);
Term emitAsinh(Term x);
Term emitAcosh(Term x);
Term emitAtanh(Term x);

Term emitAsin(Term x);
Term emitAcos(Term x);
Term emitAtan(Term x);
Term emitAtan2(Term y, Term x);

Term emitPow(Term x, Term y);
Term emitErf(Term x);

/// `function` of f64 for an f32, or directly.
template <typename Function> Term inDouble(Term x, Function function) {
  return x.isDouble() ? function(x) : function(x.extended()).truncated();
}

} // namespace mlir::lamina

#endif // LAMINA_MATH_FUNCTIONS_H
