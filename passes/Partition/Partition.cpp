#include "mlir/IR/IRMapping.h"
#include "mlir/IR/SymbolTable.h"
#include "passes/Partition/SavedValues.h"
#include "passes/Passes.h"

namespace mlir::lamina {
#define GEN_PASS_DEF_LAMINAPARTITION
#include "passes/Passes.h.inc"
} // namespace mlir::lamina

using namespace mlir;
using namespace mlir::lamina;
using descriptor::Result;

namespace {
/// Writes the two functions for one choice of saved values.
class Extraction {
public:
  Extraction(JointFunction &joint, SymbolTable &symbols)
      : joint(joint), symbols(symbols), saved(chooseSavedValues(joint)) {}

  void run() {
    makeForward();
    makeBackward();
    symbols.erase(joint.func);
  }

private:
  void makeForward() {
    func::FuncOp forward = makeFunction("_forward");
    IRMapping values;
    for (BlockArgument argument : joint.func.getArguments())
      if (joint.isForward(argument))
        addArgument(forward, argument, getDescription(argument), values);

    OpBuilder builder = OpBuilder::atBlockEnd(&forward.front());
    for (Operation &op : joint.func.front())
      if (joint.forwardOps.contains(&op))
        builder.clone(op, values);

    SmallVector<Result> results = joint.forwardResults;
    for (auto [index, value] : llvm::enumerate(saved))
      results.push_back({value, describeSaved(value, index)});
    finish(forward, results, values);
  }

  void makeBackward() {
    func::FuncOp backward = makeFunction("_backward");
    backward->removeAttr(descriptor::kOutputs);
    backward->removeAttr(descriptor::kRebinds);
    backward->removeAttr(descriptor::kMarks);
    backward->removeAttr(descriptor::kMoved);
    backward->removeAttr(descriptor::kVersions);
    backward->removeAttr(descriptor::kInference);
    backward->removeAttr(descriptor::kLeaves);
    backward->removeAttr(descriptor::kUnrecorded);
    backward->removeAttr(descriptor::kStale);
    SmallVector<Operation *> ops = getBackwardOps();
    IRMapping values;
    for (auto [index, value] : llvm::enumerate(saved))
      addArgument(backward, value, describeSavedArgument(value, index), values);
    for (BlockArgument argument : joint.func.getArguments())
      if (!joint.isForward(argument) && isUsed(argument, ops))
        addArgument(backward, argument, getDescription(argument), values);

    OpBuilder builder = OpBuilder::atBlockEnd(&backward.front());
    for (Operation *op : ops)
      builder.clone(*op, values);
    finish(backward, joint.gradients, values);
  }

  /// An empty function after the joint one, with its attributes and visibility.
  func::FuncOp makeFunction(StringRef suffix) {
    auto function = cast<func::FuncOp>(joint.func->cloneWithoutRegions());
    function.setName((joint.func.getName() + suffix).str());
    function.setFunctionType(FunctionType::get(function.getContext(), {}, {}));
    function->removeAttr(function.getArgAttrsAttrName());
    function->removeAttr(function.getResAttrsAttrName());
    function.getBody().emplaceBlock();
    symbols.insert(function, joint.func->getIterator());
    return function;
  }

  void addArgument(func::FuncOp function, Value value, DictionaryAttr attributes,
                   IRMapping &values) {
    unsigned index = function.getNumArguments();
    (void)function.insertArgument(index, value.getType(), attributes, value.getLoc());
    values.map(value, function.getArgument(index));
  }

  void finish(func::FuncOp function, ArrayRef<Result> results, const IRMapping &values) {
    OpBuilder builder = OpBuilder::atBlockEnd(&function.front());
    func::ReturnOp::create(builder, joint.func.front().getTerminator()->getLoc());
    auto mapped = llvm::map_to_vector(results, [&](const Result &result) {
      return Result{values.lookup(result.value), result.attributes};
    });
    descriptor::setResults(function, mapped);
  }

