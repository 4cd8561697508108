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

// Kinds of element types. Signless integers are signed in arithmetic, `ui8` is not; i1 is a
// boolean and none of the integers.
bool isElement(Type type);
bool isComplexElement(Type type);
inline bool isBoolElement(Type type) { return type.isInteger(1); }
inline bool isIndexElement(Type type) { return type.isSignlessInteger(64); }
inline bool isBitsElement(Type type) { return isa<IntegerType>(type); }
inline bool isIntElement(Type type) { return isBitsElement(type) && !isBoolElement(type); }
inline bool isFloatElement(Type type) { return isa<FloatType>(type); }
inline bool isIntOrFloatElement(Type type) { return isIntElement(type) || isFloatElement(type); }
inline bool isOrderedElement(Type type) { return !isComplexElement(type); }
inline bool isNumberElement(Type type) { return !isBoolElement(type); }
inline bool isFloatOrComplexElement(Type type) {
  return isFloatElement(type) || isComplexElement(type);
}

/// Whether `attribute` can be one element: a number, or the pair [re, im] of floats.
bool isScalarAttr(Attribute attribute);

/// The element type that the scalar `attribute` is a value of.
Type scalarType(Attribute attribute);

/// An array type of the world of `like`.
ShapedType arrayTypeLike(Type like, ArrayRef<int64_t> shape, Type elementType);

/// `type` (tensor or ref) as a tensor type.
RankedTensorType tensorOf(Type type);

/// The same view operation as `view` applied to `base`.
Value replayView(Operation *view, OpBuilder &builder, Location loc, Value base);

LogicalResult verifyOneWorld(Operation *op);
LogicalResult verifyPointwise(Operation *op);
void getComputeEffects(Operation *op, EffectList &effects);

/// All arrays of the operation are of one world.
template <typename ConcreteOp> struct OneWorld : OpTrait::TraitBase<ConcreteOp, OneWorld> {
  static LogicalResult verifyTrait(Operation *op) { return verifyOneWorld(op); }
};

/// Pure on tensors; on refs reads the operands and allocates the results.
template <typename ConcreteOp>
struct ComputeEffects : OpTrait::TraitBase<ConcreteOp, ComputeEffects> {
  void getEffects(EffectList &effects) { getComputeEffects(this->getOperation(), effects); }
};

/// Element i of every result depends on element i of every operand only.
template <typename ConcreteOp> struct Pointwise : OpTrait::TraitBase<ConcreteOp, Pointwise> {
  static LogicalResult verifyTrait(Operation *op) { return verifyPointwise(op); }
};

} // namespace mlir::lamina

#endif // LAMINA_WORLDS_H
