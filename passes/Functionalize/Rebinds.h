/// Which inputs look elsewhere in the end.
#ifndef LAMINA_FUNCTIONALIZE_REBINDS_H
#define LAMINA_FUNCTIONALIZE_REBINDS_H

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "passes/Functionalize/Memory.h"

namespace mlir::lamina {

/// Says in `lamina.rebinds` which inputs of `func` look in the end at what which output is, and
/// makes what they look at an output where it is none. `func` still has its refs; operations
/// emitted at the builder's insertion point are dead. Fails, with a diagnostic, where control flow
/// decides what an input looks at.
LogicalResult describeRebinds(func::FuncOp func, Memory &memory, OpBuilder &builder);

} // namespace mlir::lamina

#endif // LAMINA_FUNCTIONALIZE_REBINDS_H
