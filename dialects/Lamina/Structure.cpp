#include "dialects/Lamina/Lamina.h"
#include "dialects/Lamina/Splats.h"
#include "mlir/IR/PatternMatch.h"

using namespace mlir;
using namespace mlir::lamina;

#define GET_OP_CLASSES
#include "dialects/Lamina/Structure.cpp.inc"

static bool isScalarBool(Type type) {
  return isArray(type) && cast<ShapedType>(type).getRank() == 0 &&
         isBoolElement(getElementTypeOrSelf(type));
}

//===-- Writes -----------------------------------------------------------------------------===//

LogicalResult AssignOp::verify() {
  if (getValue().getType() == getTarget().getType())
    return success();
  return emitOpError("expected a value of the type of the target, ")
         << getTarget().getType() << ", got " << getValue().getType();
}

LogicalResult ResizeOp::inferTypes(const TypeInference &on, Adaptor adaptor,
                                   SmallVectorImpl<Type> &types) {
  auto source = cast<ShapedType>(adaptor.getSource().getType());
  if (failed(on.checkAtLeast("sizes", adaptor.getSizes(), 0)))
    return failure();
  types.push_back(source.cloneWith(adaptor.getSizes(), source.getElementType()));
  return success();
}

//===-- Control flow -----------------------------------------------------------------------===//

/// The terminator of `region` yields values of the types `expected`.
static LogicalResult verifyYields(Operation *op, Region &region, StringRef name,
                                  TypeRange expected) {
  auto yield = cast<YieldOp>(region.front().getTerminator());
  if (yield.getValues().getTypes() == expected)
    return success();
  InFlightDiagnostic error = op->emitOpError("expected the ")
                             << name << " region to yield (" << expected << "), got ("
                             << yield.getValues().getTypes() << ")";
  error.attachNote(yield.getLoc()) << "yielded here";
  return error;
}

void CondOp::getEffects(EffectList &effects) {
  if (isRef(getPred()))
    effects.emplace_back(MemoryEffects::Read::get(), &getPredMutable());
}

LogicalResult CondOp::verify() {
  if (isScalarBool(getPred().getType()))
    return success();
  return emitOpError("expected a 0-d predicate, got ") << getPred().getType();
}

LogicalResult CondOp::verifyRegions() {
  if (failed(verifyYields(*this, getThenRegion(), "first", getResultTypes())))
    return failure();
  return verifyYields(*this, getElseRegion(), "second", getResultTypes());
}

LogicalResult WhileOp::inferTypes(const TypeInference &, Adaptor adaptor,
                                  SmallVectorImpl<Type> &types) {
  llvm::append_range(types, adaptor.getInits().getTypes());
  return success();
}

LogicalResult WhileOp::verifyRegions() {
  TypeRange carried = getInits().getTypes();
  for (Region *region : {&getCondition(), &getBody()})
    if (region->getArgumentTypes() != carried)
      return emitOpError("expected each region to have arguments (")
             << carried << "), got (" << TypeRange(region->getArgumentTypes()) << ")";
  auto condition = cast<YieldOp>(getCondition().front().getTerminator());
  TypeRange yielded = condition.getValues().getTypes();
  if (yielded.size() != 1 || !isScalarBool(yielded.front()))
    return emitOpError("expected the condition to yield one 0-d i1, got (") << yielded << ")";
  return verifyYields(*this, getBody(), "second", carried);
}

namespace {
/// A choice that is known is made.
struct ChooseRegion : OpRewritePattern<CondOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(CondOp op, PatternRewriter &rewriter) const override {
    bool holds = isIntSplat(op.getPred(), 1);
    if (!holds && !isIntSplat(op.getPred(), 0))
      return failure();
    Block &chosen = (holds ? op.getThenRegion() : op.getElseRegion()).front();
    auto yield = cast<YieldOp>(chosen.getTerminator());
    SmallVector<Value> results(yield.getValues());
    rewriter.eraseOp(yield);
    rewriter.inlineBlockBefore(&chosen, op);
    rewriter.replaceOp(op, results);
    return success();
  }
};

/// A loop whose condition never holds carries nothing on. The condition may not write memory.
struct SkipLoop : OpRewritePattern<WhileOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(WhileOp op, PatternRewriter &rewriter) const override {
    Block &condition = op.getCondition().front();
    auto yield = cast<YieldOp>(condition.getTerminator());
    if (!isIntSplat(yield.getValues().front(), 0) ||
        !llvm::all_of(condition.without_terminator(),
                      [](Operation &inner) { return isMemoryEffectFree(&inner); }))
      return failure();
    rewriter.replaceOp(op, op.getInits());
    return success();
  }
};
} // namespace

void CondOp::getCanonicalizationPatterns(RewritePatternSet &patterns, MLIRContext *context) {
  patterns.add<ChooseRegion>(context);
}

