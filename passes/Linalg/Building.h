/// Builders that the lowerings to linalg share. Nothing here knows a lamina op.
#ifndef LAMINA_LINALG_BUILDING_H
#define LAMINA_LINALG_BUILDING_H

#include "mlir/IR/Builders.h"
#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"
#include "mlir/IR/TypeUtilities.h"

namespace mlir::lamina {

using Sizes = SmallVector<OpFoldResult>;
/// Builds the scalars a loop body yields from the scalars it reads (inputs, then outputs).
using ScalarBody = llvm::function_ref<SmallVector<Value>(ImplicitLocOpBuilder &, ValueRange)>;
/// Builds one step of a sequential loop nest: from indices and carried tensors to the new tensors.
using StepBody =
    llvm::function_ref<SmallVector<Value>(ImplicitLocOpBuilder &, ValueRange, ValueRange)>;

/// The sizes of `tensor`, static ones as attributes.
Sizes sizesOf(ImplicitLocOpBuilder &b, Value tensor);
/// The static shape of `type` as sizes; it must have no dynamic dimension.
Sizes staticSizes(OpBuilder &b, ShapedType type);
Value asIndex(ImplicitLocOpBuilder &b, OpFoldResult size);
Value indexConstant(ImplicitLocOpBuilder &b, int64_t value);

/// Zero, one, or any attribute of `type`, complex ones included.
Value zero(ImplicitLocOpBuilder &b, Type type);
Value one(ImplicitLocOpBuilder &b, Type type);
Value scalarConstant(ImplicitLocOpBuilder &b, Type type, Attribute value);
Value floatConstant(ImplicitLocOpBuilder &b, Type type, double value);
Value intConstant(ImplicitLocOpBuilder &b, Type type, int64_t value);

Value emptyTensor(ImplicitLocOpBuilder &b, ArrayRef<OpFoldResult> sizes, Type elementType);
Value filledTensor(ImplicitLocOpBuilder &b, ArrayRef<OpFoldResult> sizes, Value scalar);

/// A loop nest over `sizes` in which every iteration is independent: result elements are the
/// yielded scalars, input `i` is read through `maps[i]`.
SmallVector<Value> parallelLoops(ImplicitLocOpBuilder &b, ArrayRef<OpFoldResult> sizes,
                                 TypeRange elementTypes, ValueRange inputs,
                                 ArrayRef<AffineMap> maps, ScalarBody body);
/// One result, inputs read with identity maps.
Value elementwiseLoops(ImplicitLocOpBuilder &b, Type elementType, ValueRange inputs,
                       ScalarBody body);
/// The elements of `source` at the places that `map` names, for every point of `sizes`.
Value movedElements(ImplicitLocOpBuilder &b, ArrayRef<OpFoldResult> sizes, Value source,
                    AffineMap map);
/// A loop nest that runs in order and carries `inits`; the body inserts what it writes.
SmallVector<Value> sequentialLoops(ImplicitLocOpBuilder &b, ArrayRef<OpFoldResult> sizes,
                                   ValueRange inits, StepBody body);

/// The position of the current iteration along dimension `dim`, inside a parallel body.
Value loopIndex(ImplicitLocOpBuilder &b, int64_t dim);
/// The positions along the first `rank` dimensions.
SmallVector<Value> loopIndices(ImplicitLocOpBuilder &b, int64_t rank);

/// The float type that arithmetic on `type` is done in: f32 for the small floats.
Type computeType(Type type);
/// `value` (scalar or tensor) as the float type `type`, or itself if it has that type.
Value convertFloat(ImplicitLocOpBuilder &b, Value value, Type type);

} // namespace mlir::lamina

#endif // LAMINA_LINALG_BUILDING_H
