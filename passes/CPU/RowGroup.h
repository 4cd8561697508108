/// Loop nests of one block that work row by row, on the same rows.
#ifndef LAMINA_CPU_ROWGROUP_H
#define LAMINA_CPU_ROWGROUP_H

#include "mlir/Dialect/Linalg/IR/Linalg.h"

namespace mlir::lamina {

/// Grows from a seed along the values between loop nests, to producers and to readers alike. A
/// member computes one row of its results from one row of every other member that it reads.
class RowGroup {
public:
  /// Whether a group may start from `op`: its outer loops are rows of a known number.
  static bool canBeSeed(linalg::LinalgOp op);

  /// The members are none of `taken`.
  RowGroup(linalg::LinalgOp seed, const DenseSet<Operation *> &taken);

  /// Sizes of the loops over rows.
  ArrayRef<int64_t> getRows() const { return rows; }
  /// In the order of the block.
  SmallVector<linalg::LinalgOp> getMembers() const;
  /// The loop of `member` that each row loop is.
  ArrayRef<unsigned> getRowLoops(Operation *member) const { return rowLoops.find(member)->second; }
  bool contains(Operation *op) const { return rowLoops.contains(op); }
  /// A single loop nest is as good without an outer loop.
  bool isWorthwhile() const { return rowLoops.size() > 1; }
  /// Whether the value of a member is needed beside the group.
  bool isReadOutside(Value value) const;
  /// Operations between the members that need their values, in order.
  SmallVector<Operation *> getReadersBetween() const;

private:
  using Loops = SmallVector<unsigned>;

  void join(linalg::LinalgOp op, std::optional<Loops> loops);
  bool canJoin(linalg::LinalgOp op, const Loops &loops) const;
  /// Whether every value between `op` and the members is passed row by row.
  bool passesRows(linalg::LinalgOp op, const Loops &loops) const;
  std::optional<Loops> loopsOfProducer(linalg::LinalgOp consumer, OpOperand &operand) const;
  std::optional<Loops> loopsOfReader(linalg::LinalgOp producer, OpOperand &use) const;
  /// Fails if a member needs a value that was computed outside from one of another member.
  FailureOr<SmallVector<Operation *>> readersBetween(Operation *candidate) const;
  Operation *inBlock(Operation *op) const { return block->findAncestorOpInBlock(*op); }

  Block *block;
  const DenseSet<Operation *> &taken;
  SmallVector<int64_t> rows;
  llvm::MapVector<Operation *, Loops> rowLoops;
  SmallVector<linalg::LinalgOp> worklist;
};

} // namespace mlir::lamina

#endif // LAMINA_CPU_ROWGROUP_H
