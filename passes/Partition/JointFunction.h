/// A joint function split into what runs before the tangents are known and what after.
#ifndef LAMINA_PARTITION_JOINTFUNCTION_H
#define LAMINA_PARTITION_JOINTFUNCTION_H

#include "passes/Descriptors.h"
#include "llvm/ADT/SetVector.h"

namespace mlir::lamina {

/// What a partitioner needs to know of a joint function.
class JointFunction {
public:
  explicit JointFunction(func::FuncOp func);

  /// Whether `func` takes tangents or returns gradients.
  static bool isJoint(func::FuncOp func);

  /// Fails, with a diagnostic, if a result of the forward needs a tangent.
  LogicalResult verify();

  mutable func::FuncOp func;
  SmallVector<descriptor::Result> forwardResults;
  /// What the backward returns: gradients, and the new data of inputs that it overwrites.
  SmallVector<descriptor::Result> gradients;
  /// Operations that the forward's results need, and all with effects before the backward's first.
  DenseSet<Operation *> forwardOps;
  /// Operations with effects of which the first needs a tangent, and all that follow it.
  SmallVector<Operation *> backwardEffects;
  /// Operations that the gradients and `backwardEffects` need, less `forwardOps`, in order.
  SmallVector<Operation *> backwardOps;
  /// Inputs that the forward or the backward overwrites.
  DenseSet<int64_t> mutatedInputs;

  /// Whether the forward has `value`: an input or what one of its operations makes.
  bool isForward(Value value) const;

  /// Forward values that the backward uses, in program order.
  SmallVector<Value> getCrossingValues() const;

  /// Whether saving `value` is keeping an array that the caller has anyway.
  bool isKeptByCaller(Value value) const;
};

/// Sorts values by where they are defined: arguments, then operations in order.
void sortInProgramOrder(SmallVectorImpl<Value> &values);

} // namespace mlir::lamina

#endif // LAMINA_PARTITION_JOINTFUNCTION_H
