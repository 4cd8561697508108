/// pad, concat and flip: elements put elsewhere, without arithmetic.
#include "passes/Linalg/Placement.h"

#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "passes/Linalg/Patterns.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace mlir::lamina;

/// `size` (an attribute or an index) plus `by`.
static OpFoldResult plus(ImplicitLocOpBuilder &b, OpFoldResult size, OpFoldResult by) {
  AffineExpr sum = b.getAffineSymbolExpr(0) + b.getAffineSymbolExpr(1);
  return affine::makeComposedFoldedAffineApply(b, b.getLoc(), sum, {size, by});
}

namespace {
/// Where the source of a pad goes, along one dimension of static size.
struct PaddedDim {
  int64_t size, first, count, offset, stride;

  PaddedDim(int64_t source, int64_t low, int64_t high, int64_t interior) : stride(interior + 1) {
    size = source + std::max<int64_t>(source - 1, 0) * interior + low + high;
    // Source element i goes to i * stride + low; those before 0 or past the end are cut off.
    first = low < 0 ? llvm::divideCeil(-low, stride) : 0;
    int64_t end =
        std::min<int64_t>(source, llvm::divideCeil(std::max<int64_t>(size - low, 0), stride));
    count = std::max<int64_t>(end - first, 0);
    offset = first * stride + low;
  }
};
} // namespace

static Value padStatic(ImplicitLocOpBuilder &b, Value source, ArrayRef<int64_t> low,
                       ArrayRef<int64_t> high, ArrayRef<int64_t> interior, Value value) {
  Sizes sizes, firsts, counts, offsets, strides;
  auto shape = cast<RankedTensorType>(source.getType()).getShape();
  SmallVector<OpFoldResult> ones(shape.size(), b.getIndexAttr(1));
  bool isEmpty = false;
  for (size_t dim = 0; dim < shape.size(); ++dim) {
    PaddedDim placed(shape[dim], low[dim], high[dim], interior[dim]);
    sizes.push_back(b.getIndexAttr(placed.size));
    firsts.push_back(b.getIndexAttr(placed.first));
    counts.push_back(b.getIndexAttr(placed.count));
    offsets.push_back(b.getIndexAttr(placed.offset));
    strides.push_back(b.getIndexAttr(placed.stride));
    isEmpty |= placed.count == 0;
  }
  Value target = filledTensor(b, sizes, value);
  if (isEmpty)
    return target;
  Value kept = source;
  if (llvm::any_of(low, [](int64_t n) { return n < 0; }) ||
      llvm::any_of(high, [](int64_t n) { return n < 0; }))
    kept = tensor::ExtractSliceOp::create(b, source, firsts, counts, ones);
  return tensor::InsertSliceOp::create(b, kept, target, offsets, counts, strides);
}

FailureOr<Value> lamina::padded(ImplicitLocOpBuilder &b, Value source, ArrayRef<int64_t> low,
                                ArrayRef<int64_t> high, ArrayRef<int64_t> interior, Value value) {
  auto type = cast<RankedTensorType>(source.getType());
  if (type.hasStaticShape())
    return padStatic(b, source, low, high, interior, value);
  Sizes inner = sizesOf(b, source), sizes, offsets;
  SmallVector<OpFoldResult> ones(inner.size(), b.getIndexAttr(1));
  for (size_t dim = 0; dim < inner.size(); ++dim) {
    if (low[dim] < 0 || high[dim] < 0 || interior[dim] != 0)
      return failure();
    sizes.push_back(plus(b, inner[dim], b.getIndexAttr(low[dim] + high[dim])));
    offsets.push_back(b.getIndexAttr(low[dim]));
  }
  Value target = filledTensor(b, sizes, value);
  return Value(tensor::InsertSliceOp::create(b, source, target, offsets, inner, ones));
}

namespace {
struct PadLowering : Lowering<PadOp> {
  using Lowering::Lowering;
  FailureOr<SmallVector<Value>> lower(PadOp op, PadOp::Adaptor adaptor,
                                      ImplicitLocOpBuilder &b) const override {
    Type element = getElementTypeOrSelf(adaptor.getSource());
    Value value = scalarConstant(b, element, signlessScalar(op.getValue(), element));
    FailureOr<Value> result =
        padded(b, adaptor.getSource(), op.getLow(), op.getHigh(), op.getInterior(), value);
    if (failed(result))
      return failure();
    return SmallVector<Value>{*result};
  }
};

struct ConcatLowering : Lowering<ConcatOp> {
  using Lowering::Lowering;
  FailureOr<SmallVector<Value>> lower(ConcatOp op, ConcatOp::Adaptor adaptor,
                                      ImplicitLocOpBuilder &b) const override {
    int64_t dim = op.getDim();
    SmallVector<Sizes> parts;
    for (Value source : adaptor.getSources())
      parts.push_back(sizesOf(b, source));
    Sizes sizes = parts.front();
    for (Sizes &part : llvm::drop_begin(parts))
      sizes[dim] = plus(b, sizes[dim], part[dim]);
    Value target = emptyTensor(b, sizes, resultType(op).getElementType());
    SmallVector<OpFoldResult> ones(sizes.size(), b.getIndexAttr(1));
    Sizes offsets(sizes.size(), b.getIndexAttr(0));
    for (auto [source, part] : llvm::zip_equal(adaptor.getSources(), parts)) {
      // A slice of nothing may not even stand at the end.
      if (isConstantIntValue(part[dim], 0))
        continue;
      target = tensor::InsertSliceOp::create(b, source, target, offsets, part, ones);
      offsets[dim] = plus(b, offsets[dim], part[dim]);
    }
    return SmallVector<Value>{target};
  }
};

/// Reads at computed positions: tiling does not understand maps that count down.
struct FlipLowering : Lowering<FlipOp> {
  using Lowering::Lowering;
  FailureOr<SmallVector<Value>> lower(FlipOp op, FlipOp::Adaptor adaptor,
                                      ImplicitLocOpBuilder &b) const override {
    Value source = adaptor.getSource();
    Sizes sizes = sizesOf(b, source);
    SmallVector<Value> lasts;
    for (int64_t dim : op.getDims())
      lasts.push_back(asIndex(b, plus(b, sizes[dim], b.getIndexAttr(-1))));
    auto mirrored = [&](ImplicitLocOpBuilder &inner, ValueRange) {
      SmallVector<Value> at = loopIndices(inner, sizes.size());
      for (auto [dim, last] : llvm::zip_equal(op.getDims(), lasts))
        at[dim] = arith::SubIOp::create(inner, last, at[dim]);
      return SmallVector<Value>{tensor::ExtractOp::create(inner, source, at)};
    };
    return parallelLoops(b, sizes, getElementTypeOrSelf(source), {}, {}, mirrored);
  }
};
} // namespace

void lamina::populatePlacementLowerings(const TypeConverter &converter,
                                        RewritePatternSet &patterns) {
  patterns.add<PadLowering, ConcatLowering, FlipLowering>(converter, patterns.getContext());
}
