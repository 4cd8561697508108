/// lamina-cpu-relax-reductions: sums may be added up in any order.
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "passes/Passes.h"

namespace mlir::lamina {
#define GEN_PASS_DEF_LAMINACPURELAXREDUCTIONS
#include "passes/Passes.h.inc"
} // namespace mlir::lamina

using namespace mlir;
using namespace mlir::lamina;

static void relax(Operation *op) {
  auto kinds = arith::FastMathFlags::reassoc | arith::FastMathFlags::contract;
  // Which of two zeros is an extreme depends on the order as well.
  if (isa<arith::MaximumFOp, arith::MinimumFOp>(op))
    kinds = kinds | arith::FastMathFlags::nsz;
  auto flags = arith::FastMathFlagsAttr::get(op->getContext(), kinds);
  if (auto math = dyn_cast<arith::ArithFastMathInterface>(op))
    op->setAttr(math.getFastMathAttrName(), flags);
}

namespace {
struct CpuRelaxReductions : lamina::impl::LaminaCpuRelaxReductionsBase<CpuRelaxReductions> {
  void runOnOperation() override {
    getOperation().walk([](linalg::LinalgOp op) {
      if (op.getNumReductionLoops() == 0)
        return;
      for (BlockArgument accumulator : op.getRegionOutputArgs())
        for (Operation *combiner : accumulator.getUsers()) {
          relax(combiner);
          // The product of a multiply-add, so that the two contract.
          for (Value operand : combiner->getOperands())
            if (auto product = operand.getDefiningOp<arith::MulFOp>())
              relax(product);
        }
    });
  }
};
} // namespace
