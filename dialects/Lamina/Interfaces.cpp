#include "dialects/Lamina/Lamina.h"

using namespace mlir;
using namespace mlir::lamina;

#include "dialects/Lamina/Interfaces.cpp.inc"

LogicalResult lamina::verifyOneWorld(Operation *op) {
  Type first;
  auto differs = [&](Type type) {
    if (!isArray(type))
      return false;
    if (!first)
      first = type;
    return isRef(type) != isRef(first);
  };
  for (Type type : llvm::concat<const Type>(SmallVector<Type>(op->getOperandTypes()),
                                            SmallVector<Type>(op->getResultTypes())))
    if (differs(type))
      return op->emitOpError("mixes tensors and refs: expected every array to be a ")
             << (isRef(first) ? "ref" : "tensor") << " like " << first << ", got " << type;
  return success();
}

LogicalResult lamina::verifyPointwise(Operation *op) {
  SmallVector<Type> types(op->getOperandTypes());
  llvm::append_range(types, op->getResultTypes());
  ArrayRef<int64_t> shape = cast<ShapedType>(types.front()).getShape();
  for (Type type : types)
    if (cast<ShapedType>(type).getShape() != shape)
      return op->emitOpError("expected every array to have the shape of ")
             << types.front() << ", got " << type;
  return success();
}

void lamina::getComputeEffects(Operation *op, EffectList &effects) {
  for (OpOperand &operand : op->getOpOperands())
    if (isRef(operand.get()))
      effects.emplace_back(MemoryEffects::Read::get(), &operand);
  for (OpResult result : op->getResults())
    if (isRef(result))
      effects.emplace_back(MemoryEffects::Allocate::get(), result);
}

Value lamina::replayView(Operation *view, OpBuilder &builder, Location loc, Value base) {
  auto type = cast<ShapedType>(view->getResult(0).getType());
  OperationState state(loc, view->getName(), base,
                       {arrayTypeLike(base.getType(), type.getShape(), type.getElementType())},
                       view->getAttrs());
  return builder.create(state)->getResult(0);
}
