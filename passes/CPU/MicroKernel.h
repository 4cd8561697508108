/// The innermost part of a contraction: a tile of the product that stays in registers.
#ifndef LAMINA_CPU_MICROKERNEL_H
#define LAMINA_CPU_MICROKERNEL_H

#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"

namespace mlir::lamina {

/// Emits `out[row + r, column + j] (+)= sum over k of lhs[row + r, k] * rhs[k, column + j]` for r
/// below `rows` and j below `columns`, both static.
struct MicroKernel {
  int64_t rows;
  int64_t columns;
  int64_t lanes;
  FloatType element;
  /// Adds to what is in `out`; otherwise overwrites it.
  bool accumulate;

  /// Loads `lhs` of row `r` at step `k`, a scalar.
  llvm::function_ref<Value(ImplicitLocOpBuilder &, int64_t r, Value k)> loadLhs;
  /// Loads the `v`-th vector of `rhs` at step `k`; lanes that `mask` (null for all) leaves out are
  /// not read from memory that may not exist.
  llvm::function_ref<Value(ImplicitLocOpBuilder &, int64_t v, Value k, Value mask)> loadRhs;
  /// The memory of `out` and the indices of vector `v` of row `r`.
  Value out;
  llvm::function_ref<SmallVector<Value>(ImplicitLocOpBuilder &, int64_t r, int64_t v)> outIndices;

  void emit(ImplicitLocOpBuilder &b, Value firstStep, Value endStep) const;

private:
  int64_t vectors() const { return llvm::divideCeil(columns, lanes); }
  VectorType vectorType() const { return VectorType::get({lanes}, element); }
  /// Of the last vector of a row, if it is not whole.
  Value lastMask(ImplicitLocOpBuilder &b) const;
};

} // namespace mlir::lamina

#endif // LAMINA_CPU_MICROKERNEL_H
