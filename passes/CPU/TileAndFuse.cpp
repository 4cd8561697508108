/// lamina-cpu-tile-and-fuse: one outer loop around loop nests that work row by row.
#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/SCF/Transforms/TileUsingInterface.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Dialect/Tensor/Transforms/Transforms.h"
#include "mlir/Interfaces/TilingInterface.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"
#include "passes/Passes.h"

namespace mlir::lamina {
#define GEN_PASS_DEF_LAMINACPUTILEANDFUSE
#include "passes/Passes.h.inc"
} // namespace mlir::lamina

using namespace mlir;
using namespace mlir::lamina;

/// Whether some input is read in full by the loops: no element is used again in another iteration,
/// as a contraction would do, which deserves tiles of its own.
static bool readsOnce(linalg::LinalgOp op) {
  if (op.getNumReductionLoops() == 0)
    return true;
  return llvm::any_of(op.getDpsInputOperands(), [&](OpOperand *input) {
    return op.getMatchingIndexingMap(input).isPermutation();
  });
}

namespace {
/// A root loop nest and the producers that compute the same row in the same turn of its row loop.
class RowGroup {
public:
  explicit RowGroup(linalg::LinalgOp root) : root(root) {
    rowLoop[root] = 0;
    SmallVector<linalg::LinalgOp> worklist{root};
    while (!worklist.empty()) {
      linalg::LinalgOp consumer = worklist.pop_back_val();
      for (OpOperand &operand : consumer->getOpOperands())
        if (auto producer = join(consumer, operand))
          worklist.push_back(producer);
    }
    // Tiling adds readers of its own, so this is asked before.
    for (Operation *member : llvm::make_first_range(rowLoop))
      if (llvm::any_of(member->getUsers(), [&](Operation *user) { return !contains(user); }))
        readOutside.insert(member);
  }

  static bool canBeRoot(linalg::LinalgOp op) {
    if (!isa<linalg::GenericOp>(op.getOperation()) || op.getNumLoops() < 2 || !readsOnce(op))
      return false;
    int64_t rows = op.getStaticLoopRanges().front();
    return op.getIteratorTypesArray().front() == utils::IteratorType::parallel && rows > 1 &&
           !ShapedType::isDynamic(rows);
  }

  /// Fills alone are not worth a loop.
  bool isWorthwhile() const {
    return llvm::any_of(llvm::make_first_range(rowLoop),
                        [&](Operation *op) { return op != root && !isa<linalg::FillOp>(op); });
  }
  bool contains(Operation *op) const { return rowLoop.contains(op); }

  LogicalResult tile(RewriterBase &rewriter) {
    SmallVector<OpFoldResult> sizes(root.getNumLoops(), rewriter.getIndexAttr(0));
    sizes.front() = rewriter.getIndexAttr(1);
    scf::SCFTileAndFuseOptions options;
    options.tilingOptions.setTileSizes(sizes);
    options.tilingOptions.setLoopType(scf::SCFTilingOptions::LoopType::ForallOp);
    options.setFusionControlFn(
        [&](tensor::ExtractSliceOp, OpResult producer,
            bool) -> std::optional<scf::SCFTileAndFuseOptions::ControlFnResult> {
          Operation *op = producer.getOwner();
          if (!contains(op))
            return std::nullopt;
          return scf::SCFTileAndFuseOptions::ControlFnResult{readOutside.contains(op)};
        });
    rewriter.setInsertionPoint(root);
    auto tiled = scf::tileConsumerAndFuseProducersUsingSCF(
        rewriter, cast<TilingInterface>(root.getOperation()), options);
    if (failed(tiled))
      return failure();
    for (auto [value, replacement] : tiled->replacements)
      rewriter.replaceUsesWithIf(value, replacement, [&](OpOperand &use) {
        return !tiled->loops.front()->isProperAncestor(use.getOwner());
      });
    return success();
  }

private:
  /// Adds the producer of `operand` if it computes, for a row of `consumer`, one row of its own.
  linalg::LinalgOp join(linalg::LinalgOp consumer, OpOperand &operand) {
    auto producer = operand.get().getDefiningOp<linalg::LinalgOp>();
    if (!producer || producer->getBlock() != root->getBlock() || contains(producer) ||
        producer->getNumResults() != 1 || !readsOnce(producer))
      return nullptr;
    auto loop = alignedLoop(consumer, operand, producer);
    if (!loop || !outsideReadersFollow(producer))
      return nullptr;
    rowLoop[producer] = *loop;
    return producer;
  }

  /// The loop of `producer` that the row loop of `consumer` drives.
  std::optional<unsigned> alignedLoop(linalg::LinalgOp consumer, OpOperand &operand,
                                      linalg::LinalgOp producer) {
    AffineExpr row = getAffineDimExpr(rowLoop[consumer], root.getContext());
    std::optional<unsigned> loop;
    AffineMap written = producer.getMatchingIndexingMap(producer.getDpsInitOperand(0));
    for (auto [position, expr] :
         llvm::enumerate(consumer.getMatchingIndexingMap(&operand).getResults())) {
      if (!expr.isFunctionOfDim(rowLoop[consumer]))
        continue;
      auto dim = dyn_cast<AffineDimExpr>(written.getResult(position));
      if (expr != row || loop || !dim)
        return std::nullopt;
      loop = dim.getPosition();
    }
    return loop;
  }

  /// Readers outside of the group get the value from the loop, so they must come after it.
  bool outsideReadersFollow(Operation *producer) {
    return llvm::all_of(producer->getUsers(), [&](Operation *user) {
      Operation *at = root->getBlock()->findAncestorOpInBlock(*user);
      return contains(user) || (at && root->isBeforeInBlock(at));
    });
  }

  linalg::LinalgOp root;
  /// The loop of each member that the row loop becomes.
  llvm::MapVector<Operation *, unsigned> rowLoop;
  /// Members whose value leaves the loop.
  DenseSet<Operation *> readOutside;
};

struct CpuTileAndFuse : lamina::impl::LaminaCpuTileAndFuseBase<CpuTileAndFuse> {
  void runOnOperation() override {
    IRRewriter rewriter(&getContext());
    bool changed = false;
    for (Block &block : getOperation().getBody()) {
      SmallVector<linalg::LinalgOp> ops(block.getOps<linalg::LinalgOp>());
      DenseSet<Operation *> taken;
      for (linalg::LinalgOp op : llvm::reverse(ops)) {
        if (taken.contains(op) || !RowGroup::canBeRoot(op))
          continue;
        RowGroup group(op);
        if (!group.isWorthwhile())
          continue;
        for (linalg::LinalgOp member : ops)
          if (group.contains(member))
            taken.insert(member);
        if (failed(group.tile(rewriter)))
          return signalPassFailure();
        changed = true;
      }
    }
    if (changed)
      cleanUp();
  }

  /// Slices of empty tensors become small ones: without this, temporaries keep their full size.
  void cleanUp() {
    RewritePatternSet patterns(&getContext());
    tensor::populateFoldTensorEmptyPatterns(patterns);
    tensor::populateMergeConsecutiveInsertExtractSlicePatterns(patterns);
    for (RegisteredOperationName name : getContext().getRegisteredOperations())
      if (isa<tensor::TensorDialect, scf::SCFDialect>(name.getDialect()))
        name.getCanonicalizationPatterns(patterns, &getContext());
    if (failed(applyPatternsGreedily(getOperation(), std::move(patterns))))
      signalPassFailure();
  }
};
} // namespace
