/// lamina-cpu-expand-scalars: scalar operations that the target lacks, in terms of those it has.
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/Math/Transforms/Passes.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"
#include "passes/CPU/SmallFloats.h"
#include "passes/Passes.h"

namespace mlir::lamina {
#define GEN_PASS_DEF_LAMINACPUEXPANDSCALARS
#include "passes/Passes.h.inc"
} // namespace mlir::lamina

using namespace mlir;
using namespace mlir::lamina;

/// Functions whose polynomial is within a few units of the last place everywhere. The one of sin
/// and cos is not, near multiples of pi.
static bool hasGoodPolynomial(StringRef name) {
  return llvm::is_contained({math::ExpOp::getOperationName(), math::ExpM1Op::getOperationName(),
                             math::TanhOp::getOperationName(), math::ErfOp::getOperationName()},
                            name);
}

namespace {
struct CpuExpandScalars : lamina::impl::LaminaCpuExpandScalarsBase<CpuExpandScalars> {
  void runOnOperation() override {
    RewritePatternSet patterns(&getContext());
    populateSmallFloatPatterns(patterns);
    populateMathPolynomialApproximationPatterns(patterns, hasGoodPolynomial);
    GreedyRewriteConfig config;
    config.setRegionSimplificationLevel(GreedySimplifyRegionLevel::Disabled);
    if (failed(applyPatternsGreedily(getOperation(), std::move(patterns), config)))
      signalPassFailure();
  }
};
} // namespace
