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
