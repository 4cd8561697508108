/// Reshapes and slices as tensor ops.
#ifndef LAMINA_LINALG_RESHAPE_H
#define LAMINA_LINALG_RESHAPE_H

#include "passes/Linalg/Building.h"

namespace mlir::lamina {

/// `source` under another shape of as many elements; at most one size is dynamic.
Value reshaped(ImplicitLocOpBuilder &b, Value source, ArrayRef<int64_t> shape);
/// `source` as a vector of its elements.
Value flattened(ImplicitLocOpBuilder &b, Value source);

struct Bounds {
  Sizes offsets, sizes, strides;
};
/// The bounds of `lamina.slice` on `source`; stops may stand for the end.
Bounds sliceBounds(ImplicitLocOpBuilder &b, Value source, ArrayRef<int64_t> starts,
                   ArrayRef<int64_t> stops, ArrayRef<int64_t> steps);

} // namespace mlir::lamina

#endif // LAMINA_LINALG_RESHAPE_H
