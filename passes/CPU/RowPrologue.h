/// What computes the left operand of a contraction row by row.
#ifndef LAMINA_CPU_ROWPROLOGUE_H
#define LAMINA_CPU_ROWPROLOGUE_H

#include "passes/CPU/Contraction.h"

namespace mlir::lamina {

/// The producers that compute, for a tile of rows of a contraction, the same rows of its left
/// operand and nothing else: elementwise loop nests, reductions along the row, and the contractions
/// whose rows those are. In an attention these are the softmax and the scores.
class RowPrologue {
public:
  explicit RowPrologue(const Contraction &root);

  /// Whether computing a row needs all of it, so that the rows have to be ready before the product
  /// starts. Other producers are as well computed on their own.
  bool reduces() const;
  bool contains(Operation *op) const { return tiledLoops.contains(op); }
  /// Whether the value is read by others too, all of which come later.
  bool isReadOutside(Operation *op) const { return readOutside.contains(op); }
  /// The contractions among the members.
  ArrayRef<Contraction> contractions() const { return products; }

private:
  using Loops = llvm::SmallDenseSet<unsigned, 4>;

  void join(linalg::LinalgOp consumer, OpOperand &operand);
  std::optional<Loops> alignedLoops(linalg::LinalgOp consumer, OpOperand &operand,
                                    linalg::LinalgOp producer);
  bool outsideReadersFollow(Operation *producer) const;

  linalg::LinalgOp root;
  /// The loops of each member that the tile loops of the root become.
  llvm::MapVector<Operation *, Loops> tiledLoops;
  SmallVector<linalg::LinalgOp> worklist;
  SmallVector<Contraction> products;
  DenseSet<Operation *> readOutside;
};

} // namespace mlir::lamina

#endif // LAMINA_CPU_ROWPROLOGUE_H
