/// What generated code may call.
#ifndef LAMINA_JIT_RUNTIMESYMBOLS_H
#define LAMINA_JIT_RUNTIMESYMBOLS_H

#include "llvm/ADT/ArrayRef.h"

namespace mlir::lamina::jit {

struct RuntimeSymbol {
  const char *name;
  void *address;
};

/// Functions that lowered code refers to and that the process need not export:
/// support for memref.copy, parallel loops, and the compiler's own helpers for narrow floats,
/// integer powers and complex arithmetic.
llvm::ArrayRef<RuntimeSymbol> runtimeSymbols();

} // namespace mlir::lamina::jit

#endif // LAMINA_JIT_RUNTIMESYMBOLS_H
