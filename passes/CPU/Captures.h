/// What a loop nest over buffers needs from around it, for making a function of it.
#ifndef LAMINA_CPU_CAPTURES_H
#define LAMINA_CPU_CAPTURES_H

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/SymbolTable.h"
#include "llvm/ADT/SetVector.h"

namespace mlir::lamina {

/// What code reads from around it: values to pass, and operations to repeat inside.
class Captures {
public:
  /// What is used in `regions`, and `operands`.
  explicit Captures(MutableArrayRef<Region> regions, ValueRange operands = {});

  /// Only plain memory and scalars can be passed as pointers and numbers.
  bool canBePassed() const;
  ArrayRef<Value> values() const { return passed.getArrayRef(); }
  /// In an order in which operands come first.
  ArrayRef<Operation *> repeated() const { return operations.getArrayRef(); }

private:
  void add(Value value);

  SetVector<Value> passed;
  SetVector<Operation *> operations;
};

/// A private function for `op`, named after the function around it, and a call of it in front of
/// `op`: its parameters are `leading` and what is captured, which `op` reads from now on. The
/// caller fills the function.
std::pair<func::FuncOp, func::CallOp> declareBody(Operation *op, StringRef suffix,
                                                  ArrayRef<Value> leading, const Captures &captures,
                                                  SymbolTable &symbols);

/// Declares what gives a private function the memory that it allocates, if some of them do and it
/// is not known yet: a workspace of the thread that runs it.
void declareScratch(ModuleOp module);

} // namespace mlir::lamina

#endif // LAMINA_CPU_CAPTURES_H
