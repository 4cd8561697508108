#include "dialects/Lamina/Lamina.h"

using namespace mlir;
using namespace mlir::lamina;

#define GET_OP_CLASSES
#include "dialects/Lamina/Indexing.cpp.inc"

static ShapedType shaped(Value value) { return cast<ShapedType>(value.getType()); }

/// Whether `size` cannot be more than `bound`, as far as it is known.
static bool mayFit(int64_t size, int64_t bound) {
  return ShapedType::isDynamic(size) || ShapedType::isDynamic(bound) || size <= bound;
}

/// `index` has the rank of `x` and is no larger, except along `dim`.
static LogicalResult checkIndexShape(const TypeInference &on, ShapedType x, ShapedType index,
                                     int64_t dim) {
  if (failed(on.checkDim("dim", dim, x)))
    return failure();
  if (index.getRank() != x.getRank())
    return on.fail("expected 'index' to have the rank of ", x, ", got ", index);
  for (int64_t i = 0; i < x.getRank(); ++i)
    if (i != dim && !mayFit(index.getDimSize(i), x.getDimSize(i)))
      return on.fail("expected 'index' to be no larger than ", x, " except along dimension ", dim,
                     ", got ", index);
  return success();
}

LogicalResult GatherOp::inferTypes(const TypeInference &on, Adaptor adaptor,
                                   SmallVectorImpl<Type> &types) {
  ShapedType x = shaped(adaptor.getX()), index = shaped(adaptor.getIndex());
  types.push_back(x.cloneWith(index.getShape(), x.getElementType()));
  return checkIndexShape(on, x, index, adaptor.getDim());
}

LogicalResult ScatterOp::inferTypes(const TypeInference &on, Adaptor adaptor,
                                    SmallVectorImpl<Type> &types) {
  ShapedType x = shaped(adaptor.getX()), index = shaped(adaptor.getIndex());
  ShapedType src = shaped(adaptor.getSrc());
  if (failed(on.sameElements("x", x, "src", src)) ||
      failed(checkIndexShape(on, x, index, adaptor.getDim())))
    return failure();
  bool fits = src.getRank() == index.getRank() &&
              llvm::all_of_zip(index.getShape(), src.getShape(), mayFit);
  if (!fits)
    return on.fail("expected 'src' to be at least as large as 'index', ", index, ", got ", src);
  types.push_back(x);
  return success();
}

/// The shape of `x[indices...]`.
static LogicalResult inferIndexed(const TypeInference &on, ShapedType x, ValueRange indices,
                                  SmallVectorImpl<int64_t> &shape) {
  int64_t count = indices.size();
  if (count < 1 || count > x.getRank())
    return on.fail("expected between 1 and ", x.getRank(), " index arrays for ", x, ", got ",
                   count);
  llvm::append_range(shape, shaped(indices.front()).getShape());
  for (Value index : indices) {
    ShapedType type = shaped(index);
    bool agrees = type.getRank() == static_cast<int64_t>(shape.size()) &&
                  llvm::all_of_zip(type.getShape(), shape, compatible);
    if (!agrees)
      return on.fail("expected index arrays of one shape, got ", indices.front().getType(), " and ",
                     type);
    for (auto [size, known] : llvm::zip_equal(type.getShape(), shape))
      known = joinSizes(known, size);
  }
  llvm::append_range(shape, x.getShape().drop_front(count));
  return success();
}

LogicalResult IndexOp::inferTypes(const TypeInference &on, Adaptor adaptor,
                                  SmallVectorImpl<Type> &types) {
  ShapedType x = shaped(adaptor.getX());
  SmallVector<int64_t> shape;
  if (failed(inferIndexed(on, x, adaptor.getIndices(), shape)))
    return failure();
  types.push_back(x.cloneWith(ArrayRef<int64_t>(shape), x.getElementType()));
  return success();
}

LogicalResult IndexPutOp::inferTypes(const TypeInference &on, Adaptor adaptor,
                                     SmallVectorImpl<Type> &types) {
  ShapedType x = shaped(adaptor.getX()), values = shaped(adaptor.getValues());
  SmallVector<int64_t> shape;
  if (failed(on.sameElements("x", x, "values", values)) ||
      failed(inferIndexed(on, x, adaptor.getIndices(), shape)))
    return failure();
  bool agrees = values.getRank() == static_cast<int64_t>(shape.size()) &&
                llvm::all_of_zip(values.getShape(), shape, compatible);
  if (!agrees)
    return on.fail("expected 'values' to have the type of the indexed elements, ",
                   x.cloneWith(ArrayRef<int64_t>(shape), x.getElementType()), ", got ", values);
  types.push_back(x);
  return success();
}

