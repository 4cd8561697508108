/// Factories: literals, fills and counts.
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Complex/IR/Complex.h"
#include "passes/Linalg/Patterns.h"

using namespace mlir;
using namespace mlir::lamina;

Attribute lamina::signlessScalar(Attribute value, Type type) {
  if (auto integer = dyn_cast<IntegerAttr>(value))
    return IntegerAttr::get(type, integer.getValue());
  auto number = dyn_cast<complex::NumberAttr>(value);
  if (!number)
    return value;
  // complex.constant takes the parts as a pair.
  Type part = cast<ComplexType>(type).getElementType();
  return ArrayAttr::get(type.getContext(), {FloatAttr::get(part, number.getReal()),
                                            FloatAttr::get(part, number.getImag())});
}

/// The literal with signless elements.
static DenseElementsAttr signless(ElementsAttr value, RankedTensorType type) {
  auto dense = dyn_cast<DenseElementsAttr>(value);
  if (dense && dense.getType() != type)
    return dense.bitcast(type.getElementType());
  return dense;
}

namespace {
struct ConstantLowering : Lowering<ConstantOp> {
  using Lowering::Lowering;
  FailureOr<SmallVector<Value>> lower(ConstantOp op, ConstantOp::Adaptor,
                                      ImplicitLocOpBuilder &b) const override {
    RankedTensorType type = resultType(op);
    ElementsAttr value = op.getValue();
    // A repeated element is a fill: fusion turns it into a scalar, and it needs no data section.
    if (value.isSplat()) {
      Attribute element = value.getSplatValue<Attribute>();
      Value scalar =
          scalarConstant(b, type.getElementType(), signlessScalar(element, type.getElementType()));
      return SmallVector<Value>{filledTensor(b, staticSizes(b, type), scalar)};
    }
    if (auto dense = signless(value, type))
      value = dense;
    return SmallVector<Value>{arith::ConstantOp::create(b, type, value)};
  }
};

struct FullLowering : Lowering<FullOp> {
  using Lowering::Lowering;
  FailureOr<SmallVector<Value>> lower(FullOp op, FullOp::Adaptor,
                                      ImplicitLocOpBuilder &b) const override {
    RankedTensorType type = resultType(op);
    Value scalar = scalarConstant(b, type.getElementType(),
                                  signlessScalar(op.getValue(), type.getElementType()));
    return SmallVector<Value>{filledTensor(b, staticSizes(b, type), scalar)};
  }
};

struct IotaLowering : Lowering<IotaOp> {
  using Lowering::Lowering;
  FailureOr<SmallVector<Value>> lower(IotaOp op, IotaOp::Adaptor,
                                      ImplicitLocOpBuilder &b) const override {
    RankedTensorType type = resultType(op);
    Type element = type.getElementType();
    auto count = [&](ImplicitLocOpBuilder &inner, ValueRange) {
      Value position = loopIndex(inner, op.getDim());
      Value number = arith::IndexCastOp::create(inner, inner.getI64Type(), position);
      return SmallVector<Value>{emitCast(inner, number, element, /*isUnsigned=*/false)};
    };
    return parallelLoops(b, staticSizes(b, type), element, {}, {}, count);
  }
};
} // namespace

void lamina::populateFactoryLowerings(const TypeConverter &converter, RewritePatternSet &patterns) {
  patterns.add<ConstantLowering, FullLowering, IotaLowering>(converter, patterns.getContext());
}
