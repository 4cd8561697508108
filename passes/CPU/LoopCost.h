/// Estimates of what loops over buffers take, for deciding whether threads pay.
#ifndef LAMINA_CPU_LOOPCOST_H
#define LAMINA_CPU_LOOPCOST_H

#include "mlir/IR/Operation.h"

namespace mlir::lamina {

/// About how many nanoseconds one core spends in `op`, regions included. Loops whose number of
/// turns is not known count as one turn.
double estimatedNanoseconds(Operation *op);

/// Work for a thread to be woken for: some ten times what waking it takes.
inline constexpr double kNanosecondsWorthAThread = 20000;

} // namespace mlir::lamina

#endif // LAMINA_CPU_LOOPCOST_H