void WhileOp::getCanonicalizationPatterns(RewritePatternSet &patterns, MLIRContext *context) {
  patterns.add<SkipLoop>(context);
}

//===-- Calls ------------------------------------------------------------------------------===//

/// Each number in `mutates` is that of another operand.
static LogicalResult verifyMutates(Operation *op, ArrayRef<int64_t> mutates, int64_t count) {
  for (int64_t number : mutates)
    if (number < 0 || number >= count)
      return op->emitOpError("expected 'mutates' to number some of the ")
             << count << " operands, got " << number;
  if (areDistinctDims(mutates, count))
    return success();
  return op->emitOpError("expected 'mutates' to number each operand once, got [") << mutates << "]";
}

/// `argument` is one that the called operation can be given; `count` is the number of arrays.
static LogicalResult verifyArgument(Operation *op, Attribute argument, int64_t count) {
  if (auto list = dyn_cast<ArrayAttr>(argument)) {
    for (Attribute element : list)
      if (failed(verifyArgument(op, element, count)))
        return failure();
    return success();
  }
  if (auto operand = dyn_cast<OperandAttr>(argument)) {
    if (operand.getIndex() < count)
      return success();
    return op->emitOpError("expected 'arguments' to number some of the ")
           << count << " operands, got " << argument;
  }
  bool isNumber = isa<BoolAttr>(argument);
  if (auto integer = dyn_cast<IntegerAttr>(argument))
    isNumber |= integer.getType().isSignlessInteger(64);
  if (auto number = dyn_cast<FloatAttr>(argument))
    isNumber |= number.getType().isF64();
  if (isNumber || isa<StringAttr, UnitAttr, TypeAttr>(argument))
    return success();
  return op->emitOpError("expected 'arguments' to be operands, i1, i64 or f64 numbers, strings, "
                         "types, unit and arrays of those, got ")
         << argument;
}

static LogicalResult verifyArguments(Operation *op, std::optional<ArrayAttr> arguments,
                                     int64_t count) {
  return arguments ? verifyArgument(op, *arguments, count) : success();
}

LogicalResult CustomCallOp::verify() {
  int64_t count = getInputs().size();
  if (failed(verifyMutates(*this, getMutates(), count)) ||
      failed(verifyArguments(*this, getArguments(), count)))
    return failure();
  auto tensors = llvm::make_filter_range(
      getMutates(), [&](int64_t number) { return !isRef(getInputs()[number]); });
  SmallVector<int64_t> written(tensors);
  if (written.size() > getNumResults())
    return emitOpError("expected a result for each mutated tensor, got ")
           << getNumResults() << " results for " << written.size();
  TypeRange contents = TypeRange(getResultTypes()).take_back(written.size());
  for (auto [number, type] : llvm::zip_equal(written, contents))
    if (getInputs()[number].getType() != type)
      return emitOpError("expected the result that operand #")
             << number << " becomes to be of its type, " << getInputs()[number].getType()
             << ", got " << type;
  return success();
}

void CustomCallOp::getEffects(EffectList &effects) {
  getComputeEffects(*this, effects);
  for (int64_t number : getMutates())
    if (isRef(getInputs()[number]))
      effects.emplace_back(MemoryEffects::Write::get(), &getOperation()->getOpOperand(number));
  if (getHasSideEffect())
    effects.emplace_back(MemoryEffects::Write::get());
}

LogicalResult HostCallOp::verify() {
  int64_t count = getInputs().size() + getMutates().size();
  if (getMutates().size() > getOutputs().size())
    return emitOpError("expected memory for each of the ")
           << getMutates().size() << " mutated operands, got " << getOutputs().size();
  if (getElements().size() != getInputs().size() + getOutputs().size())
    return emitOpError("expected 'elements' to have ")
           << getInputs().size() + getOutputs().size() << " entries, one for each array, got "
           << getElements().size();
  if (failed(verifyMutates(*this, getMutates(), count)))
    return failure();
  return verifyArguments(*this, getArguments(), count);
}

bool HostCallOp::isMutated(OpOperand &output) {
  size_t number = output.getOperandNumber() - getInputs().size();
  return number >= getOutputs().size() - getMutates().size();
}

void HostCallOp::getEffects(EffectList &effects) {
  for (OpOperand &input : getInputsMutable())
    if (isa<MemRefType>(input.get().getType()))
      effects.emplace_back(MemoryEffects::Read::get(), &input);
  for (OpOperand &output : getOutputsMutable()) {
    if (!isa<MemRefType>(output.get().getType()))
      continue;
    if (isMutated(output))
      effects.emplace_back(MemoryEffects::Read::get(), &output);
    effects.emplace_back(MemoryEffects::Write::get(), &output);
  }
  if (getHasSideEffect())
    effects.emplace_back(MemoryEffects::Write::get());
}