LogicalResult ConcatOp::inferTypes(const TypeInference &on, Adaptor adaptor,
                                   SmallVectorImpl<Type> &types) {
  if (adaptor.getSources().empty())
    return on.fail("expected at least one array");
  ShapedType first = shaped(adaptor.getSources().front());
  int64_t dim = adaptor.getDim();
  if (failed(on.checkDim("dim", dim, first)))
    return failure();
  SmallVector<int64_t> shape(first.getShape());
  for (Value source : adaptor.getSources().drop_front()) {
    ShapedType type = shaped(source);
    if (type.getElementType() != first.getElementType())
      return on.fail("expected the arrays to have one element type, got ", first, " and ", type);
    bool agrees = type.getRank() == first.getRank();
    for (int64_t i = 0; agrees && i < type.getRank(); ++i)
      agrees = i == dim || compatible(type.getDimSize(i), shape[i]);
    if (!agrees)
      return on.fail("expected arrays that agree except along dimension ", dim, ", got ", first,
                     " and ", type);
    for (auto [i, size] : llvm::enumerate(type.getShape()))
      shape[i] = static_cast<int64_t>(i) != dim ? joinSizes(shape[i], size)
                 : ShapedType::isDynamic(size)
                     ? size
                     : mapSize(shape[i], [&](int64_t n) { return n + size; });
  }
  types.push_back(first.cloneWith(ArrayRef<int64_t>(shape), first.getElementType()));
  return success();
}

LogicalResult PadOp::inferTypes(const TypeInference &on, Adaptor adaptor,
                                SmallVectorImpl<Type> &types) {
  ShapedType source = shaped(adaptor.getSource());
  if (scalarType(adaptor.getValue()) != source.getElementType())
    return on.fail("expected 'value' of the element type of ", source, ", got ",
                   adaptor.getValue());
  ArrayRef<int64_t> low = adaptor.getLow(), high = adaptor.getHigh();
  ArrayRef<int64_t> interior = adaptor.getInterior();
  for (auto [name, values] : {std::pair("low", low), {"high", high}, {"interior", interior}})
    if (failed(on.checkCount(name, values, source.getRank(), "one for each dimension")))
      return failure();
  if (failed(on.checkAtLeast("interior", interior, 0)))
    return failure();
  SmallVector<int64_t> shape;
  for (auto [dim, size] : llvm::enumerate(source.getShape())) {
    shape.push_back(mapSize(size, [&, dim = dim](int64_t size) {
      return size + std::max<int64_t>(size - 1, 0) * interior[dim] + low[dim] + high[dim];
    }));
    if (!ShapedType::isDynamic(size) && shape.back() < 0)
      return on.fail("expected to cut off no more than dimension ", dim, " of ", source,
                     " has, got low ", low[dim], " and high ", high[dim]);
  }
  types.push_back(source.cloneWith(ArrayRef<int64_t>(shape), source.getElementType()));
  return success();
}

LogicalResult FlipOp::inferTypes(const TypeInference &on, Adaptor adaptor,
                                 SmallVectorImpl<Type> &types) {
  types.push_back(adaptor.getSource().getType());
  return on.checkDims("dims", adaptor.getDims(), shaped(adaptor.getSource()));
}

//===-- Folds ------------------------------------------------------------------------------===//

OpFoldResult ConcatOp::fold(FoldAdaptor) {
  bool isAlone = getSources().size() == 1 && !isRef(getResult());
  return isAlone ? OpFoldResult(getSources().front()) : OpFoldResult();
}

OpFoldResult PadOp::fold(FoldAdaptor) {
  auto isZero = [](int64_t value) { return value == 0; };
  bool copies = llvm::all_of(getLow(), isZero) && llvm::all_of(getHigh(), isZero) &&
                llvm::all_of(getInterior(), isZero) && !isRef(getSource());
  return copies ? OpFoldResult(getSource()) : OpFoldResult();
}

OpFoldResult FlipOp::fold(FoldAdaptor) {
  bool copies = !isRef(getSource()) && llvm::all_of(getDims(), [&](int64_t dim) {
    return shaped(getSource()).getDimSize(dim) == 1;
  });
  return copies ? OpFoldResult(getSource()) : OpFoldResult();
}
