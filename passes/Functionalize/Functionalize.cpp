#include "passes/Descriptors.h"
#include "passes/Functionalize/Aliases.h"
#include "passes/Functionalize/Memory.h"
#include "passes/Passes.h"

#include "llvm/ADT/TypeSwitch.h"
#include "mlir/IR/IRMapping.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"

namespace mlir::lamina {
#define GEN_PASS_DEF_LAMINAFUNCTIONALIZE
#include "passes/Passes.h.inc"
} // namespace mlir::lamina

using namespace mlir;
using namespace mlir::lamina;

namespace {
Type valueType(Type type) { return isRef(type) ? Type(tensorOf(type)) : type; }

bool usesRefs(Operation *op) {
  auto isRefType = [](Type type) { return isRef(type); };
  WalkResult walk = op->walk([&](Operation *nested) {
    return llvm::any_of(nested->getOperandTypes(), isRefType) ||
                   llvm::any_of(nested->getResultTypes(), isRefType)
               ? WalkResult::interrupt()
               : WalkResult::advance();
  });
  return walk.wasInterrupted();
}

bool usesRefs(func::FuncOp func) {
  auto isRefType = [](Type type) { return isRef(type); };
  return llvm::any_of(func.getArgumentTypes(), isRefType) || usesRefs(func.getOperation());
}

/// Translates one function of refs into a second block of tensors, which then
/// takes the place of the first.
class Functionalizer {
public:
  explicit Functionalizer(func::FuncOp func)
      : func(func), builder(func.getContext()), memory(builder) {}

  LogicalResult run() {
    if (!func.getBody().hasOneBlock())
      return func.emitError("functionalize expects a straight line of operations, got ")
             << func.getBody().getBlocks().size() << " blocks";
    if (failed(checkDescriptors()))
      return failure();
    addArguments();
    for (Operation &op : source().without_terminator())
      if (failed(translate(&op)))
        return failure();
    FailureOr<SmallVector<descriptor::Result>> results = makeResults();
    if (failed(results))
      return failure();
    replaceBody(*results);
    eraseDeadOps();
    return success();
  }

private:
  Block &source() { return func.getBody().front(); }

  LogicalResult checkDescriptors() {
    for (BlockArgument argument : func.getArguments())
      if (isRef(argument) && !func.getArgAttr(argument.getArgNumber(), descriptor::kArgument))
        return func.emitError("argument ")
               << argument.getArgNumber() << " is a ref: expected a '" << descriptor::kArgument
               << "' that says what it is to the caller";
    for (auto [index, type] : llvm::enumerate(func.getResultTypes()))
      if (isRef(type) && !func.getResultAttr(index, descriptor::kResult))
        return func.emitError("result ")
               << index << " is a ref: expected a '" << descriptor::kResult
               << "' that says what it is to the caller";
    return success();
  }

  void addArguments() {
    Block *target = builder.createBlock(&func.getBody(), func.getBody().end());
    for (BlockArgument argument : source().getArguments()) {
      Value value = target->addArgument(valueType(argument.getType()), argument.getLoc());
      if (isRef(argument))
        memory.addRoot(argument, value);
      else
        values.map(argument, value);
    }
  }

  LogicalResult translate(Operation *op) {
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
        .Default([&](Operation *other) { return translateCompute(other); });
  }

  /// Computations are the same operation in both worlds.
  LogicalResult translateCompute(Operation *op) {
    if (!op->hasTrait<ComputeEffects>() || op->getNumRegions())
      return op->emitError("'")
             << op->getName() << "' uses refs in a way that functionalize does not know: expected a "
             << "view, a computation or an assignment of lamina";
    auto operands = llvm::map_to_vector(op->getOperands(), [&](Value operand) {
      return isRef(operand) ? memory.read(operand) : values.lookup(operand);
    });
    auto types = llvm::map_to_vector(op->getResultTypes(), valueType);
    OperationState state(op->getLoc(), op->getName(), operands, types, op->getAttrs());
    Operation *computed = builder.create(state);
    for (auto [ref, value] : llvm::zip_equal(op->getResults(), computed->getResults()))
      if (isRef(ref))
        memory.addRoot(ref, value);
      else
        values.map(ref, value);
    return success();
  }

  /// The data of mutated inputs, what the function returned with its aliases, and the
  /// fresh memory behind them.
  FailureOr<SmallVector<descriptor::Result>> makeResults() {
    SmallVector<descriptor::Result> results;
    if (failed(appendMutations(results)))
      return failure();
    Aliases aliases = classifyAliases(func, memory);
    for (auto [result, alias] : llvm::zip_equal(descriptor::getResults(func), aliases.ofResult)) {
      NamedAttrList attributes(result.attributes);
      attributes.erase(descriptor::kDetached);
      if (alias)
        attributes.set(descriptor::kAlias, alias);
      Value value = isRef(result.value) ? memory.read(result.value) : values.lookup(result.value);
      results.push_back({value, attributes.getDictionary(func.getContext())});
    }
    for (auto [number, root] : llvm::enumerate(aliases.fresh))
      results.push_back(
          descriptor::makeResult(root->content, BaseAttr::get(func.getContext(), number)));
    return results;
  }

  LogicalResult appendMutations(SmallVectorImpl<descriptor::Result> &results) {
    Block &target = func.getBody().back();
    for (BlockArgument argument : source().getArguments()) {
      if (!isRef(argument))
        continue;
      unsigned index = argument.getArgNumber();
      Value content = memory.read(argument);
      bool changed = content != target.getArgument(index);
      std::optional<int64_t> input = descriptor::getInput(func, index);
      if (!input) {
        if (changed)
          return func.emitError("argument ")
                 << index << " is overwritten: expected writes to inputs or fresh memory only, got "
                 << func.getArgAttr(index, descriptor::kArgument);
        continue;
      }
      // A tangent says that autograd saw a write even where the data is as before.
      if (!changed && !descriptor::hasTangent(func, TangentOf::Mutation, *input))
        continue;
      results.push_back(
          descriptor::makeResult(content, MutationAttr::get(func.getContext(), *input)));
    }
    return success();
  }

  void replaceBody(ArrayRef<descriptor::Result> results) {
    func::ReturnOp::create(builder, source().getTerminator()->getLoc());
    source().erase();
    descriptor::setResults(func, results);
  }

  /// Views that nothing reads and writes that nothing sees leave operations behind.
  void eraseDeadOps() {
    for (Operation &op : llvm::make_early_inc_range(llvm::reverse(func.front())))
      if (isOpTriviallyDead(&op))
        op.erase();
  }

  func::FuncOp func;
  OpBuilder builder;
  Memory memory;
  /// Values that are no refs, from the first block to the second.
  IRMapping values;
};

/// Without refs there is nothing left to tell a copy from its source.
void eraseClones(func::FuncOp func) {
  func.walk([](CloneOp clone) {
    clone.getResult().replaceAllUsesWith(clone.getSource());
    clone.erase();
  });
}

struct Functionalize : lamina::impl::LaminaFunctionalizeBase<Functionalize> {
  void runOnOperation() override {
    func::FuncOp func = getOperation();
    if (func.isExternal())
      return;
    if (!usesRefs(func))
      return eraseClones(func);
    if (failed(Functionalizer(func).run()))
      signalPassFailure();
  }
};
} // namespace
