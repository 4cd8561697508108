/// Simplifications of elementwise operations, all exact: NaN, infinities and the signs of zeros
/// come out as they would at run time. They hold on tensors only, a result on refs being fresh
/// memory.
#include "dialects/Lamina/Folds.h"
#include "dialects/Lamina/Lamina.h"
#include "dialects/Lamina/Splats.h"

using namespace mlir;
using namespace mlir::lamina;

/// What is applied twice by an operation that undoes itself.
template <typename Involution> static OpFoldResult foldInvolution(Involution op) {
  auto inner = op.getSource().template getDefiningOp<Involution>();
  return inner && !isRef(op.getSource()) ? OpFoldResult(inner.getSource()) : OpFoldResult();
}

OpFoldResult NegOp::fold(FoldAdaptor) { return foldInvolution(*this); }
OpFoldResult ConjOp::fold(FoldAdaptor) { return foldInvolution(*this); }
OpFoldResult BitwiseNotOp::fold(FoldAdaptor) { return foldInvolution(*this); }

/// The other operand where one is a neutral element of a commutative operation.
template <typename Binary, typename Test>
static OpFoldResult foldNeutral(Binary op, Test isNeutral) {
  if (isNeutral(op.getRhs()))
    return op.getLhs();
  if (isNeutral(op.getLhs()))
    return op.getRhs();
  return {};
}

/// The operand that decides the result whatever the other one is.
template <typename Binary, typename Test>
static OpFoldResult foldAbsorbing(Binary op, Test isAbsorbing) {
  if (isAbsorbing(op.getRhs()))
    return op.getRhs();
  if (isAbsorbing(op.getLhs()))
    return op.getLhs();
  return {};
}

static bool isZero(Value array) { return isIntSplat(array, 0); }
static bool isOne(Value array) { return isIntSplat(array, 1) || isFloatSplat(array, 1.0); }
static bool isAllOnes(Value array) { return isIntSplat(array, -1); }

/// x + 0.0 is not x where x is -0.0, but x + -0.0 always is.
OpFoldResult AddOp::fold(FoldAdaptor) {
  return foldNeutral(*this, [](Value array) { return isZero(array) || isFloatSplat(array, -0.0); });
}

OpFoldResult SubOp::fold(FoldAdaptor) {
  if (isZero(getRhs()) || isFloatSplat(getRhs(), 0.0))
    return getLhs();
  return {};
}

/// The float product with zero is not always zero.
OpFoldResult MulOp::fold(FoldAdaptor) {
  if (OpFoldResult folded = foldNeutral(*this, isOne))
    return folded;
  return foldAbsorbing(*this, isZero);
}

OpFoldResult DivOp::fold(FoldAdaptor) {
  return isOne(getRhs()) ? OpFoldResult(getLhs()) : OpFoldResult();
}

OpFoldResult PowOp::fold(FoldAdaptor) {
  return isOne(getRhs()) ? OpFoldResult(getLhs()) : OpFoldResult();
}

/// The operand of an operation that gives x for x and x.
template <typename Binary> static OpFoldResult foldIdempotent(Binary op) {
  bool isSame = op.getLhs() == op.getRhs() && !isRef(op.getLhs());
  return isSame ? OpFoldResult(op.getLhs()) : OpFoldResult();
}

OpFoldResult MaximumOp::fold(FoldAdaptor) { return foldIdempotent(*this); }
OpFoldResult MinimumOp::fold(FoldAdaptor) { return foldIdempotent(*this); }

OpFoldResult BitwiseAndOp::fold(FoldAdaptor) {
  if (OpFoldResult folded = foldIdempotent(*this))
    return folded;
  if (OpFoldResult folded = foldNeutral(*this, isAllOnes))
    return folded;
  return foldAbsorbing(*this, isZero);
}

OpFoldResult BitwiseOrOp::fold(FoldAdaptor) {
  if (OpFoldResult folded = foldIdempotent(*this))
    return folded;
  if (OpFoldResult folded = foldNeutral(*this, isZero))
    return folded;
  return foldAbsorbing(*this, isAllOnes);
}

OpFoldResult BitwiseXorOp::fold(FoldAdaptor) { return foldNeutral(*this, isZero); }

OpFoldResult ShiftLeftOp::fold(FoldAdaptor) {
  return isZero(getRhs()) ? OpFoldResult(getLhs()) : OpFoldResult();
}

OpFoldResult ShiftRightOp::fold(FoldAdaptor) {
  return isZero(getRhs()) ? OpFoldResult(getLhs()) : OpFoldResult();
}

OpFoldResult SelectOp::fold(FoldAdaptor) {
  if (isRef(getPred()))
    return {};
  if (getOnTrue() == getOnFalse() || isIntSplat(getPred(), 1))
    return getOnTrue();
  if (isIntSplat(getPred(), 0))
    return getOnFalse();
  bool isMask = isBoolElement(getElementTypeOrSelf(getOnTrue()));
  if (isMask && isIntSplat(getOnTrue(), 1) && isIntSplat(getOnFalse(), 0))
    return getPred();
  return {};
}

