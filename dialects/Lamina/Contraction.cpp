#include "dialects/Lamina/Lamina.h"
#include "mlir/IR/PatternMatch.h"

using namespace mlir;
using namespace mlir::lamina;

#define GET_OP_CLASSES
#include "dialects/Lamina/Contraction.cpp.inc"

LogicalResult MatmulOp::inferTypes(const TypeInference &on, Adaptor adaptor,
                                   SmallVectorImpl<Type> &types) {
  auto lhs = cast<ShapedType>(adaptor.getLhs().getType());
  auto rhs = cast<ShapedType>(adaptor.getRhs().getType());
  if (failed(on.sameElements("lhs", lhs, "rhs", rhs)))
    return failure();
  int64_t rank = lhs.getRank();
  if (rank < 2 || rhs.getRank() != rank)
    return on.fail("expected matrices of one rank, at least 2, got ", lhs, " and ", rhs);
  if (!compatible(lhs.getDimSize(rank - 1), rhs.getDimSize(rank - 2)))
    return on.fail("expected as many columns of 'lhs' as rows of 'rhs', got ", lhs, " and ", rhs);
  SmallVector<int64_t> shape;
  for (auto [left, right] :
       llvm::zip_equal(lhs.getShape().drop_back(2), rhs.getShape().drop_back(2))) {
    if (!compatible(left, right))
      return on.fail("expected equal batch dimensions, got ", lhs, " and ", rhs);
    shape.push_back(joinSizes(left, right));
  }
  shape.push_back(lhs.getDimSize(rank - 2));
  shape.push_back(rhs.getDimSize(rank - 1));
  types.push_back(lhs.cloneWith(ArrayRef<int64_t>(shape), lhs.getElementType()));
  return success();
}

/// Parameters have the right number of entries, of the right sign.
static LogicalResult checkParameters(const TypeInference &on, ConvolutionOp::Adaptor adaptor,
                                     int64_t spatial) {
  StringRef each = "one for each spatial dimension";
  if (failed(on.checkCount("strides", adaptor.getStrides(), spatial, each)) ||
      failed(on.checkCount("dilations", adaptor.getDilations(), spatial, each)) ||
      failed(on.checkCount("padding", adaptor.getPadding(), 2 * spatial,
                           "two for each spatial dimension")) ||
      failed(on.checkAtLeast("strides", adaptor.getStrides(), 1)) ||
      failed(on.checkAtLeast("dilations", adaptor.getDilations(), 1)))
    return failure();
  return on.checkAtLeast("groups", static_cast<int64_t>(adaptor.getGroups()), 1);
}

/// Channels and filters are multiples of the groups, and agree.
static LogicalResult checkGroups(const TypeInference &on, ShapedType x, ShapedType w,
                                 int64_t groups) {
  int64_t channels = x.getDimSize(1), filters = w.getDimSize(0), depth = w.getDimSize(1);
  int64_t expected = mapSize(depth, [&](int64_t depth) { return depth * groups; });
  if (!compatible(channels, expected))
    return on.fail("expected 'x' to have ", expected, " channels, the ", depth,
                   " of 'w' in each of ", groups, " groups, got ", x, " and ", w);
  if (!ShapedType::isDynamic(filters) && filters % groups != 0)
    return on.fail("expected the number of filters to be a multiple of the ", groups,
                   " groups, got ", w);
  return success();
}

/// The positions a filter of `kernel` taps has in a padded dimension.
static int64_t filterPositions(int64_t extent, int64_t kernel, int64_t stride, int64_t dilation) {
  if (ShapedType::isDynamic(extent) || ShapedType::isDynamic(kernel))
    return ShapedType::kDynamic;
  int64_t room = extent - (dilation * (kernel - 1) + 1);
  return room < 0 ? 0 : room / stride + 1;
}

