#include "passes/CPU/FusionControl.h"

#include "mlir/Dialect/Complex/IR/Complex.h"
#include "mlir/Dialect/Math/IR/Math.h"

using namespace mlir;
using namespace mlir::lamina;

bool lamina::isMovement(linalg::LinalgOp op) {
  auto generic = dyn_cast<linalg::GenericOp>(op.getOperation());
  if (!generic || generic.getNumDpsInputs() != 1 || generic.getNumDpsInits() != 1 ||
      generic.getNumReductionLoops() != 0)
    return false;
  auto yielded = dyn_cast<BlockArgument>(generic.getBody()->getTerminator()->getOperand(0));
  return yielded && yielded.getArgNumber() == 0;
}

/// Whether computing the body again costs more than loading its result.
static bool isExpensive(linalg::GenericOp producer) {
  unsigned operations = 0;
  for (Operation &op : producer.getBody()->without_terminator()) {
    bool cheapMath = isa<math::AbsFOp, math::AbsIOp, math::FloorOp, math::CeilOp, math::TruncOp,
                         math::RoundEvenOp, math::CopySignOp>(op);
    if (!cheapMath && isa<math::MathDialect, complex::ComplexDialect>(op.getDialect()))
      return true;
    if (op.getNumRegions() || isa<arith::DivFOp, arith::DivSIOp, arith::DivUIOp, arith::RemFOp>(op))
      return true;
    ++operations;
  }
  return operations > 4;
}

/// Iterations of `op`, or nothing if they are not known.
static std::optional<int64_t> tripCount(linalg::LinalgOp op) {
  int64_t count = 1;
  for (int64_t range : op.getStaticLoopRanges()) {
    if (ShapedType::isDynamic(range))
      return std::nullopt;
    count *= range;
  }
  return count;
}

bool lamina::shouldFuse(OpOperand *operand) {
  auto producer = operand->get().getDefiningOp<linalg::GenericOp>();
  auto consumer = dyn_cast<linalg::GenericOp>(operand->getOwner());
  if (!producer || !consumer)
    return false;
  if (isMovement(producer))
    return true;
  // A contraction reads each operand many times; only data movement may hide in its loads.
  bool repeats = true;
  auto produced = tripCount(producer), consumed = tripCount(consumer);
  if (produced && consumed)
    repeats = *consumed > *produced;
  if (repeats && (consumer.getNumReductionLoops() || isExpensive(producer)))
    return false;
  // With other users the producer stays, and would be computed twice.
  return producer->hasOneUse() || !isExpensive(producer);
}
