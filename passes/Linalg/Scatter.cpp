/// Inverses of views: a base with a region replaced.
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "passes/Linalg/Patterns.h"
#include "passes/Linalg/Reshape.h"

using namespace mlir;
using namespace mlir::lamina;

namespace {
struct SliceScatterLowering : Lowering<SliceScatterOp> {
  using Lowering::Lowering;
  FailureOr<SmallVector<Value>> lower(SliceScatterOp op, SliceScatterOp::Adaptor adaptor,
                                      ImplicitLocOpBuilder &b) const override {
    auto update = cast<RankedTensorType>(adaptor.getUpdate().getType());
    // An empty slice may start behind the end, where `tensor` allows none.
    if (update.hasStaticShape() && update.getNumElements() == 0)
      return SmallVector<Value>{adaptor.getBase()};
    Bounds bounds = sliceBounds(b, adaptor.getBase(), op.getStarts(), op.getStops(), op.getSteps());
    return SmallVector<Value>{tensor::InsertSliceOp::create(
        b, adaptor.getUpdate(), adaptor.getBase(), bounds.offsets, bounds.sizes, bounds.strides)};
  }
};

/// The base with `update` written to the places that `place` gives for its indices. The base is
/// copied only if it is still needed.
template <typename Place>
SmallVector<Value> writeElements(ImplicitLocOpBuilder &b, Value base, Value update, Place place) {
  return sequentialLoops(b, sizesOf(b, update), base,
                         [&](ImplicitLocOpBuilder &inner, ValueRange at, ValueRange carried) {
                           Value element = tensor::ExtractOp::create(inner, update, at);
                           SmallVector<Value> target = place(inner, at);
                           return SmallVector<Value>{
                               tensor::InsertOp::create(inner, element, carried.front(), target)};
                         });
}

Value shifted(ImplicitLocOpBuilder &b, Value index, int64_t by) {
  return by == 0 ? index : Value(arith::AddIOp::create(b, index, indexConstant(b, by)));
}

struct DiagonalScatterLowering : Lowering<DiagonalScatterOp> {
  using Lowering::Lowering;
  FailureOr<SmallVector<Value>> lower(DiagonalScatterOp op, DiagonalScatterOp::Adaptor adaptor,
                                      ImplicitLocOpBuilder &b) const override {
    int64_t offset = op.getOffset(), rank = resultType(op).getRank();
    auto place = [&](ImplicitLocOpBuilder &inner, ValueRange at) {
      SmallVector<Value> target;
      ValueRange rest = at.drop_back();
      for (int64_t dim = 0, next = 0; dim < rank; ++dim) {
        if (dim == static_cast<int64_t>(op.getDim1()))
          target.push_back(shifted(inner, at.back(), std::max<int64_t>(-offset, 0)));
        else if (dim == static_cast<int64_t>(op.getDim2()))
          target.push_back(shifted(inner, at.back(), std::max<int64_t>(offset, 0)));
        else
          target.push_back(rest[next++]);
      }
      return target;
    };
    return writeElements(b, adaptor.getBase(), adaptor.getUpdate(), place);
  }
};

struct AsStridedScatterLowering : Lowering<AsStridedScatterOp> {
  using Lowering::Lowering;
  FailureOr<SmallVector<Value>> lower(AsStridedScatterOp op, AsStridedScatterOp::Adaptor adaptor,
                                      ImplicitLocOpBuilder &b) const override {
    RankedTensorType type = resultType(op);
    if (!type.hasStaticShape())
      return failure();
    auto place = [&](ImplicitLocOpBuilder &inner, ValueRange at) {
      Value position = indexConstant(inner, op.getOffset());
      for (auto [index, stride] : llvm::zip_equal(at, op.getStrides())) {
        Value step = arith::MulIOp::create(inner, index, indexConstant(inner, stride));
        position = arith::AddIOp::create(inner, position, step);
      }
      return SmallVector<Value>{position};
    };
    Value flat = flattened(b, adaptor.getBase());
    Value written = writeElements(b, flat, adaptor.getUpdate(), place).front();
    return SmallVector<Value>{reshaped(b, written, type.getShape())};
  }
};
} // namespace

void lamina::populateScatterLowerings(const TypeConverter &converter, RewritePatternSet &patterns) {
  patterns.add<SliceScatterLowering, DiagonalScatterLowering, AsStridedScatterLowering>(
      converter, patterns.getContext());
}
