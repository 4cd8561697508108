/// lamina-cpu-order-loops: the loop that walks memory best goes innermost.
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Linalg/Transforms/Transforms.h"
#include "mlir/Dialect/Linalg/Utils/Utils.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "passes/Passes.h"

namespace mlir::lamina {
#define GEN_PASS_DEF_LAMINACPUORDERLOOPS
#include "passes/Passes.h.inc"
} // namespace mlir::lamina

using namespace mlir;
using namespace mlir::lamina;

/// What an access costs an innermost loop, in vector memory operations for each vector of
/// iterations: nothing if it does not move, one if it is contiguous, otherwise as many as the
/// elements lie apart, up to one for each lane.
static constexpr int64_t kLanes = 8;
/// Turns of an innermost loop that is unrolled.
static constexpr int64_t kUnrolled = 8;

/// By how many elements an access through `map` moves when loop `dim` advances; nothing if that is
/// not known or not constant.
static std::optional<int64_t> strideAlong(AffineMap map, MemRefType type, unsigned dim) {
  SmallVector<int64_t> strides;
  int64_t offset;
  if (failed(type.getStridesAndOffset(strides, offset)))
    return std::nullopt;
  int64_t total = 0;
  for (auto [expr, stride] : llvm::zip_equal(map.getResults(), strides)) {
    if (!expr.isFunctionOfDim(dim))
      continue;
    SmallVector<int64_t> coefficients;
    auto flat = simplifyAffineExpr(expr, map.getNumDims(), 0);
    LogicalResult linear = getFlattenedAffineExpr(flat, map.getNumDims(), 0, &coefficients);
    bool pure = succeeded(linear) && coefficients.size() == map.getNumDims() + 1;
    if (!pure || ShapedType::isDynamic(stride))
      return std::nullopt;
    total += coefficients[dim] * stride;
  }
  return total;
}

/// The cost of an iteration with loop `dim` innermost.
static double cost(linalg::LinalgOp op, unsigned dim) {
  int64_t lanes = 0;
  bool reduces = op.getIteratorTypesArray()[dim] == utils::IteratorType::reduction;
  for (OpOperand &operand : op->getOpOperands()) {
    auto type = dyn_cast<MemRefType>(operand.get().getType());
    if (!type)
      continue;
    auto stride = strideAlong(op.getMatchingIndexingMap(&operand), type, dim);
    int64_t access = stride ? std::min<int64_t>(std::abs(*stride), kLanes) : kLanes;
    // An accumulator in memory is loaded and stored; any scattered store hurts more than a load.
    bool written = op.isDpsInit(&operand);
    bool loadedToo = written && op.getNumReductionLoops() && !reduces;
    lanes += access * (loadedToo || (written && access == kLanes) ? 2 : 1);
  }
  int64_t trips = op.getStaticLoopRanges()[dim];
  if (ShapedType::isDynamic(trips))
    return lanes;
  int64_t vectors = llvm::divideCeil(std::max<int64_t>(trips, 1), kLanes);
  return (lanes + 0.5) * double(vectors * kLanes) / double(std::max<int64_t>(trips, 1));
}

/// Whether the last loop is a short reduction, which LLVM unrolls: the loop around it is then the
/// innermost one, and adds up in registers.
static bool unrollsLastLoop(linalg::LinalgOp op) {
  int64_t trips = op.getStaticLoopRanges().back();
  return op.getNumLoops() > 2 && !ShapedType::isDynamic(trips) && trips <= kUnrolled &&
         op.getIteratorTypesArray().back() == utils::IteratorType::reduction;
}

/// The order in which the loops of `op` are best nested.
static SmallVector<unsigned> bestOrder(linalg::LinalgOp op) {
  unsigned last = op.getNumLoops() - 1 - unrollsLastLoop(op), best = last;
  double least = cost(op, best);
  for (unsigned dim = 0; dim < last; ++dim) {
    double candidate = cost(op, dim);
    if (candidate < least) {
      best = dim;
      least = candidate;
    }
  }
  SmallVector<unsigned> order;
  for (unsigned dim = 0; dim <= last; ++dim)
    if (dim != best)
      order.push_back(dim);
  order.push_back(best);
  for (unsigned dim = last + 1; dim < op.getNumLoops(); ++dim)
    order.push_back(dim);
  return order;
}

namespace {
struct CpuOrderLoops : lamina::impl::LaminaCpuOrderLoopsBase<CpuOrderLoops> {
  void runOnOperation() override {
    IRRewriter rewriter(&getContext());
    loopsFromCopies(rewriter);
    SmallVector<linalg::LinalgOp> ops;
    getOperation().walk([&](linalg::LinalgOp op) {
      if (op.hasPureBufferSemantics() && op.getNumLoops() > 1)
        ops.push_back(op);
    });
    for (linalg::LinalgOp op : ops) {
      SmallVector<unsigned> order = bestOrder(op);
      if (llvm::is_sorted(order))
        continue;
      rewriter.setInsertionPoint(op);
      auto generic = dyn_cast<linalg::GenericOp>(op.getOperation());
      if (!generic)
        generic = *linalg::generalizeNamedOp(rewriter, op);
      if (failed(linalg::interchangeGenericOp(rewriter, generic, order)))
        return signalPassFailure();
    }
  }

  /// LLVM copies contiguous memory best; a copy between other layouts is a loop nest like any.
  void loopsFromCopies(RewriterBase &rewriter) {
    SmallVector<memref::CopyOp> copies;
    getOperation().walk([&](memref::CopyOp copy) {
      auto isContiguous = [](Value memory) {
        return cast<MemRefType>(memory.getType())
            .areTrailingDimsContiguous(cast<MemRefType>(memory.getType()).getRank());
      };
      if (!isContiguous(copy.getSource()) || !isContiguous(copy.getTarget()))
        copies.push_back(copy);
    });
    for (memref::CopyOp copy : copies) {
      rewriter.setInsertionPoint(copy);
      linalg::makeMemRefCopyOp(rewriter, copy.getLoc(), copy.getSource(), copy.getTarget());
      rewriter.eraseOp(copy);
    }
  }
};
} // namespace
