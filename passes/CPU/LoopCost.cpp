#include "passes/CPU/LoopCost.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"
#include "mlir/Interfaces/LoopLikeInterface.h"
#include "mlir/Interfaces/ValueBoundsOpInterface.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace mlir::lamina;

/// Loads and stores of vectorised loops, by element.
static constexpr double kAccess = 0.12;
static constexpr double kArithmetic = 0.03;
/// Functions and divisions.
static constexpr double kFunction = 0.5;
/// A scalar or vector instruction outside of a loop nest of linalg.
static constexpr double kInstruction = 0.25;

static bool isFunction(Operation *op) {
  return isa_and_present<math::MathDialect>(op->getDialect()) ||
         isa<arith::DivFOp, arith::DivSIOp, arith::DivUIOp, arith::RemFOp, arith::RemSIOp>(op);
}

static double costOfPoint(linalg::LinalgOp op) {
  double cost = kAccess * op->getNumOperands();
  op->getRegion(0).walk(
      [&](Operation *inner) { cost += isFunction(inner) ? kFunction : kArithmetic; });
  return cost;
}

static double costOfNest(linalg::LinalgOp op) {
  double points = 1;
  for (int64_t range : op.getStaticLoopRanges())
    points *= ShapedType::isDynamic(range) ? 1 : double(range);
  return points * costOfPoint(op);
}

static double costOfCopy(memref::CopyOp op) {
  auto type = cast<MemRefType>(op.getSource().getType());
  return type.hasStaticShape() ? 2 * kAccess * double(type.getNumElements()) : 0;
}

/// A bound of a loop; the greatest it can be if it is computed, as that of a block at the edge.
static std::optional<int64_t> upperBound(OpFoldResult bound) {
  if (auto constant = getConstantIntValue(bound))
    return constant;
  auto greatest = ValueBoundsConstraintSet::computeConstantBound(
      presburger::BoundType::UB, bound, /*stopCondition=*/nullptr, {/*closedUB=*/true});
  return succeeded(greatest) ? std::optional(*greatest) : std::nullopt;
}

/// Turns of a loop of any number of dimensions; 1 for what is no loop or not known.
static double turnsOf(Operation *op) {
  auto loop = dyn_cast<LoopLikeOpInterface>(op);
  if (!loop || !loop.getLoopLowerBounds())
    return 1;
  double turns = 1;
  for (auto [lower, upper, step] : llvm::zip_equal(
           *loop.getLoopLowerBounds(), *loop.getLoopUpperBounds(), *loop.getLoopSteps())) {
    auto from = getConstantIntValue(lower), to = upperBound(upper), by = getConstantIntValue(step);
    if (from && to && by)
      turns *= double(std::max<int64_t>(0, llvm::divideCeilSigned(*to - *from, *by)));
  }
  return turns;
}

double lamina::estimatedNanoseconds(Operation *op) {
  if (auto nest = dyn_cast<linalg::LinalgOp>(op))
    return costOfNest(nest);
  if (auto copy = dyn_cast<memref::CopyOp>(op))
    return costOfCopy(copy);
  double cost = isFunction(op) ? kFunction : op->getNumRegions() ? 0 : kInstruction;
  for (Region &region : op->getRegions())
    for (Operation &inner : region.getOps())
      cost += estimatedNanoseconds(&inner);
  return turnsOf(op) * cost;
}
