/// Simplifications of views. Two views in a row become one in either world. A view that changes
/// nothing goes away on tensors only: on refs its result is another handle, which the source
/// program can tell apart from its source.
#include "dialects/Lamina/Folds.h"
#include "dialects/Lamina/Lamina.h"
#include "dialects/Lamina/Splats.h"

using namespace mlir;
using namespace mlir::lamina;

/// The source where `view` gives it back unchanged.
template <typename View> static OpFoldResult sourceIf(View view, bool isIdentity) {
  return isIdentity && !isRef(view.getSource()) ? OpFoldResult(view.getSource()) : OpFoldResult();
}

template <typename View> static OpFoldResult sourceIfSameType(View view) {
  return sourceIf(view, view.getType() == view.getSource().getType());
}

/// The source of the operation that `view` undoes.
template <typename Inverse, typename View> static OpFoldResult foldUndone(View view) {
  auto inverse = view.getSource().template getDefiningOp<Inverse>();
  bool undoes =
      inverse && !isRef(view.getSource()) && inverse.getSource().getType() == view.getType();
  return undoes ? OpFoldResult(inverse.getSource()) : OpFoldResult();
}

OpFoldResult AliasOp::fold(FoldAdaptor) { return sourceIf(*this, true); }

OpFoldResult PermuteOp::fold(FoldAdaptor) {
  auto first = getSource().getDefiningOp<PermuteOp>();
  auto leadsBack = [&](auto step) {
    return first.getDims()[step.value()] == int64_t(step.index());
  };
  if (first && llvm::all_of(llvm::enumerate(getDims()), leadsBack))
    return foldUndone<PermuteOp>(*this);
  return sourceIf(*this, llvm::equal(getDims(), llvm::seq<int64_t>(getDims().size())));
}

/// Dimensions that were inserted and are dropped again, at the same positions.
OpFoldResult SqueezeOp::fold(FoldAdaptor) {
  auto inserted = getSource().getDefiningOp<UnsqueezeOp>();
  if (inserted &&
      llvm::SmallDenseSet<int64_t>(inserted.getDims().begin(), inserted.getDims().end()) ==
          llvm::SmallDenseSet<int64_t>(getDims().begin(), getDims().end()))
    return foldUndone<UnsqueezeOp>(*this);
  return sourceIf(*this, getDims().empty());
}

/// Only dimensions of size 1 move, so equal types are equal arrays.
OpFoldResult UnsqueezeOp::fold(FoldAdaptor) {
  auto dropped = getSource().getDefiningOp<SqueezeOp>();
  if (dropped && dropped.getSource().getType().hasStaticShape())
    if (OpFoldResult folded = foldUndone<SqueezeOp>(*this))
      return folded;
  return sourceIf(*this, getDims().empty());
}

OpFoldResult ReshapeOp::fold(FoldAdaptor) {
  if (getType().hasStaticShape())
    if (OpFoldResult folded = foldUndone<ReshapeOp>(*this))
      return folded;
  return sourceIfSameType(*this);
}
OpFoldResult ExpandOp::fold(FoldAdaptor) { return sourceIfSameType(*this); }
OpFoldResult RealOp::fold(FoldAdaptor) {
  auto made = getSource().getDefiningOp<ComplexOp>();
  return made && !isRef(getSource()) ? OpFoldResult(made.getRe()) : OpFoldResult();
}
OpFoldResult ImagOp::fold(FoldAdaptor) {
  auto made = getSource().getDefiningOp<ComplexOp>();
  return made && !isRef(getSource()) ? OpFoldResult(made.getIm()) : OpFoldResult();
}
OpFoldResult ViewAsRealOp::fold(FoldAdaptor) { return foldUndone<ViewAsComplexOp>(*this); }
OpFoldResult ViewAsComplexOp::fold(FoldAdaptor) { return foldUndone<ViewAsRealOp>(*this); }
OpFoldResult BitcastOp::fold(FoldAdaptor) { return sourceIfSameType(*this); }

OpFoldResult SliceOp::fold(FoldAdaptor) {
  if (isRef(getSource()))
    return {};
  if (isWholeSlice(getSource().getType().getShape(), getStarts(), getStops(), getSteps()))
    return getSource();
  auto scatter = getSource().getDefiningOp<SliceScatterOp>();
  bool isUpdate = scatter && scatter.getStarts() == getStarts() &&
                  scatter.getStops() == getStops() && scatter.getSteps() == getSteps();
  return isUpdate ? OpFoldResult(scatter.getUpdate()) : OpFoldResult();
}

OpFoldResult DiagonalOp::fold(FoldAdaptor) {
  auto scatter = getSource().getDefiningOp<DiagonalScatterOp>();
  bool isUpdate = scatter && !isRef(getSource()) && scatter.getOffset() == getOffset() &&
                  scatter.getDim1() == getDim1() && scatter.getDim2() == getDim2();
  return isUpdate ? OpFoldResult(scatter.getUpdate()) : OpFoldResult();
}

OpFoldResult AsStridedOp::fold(FoldAdaptor) {
  if (isRef(getSource()))
    return {};
  ShapedType source = getSource().getType();
  if (getOffset() == 0 && source.hasStaticShape() && getSizes() == source.getShape() &&
      getStrides() == ArrayRef<int64_t>(rowMajorStrides(source.getShape())))
    return getSource();
  auto scatter = getSource().getDefiningOp<AsStridedScatterOp>();
  bool isUpdate = scatter && scatter.getOffset() == getOffset() &&
                  scatter.getSizes() == getSizes() && scatter.getStrides() == getStrides();
  return isUpdate ? OpFoldResult(scatter.getUpdate()) : OpFoldResult();
}

