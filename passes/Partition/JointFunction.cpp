#include "passes/Partition/JointFunction.h"

#include "mlir/Interfaces/SideEffectInterfaces.h"

using namespace mlir;
using namespace mlir::lamina;

/// Whether `argument` is known only when the backward runs.
static bool isTangent(func::FuncOp func, BlockArgument argument) {
  unsigned index = argument.getArgNumber();
  return func.getArgAttrOfType<TangentAttr>(index, descriptor::kArgument) ||
         func.getArgAttr(index, descriptor::kBackward);
}

static bool isGradient(const descriptor::Result &result) {
  return result.as<GradientAttr>() || result.as<LeafGradientAttr>();
}

bool JointFunction::isJoint(func::FuncOp func) {
  if (func.isExternal() || !func.getBody().hasOneBlock())
    return false;
  return llvm::any_of(func.getArguments(),
                      [&](BlockArgument argument) { return isTangent(func, argument); }) ||
         llvm::any_of(descriptor::getResults(func),
                      [](const auto &result) { return isGradient(result); });
}

/// Adds to `ops` all of the function's operations that `value` needs.
static void addNeeded(Value value, DenseSet<Operation *> &ops) {
  SmallVector<Value> work{value};
  while (!work.empty()) {
    Operation *op = work.pop_back_val().getDefiningOp();
    if (!op || !ops.insert(op).second)
      continue;
    // A region's operations need what they use from outside.
    op->walk([&](Operation *nested) { llvm::append_range(work, nested->getOperands()); });
  }
}

/// Operations with effects run in program order: once one of them waits for a tangent, all others
/// do.
static SmallVector<Operation *> findBackwardEffects(func::FuncOp func) {
  SmallVector<Operation *> effects;
  DenseSet<Value> late;
  for (BlockArgument argument : func.getArguments())
    if (isTangent(func, argument))
      late.insert(argument);
  auto isLate = [&](Value value) { return late.contains(value); };
  for (Operation &op : func.front().without_terminator()) {
    bool needsTangent = false;
    op.walk(
        [&](Operation *nested) { needsTangent |= llvm::any_of(nested->getOperands(), isLate); });
    if (needsTangent)
      late.insert(op.result_begin(), op.result_end());
    if (!isMemoryEffectFree(&op) && (needsTangent || !effects.empty()))
      effects.push_back(&op);
  }
  return effects;
}

JointFunction::JointFunction(func::FuncOp func)
    : func(func), backwardEffects(findBackwardEffects(func)) {
  for (const descriptor::Result &result : descriptor::getResults(func)) {
    // What the backward overwrites is no longer what the forward saw, too.
    if (auto mutation = result.as<MutationAttr>())
      mutatedInputs.insert(mutation.getIndex());
    bool isBackward = isGradient(result) || result.attributes.contains(descriptor::kBackward);
    (isBackward ? gradients : forwardResults).push_back(result);
  }

  DenseSet<Operation *> neededByGradients;
  for (const descriptor::Result &result : forwardResults)
    addNeeded(result.value, forwardOps);
  for (const descriptor::Result &result : gradients)
    addNeeded(result.value, neededByGradients);
  auto addEffect = [](Operation *op, DenseSet<Operation *> &ops) {
    ops.insert(op);
    op->walk([&](Operation *nested) {
      llvm::for_each(nested->getOperands(), [&](Value operand) { addNeeded(operand, ops); });
    });
  };
  for (Operation &op : func.front().without_terminator())
    if (!isMemoryEffectFree(&op) && !llvm::is_contained(backwardEffects, &op))
      addEffect(&op, forwardOps);
  llvm::erase_if(backwardEffects, [&](Operation *op) { return forwardOps.contains(op); });
  for (Operation *op : backwardEffects)
    addEffect(op, neededByGradients);
  for (Operation &op : func.front().without_terminator())
    if (neededByGradients.contains(&op) && !forwardOps.contains(&op))
      backwardOps.push_back(&op);
}

LogicalResult JointFunction::verify() {
  auto usesTangent = [&](Value value) {
    auto argument = dyn_cast<BlockArgument>(value);
    return argument && argument.getOwner() == &func.front() && isTangent(func, argument);
  };
  for (const descriptor::Result &result : forwardResults)
    if (usesTangent(result.value))
      return func.emitError("result ") << result.attributes.get(descriptor::kResult)
                                       << " is a tangent: expected a value of the forward";
  for (Operation *op : forwardOps) {
    bool invalid = false;
    op->walk(
        [&](Operation *nested) { invalid |= llvm::any_of(nested->getOperands(), usesTangent); });
    if (invalid)
      return op->emitError("'")
             << op->getName()
             << "' uses a tangent, but a result of the forward needs it: expected "
                "only gradients to depend on tangents";
  }
  return success();
}

bool JointFunction::isForward(Value value) const {
  if (auto argument = dyn_cast<BlockArgument>(value))
    return argument.getOwner() == &func.getBody().front() && !isTangent(func, argument);
  return forwardOps.contains(value.getDefiningOp());
}

SmallVector<Value> JointFunction::getCrossingValues() const {
  llvm::SetVector<Value> crossing;
  auto addForward = [&](ValueRange values) {
    for (Value value : values)
      if (isForward(value))
        crossing.insert(value);
  };
  for (Operation *op : backwardOps)
    op->walk([&](Operation *nested) { addForward(nested->getOperands()); });
  for (const descriptor::Result &result : gradients)
    addForward(result.value);
  SmallVector<Value> values = crossing.takeVector();
  sortInProgramOrder(values);
  return values;
}

bool JointFunction::isKeptByCaller(Value value) const {
  auto argument = dyn_cast<BlockArgument>(value);
  if (!argument)
    return false;
  std::optional<int64_t> input = descriptor::getInput(func, argument.getArgNumber());
  return input && !mutatedInputs.contains(*input);
}

void lamina::sortInProgramOrder(SmallVectorImpl<Value> &values) {
  llvm::sort(values, [](Value lhs, Value rhs) {
    auto lhsArgument = dyn_cast<BlockArgument>(lhs), rhsArgument = dyn_cast<BlockArgument>(rhs);
    if (lhsArgument && rhsArgument)
      return lhsArgument.getArgNumber() < rhsArgument.getArgNumber();
    if (lhsArgument || rhsArgument)
      return bool(lhsArgument);
    auto lhsResult = cast<OpResult>(lhs), rhsResult = cast<OpResult>(rhs);
    if (lhsResult.getOwner() == rhsResult.getOwner())
      return lhsResult.getResultNumber() < rhsResult.getResultNumber();
    return lhsResult.getOwner()->isBeforeInBlock(rhsResult.getOwner());
  });
}
