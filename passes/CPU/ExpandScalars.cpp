/// lamina-cpu-expand-scalars: scalar operations that the target lacks, in terms of those it has.
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"
#include "passes/CPU/SmallFloats.h"
#include "passes/Math/Patterns.h"
#include "passes/Passes.h"

namespace mlir::lamina {
#define GEN_PASS_DEF_LAMINACPUEXPANDSCALARS
#include "passes/Passes.h.inc"
} // namespace mlir::lamina

using namespace mlir;
using namespace mlir::lamina;

namespace {
struct CpuExpandScalars : lamina::impl::LaminaCpuExpandScalarsBase<CpuExpandScalars> {
  void runOnOperation() override {
    RewritePatternSet patterns(&getContext());
    populateSmallFloatPatterns(patterns);
    populateMathFormulas(patterns);
    GreedyRewriteConfig config;
    config.setRegionSimplificationLevel(GreedySimplifyRegionLevel::Disabled);
    if (failed(applyPatternsGreedily(getOperation(), std::move(patterns), config)))
      signalPassFailure();
  }
};
} // namespace
