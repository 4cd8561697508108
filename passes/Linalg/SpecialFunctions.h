/// Scalar functions that neither the math dialect nor C offers, or not without state.
#ifndef LAMINA_LINALG_SPECIALFUNCTIONS_H
#define LAMINA_LINALG_SPECIALFUNCTIONS_H

#include "passes/Linalg/Building.h"

namespace mlir::lamina {

/// The number whose erf is `x`: infinite at -1 and 1, NaN beyond.
Value emitErfinv(ImplicitLocOpBuilder &b, Value x);
/// log |gamma(x)|: infinite at 0 and the negative integers.
Value emitLgamma(ImplicitLocOpBuilder &b, Value x);
/// The derivative of lgamma: NaN at the negative integers, -inf at 0 and inf at -0.
Value emitDigamma(ImplicitLocOpBuilder &b, Value x);

} // namespace mlir::lamina

#endif // LAMINA_LINALG_SPECIALFUNCTIONS_H
