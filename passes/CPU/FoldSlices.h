/// What is left to do after tiling.
#ifndef LAMINA_CPU_FOLDSLICES_H
#define LAMINA_CPU_FOLDSLICES_H

#include "mlir/IR/Operation.h"

namespace mlir::lamina {

/// Slices of empty tensors become small ones, and slices of slices one: without this, temporaries
/// of tiles keep the size of the whole.
LogicalResult foldSlices(Operation *op);

} // namespace mlir::lamina

#endif // LAMINA_CPU_FOLDSLICES_H
