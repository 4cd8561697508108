/// What a contraction is to the passes that tile and lower it.
#ifndef LAMINA_CPU_CONTRACTION_H
#define LAMINA_CPU_CONTRACTION_H

#include "mlir/Dialect/Linalg/IR/Linalg.h"

namespace mlir::lamina {

/// A loop nest `out += lhs * rhs` by the roles of its loops. Matrix products, batched ones,
/// products with permuted operands and convolutions are all of this form.
///
/// The last dimension of `out` runs along vectors. `rhs` is the operand that moves with it, `lhs`
/// the one whose elements are broadcast.
struct Contraction {
  /// Nothing if `op`, on tensors or buffers, has another form.
  static std::optional<Contraction> match(linalg::LinalgOp op);

  mutable linalg::LinalgOp op;
  OpOperand *lhs, *rhs, *out;
  /// f32 or f64, the type of `out`; operands may be of smaller float types.
  FloatType element;
  /// The largest loop over `lhs` and `out` alone.
  unsigned row;
  /// Loops over `rhs` and `out` alone along the last dimensions of `out`, in their order.
  SmallVector<unsigned> columns;
  /// Loops that `out` does not have.
  SmallVector<unsigned> reduction;
  /// All others: batches, and further loops over one operand.
  SmallVector<unsigned> outer;

  int64_t range(unsigned loop) const { return op.getStaticLoopRanges()[loop]; }
  /// The product of ranges; nothing if one is dynamic.
  std::optional<int64_t> extent(ArrayRef<unsigned> loops) const;
  AffineMap map(OpOperand *operand) const { return op.getMatchingIndexingMap(operand); }
  /// Whether each dimension of `operand` is one loop.
  bool isPlain(OpOperand *operand) const { return map(operand).isProjectedPermutation(); }
  /// The dimension of `operand`, which is plain, that `loop` walks.
  std::optional<unsigned> dimension(OpOperand *operand, unsigned loop) const;
};

} // namespace mlir::lamina

#endif // LAMINA_CPU_CONTRACTION_H
