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

LogicalResult SetOp::verify() {
  Type target = getTarget().getType(), source = getSource().getType();
  if (getElementTypeOrSelf(target) == getElementTypeOrSelf(source))
    return success();
  return emitOpError("expected a source of the element type of ") << target << ", got " << source;
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

LogicalResult CustomCallOp::verify() {
  for (int64_t number : getMutates()) {
    if (number < 0 || number >= static_cast<int64_t>(getInputs().size()))
      return emitOpError("expected 'mutates' to number some of the ")
             << getInputs().size() << " operands, got " << number;
    if (!isRef(getInputs()[number]))
      return emitOpError("expected operand #")
             << number << ", which is mutated, to be a ref, got " << getInputs()[number].getType();
  }
  return success();
}

void CustomCallOp::getEffects(EffectList &effects) {
  getComputeEffects(*this, effects);
  for (int64_t number : getMutates())
    effects.emplace_back(MemoryEffects::Write::get(), &getOperation()->getOpOperand(number));
  if (getHasSideEffect())
    effects.emplace_back(MemoryEffects::Write::get());
}
