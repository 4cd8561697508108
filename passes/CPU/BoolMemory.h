/// Bools in memory: one byte each, 0 or 1.
#ifndef LAMINA_CPU_BOOLMEMORY_H
#define LAMINA_CPU_BOOLMEMORY_H

#include "mlir/Conversion/LLVMCommon/TypeConverter.h"
#include "mlir/IR/PatternMatch.h"

namespace mlir::lamina {

/// Patterns that load and store elements of `memref<...xi1>` as bytes. LLVM packs vectors of
/// `i1` into bits, so an i1 access of an array that NumPy made reads the wrong elements once
/// it is vectorised; MLIR refuses to lower it at all.
void populateBoolMemoryPatterns(const LLVMTypeConverter &converter, RewritePatternSet &patterns);

} // namespace mlir::lamina

#endif // LAMINA_CPU_BOOLMEMORY_H
