#include "dialects/Lamina/Lamina.h"

using namespace mlir;
using namespace mlir::lamina;

#define GET_OP_CLASSES
#include "dialects/Lamina/Elementwise.cpp.inc"

LogicalResult CompareOp::inferTypes(const TypeInference &on, Adaptor adaptor,
                                    SmallVectorImpl<Type> &types) {
  SmallVector<Type> same;
  if (failed(on.sameType(adaptor.getOperands(), same)))
    return failure();
  auto operand = cast<ShapedType>(same.front());
  types.push_back(operand.cloneWith(std::nullopt, IntegerType::get(operand.getContext(), 1)));
  return success();
}

LogicalResult CompareOp::verify() {
  bool isEquality = getKind() == Predicate::Eq || getKind() == Predicate::Ne;
  if (isEquality || !isComplexElement(getElementTypeOrSelf(getLhs())))
    return success();
  return emitOpError("expected predicate eq or ne, complex numbers have no order, got '")
         << getPredicate() << "' of " << getLhs().getType();
}

LogicalResult SelectOp::inferTypes(const TypeInference &on, Adaptor adaptor,
                                   SmallVectorImpl<Type> &types) {
  auto pred = cast<ShapedType>(adaptor.getPred().getType());
  auto chosen = cast<ShapedType>(adaptor.getOnTrue().getType());
  if (pred.getShape() != chosen.getShape())
    return on.fail("expected 'pred' to have the shape of the arrays to choose from, ", chosen,
                   ", got ", pred);
  return on.sameType({adaptor.getOnTrue(), adaptor.getOnFalse()}, types);
}

LogicalResult ComplexOp::inferTypes(const TypeInference &on, Adaptor adaptor,
                                    SmallVectorImpl<Type> &types) {
  SmallVector<Type> same;
  if (failed(on.sameType(adaptor.getOperands(), same)))
    return failure();
  auto part = cast<ShapedType>(same.front());
  Type complex = ComplexType::get(part.getElementType());
  if (!isElement(complex))
    return on.fail("expected f32 or f64 parts of a complex number, got ", part);
  types.push_back(part.cloneWith(std::nullopt, complex));
  return success();
}

LogicalResult CloneOp::inferTypes(const TypeInference &on, Adaptor adaptor,
                                  SmallVectorImpl<Type> &types) {
  return on.sameType(adaptor.getOperands(), types);
}
