#include "dialects/Lamina/Lamina.h"

using namespace mlir;
using namespace mlir::lamina;

SmallVector<int64_t> lamina::inversePermutation(ArrayRef<int64_t> dims) {
  SmallVector<int64_t> inverse(dims.size());
  for (auto [to, from] : llvm::enumerate(dims))
    inverse[from] = to;
  return inverse;
}

SmallVector<int64_t> lamina::rowMajorStrides(ArrayRef<int64_t> shape) {
  SmallVector<int64_t> strides(shape.size(), 1);
  for (int64_t dim = static_cast<int64_t>(shape.size()) - 2; dim >= 0; --dim)
    strides[dim] = strides[dim + 1] * shape[dim + 1];
  return strides;
}

bool lamina::stridesMayOverlap(ArrayRef<int64_t> sizes, ArrayRef<int64_t> strides) {
  SmallVector<std::pair<int64_t, int64_t>> moving;
  for (auto [size, stride] : llvm::zip_equal(sizes, strides)) {
    if (size == 0)
      return false;
    if (size > 1)
      moving.emplace_back(stride, size);
  }
  llvm::sort(moving);
  int64_t reach = 0;
  for (auto [stride, size] : moving) {
    if (stride <= reach)
      return true;
    reach += stride * (size - 1);
  }
  return false;
}

unsigned lamina::storedBits(Type element) {
  return isBoolElement(element) ? 8 : element.getIntOrFloatBitWidth();
}

std::optional<SmallVector<int64_t>> lamina::bitcastShape(ShapedType source, Type to) {
  SmallVector<int64_t> shape(source.getShape());
  if (!isOrderedElement(to))
    return std::nullopt;
  int64_t have = storedBits(source.getElementType()), want = storedBits(to);
  if (have == want)
    return shape;
  if (shape.empty())
    return std::nullopt;
  int64_t &last = shape.back();
  if (ShapedType::isDynamic(last))
    return shape;
  if (last * have % want)
    return std::nullopt;
  last = last * have / want;
  return shape;
}

bool lamina::isWholeSlice(ArrayRef<int64_t> shape, ArrayRef<int64_t> starts,
                          ArrayRef<int64_t> stops, ArrayRef<int64_t> steps) {
  for (auto [size, start, stop, step] : llvm::zip_equal(shape, starts, stops, steps)) {
    bool toEnd = stop == SliceOp::kEnd || stop == size;
    if (start != 0 || step != 1 || !toEnd)
      return false;
  }
  return true;
}

/// The number of indices start, start + step, ... below `stop`, in a dimension of size `extent`.
static int64_t sliceSize(int64_t extent, int64_t start, int64_t stop, int64_t step) {
  if (stop == SliceOp::kEnd)
    stop = extent;
  return mapSize(stop, [&](int64_t stop) { return llvm::divideCeil(stop - start, step); });
}

LogicalResult lamina::inferSlice(const TypeInference &on, ShapedType source,
                                 ArrayRef<int64_t> starts, ArrayRef<int64_t> stops,
                                 ArrayRef<int64_t> steps, SmallVectorImpl<Type> &types) {
  int64_t rank = source.getRank();
  for (auto [name, values] : {std::pair("starts", starts), {"stops", stops}, {"steps", steps}})
    if (failed(on.checkCount(name, values, rank, "one for each dimension")))
      return failure();
  if (failed(on.checkAtLeast("starts", starts, 0)) || failed(on.checkAtLeast("steps", steps, 1)))
    return failure();
  SmallVector<int64_t> shape;
  for (int64_t dim = 0; dim < rank; ++dim) {
    int64_t extent = source.getDimSize(dim);
    int64_t stop =
        stops[dim] == SliceOp::kEnd && !ShapedType::isDynamic(extent) ? extent : stops[dim];
    bool beyond = !ShapedType::isDynamic(extent) && stop > extent;
    if (starts[dim] > stop || beyond)
      return on.fail("expected bounds of dimension ", dim, " of ", source,
                     " that satisfy 0 <= start <= stop <= size, got start ", starts[dim],
                     " and stop ", stop);
    shape.push_back(sliceSize(extent, starts[dim], stop, steps[dim]));
  }
  types.push_back(source.cloneWith(ArrayRef<int64_t>(shape), source.getElementType()));
  return success();
}

LogicalResult lamina::inferDiagonal(const TypeInference &on, ShapedType source, int64_t offset,
                                    int64_t dim1, int64_t dim2, SmallVectorImpl<Type> &types) {
  int64_t rank = source.getRank();
  if (!areDistinctDims({dim1, dim2}, rank))
    return on.fail("expected 'dim1' and 'dim2' to be different dimensions in [0, ", rank, ") of ",
                   source, ", got ", dim1, " and ", dim2);
  SmallVector<int64_t> shape;
  for (int64_t dim = 0; dim < rank; ++dim)
    if (dim != dim1 && dim != dim2)
      shape.push_back(source.getDimSize(dim));
  int64_t rows = source.getDimSize(dim1), columns = source.getDimSize(dim2);
  int64_t length = ShapedType::kDynamic;
  if (!ShapedType::isDynamic(rows) && !ShapedType::isDynamic(columns))
    length = std::max<int64_t>(0, offset >= 0 ? std::min(rows, columns - offset)
                                              : std::min(rows + offset, columns));
  shape.push_back(length);
  types.push_back(source.cloneWith(ArrayRef<int64_t>(shape), source.getElementType()));
  return success();
}

LogicalResult lamina::inferAsStrided(const TypeInference &on, ShapedType source,
                                     ArrayRef<int64_t> sizes, ArrayRef<int64_t> strides,
                                     int64_t offset, SmallVectorImpl<Type> &types) {
  if (failed(on.checkCount("strides", strides, sizes.size(), "one for each size")) ||
      failed(on.checkAtLeast("sizes", sizes, 0)) ||
      failed(on.checkAtLeast("strides", strides, 0)) ||
      failed(on.checkAtLeast("offset", offset, 0)))
    return failure();
  int64_t last = offset;
  for (auto [size, stride] : llvm::zip_equal(sizes, strides))
    last += (size - 1) * stride;
  int64_t count = countElements(source.getShape());
  bool isEmpty = llvm::is_contained(sizes, 0);
  if (!isEmpty && !ShapedType::isDynamic(count) && last >= count)
    return on.fail("expected a region within the ", count, " elements of ", source, ", got sizes [",
                   sizes, "], strides [", strides, "] and offset ", offset,
                   ", which reach element ", last);
  types.push_back(source.cloneWith(sizes, source.getElementType()));
  return success();
}
