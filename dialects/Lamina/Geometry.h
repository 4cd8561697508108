/// Arithmetic on dimensions, slices and strides, shared by views and their inverses.
#ifndef LAMINA_GEOMETRY_H
#define LAMINA_GEOMETRY_H

#include "dialects/Lamina/Inference.h"

namespace mlir::lamina {

/// The permutation that undoes `dims`.
SmallVector<int64_t> inversePermutation(ArrayRef<int64_t> dims);

/// The strides, in elements, of a contiguous row-major array of a static shape.
SmallVector<int64_t> rowMajorStrides(ArrayRef<int64_t> shape);

/// Whether two elements of a strided region may be one element of memory. A region whose strides,
/// sorted, each step over everything the smaller ones reach is free of overlap; others count as
/// overlapping.
bool stridesMayOverlap(ArrayRef<int64_t> sizes, ArrayRef<int64_t> strides);

/// Whether the slice takes every element of an array of this shape.
bool isWholeSlice(ArrayRef<int64_t> shape, ArrayRef<int64_t> starts, ArrayRef<int64_t> stops,
                  ArrayRef<int64_t> steps);

/// The bits of an element in memory.
unsigned storedBits(Type element);

/// The shape of the bits of `source`, whose elements are not complex, read as elements of type
/// `to`; nothing if they do not divide evenly along the last dimension.
std::optional<SmallVector<int64_t>> bitcastShape(ShapedType source, Type to);

// The result types of views that have an inverse operation with the same parameters.
LogicalResult inferSlice(const TypeInference &on, ShapedType source, ArrayRef<int64_t> starts,
                         ArrayRef<int64_t> stops, ArrayRef<int64_t> steps,
                         SmallVectorImpl<Type> &types);
LogicalResult inferDiagonal(const TypeInference &on, ShapedType source, int64_t offset,
                            int64_t dim1, int64_t dim2, SmallVectorImpl<Type> &types);
LogicalResult inferAsStrided(const TypeInference &on, ShapedType source, ArrayRef<int64_t> sizes,
                             ArrayRef<int64_t> strides, int64_t offset,
                             SmallVectorImpl<Type> &types);

} // namespace mlir::lamina

#endif // LAMINA_GEOMETRY_H
