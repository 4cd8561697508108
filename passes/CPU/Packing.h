/// Operands of contractions copied into the order in which kernels read them.
#ifndef LAMINA_CPU_PACKING_H
#define LAMINA_CPU_PACKING_H

#include "mlir/IR/ImplicitLocOpBuilder.h"
#include "passes/CPU/Contraction.h"

namespace mlir::lamina {

/// Where the elements of a packed operand are: those of step `k` of the reduction for lines (rows
/// of `out` for lhs, columns for rhs) from `line`, which starts a register tile, stand together at
/// `base + line * lineStride + k * depthStride` of a one-dimensional buffer.
struct PackedOperand {
  Value memory;
  /// Null for 0.
  Value base;
  int64_t lineStride;
  int64_t depthStride;

  Value position(ImplicitLocOpBuilder &b, Value line, Value k) const;
};

/// Packs all of the array that `operand` is a tile of, ahead of the parallel loop over the tiles,
/// in panels of `width` lines. The lines are `loop`. Nothing if the operand is not known there.
std::optional<PackedOperand> packAhead(const Contraction &c, OpOperand *operand, unsigned loop,
                                       int64_t width, int64_t lanes);

/// Packs the tile itself; its lines are `loops`, no more than `mostLines`, one of which may be
/// dynamic. They are padded to whole vectors of `lanes`.
PackedOperand packTile(ImplicitLocOpBuilder &b, const Contraction &c, OpOperand *operand,
                       ArrayRef<unsigned> loops, int64_t mostLines, int64_t lanes);

} // namespace mlir::lamina

#endif // LAMINA_CPU_PACKING_H
