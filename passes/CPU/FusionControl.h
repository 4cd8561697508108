/// Which producer may be computed inside which consumer.
#ifndef LAMINA_CPU_FUSIONCONTROL_H
#define LAMINA_CPU_FUSIONCONTROL_H

#include "mlir/Dialect/Linalg/IR/Linalg.h"

namespace mlir::lamina {

/// Whether the loop nest only moves elements: its body yields one of its inputs.
bool isMovement(linalg::LinalgOp op);

/// Whether the elementwise producer of `operand` should be computed in the body of the operand's
/// owner. Fusing must not repeat expensive work nor put work into an inner reduction loop.
bool shouldFuse(OpOperand *operand);

} // namespace mlir::lamina

#endif // LAMINA_CPU_FUSIONCONTROL_H