OpFoldResult CloneOp::fold(FoldAdaptor) {
  return isRef(getSource()) ? OpFoldResult() : OpFoldResult(getSource());
}

//===-- Casts ------------------------------------------------------------------------------===//

OpFoldResult CastOp::fold(FoldAdaptor) {
  bool keepsType = getSource().getType() == getType() && !isRef(getSource());
  return keepsType ? OpFoldResult(getSource()) : OpFoldResult();
}

/// Bits that hold the magnitude of every value of an integer type.
static unsigned magnitudeBits(Type type) {
  bool isSigned = isIntElement(type) && !type.isUnsignedInteger();
  return type.getIntOrFloatBitWidth() - (isSigned ? 1 : 0);
}

/// Whether every value of `from` is a value of `to`.
static bool isExactCast(Type from, Type to) {
  if (from == to)
    return true;
  if (auto complex = dyn_cast<ComplexType>(to)) {
    auto part = dyn_cast<ComplexType>(from);
    return isExactCast(part ? part.getElementType() : from, complex.getElementType());
  }
  if (isComplexElement(from) || isBoolElement(to))
    return false;
  if (isBitsElement(from) && isBitsElement(to))
    return magnitudeBits(from) <= magnitudeBits(to) &&
           (isZeroExtended(from) || !to.isUnsignedInteger());
  auto target = dyn_cast<FloatType>(to);
  if (!target)
    return false;
  const llvm::fltSemantics &semantics = target.getFloatSemantics();
  if (isBitsElement(from))
    return magnitudeBits(from) <= APFloat::semanticsPrecision(semantics) &&
           static_cast<int>(magnitudeBits(from)) <= APFloat::semanticsMaxExponent(semantics);
  return APFloat::isRepresentableBy(cast<FloatType>(from).getFloatSemantics(), semantics);
}

namespace {

/// A cast that keeps every value can be skipped on the way to another type.
struct SkipExactCast : OpRewritePattern<CastOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(CastOp op, PatternRewriter &rewriter) const override {
    auto inner = op.getSource().getDefiningOp<CastOp>();
    if (!inner || isRef(op.getSource()) ||
        !isExactCast(getElementTypeOrSelf(inner.getSource()), getElementTypeOrSelf(inner)))
      return failure();
    rewriter.replaceOpWithNewOp<CastOp>(op, op.getType(), inner.getSource());
    return success();
  }
};

/// An elementwise operation on known splats is a known splat.
struct EvaluateSplats : OpTraitRewritePattern<Pointwise> {
  using OpTraitRewritePattern::OpTraitRewritePattern;
  LogicalResult matchAndRewrite(Operation *op, PatternRewriter &rewriter) const override {
    SmallVector<Attribute> elements;
    for (Value operand : op->getOperands()) {
      elements.push_back(splatOf(operand));
      if (!elements.back())
        return failure();
    }
    Attribute value = evaluateSplat(op, elements);
    if (!value)
      return failure();
    rewriter.replaceOpWithNewOp<FullOp>(op, op->getResult(0).getType(), value);
    return success();
  }
};

/// x - x and x ^ x of integers are zero.
template <typename Binary> struct CancelIntegers : OpRewritePattern<Binary> {
  using OpRewritePattern<Binary>::OpRewritePattern;
  LogicalResult matchAndRewrite(Binary op, PatternRewriter &rewriter) const override {
    ShapedType type = op.getType();
    bool cancels = op.getLhs() == op.getRhs() && !isRef(op.getLhs()) && type.hasStaticShape() &&
                   isBitsElement(type.getElementType());
    if (!cancels)
      return failure();
    rewriter.replaceOpWithNewOp<FullOp>(op, type, rewriter.getZeroAttr(type.getElementType()));
    return success();
  }
};

/// An integer compares with itself as equal; a float may be NaN.
struct CompareWithItself : OpRewritePattern<CompareOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(CompareOp op, PatternRewriter &rewriter) const override {
    bool isKnown = op.getLhs() == op.getRhs() && !isRef(op.getLhs()) &&
                   op.getType().hasStaticShape() &&
                   isBitsElement(getElementTypeOrSelf(op.getLhs()));
    if (!isKnown)
      return failure();
    Predicate kind = op.getKind();
    bool value = kind == Predicate::Eq || kind == Predicate::Le || kind == Predicate::Ge;
    rewriter.replaceOpWithNewOp<FullOp>(op, op.getType(),
                                        rewriter.getIntegerAttr(rewriter.getI1Type(), value));
    return success();
  }
};

} // namespace

void CastOp::getCanonicalizationPatterns(RewritePatternSet &patterns, MLIRContext *context) {
  patterns.add<SkipExactCast>(context);
}

void lamina::populateElementwiseFolds(RewritePatternSet &patterns) {
  patterns
      .add<EvaluateSplats, CancelIntegers<SubOp>, CancelIntegers<BitwiseXorOp>, CompareWithItself>(
          patterns.getContext());
}
