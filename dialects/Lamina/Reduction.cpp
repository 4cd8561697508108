#include "dialects/Lamina/Lamina.h"

using namespace mlir;
using namespace mlir::lamina;

static SmallVector<int64_t> without(ArrayRef<int64_t> shape, ArrayRef<int64_t> dims) {
  SmallVector<int64_t> rest;
  for (auto [dim, size] : llvm::enumerate(shape))
    if (!llvm::is_contained(dims, static_cast<int64_t>(dim)))
      rest.push_back(size);
  return rest;
}

/// Nothing has no largest element.
static LogicalResult checkNotEmpty(const TypeInference &on, ShapedType source,
                                   ArrayRef<int64_t> dims) {
  for (int64_t dim : dims)
    if (source.getDimSize(dim) == 0)
      return on.fail("expected elements to choose from, got the empty dimension ", dim, " of ",
                     source);
  return success();
}

static LogicalResult inferReduced(const TypeInference &on, Value source, ArrayRef<int64_t> dims,
                                  bool emptyIsError, SmallVectorImpl<Type> &types) {
  auto type = cast<ShapedType>(source.getType());
  if (failed(on.checkDims("dims", dims, type)) ||
      (emptyIsError && failed(checkNotEmpty(on, type, dims))))
    return failure();
  types.push_back(
      type.cloneWith(ArrayRef<int64_t>(without(type.getShape(), dims)), type.getElementType()));
  return success();
}

static LogicalResult inferArgReduced(const TypeInference &on, Value source, int64_t dim,
                                     SmallVectorImpl<Type> &types) {
  auto type = cast<ShapedType>(source.getType());
  if (failed(on.checkDim("dim", dim, type)) || failed(checkNotEmpty(on, type, dim)))
    return failure();
  types.push_back(type.cloneWith(ArrayRef<int64_t>(without(type.getShape(), dim)),
                                 IntegerType::get(type.getContext(), 64)));
  return success();
}

#define GET_OP_CLASSES
#include "dialects/Lamina/Reduction.cpp.inc"

LogicalResult SortOp::inferTypes(const TypeInference &on, Adaptor adaptor,
                                 SmallVectorImpl<Type> &types) {
  auto source = cast<ShapedType>(adaptor.getSource().getType());
  types.push_back(source);
  types.push_back(source.cloneWith(std::nullopt, IntegerType::get(source.getContext(), 64)));
  return on.checkDim("dim", adaptor.getDim(), source);
}
