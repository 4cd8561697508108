/// How much of a product the registers of the target hold.
#ifndef LAMINA_CPU_REGISTERTILE_H
#define LAMINA_CPU_REGISTERTILE_H

#include "passes/CPU/Contraction.h"

namespace mlir::lamina {

/// Rows and columns of `out` that a kernel accumulates in registers.
struct RegisterTile {
  int64_t rows;
  int64_t vectors;
  /// Elements of a vector.
  int64_t lanes;

  int64_t columns() const { return vectors * lanes; }
};

/// The tile for a product of `rows` x `columns` in all, for the vector width that the module's
/// `lamina.vector_bits` names; 256 without it.
RegisterTile registerTileFor(Operation *op, FloatType element, int64_t rows, int64_t columns);

} // namespace mlir::lamina

#endif // LAMINA_CPU_REGISTERTILE_H
