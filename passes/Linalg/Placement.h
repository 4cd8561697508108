/// Arrays put into larger ones.
#ifndef LAMINA_LINALG_PLACEMENT_H
#define LAMINA_LINALG_PLACEMENT_H

#include "passes/Linalg/Building.h"

namespace mlir::lamina {

/// `lamina.pad`; fails for dynamic sizes with cropping or interior padding.
FailureOr<Value> padded(ImplicitLocOpBuilder &b, Value source, ArrayRef<int64_t> low,
                        ArrayRef<int64_t> high, ArrayRef<int64_t> interior, Value value);

} // namespace mlir::lamina

#endif // LAMINA_LINALG_PLACEMENT_H
