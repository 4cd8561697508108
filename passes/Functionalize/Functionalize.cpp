#include "passes/Descriptors.h"
#include "passes/Functionalize/Aliases.h"
#include "passes/Functionalize/Rebinds.h"
#include "passes/Functionalize/Translation.h"
#include "passes/Passes.h"

#include "mlir/IR/Iterators.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"

namespace mlir::lamina {
#define GEN_PASS_DEF_LAMINAFUNCTIONALIZE
#include "passes/Passes.h.inc"
} // namespace mlir::lamina

using namespace mlir;
using namespace mlir::lamina;

namespace {
bool usesRefs(func::FuncOp func) {
  auto isRefType = [](Type type) { return isRef(type); };
  return llvm::any_of(func.getArgumentTypes(), isRefType) || lamina::usesRefs(func);
}

/// Translates one function of refs into a second block of tensors, which then
/// takes the place of the first.
class Functionalizer {
public:
  explicit Functionalizer(func::FuncOp func)
      : func(func), builder(func.getContext()), translation(builder) {}

  LogicalResult run() {
    if (!func.getBody().hasOneBlock())
      return func.emitError("functionalize expects a straight line of operations, got ")
             << func.getBody().getBlocks().size() << " blocks";
    if (failed(checkDescriptors()))
      return failure();
    addArguments();
    SmallVector<descriptor::Result> results;
    if (failed(translate()) || failed(describeRebinds(func, translation.getMemory(), builder)) ||
        failed(appendMutations(results))) {
      func.getBody().back().erase();
      return failure();
    }
    appendResults(results);
    replaceBody(results);
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
      Type type = valueType(argument.getType());
      translation.define(argument, target->addArgument(type, argument.getLoc()));
    }
  }

  LogicalResult translate() {
    for (Operation &op : source().without_terminator()) {
      if (auto assign = dyn_cast<AssignOp>(op); assign && assign->hasAttr(descriptor::kBackward))
        if (failed(endForward(assign)))
          return failure();
      if (failed(translation.translate(&op)))
        return failure();
    }
    return success();
  }

  /// From here on an input holds what the caller has in it when the backward runs.
  LogicalResult endForward(AssignOp assign) {
    auto isOwn = [&](Value value) {
      auto argument = dyn_cast<BlockArgument>(value);
      return argument && argument.getOwner() == &source();
    };
    if (!isOwn(assign.getTarget()) || !isOwn(assign.getValue()) || !isBackward(assign.getValue()))
      return assign.emitError("'")
             << descriptor::kBackward << "' expects that an argument with the same attribute is "
             << "assigned to an input";
    for (const descriptor::Result &result : descriptor::getResults(func))
      if (!isGradient(result))
        atForwardEnd.try_emplace(result.value, translation.lookup(result.value));
    atForwardEnd[assign.getTarget()] = translation.lookup(assign.getTarget());
    writtenLater.insert(assign.getTarget());
    return success();
  }

  static bool isGradient(const descriptor::Result &result) {
    return result.as<GradientAttr>() || result.as<LeafGradientAttr>();
  }

  bool isBackward(Value argument) {
    unsigned index = cast<BlockArgument>(argument).getArgNumber();
    return func.getArgAttr(index, descriptor::kBackward) != nullptr;
  }

  /// What `value` is when the forward ends.
  Value lookupForward(Value value) {
    Value early = atForwardEnd.lookup(value);
    return early ? early : translation.lookup(value);
  }

  /// What the function returned, with its aliases, and the fresh memory behind them.
  void appendResults(SmallVectorImpl<descriptor::Result> &results) {
    Aliases aliases = classifyAliases(func, translation.getMemory());
    for (auto [result, alias] : llvm::zip_equal(descriptor::getResults(func), aliases.ofResult)) {
      NamedAttrList attributes(result.attributes);
      attributes.erase(descriptor::kSharing);
      if (alias)
        attributes.set(descriptor::kAlias, alias);
      Value value =
          isGradient(result) ? translation.lookup(result.value) : lookupForward(result.value);
      results.push_back({value, attributes.getDictionary(func.getContext())});
    }
    for (auto [number, fresh] : llvm::enumerate(aliases.fresh)) {
      descriptor::Result base =
          descriptor::makeResult(fresh.root->content, BaseAttr::get(func.getContext(), number));
      if (fresh.memoryOf) {
        NamedAttrList attributes(base.attributes);
        attributes.set(descriptor::kMemory, fresh.memoryOf);
        base.attributes = attributes.getDictionary(func.getContext());
      }
      results.push_back(base);
    }
  }

  LogicalResult appendMutations(SmallVectorImpl<descriptor::Result> &results) {
    Block &target = func.getBody().back();
    for (BlockArgument argument : source().getArguments()) {
      if (!isRef(argument))
        continue;
      if (translation.getMemory().handle(argument).root->isGone)
        continue;
      unsigned index = argument.getArgNumber();
      Value content = lookupForward(argument);
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
    appendBackwardMutations(results);
    return success();
  }

  void appendBackwardMutations(SmallVectorImpl<descriptor::Result> &results) {
    for (BlockArgument argument : source().getArguments()) {
      if (!isRef(argument) || !writtenLater.contains(argument))
        continue;
      MLIRContext *context = func.getContext();
      int64_t input = *descriptor::getInput(func, argument.getArgNumber());
      NamedAttrList attributes;
      attributes.set(descriptor::kResult, MutationAttr::get(context, input));
      attributes.set(descriptor::kBackward, UnitAttr::get(context));
      results.push_back({translation.lookup(argument), attributes.getDictionary(context)});
    }
  }

  void replaceBody(ArrayRef<descriptor::Result> results) {
    func::ReturnOp::create(builder, source().getTerminator()->getLoc());
    source().erase();
    descriptor::setResults(func, results);
  }

  func::FuncOp func;
  OpBuilder builder;
  Translation translation;
  /// What results and inputs are before the backward writes to inputs.
  DenseMap<Value, Value> atForwardEnd;
  /// The inputs that the backward writes to.
  DenseSet<Value> writtenLater;
};

/// Without refs there is nothing left to tell a copy from its source.
void eraseClones(func::FuncOp func) {
  func.walk([](CloneOp clone) {
    clone.getResult().replaceAllUsesWith(clone.getSource());
    clone.erase();
  });
}

/// Which input a view is matters to the refs that are gone.
void erasePlaces(func::FuncOp func) {
  func.walk([](ViewOpInterface view) { view->removeAttr(descriptor::kPlace); });
}

/// Views that nothing reads and writes that nothing sees leave operations behind.
void eraseDeadOps(func::FuncOp func) {
  func.walk<WalkOrder::PostOrder, ReverseIterator>([](Operation *op) {
    if (isOpTriviallyDead(op))
      op->erase();
  });
}

struct Functionalize : lamina::impl::LaminaFunctionalizeBase<Functionalize> {
  void runOnOperation() override {
    func::FuncOp func = getOperation();
    if (func.isExternal())
      return;
    if (usesRefs(func) && failed(Functionalizer(func).run()))
      return signalPassFailure();
    eraseClones(func);
    erasePlaces(func);
    eraseDeadOps(func);
  }
};
} // namespace