  DictionaryAttr getDescription(BlockArgument argument) {
    return joint.func.getArgAttrDict(argument.getArgNumber());
  }

  DictionaryAttr describeSaved(Value value, int64_t index) {
    MLIRContext *context = joint.func.getContext();
    NamedAttrList attributes;
    attributes.set(descriptor::kResult, SavedAttr::get(context, index));
    if (joint.isKeptByCaller(value)) {
      unsigned argument = cast<BlockArgument>(value).getArgNumber();
      attributes.set(descriptor::kAlias, AliasAttr::get(context, AliasRoot::Input,
                                                        *descriptor::getInput(joint.func, argument),
                                                        {}, Sharing::View));
    }
    return attributes.getDictionary(context);
  }

  /// An input that the caller keeps comes back as it lies in memory.
  DictionaryAttr describeSavedArgument(Value value, int64_t index) {
    MLIRContext *context = joint.func.getContext();
    NamedAttrList attributes;
    if (joint.isKeptByCaller(value)) {
      DictionaryAttr description = getDescription(cast<BlockArgument>(value));
      if (Attribute strides = description.get(descriptor::kStrides))
        attributes.set(descriptor::kStrides, strides);
    }
    attributes.set(descriptor::kArgument, SavedAttr::get(context, index));
    return attributes.getDictionary(context);
  }

  /// The backward's operations and those of the forward that it computes again.
  SmallVector<Operation *> getBackwardOps() {
    DenseSet<Value> known(saved.begin(), saved.end());
    DenseSet<Operation *> needed;
    SmallVector<Value> work;
    for (const Result &gradient : joint.gradients)
      work.push_back(gradient.value);
    auto need = [&](Operation *op) {
      if (needed.insert(op).second)
        op->walk([&](Operation *nested) { llvm::append_range(work, nested->getOperands()); });
    };
    llvm::for_each(joint.backwardEffects, need);
    while (!work.empty()) {
      Value value = work.pop_back_val();
      Operation *op = value.getDefiningOp();
      if (op && !known.contains(value))
        need(op);
    }
    SmallVector<Operation *> ops;
    for (Operation &op : joint.func.front())
      if (needed.contains(&op))
        ops.push_back(&op);
    return ops;
  }

  bool isUsed(BlockArgument argument, ArrayRef<Operation *> ops) {
    auto isReturned = [&](const Result &gradient) { return gradient.value == argument; };
    return llvm::any_of(joint.gradients, isReturned) ||
           llvm::any_of(argument.getUsers(), [&](Operation *user) {
             return llvm::is_contained(ops, joint.func.front().findAncestorOpInBlock(*user));
           });
  }

  JointFunction &joint;
  SymbolTable &symbols;
  SmallVector<Value> saved;
};

struct Partition : lamina::impl::LaminaPartitionBase<Partition> {
  void runOnOperation() override {
    SymbolTable symbols(getOperation());
    for (func::FuncOp func : llvm::make_early_inc_range(getOperation().getOps<func::FuncOp>())) {
      if (!JointFunction::isJoint(func))
        continue;
      JointFunction joint(func);
      if (failed(joint.verify()) || failed(checkNames(func, symbols)))
        return signalPassFailure();
      Extraction(joint, symbols).run();
    }
  }

  static LogicalResult checkNames(func::FuncOp func, SymbolTable &symbols) {
    for (StringRef suffix : {"_forward", "_backward"})
      if (Operation *other = symbols.lookup((func.getName() + suffix).str())) {
        InFlightDiagnostic diagnostic = func.emitError("cannot split '@")
                                        << func.getName() << "': expected the name '@"
                                        << func.getName() << suffix << "' to be free";
        diagnostic.attachNote(other->getLoc()) << "it is taken here";
        return diagnostic;
      }
    return success();
  }
};
} // namespace
