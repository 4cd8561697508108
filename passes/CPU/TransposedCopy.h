/// Copies between memory that is walked one way and written another.
#ifndef LAMINA_CPU_TRANSPOSEDCOPY_H
#define LAMINA_CPU_TRANSPOSEDCOPY_H

#include "mlir/IR/AffineMap.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"

namespace mlir::lamina {

/// Copies `source`, read through `from`, to `target` where the last dimension of `target` is not
/// the contiguous one of `source`, but the one before it is: squares of `lanes` elements are
/// transposed in registers. Only whole squares are copied. Returns false, and copies nothing, if
/// there is none or the layouts are others.
bool copyTransposedSquares(ImplicitLocOpBuilder &b, Value source, AffineMap from, Value target,
                           int64_t lanes);

} // namespace mlir::lamina

#endif // LAMINA_CPU_TRANSPOSEDCOPY_H