namespace {

/// The first of two views of one kind can be skipped where the second says everything in its type.
template <typename View> struct SkipFirst : OpRewritePattern<View> {
  using OpRewritePattern<View>::OpRewritePattern;
  LogicalResult matchAndRewrite(View view, PatternRewriter &rewriter) const override {
    auto first = view.getSource().template getDefiningOp<View>();
    if (!first)
      return failure();
    rewriter.modifyOpInPlace(view, [&] { view.getSourceMutable().assign(first.getSource()); });
    return success();
  }
};

/// Reshapes compose, unless a size `?` would have to be guessed.
struct ComposeReshapes : OpRewritePattern<ReshapeOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(ReshapeOp view, PatternRewriter &rewriter) const override {
    auto first = view.getSource().getDefiningOp<ReshapeOp>();
    if (!first || llvm::count_if(view.getType().getShape(), ShapedType::isDynamic) > 1)
      return failure();
    rewriter.modifyOpInPlace(view, [&] { view.getSourceMutable().assign(first.getSource()); });
    return success();
  }
};

struct ComposePermutes : OpRewritePattern<PermuteOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(PermuteOp view, PatternRewriter &rewriter) const override {
    auto first = view.getSource().getDefiningOp<PermuteOp>();
    if (!first)
      return failure();
    auto dims =
        llvm::map_to_vector(view.getDims(), [&](int64_t dim) { return first.getDims()[dim]; });
    rewriter.replaceOpWithNewOp<PermuteOp>(view, first.getSource(), dims);
    return success();
  }
};

struct ComposeSlices : OpRewritePattern<SliceOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(SliceOp view, PatternRewriter &rewriter) const override {
    auto first = view.getSource().getDefiningOp<SliceOp>();
    if (!first)
      return failure();
    SmallVector<int64_t> starts, stops, steps;
    for (auto [dim, size] : llvm::enumerate(view.getType().getShape())) {
      // Without the number of elements there is no stop to write down.
      if (ShapedType::isDynamic(size))
        return failure();
      int64_t step = first.getSteps()[dim] * view.getSteps()[dim];
      int64_t start = first.getStarts()[dim] + first.getSteps()[dim] * view.getStarts()[dim];
      starts.push_back(size == 0 ? first.getStarts()[dim] : start);
      stops.push_back(size == 0 ? starts.back() : start + (size - 1) * step + 1);
      steps.push_back(step);
    }
    rewriter.replaceOpWithNewOp<SliceOp>(view, first.getSource(), starts, stops, steps);
    return success();
  }
};

/// A slice of elements that a scatter did not touch is a slice of the base.
struct SliceBesideScatter : OpRewritePattern<SliceOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(SliceOp view, PatternRewriter &rewriter) const override {
    auto scatter = view.getSource().getDefiningOp<SliceScatterOp>();
    if (!scatter || isRef(view.getSource()))
      return failure();
    bool isBeside = llvm::any_of(llvm::seq<size_t>(view.getStarts().size()), [&](size_t dim) {
      return view.getStops()[dim] <= scatter.getStarts()[dim] ||
             scatter.getStops()[dim] <= view.getStarts()[dim];
    });
    if (!isBeside)
      return failure();
    rewriter.modifyOpInPlace(view, [&] { view.getSourceMutable().assign(scatter.getBase()); });
    return success();
  }
};

/// A view of a repeated element, read as the same type, repeats it too.
struct ViewOfFull : OpInterfaceRewritePattern<ViewOpInterface> {
  using OpInterfaceRewritePattern::OpInterfaceRewritePattern;
  LogicalResult matchAndRewrite(ViewOpInterface view, PatternRewriter &rewriter) const override {
    Attribute element = splatOf(view.getViewSource());
    auto type = cast<ShapedType>(view->getResult(0).getType());
    if (!element || scalarType(element) != type.getElementType() || !type.hasStaticShape())
      return failure();
    rewriter.replaceOpWithNewOp<FullOp>(view, type, element);
    return success();
  }
};

} // namespace

void PermuteOp::getCanonicalizationPatterns(RewritePatternSet &patterns, MLIRContext *context) {
  patterns.add<ComposePermutes>(context);
}
void ReshapeOp::getCanonicalizationPatterns(RewritePatternSet &patterns, MLIRContext *context) {
  patterns.add<ComposeReshapes>(context);
}
void ExpandOp::getCanonicalizationPatterns(RewritePatternSet &patterns, MLIRContext *context) {
  patterns.add<SkipFirst<ExpandOp>>(context);
}
void BitcastOp::getCanonicalizationPatterns(RewritePatternSet &patterns, MLIRContext *context) {
  patterns.add<SkipFirst<BitcastOp>>(context);
}
void SliceOp::getCanonicalizationPatterns(RewritePatternSet &patterns, MLIRContext *context) {
  patterns.add<ComposeSlices, SliceBesideScatter>(context);
}

void lamina::populateViewFolds(RewritePatternSet &patterns) {
  patterns.add<ViewOfFull>(patterns.getContext());
}
