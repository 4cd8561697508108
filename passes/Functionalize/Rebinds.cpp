#include "passes/Functionalize/Rebinds.h"
#include "passes/Descriptors.h"

using namespace mlir;
using namespace mlir::lamina;

namespace {
/// Finds the last place of every input and gives it the number of an output.
class Rebinder {
public:
  Rebinder(func::FuncOp func, Memory &memory, OpBuilder &builder)
      : func(func), memory(memory), builder(builder), results(descriptor::getResults(func)) {}

  LogicalResult run() {
    WalkResult walk = func.walk([&](SetOp set) {
      return failed(note(set)) ? WalkResult::interrupt() : WalkResult::advance();
    });
    if (walk.wasInterrupted())
      return failure();
    SmallVector<Attribute> rebinds;
    for (auto [input, set] : last)
      if (!isUndone(set))
        rebinds.push_back(RebindAttr::get(func.getContext(), input, findOutput(set.getSource())));
    if (rebinds.empty())
      return success();
    descriptor::setResults(func, results);
    func->setAttr(descriptor::kRebinds, ArrayAttr::get(func.getContext(), rebinds));
    return success();
  }

private:
  /// Only an input is an object of the caller, which has to follow.
  LogicalResult note(SetOp set) {
    std::optional<int64_t> input = getInput(set.getTarget());
    if (!input)
      return success();
    if (set->getParentOp() != func)
      return set.emitError("'") << set->getName() << "' rebinds input " << *input
                                << " in a region: expected one place where it looks in the end";
    last[*input] = set;
    return success();
  }

  std::optional<int64_t> getInput(Value ref) {
    if (auto argument = dyn_cast<BlockArgument>(ref)) {
      bool isOurs = argument.getOwner() == &func.front();
      return isOurs ? descriptor::getInput(func, argument.getArgNumber()) : std::nullopt;
    }
    auto mark = ref.getDefiningOp()->getAttrOfType<InputAttr>(descriptor::kPlace);
    return mark ? std::optional(mark.getIndex()) : std::nullopt;
  }

  /// Whether the input looks at all of itself again, element for element. Asked of the views, of
  /// an array that nothing is known about.
  bool isUndone(SetOp set) {
    Handle &target = memory.handle(set.getTarget()), &source = memory.handle(set.getSource());
    if (target.root != source.root || !isa<BlockArgument>(target.root->origin))
      return false;
    SmallVector<ViewOpInterface> toTarget = target.path(), toSource = source.path();
    ArrayRef<ViewOpInterface> steps(toSource);
    if (steps.take_front(toTarget.size()) != ArrayRef(toTarget))
      return false;
    Value place = view(getInitialContent(*target.root), toTarget);
    return view(place, steps.drop_front(toTarget.size())) == place;
  }

  /// The argument of the translation that stands for an argument of the function.
  Value getInitialContent(Root &root) {
    unsigned index = cast<BlockArgument>(root.origin).getArgNumber();
    return func.getBody().back().getArgument(index);
  }

  Value view(Value value, ArrayRef<ViewOpInterface> steps) {
    for (ViewOpInterface step : steps)
      value = simplify(builder, step.replay(builder, step.getLoc(), value));
    return value;
  }

  int64_t findOutput(Value source) {
    int64_t next = 0;
    for (const descriptor::Result &result : results) {
      auto output = result.as<OutputAttr>();
      if (output && result.value == source)
        return output.getIndex();
      next = output ? std::max(next, output.getIndex() + 1) : next;
    }
    results.push_back(descriptor::makeResult(source, OutputAttr::get(func.getContext(), next)));
    return next;
  }

  func::FuncOp func;
  Memory &memory;
  OpBuilder &builder;
  SmallVector<descriptor::Result> results;
  /// What last changed the place of each input.
  llvm::MapVector<int64_t, SetOp> last;
};
} // namespace

LogicalResult lamina::describeRebinds(func::FuncOp func, Memory &memory, OpBuilder &builder) {
  return Rebinder(func, memory, builder).run();
}
