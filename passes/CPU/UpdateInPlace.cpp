/// lamina-cpu-update-in-place: loops that overwrite an array read its old parts from the new one.
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"
#include "passes/Passes.h"

namespace mlir::lamina {
#define GEN_PASS_DEF_LAMINACPUUPDATEINPLACE
#include "passes/Passes.h.inc"
} // namespace mlir::lamina

using namespace mlir;
using namespace mlir::lamina;

static bool isSameSlice(tensor::ExtractSliceOp read, tensor::ParallelInsertSliceOp written) {
  return cast<OffsetSizeAndStrideOpInterface>(read.getOperation())
      .isSameAs(written, isEqualConstantIntOrValue);
}

/// Makes the later slices of `updated` that are the same as `read` that one: only of one value does
/// bufferization know that an elementwise loop nest may read it where it writes it.
static void mergeInto(tensor::ExtractSliceOp read, BlockArgument updated) {
  for (Operation *user : llvm::make_early_inc_range(updated.getUsers())) {
    auto other = dyn_cast<tensor::ExtractSliceOp>(user);
    if (!other || other->getBlock() != read->getBlock() || !read->isBeforeInBlock(other) ||
        !OperationEquivalence::isEquivalentTo(read, other, OperationEquivalence::IgnoreLocations))
      continue;
    other.replaceAllUsesWith(read.getResult());
  }
}

/// Slices of `old` in the loop that are what the turn overwrites in the end: nobody else has
/// changed them in `updated` by then, for turns write different parts.
static void readFromUpdated(scf::ForallOp loop, Value old, BlockArgument updated) {
  SmallVector<Operation *> writes = loop.getCombiningOps(updated);
  auto written =
      writes.size() == 1 ? dyn_cast<tensor::ParallelInsertSliceOp>(writes.front()) : nullptr;
  if (!written)
    return;
  SmallVector<tensor::ExtractSliceOp> reads;
  for (OpOperand &use : llvm::make_early_inc_range(old.getUses())) {
    auto read = dyn_cast<tensor::ExtractSliceOp>(use.getOwner());
    if (!read || !loop->isProperAncestor(read) || !isSameSlice(read, written))
      continue;
    use.set(updated);
    reads.push_back(read);
  }
  for (tensor::ExtractSliceOp read : reads)
    mergeInto(read, updated);
  for (Operation *user : llvm::make_early_inc_range(updated.getUsers()))
    if (isa<tensor::ExtractSliceOp>(user) && user->use_empty())
      user->erase();
}

namespace {
struct CpuUpdateInPlace : lamina::impl::LaminaCpuUpdateInPlaceBase<CpuUpdateInPlace> {
  void runOnOperation() override {
    getOperation().walk([](scf::ForallOp loop) {
      for (OpOperand &init : loop.getOutputsMutable())
        readFromUpdated(loop, init.get(), loop.getTiedBlockArgument(&init));
    });
  }
};
} // namespace
