#include "dialects/Lamina/Lamina.h"

using namespace mlir;
using namespace mlir::lamina;

#define GET_OP_CLASSES
#include "dialects/Lamina/Structure.cpp.inc"

LogicalResult ConstantOp::verify() {
  auto type = cast<ShapedType>(getType());
  auto value = cast<ShapedType>(getValue().getType());
  if (type.getShape() != value.getShape() || type.getElementType() != value.getElementType())
    return emitOpError("expected a literal of type ") << tensorOf(type) << ", got " << value;
  return success();
}

OpFoldResult ConstantOp::fold(FoldAdaptor) { return isRef(getResult()) ? OpFoldResult() : getValue(); }
