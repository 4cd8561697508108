/// What the two worlds share: arrays are tensors or refs, never both in one operation.
#ifndef LAMINA_WORLDS_H
#define LAMINA_WORLDS_H

#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/OpDefinition.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"

namespace mlir::lamina {

using EffectList = SmallVectorImpl<SideEffects::EffectInstance<MemoryEffects::Effect>>;

/// Whether `type` is a ranked tensor or a ref of an element type that arrays may have.
bool isArray(Type type);

inline bool isRef(Type type) { return isa<RefType>(type); }
inline bool isRef(Value value) { return isRef(value.getType()); }

/// An array type of the world of `like`.
ShapedType arrayTypeLike(Type like, ArrayRef<int64_t> shape, Type elementType);

/// `type` (tensor or ref) as a tensor type.
RankedTensorType tensorOf(Type type);

/// The same view operation as `view` applied to `base`.
Value replayView(Operation *view, OpBuilder &builder, Location loc, Value base);

LogicalResult verifyOneWorld(Operation *op);
void getComputeEffects(Operation *op, EffectList &effects);

/// All arrays of the operation are of one world.
template <typename ConcreteOp>
struct OneWorld : OpTrait::TraitBase<ConcreteOp, OneWorld> {
  static LogicalResult verifyTrait(Operation *op) { return verifyOneWorld(op); }
};

/// Pure on tensors; on refs reads the operands and allocates the results.
template <typename ConcreteOp>
struct ComputeEffects : OpTrait::TraitBase<ConcreteOp, ComputeEffects> {
  void getEffects(EffectList &effects) { getComputeEffects(this->getOperation(), effects); }
};

} // namespace mlir::lamina

#endif // LAMINA_WORLDS_H
