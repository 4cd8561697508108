/// Which results of a program share memory, with whom, and through which views.
#ifndef LAMINA_FUNCTIONALIZE_ALIASES_H
#define LAMINA_FUNCTIONALIZE_ALIASES_H

#include "passes/Functionalize/Memory.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"

namespace mlir::lamina {

/// The recipe step that makes `view` of another base.
ViewStepAttr getViewStep(ViewOpInterface view);

/// For each ref that `func` returns the alias it is to the caller; null where the
/// result is memory of its own. `func` still has its refs.
SmallVector<AliasAttr> classifyAliases(func::FuncOp func, Memory &memory);

} // namespace mlir::lamina

#endif // LAMINA_FUNCTIONALIZE_ALIASES_H
