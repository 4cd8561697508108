/// One operation at a time from the ref world to tensors.
#ifndef LAMINA_FUNCTIONALIZE_TRANSLATION_H
#define LAMINA_FUNCTIONALIZE_TRANSLATION_H

#include "mlir/IR/IRMapping.h"
#include "passes/Functionalize/Memory.h"

namespace mlir::lamina {

/// Whether the operation or one inside of it has a ref among operands and results.
bool usesRefs(Operation *op);

/// `type`, as a tensor if it is a ref.
inline Type valueType(Type type) { return isRef(type) ? Type(tensorOf(type)) : type; }

/// Emits at the builder's insertion point what operations on refs mean for values.
class Translation {
public:
  explicit Translation(OpBuilder &builder) : builder(builder), memory(builder) {}

  /// `value` of the program is `translated`, or memory that holds it if it is a ref.
  void define(Value value, Value translated);

  /// What `value` of the program is here and now.
  Value lookup(Value value);

  /// Translates all operations of `block` but its terminator. Fails with a diagnostic at the
  /// operation that cannot be translated.
  LogicalResult translate(Block &block);
  LogicalResult translate(Operation *op);

  Memory &getMemory() { return memory; }

private:
  LogicalResult translateCompute(Operation *op);
  LogicalResult translateCall(CustomCallOp call);
  LogicalResult translateResize(ResizeOp resize);
  LogicalResult translateCond(CondOp cond);
  LogicalResult translateWhile(WhileOp loop);

  /// Roots from outside of `op` that operations in its regions write.
  SmallVector<Root *> getWrittenRoots(Operation *op);

  /// Fills `target`, which has its arguments, with the translation of `source`. The arguments
  /// past those of `source` are what the `carried` roots hold at first. The yield gets what
  /// `source` yields, then what the `returned` roots hold in the end.
  LogicalResult translateRegion(Region &source, Block *target, ArrayRef<Root *> carried,
                                ArrayRef<Root *> returned);

  /// The results of `translated` are those of `op`, then what the `written` roots hold.
  void defineResults(Operation *op, Operation *translated, ArrayRef<Root *> written);

  OpBuilder &builder;
  Memory memory;
  /// Values that are no refs.
  IRMapping values;
};

} // namespace mlir::lamina

#endif // LAMINA_FUNCTIONALIZE_TRANSLATION_H
