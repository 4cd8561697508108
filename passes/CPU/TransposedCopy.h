/// Copies between memory that is walked one way and written another.
#ifndef LAMINA_CPU_TRANSPOSEDCOPY_H
#define LAMINA_CPU_TRANSPOSEDCOPY_H

#include "mlir/IR/AffineMap.h"
#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"

namespace mlir::lamina {

/// The dimension of `memory` along which neighbours touch, if there is one longer than 1.
std::optional<unsigned> contiguousDim(MemRefType memory);

/// `memory` with its contiguous dimension last, which vectors are loaded along, and which of its
/// dimensions each one of that is.
std::pair<Value, SmallVector<unsigned>> contiguousLast(ImplicitLocOpBuilder &b, Value memory);

/// Transposes a square, a vector for each row. In place: for each power of two, rows whose numbers
/// differ in that digit exchange the elements whose positions differ in it (Eklundh).
void transposeSquare(ImplicitLocOpBuilder &b, MutableArrayRef<Value> rows);

/// Copies `source`, read through `from`, to `target` where the last dimension of `target` is not
/// the contiguous one of `source`, but the one before it is: squares of `lanes` elements are
/// transposed in registers. Only whole squares are copied. Returns false, and copies nothing, if
/// there is none or the layouts are others.
bool copyTransposedSquares(ImplicitLocOpBuilder &b, Value source, AffineMap from, Value target,
                           int64_t lanes);

} // namespace mlir::lamina

#endif // LAMINA_CPU_TRANSPOSEDCOPY_H
