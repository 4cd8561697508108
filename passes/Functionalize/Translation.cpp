#include "passes/Functionalize/Translation.h"

#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace mlir::lamina;

bool lamina::usesRefs(Operation *op) {
  auto isRefType = [](Type type) { return isRef(type); };
  WalkResult walk = op->walk([&](Operation *nested) {
    return llvm::any_of(nested->getOperandTypes(), isRefType) ||
                   llvm::any_of(nested->getResultTypes(), isRefType)
               ? WalkResult::interrupt()
               : WalkResult::advance();
  });
  return walk.wasInterrupted();
}

void Translation::define(Value value, Value translated) {
  if (isRef(value))
    memory.addRoot(value, translated);
  else
    values.map(value, translated);
}

Value Translation::lookup(Value value) {
  return isRef(value) ? memory.read(value) : values.lookup(value);
}

LogicalResult Translation::translate(Block &block) {
  for (Operation &op : block.without_terminator())
    if (failed(translate(&op)))
      return failure();
  return success();
}

LogicalResult Translation::translate(Operation *op) {
  if (!usesRefs(op)) {
    builder.clone(*op, values);
    return success();
  }
  return llvm::TypeSwitch<Operation *, LogicalResult>(op)
      .Case([&](AssignOp assign) {
        return memory.write(assign.getLoc(), assign.getTarget(), memory.read(assign.getValue()));
      })
      .Case([&](CloneOp clone) {
        // A root of its own is all that a copy means to values.
        memory.addRoot(clone.getResult(), memory.read(clone.getSource()));
        return success();
      })
      .Case([&](ViewOpInterface view) {
        memory.addView(view);
        return success();
      })
      .Case([&](CustomCallOp call) { return translateCall(call); })
      .Case([&](ResizeOp resize) { return translateResize(resize); })
      // The program goes on with the source; which object of the caller follows is said of the
      // function as a whole.
      .Case([](SetOp) { return success(); })
      .Case([&](CondOp cond) { return translateCond(cond); })
      .Case([&](WhileOp loop) { return translateWhile(loop); })
      .Default([&](Operation *other) { return translateCompute(other); });
}

/// Computations are the same operation in both worlds.
LogicalResult Translation::translateCompute(Operation *op) {
  if (!op->hasTrait<ComputeEffects>() || op->getNumRegions())
    return op->emitError("'")
           << op->getName() << "' uses refs in a way that functionalize does not know: expected a "
           << "view, a computation or an assignment of lamina";
  auto operands =
      llvm::map_to_vector(op->getOperands(), [&](Value operand) { return lookup(operand); });
  auto types = llvm::map_to_vector(op->getResultTypes(), valueType);
  OperationState state(op->getLoc(), op->getName(), operands, types, op->getAttrs());
  Operation *computed = builder.create(state);
  for (auto [result, value] : llvm::zip_equal(op->getResults(), computed->getResults()))
    define(result, value);
  return success();
}

/// A call on values cannot see a write of its own through another operand.
static LogicalResult checkApart(CustomCallOp call, Memory &memory) {
  for (int64_t written : call.getMutates())
    for (auto [number, operand] : llvm::enumerate(call.getInputs())) {
      Value target = call.getInputs()[written];
      if (static_cast<int64_t>(number) == written || !isRef(operand) || !isRef(target) ||
          memory.handle(operand).root != memory.handle(target).root)
        continue;
      return call.emitError("'") << call.getCallee() << "' writes operand #" << written
                                 << ", which shares memory with operand #" << number
                                 << ": expected memory that no other operand sees";
    }
  return success();
}

/// The operands that are mutated come back as further results.
LogicalResult Translation::translateCall(CustomCallOp call) {
  if (failed(checkApart(call, memory)))
    return failure();
  auto operands =
      llvm::map_to_vector(call.getInputs(), [&](Value operand) { return lookup(operand); });
  auto types = llvm::map_to_vector(call.getResultTypes(), valueType);
  for (int64_t written : call.getMutates())
    types.push_back(operands[written].getType());
  OperationState state(call.getLoc(), call->getName(), operands, types, call->getAttrs());
  Operation *translated = builder.create(state);
  for (auto [result, value] : llvm::zip(call->getResults(), translated->getResults()))
    define(result, value);
  ValueRange contents = translated->getResults().drop_front(call->getNumResults());
  for (auto [written, content] : llvm::zip_equal(call.getMutates(), contents))
    if (failed(memory.write(call.getLoc(), call.getInputs()[written], content)))
      return failure();
  return success();
}

/// Which size memory has must not depend on control flow.
LogicalResult Translation::translateResize(ResizeOp resize) {
  if (isa<FunctionOpInterface>(resize->getParentOp()))
    return memory.resize(resize);
  return resize.emitError("'") << resize->getName()
                               << "' in a region: expected one size that memory has in the end";
}
