#include "dialects/Lamina/Lamina.h"

using namespace mlir;
using namespace mlir::lamina;

#define GET_OP_CLASSES
#include "dialects/Lamina/Factory.cpp.inc"

LogicalResult ConstantOp::verify() {
  ShapedType type = getType(), value = getValue().getShapedType();
  if (type.getShape() == value.getShape() && type.getElementType() == value.getElementType())
    return success();
  return emitOpError("expected a literal of type ") << tensorOf(type) << ", got " << value;
}

LogicalResult FullOp::verify() {
  ShapedType type = getType();
  if (!type.hasStaticShape())
    return emitOpError("expected a static shape, got ") << type;
  if (type.getElementType() == scalarType(getValue()))
    return success();
  return emitOpError("expected a value of the element type ")
         << type.getElementType() << ", got " << getValue();
}

LogicalResult IotaOp::verify() {
  ShapedType type = getType();
  if (!type.hasStaticShape())
    return emitOpError("expected a static shape, got ") << type;
  int64_t dim = getDim();
  if (dim >= 0 && dim < type.getRank())
    return success();
  return emitOpError("expected 'dim' to be a dimension of ") << type << ", got " << dim;
}

namespace {

/// A literal of one repeated element says less than `lamina.full`.
struct ConstantToFull : OpRewritePattern<ConstantOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(ConstantOp op, PatternRewriter &rewriter) const override {
    auto value = dyn_cast<SplatElementsAttr>(op.getValue());
    if (!value || isComplexElement(value.getElementType()))
      return failure();
    rewriter.replaceOpWithNewOp<FullOp>(op, op.getType(), value.getSplatValue<Attribute>());
    return success();
  }
};

} // namespace

void ConstantOp::getCanonicalizationPatterns(RewritePatternSet &patterns, MLIRContext *context) {
  patterns.add<ConstantToFull>(context);
}
