/// Convolution: one loop nest over images, filters, positions, channels and taps.
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "passes/Linalg/Combine.h"
#include "passes/Linalg/Patterns.h"
#include "passes/Linalg/Placement.h"
#include "passes/Linalg/Reshape.h"

using namespace mlir;
using namespace mlir::lamina;

namespace {
struct ConvolutionLowering : Lowering<ConvolutionOp> {
  using Lowering::Lowering;
  FailureOr<SmallVector<Value>> lower(ConvolutionOp op, ConvolutionOp::Adaptor adaptor,
                                      ImplicitLocOpBuilder &b) const override {
    RankedTensorType type = resultType(op);
    auto imageType = cast<RankedTensorType>(adaptor.getX().getType());
    auto filterType = cast<RankedTensorType>(adaptor.getW().getType());
    if (!type.hasStaticShape() || !imageType.hasStaticShape() || !filterType.hasStaticShape())
      return failure();
    Type element = type.getElementType(), accumulator = computeType(element);
    if (type.getNumElements() == 0 || filterType.getNumElements() == 0)
      return SmallVector<Value>{filledTensor(b, staticSizes(b, type), zero(b, element))};

    int64_t groups = op.getGroups();
    Value image = padImage(b, adaptor.getX(), op.getPadding());
    Value filters = adaptor.getW();
    SmallVector<int64_t> shape(type.getShape());
    if (groups > 1) {
      image = splitDim(b, image, 1, groups);
      filters = splitDim(b, filters, 0, groups);
      shape[1] /= groups;
      shape.insert(shape.begin() + 1, groups);
    }
    Value init = filledTensor(b, staticSizes(b, RankedTensorType::get(shape, accumulator)),
                              zero(b, accumulator));
    Value result =
        correlate(b, image, filters, init, op.getStrides(), op.getDilations(), groups > 1);
    result = reshaped(b, result, type.getShape());
    return SmallVector<Value>{isa<FloatType>(element) ? convertFloat(b, result, element) : result};
  }

  static Value padImage(ImplicitLocOpBuilder &b, Value image, ArrayRef<int64_t> padding) {
    if (llvm::all_of(padding, [](int64_t size) { return size == 0; }))
      return image;
    SmallVector<int64_t> low(2, 0), high(2, 0);
    for (size_t i = 0; i < padding.size(); i += 2) {
      low.push_back(padding[i]);
      high.push_back(padding[i + 1]);
    }
    SmallVector<int64_t> interior(low.size(), 0);
    return *padded(b, image, low, high, interior, zero(b, getElementTypeOrSelf(image)));
  }

  /// Dimension `dim` of size n as two, `parts` and n / parts.
  static Value splitDim(ImplicitLocOpBuilder &b, Value tensor, int64_t dim, int64_t parts) {
    SmallVector<int64_t> shape(cast<RankedTensorType>(tensor.getType()).getShape());
    shape[dim] /= parts;
    shape.insert(shape.begin() + dim, parts);
    return reshaped(b, tensor, shape);
  }

  /// Loops (image, [group], filter, positions..., channel, taps...).
  static Value correlate(ImplicitLocOpBuilder &b, Value image, Value filters, Value init,
                         ArrayRef<int64_t> strides, ArrayRef<int64_t> dilations, bool grouped) {
    unsigned spatial = strides.size(), loop = 0;
    auto next = [&] { return b.getAffineDimExpr(loop++); };
    SmallVector<AffineExpr> x, w, out;
    AffineExpr n = next();
    x.push_back(n);
    out.push_back(n);
    if (grouped) {
      AffineExpr g = next();
      for (auto *exprs : {&x, &w, &out})
        exprs->push_back(g);
    }
    AffineExpr filter = next();
    w.push_back(filter);
    out.push_back(filter);
    for (unsigned i = 0; i < spatial; ++i)
      out.push_back(next());
    ArrayRef<AffineExpr> positions = ArrayRef(out).take_back(spatial);
    unsigned parallel = loop;
    AffineExpr channel = next();
    x.push_back(channel);
    w.push_back(channel);
    for (unsigned i = 0; i < spatial; ++i) {
      AffineExpr tap = next();
      w.push_back(tap);
      x.push_back(positions[i] * strides[i] + tap * dilations[i]);
    }
    SmallVector<AffineMap> maps;
    for (auto &exprs : {x, w, out})
      maps.push_back(AffineMap::get(loop, 0, exprs, b.getContext()));
    SmallVector<utils::IteratorType> iterators(parallel, utils::IteratorType::parallel);
    iterators.append(loop - parallel, utils::IteratorType::reduction);
    auto loops = linalg::GenericOp::create(
        b, init.getType(), ValueRange{image, filters}, init, maps, iterators,
        [&](OpBuilder &inner, Location loc, ValueRange scalars) {
          ImplicitLocOpBuilder body(loc, inner);
          linalg::YieldOp::create(body, multiplyAdd(body, scalars[0], scalars[1], scalars[2]));
        });
    return loops.getResult(0);
  }
};
} // namespace

void lamina::populateConvolutionLowerings(const TypeConverter &converter,
                                          RewritePatternSet &patterns) {
  patterns.add<ConvolutionLowering>(converter, patterns.getContext());
}
