/// Simplifications of inverse views, which functionalization leaves wherever a view was written.
#include "dialects/Lamina/Lamina.h"

using namespace mlir;
using namespace mlir::lamina;

/// Whether two operations have the same parameters, such as a view and its inverse.
template <typename A, typename B> static bool sameParameters(A a, B b) {
  return a->getPropertiesAsAttribute() == b->getPropertiesAsAttribute();
}

/// Writing back what is there already changes nothing.
template <typename View, typename Scatter> static OpFoldResult foldWriteBack(Scatter scatter) {
  if (isRef(scatter.getBase()))
    return {};
  auto view = scatter.getUpdate().template getDefiningOp<View>();
  bool isUnchanged = view && view.getSource() == scatter.getBase() && sameParameters(view, scatter);
  return isUnchanged ? OpFoldResult(scatter.getBase()) : OpFoldResult();
}

OpFoldResult SliceScatterOp::fold(FoldAdaptor) {
  bool isWhole = !isRef(getBase()) && getUpdate().getType() == getBase().getType() &&
                 isWholeSlice(getBase().getType().getShape(), getStarts(), getStops(), getSteps());
  return isWhole ? OpFoldResult(getUpdate()) : foldWriteBack<SliceOp>(*this);
}

OpFoldResult DiagonalScatterOp::fold(FoldAdaptor) { return foldWriteBack<DiagonalOp>(*this); }

OpFoldResult AsStridedScatterOp::fold(FoldAdaptor) { return foldWriteBack<AsStridedOp>(*this); }

namespace {

/// What is overwritten completely was never needed.
template <typename Scatter> struct SkipOverwritten : OpRewritePattern<Scatter> {
  using OpRewritePattern<Scatter>::OpRewritePattern;
  LogicalResult matchAndRewrite(Scatter scatter, PatternRewriter &rewriter) const override {
    auto first = scatter.getBase().template getDefiningOp<Scatter>();
    if (!first || isRef(scatter.getBase()) || !sameParameters(first, scatter))
      return failure();
    rewriter.modifyOpInPlace(scatter, [&] { scatter.getBaseMutable().assign(first.getBase()); });
    return success();
  }
};

} // namespace

void SliceScatterOp::getCanonicalizationPatterns(RewritePatternSet &patterns,
                                                 MLIRContext *context) {
  patterns.add<SkipOverwritten<SliceScatterOp>>(context);
}
void DiagonalScatterOp::getCanonicalizationPatterns(RewritePatternSet &patterns,
                                                    MLIRContext *context) {
  patterns.add<SkipOverwritten<DiagonalScatterOp>>(context);
}
void AsStridedScatterOp::getCanonicalizationPatterns(RewritePatternSet &patterns,
                                                     MLIRContext *context) {
  patterns.add<SkipOverwritten<AsStridedScatterOp>>(context);
}
