/// Which results of a program share memory, with whom, and through which views.
#ifndef LAMINA_FUNCTIONALIZE_ALIASES_H
#define LAMINA_FUNCTIONALIZE_ALIASES_H

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "passes/Functionalize/Memory.h"

namespace mlir::lamina {

/// Memory of the function that the caller sees.
struct Fresh {
  Root *root;
  /// The input whose memory it is from then on; null if it is new.
  InputAttr memoryOf;
};

struct Aliases {
  /// For each result of the function the alias it is to the caller; null where it
  /// shares memory with nothing else that the caller sees.
  SmallVector<AliasAttr> ofResult;
  /// The roots that #lamina.alias<fresh, k, ...> numbers.
  SmallVector<Fresh> fresh;
};

/// What memory the outputs of `func` share. `func` still has its refs.
Aliases classifyAliases(func::FuncOp func, Memory &memory);

} // namespace mlir::lamina

#endif // LAMINA_FUNCTIONALIZE_ALIASES_H
