/// Rows in blocks, for the sake of arrays in which neighbours in memory are in different rows.
#ifndef LAMINA_CPU_ROWBLOCK_H
#define LAMINA_CPU_ROWBLOCK_H

#include "mlir/IR/ImplicitLocOpBuilder.h"
#include "passes/CPU/RowGroup.h"

namespace mlir::lamina {

/// A number of neighbouring rows of a group, whose parts of such arrays are first copied to where
/// each row is contiguous: walking one row of the array itself would fetch a cache line for each
/// element.
class RowBlock {
public:
  /// Nothing if all that the group reads lies along its rows.
  static std::optional<RowBlock> find(const RowGroup &group);

  /// The loop over rows that is cut into blocks.
  unsigned getLoop() const { return loop; }
  int64_t getBlocks() const { return llvm::divideCeil(count, size); }

  /// Copies the block's part of each array. `rows` are the indices of the loops over rows, that of
  /// the block among them.
  void copy(ImplicitLocOpBuilder &b, ValueRange rows);
  /// The first row of the block, and how many are in it.
  Value getFirst() const { return first; }
  OpFoldResult getLength() const { return length; }

  /// Replaces what `row`, a row of `member`, reads of copied arrays; `at` is the number of the row
  /// in the block.
  void readCopies(ImplicitLocOpBuilder &b, linalg::LinalgOp member, linalg::GenericOp row,
                  Value at) const;

private:
  /// An array to copy, by the dimension that each loop over rows walks.
  struct Crossed {
    Value array;
    SmallVector<std::optional<unsigned>> rowDims;
    /// The dimensions of the array in the order of those of the copy.
    SmallVector<unsigned> order;
    Value copied;
  };

  RowBlock(const RowGroup &group, unsigned loop)
      : group(&group), loop(loop), count(group.getRows()[loop]) {}

  static std::optional<unsigned> crossedLoop(const RowGroup &group, linalg::LinalgOp member,
                                             OpOperand &operand);
  void add(linalg::LinalgOp member, OpOperand &operand);
  const Crossed *lookup(linalg::LinalgOp member, OpOperand &operand) const;

  const RowGroup *group;
  unsigned loop;
  int64_t count, size = 0;
  SmallVector<Crossed> arrays;
  Value first, skipped;
  OpFoldResult length;
};

} // namespace mlir::lamina

#endif // LAMINA_CPU_ROWBLOCK_H
