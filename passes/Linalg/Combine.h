/// The ways in which reductions, scans and scatters combine two elements.
#ifndef LAMINA_LINALG_COMBINE_H
#define LAMINA_LINALG_COMBINE_H

#include "passes/Linalg/Building.h"

namespace mlir::lamina {

/// On booleans Add and Max are or, Mul and Min are and.
enum class Combining { Add, Mul, Max, Min };

/// Whether arithmetic on the elements of `type` (of an op, before conversion) is unsigned.
bool hasUnsignedElements(Type type);

/// The scalar that changes nothing when combined.
Value neutralElement(ImplicitLocOpBuilder &b, Type type, Combining kind, bool isUnsigned);
Value combine(ImplicitLocOpBuilder &b, Value x, Value y, Combining kind, bool isUnsigned);

/// sum + x * y, in the type of `sum`.
Value multiplyAdd(ImplicitLocOpBuilder &b, Value x, Value y, Value sum);

/// The map from the indices of all dimensions to those that are not in `dims`.
AffineMap keptDims(OpBuilder &b, int64_t rank, ArrayRef<int64_t> dims);
/// `source` combined along `dims`. Small floats are summed and multiplied in f32.
Value reduced(ImplicitLocOpBuilder &b, Value source, ArrayRef<int64_t> dims, Combining kind,
              bool isUnsigned);

} // namespace mlir::lamina

#endif // LAMINA_LINALG_COMBINE_H
