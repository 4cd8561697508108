#include "dialects/Lamina/Lamina.h"

using namespace mlir;
using namespace mlir::lamina;

#define GET_OP_CLASSES
#include "dialects/Lamina/Unary.cpp.inc"

LogicalResult AbsOp::inferTypes(const TypeInference &, Adaptor adaptor,
                                SmallVectorImpl<Type> &types) {
  auto source = cast<ShapedType>(adaptor.getSource().getType());
  auto complex = dyn_cast<ComplexType>(source.getElementType());
  types.push_back(complex ? source.cloneWith(std::nullopt, complex.getElementType()) : source);
  return success();
}
