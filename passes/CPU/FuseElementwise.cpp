/// lamina-cpu-fuse-elementwise: chains of elementwise loop nests become one.
#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Linalg/Transforms/Transforms.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"
#include "passes/CPU/FusionControl.h"
#include "passes/Passes.h"

namespace mlir::lamina {
#define GEN_PASS_DEF_LAMINACPUFUSEELEMENTWISE
#include "passes/Passes.h.inc"
} // namespace mlir::lamina

using namespace mlir;
using namespace mlir::lamina;

namespace {
/// A named op with a moved operand becomes generic: generic loops can read through any map.
struct GeneralizeReadersOfMovement : OpInterfaceRewritePattern<linalg::LinalgOp> {
  using OpInterfaceRewritePattern::OpInterfaceRewritePattern;

  LogicalResult matchAndRewrite(linalg::LinalgOp op, PatternRewriter &rewriter) const override {
    if (isa<linalg::GenericOp, linalg::FillOp>(op.getOperation()))
      return failure();
    bool readsMovement = llvm::any_of(op.getDpsInputs(), [](Value input) {
      auto producer = input.getDefiningOp<linalg::LinalgOp>();
      return producer && isMovement(producer);
    });
    if (!readsMovement)
      return failure();
    return linalg::generalizeNamedOp(rewriter, op);
  }
};

/// A reduction or contraction whose only reader transposes it writes the transposed result itself.
struct WriteTransposed : OpRewritePattern<linalg::GenericOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(linalg::GenericOp movement,
                                PatternRewriter &rewriter) const override {
    if (!isMovement(movement) || !movement.getIndexingMapsArray().front().isPermutation())
      return failure();
    auto producer = movement.getDpsInputs().front().getDefiningOp<linalg::LinalgOp>();
    if (!producer || !producer->hasOneUse() || producer.getNumReductionLoops() == 0 ||
        producer->getNumResults() != 1)
      return failure();
    auto fill = producer.getDpsInits().front().getDefiningOp<linalg::FillOp>();
    if (!fill)
      return failure();

    Location loc = producer.getLoc();
    Value init = movement.getDpsInits().front();
    init = linalg::FillOp::create(rewriter, loc, fill.getInputs().front(), init).getResult(0);
    SmallVector<AffineMap> maps = producer.getIndexingMapsArray();
    // Element p of the producer is element d of the movement where p = map(d).
    AffineMap written = inversePermutation(movement.getIndexingMapsArray().front());
    maps.back() = written.compose(maps.back());
    auto transposed =
        linalg::GenericOp::create(rewriter, loc, init.getType(), producer.getDpsInputs(), init,
                                  maps, producer.getIteratorTypesArray());
    rewriter.cloneRegionBefore(producer->getRegion(0), transposed.getRegion(),
                               transposed.getRegion().end());
    rewriter.replaceOp(movement, transposed);
    return success();
  }
};

/// A loop nest without iterations leaves its results as they were.
struct FoldEmptyLoops : OpInterfaceRewritePattern<linalg::LinalgOp> {
  using OpInterfaceRewritePattern::OpInterfaceRewritePattern;

  LogicalResult matchAndRewrite(linalg::LinalgOp op, PatternRewriter &rewriter) const override {
    if (!op.hasPureTensorSemantics() || !llvm::is_contained(op.getStaticLoopRanges(), 0))
      return failure();
    rewriter.replaceOp(op, op.getDpsInits());
    return success();
  }
};

struct CpuFuseElementwise : lamina::impl::LaminaCpuFuseElementwiseBase<CpuFuseElementwise> {
  void runOnOperation() override {
    RewritePatternSet patterns(&getContext());
    patterns.add<FoldEmptyLoops, GeneralizeReadersOfMovement, WriteTransposed>(&getContext());
    linalg::populateElementwiseOpsFusionPatterns(patterns, shouldFuse);
    linalg::populateEraseUnusedOperandsAndResultsPatterns(patterns);
    linalg::GenericOp::getCanonicalizationPatterns(patterns, &getContext());
    tensor::ExpandShapeOp::getCanonicalizationPatterns(patterns, &getContext());
    tensor::CollapseShapeOp::getCanonicalizationPatterns(patterns, &getContext());
    GreedyRewriteConfig config;
    config.setUseTopDownTraversal(true);
    if (failed(applyPatternsGreedily(getOperation(), std::move(patterns), config)))
      signalPassFailure();
  }
};
} // namespace