LogicalResult ConvolutionOp::inferTypes(const TypeInference &on, Adaptor adaptor,
                                        SmallVectorImpl<Type> &types) {
  auto x = cast<ShapedType>(adaptor.getX().getType()),
       w = cast<ShapedType>(adaptor.getW().getType());
  if (failed(on.sameElements("x", x, "w", w)))
    return failure();
  int64_t spatial = x.getRank() - 2;
  if (spatial < 0 || w.getRank() != x.getRank())
    return on.fail("expected x[N, C, ...] and w[O, C/groups, ...] of one rank, got ", x, " and ",
                   w);
  int64_t groups = adaptor.getGroups();
  if (failed(checkParameters(on, adaptor, spatial)) || failed(checkGroups(on, x, w, groups)))
    return failure();
  SmallVector<int64_t> shape{x.getDimSize(0), w.getDimSize(0)};
  for (int64_t i = 0; i < spatial; ++i) {
    int64_t low = adaptor.getPadding()[2 * i], high = adaptor.getPadding()[2 * i + 1];
    int64_t padded = mapSize(x.getDimSize(i + 2), [&](int64_t size) { return size + low + high; });
    if (!ShapedType::isDynamic(padded) && padded < 0)
      return on.fail("expected padding that leaves elements, got low ", low, " and high ", high,
                     " for spatial dimension ", i, " of ", x);
    shape.push_back(filterPositions(padded, w.getDimSize(i + 2), adaptor.getStrides()[i],
                                    adaptor.getDilations()[i]));
  }
  types.push_back(x.cloneWith(ArrayRef<int64_t>(shape), x.getElementType()));
  return success();
}

//===-- Sums of nothing --------------------------------------------------------------------===//

static Attribute zeroOf(Builder &builder, Type element) {
  auto complex = dyn_cast<ComplexType>(element);
  if (!complex)
    return builder.getZeroAttr(element);
  Attribute part = builder.getZeroAttr(complex.getElementType());
  return builder.getArrayAttr({part, part});
}

static bool sumsNothing(MatmulOp op) {
  auto lhs = cast<ShapedType>(op.getLhs().getType());
  return lhs.getDimSize(lhs.getRank() - 1) == 0;
}

static bool sumsNothing(ConvolutionOp op) {
  return llvm::is_contained(cast<ShapedType>(op.getW().getType()).getShape().drop_front(), 0);
}

namespace {
template <typename Contraction> struct ZeroOfNothing : OpRewritePattern<Contraction> {
  using OpRewritePattern<Contraction>::OpRewritePattern;
  LogicalResult matchAndRewrite(Contraction op, PatternRewriter &rewriter) const override {
    auto type = cast<ShapedType>(op.getType());
    if (!sumsNothing(op) || !type.hasStaticShape())
      return failure();
    rewriter.replaceOpWithNewOp<FullOp>(op, op.getType(), zeroOf(rewriter, type.getElementType()));
    return success();
  }
};

/// Batches that were merged into one dimension for the product stay apart, so that what is computed
/// before and after it sees the same dimensions.
struct KeepBatchesApart : OpRewritePattern<MatmulOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(MatmulOp op, PatternRewriter &rewriter) const override {
    auto lhs = op.getLhs().getDefiningOp<ReshapeOp>(), rhs = op.getRhs().getDefiningOp<ReshapeOp>();
    auto type = dyn_cast<RankedTensorType>(op.getType());
    if (!lhs || !rhs || !type || !mergesBatches(lhs) || !mergesBatches(rhs))
      return failure();
    auto left = cast<RankedTensorType>(lhs.getOperand().getType());
    auto right = cast<RankedTensorType>(rhs.getOperand().getType());
    if (left.getShape().drop_back(2) != right.getShape().drop_back(2))
      return failure();
    SmallVector<int64_t> shape(left.getShape());
    shape.back() = right.getShape().back();
    Value product =
        MatmulOp::create(rewriter, op.getLoc(), RankedTensorType::get(shape, type.getElementType()),
                         lhs.getOperand(), rhs.getOperand());
    rewriter.replaceOpWithNewOp<ReshapeOp>(op, type, product);
    return success();
  }

  /// Whether matrices stay as they are and there are fewer dimensions before them.
  static bool mergesBatches(ReshapeOp op) {
    auto from = dyn_cast<RankedTensorType>(op.getOperand().getType());
    auto to = dyn_cast<RankedTensorType>(op.getType());
    return from && to && from.hasStaticShape() && to.hasStaticShape() &&
           from.getRank() > to.getRank() && to.getRank() >= 3 &&
           from.getShape().take_back(2) == to.getShape().take_back(2);
  }
};
} // namespace

void MatmulOp::getCanonicalizationPatterns(RewritePatternSet &patterns, MLIRContext *context) {
  patterns.add<ZeroOfNothing<MatmulOp>, KeepBatchesApart>(context);
}

void ConvolutionOp::getCanonicalizationPatterns(RewritePatternSet &patterns, MLIRContext *context) {
  patterns.add<ZeroOfNothing<ConvolutionOp>>(context);
}
