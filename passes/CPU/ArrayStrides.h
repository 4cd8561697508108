/// Where the elements of arrays will be in memory.
#ifndef LAMINA_CPU_ARRAYSTRIDES_H
#define LAMINA_CPU_ARRAYSTRIDES_H

#include "mlir/IR/Value.h"
#include "mlir/Support/LLVM.h"

namespace mlir::lamina {

/// The strides, in elements, that a tensor has once it is memory: those of an argument of the
/// function (`lamina.strides`) and of slices of it, row-major ones for what is computed. Nothing if
/// its sizes are not static.
std::optional<SmallVector<int64_t>> stridesOf(Value array);

} // namespace mlir::lamina

#endif // LAMINA_CPU_ARRAYSTRIDES_H
