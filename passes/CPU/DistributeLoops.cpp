/// lamina-cpu-distribute-loops: loop nests that are worth threads get a parallel outer loop.
#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Linalg/Transforms/Transforms.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "passes/CPU/LoopCost.h"
#include "passes/Passes.h"

namespace mlir::lamina {
#define GEN_PASS_DEF_LAMINACPUDISTRIBUTELOOPS
#include "passes/Passes.h.inc"
} // namespace mlir::lamina

using namespace mlir;
using namespace mlir::lamina;

/// Enough turns of the parallel loop to keep any number of threads evenly busy.
static constexpr int64_t kEnoughTurns = 64;
/// The innermost loop is cut into pieces of whole vectors and cache lines.
static constexpr int64_t kInnerMultiple = 64;

/// Loop `dim` writes different elements in each turn, so its turns may run at the same time.
static bool isIndependent(linalg::LinalgOp op, unsigned dim) {
  if (op.getIteratorTypesArray()[dim] != utils::IteratorType::parallel)
    return false;
  return llvm::all_of(op.getDpsInitsMutable(), [&](OpOperand &init) {
    return op.getMatchingIndexingMap(&init).isFunctionOfDim(dim);
  });
}

/// The tile of each loop of the nest that leaves it for the parallel loop; 0 for the others.
static SmallVector<int64_t> chooseTiles(linalg::LinalgOp op) {
  SmallVector<int64_t> ranges = op.getStaticLoopRanges();
  SmallVector<int64_t> tiles(ranges.size(), 0);
  int64_t turns = 1;
  for (unsigned dim = 0; dim < ranges.size() && turns < kEnoughTurns; ++dim) {
    if (!isIndependent(op, dim) || ShapedType::isDynamic(ranges[dim]))
      break;
    tiles[dim] = 1;
    if (dim + 1 == ranges.size()) {
      int64_t piece = llvm::divideCeil(ranges[dim], kEnoughTurns / turns);
      tiles[dim] = llvm::alignTo(piece, kInnerMultiple);
    }
    turns *= llvm::divideCeil(ranges[dim], tiles[dim]);
  }
  return turns > 1 ? tiles : SmallVector<int64_t>();
}

namespace {
struct CpuDistributeLoops : lamina::impl::LaminaCpuDistributeLoopsBase<CpuDistributeLoops> {
  void runOnOperation() override {
    SmallVector<linalg::LinalgOp> nests;
    getOperation().walk([&](linalg::LinalgOp op) {
      bool inParallel =
          op->getParentOfType<scf::ForallOp>() || op->getParentOfType<scf::ParallelOp>();
      if (!inParallel && op.hasPureBufferSemantics() &&
          estimatedNanoseconds(op) >= 2 * kNanosecondsWorthAThread)
        nests.push_back(op);
    });
    IRRewriter rewriter(&getContext());
    for (linalg::LinalgOp op : nests)
      if (failed(distribute(rewriter, op)))
        return signalPassFailure();
  }

  LogicalResult distribute(RewriterBase &rewriter, linalg::LinalgOp op) {
    SmallVector<int64_t> tiles = chooseTiles(op);
    if (tiles.empty())
      return success();
    linalg::LinalgTilingOptions options;
    options.setTileSizes(tiles);
    options.setLoopType(linalg::LinalgTilingLoopType::ParallelLoops);
    rewriter.setInsertionPoint(op);
    if (failed(linalg::tileLinalgOp(rewriter, op, options)))
      return failure();
    rewriter.eraseOp(op);
    return success();
  }
};
} // namespace
