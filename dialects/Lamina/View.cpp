#include "dialects/Lamina/Lamina.h"

using namespace mlir;
using namespace mlir::lamina;

#define GET_OP_CLASSES
#include "dialects/Lamina/View.cpp.inc"

/// `source` with its element type kept and another shape.
static Type reshaped(ShapedType source, ArrayRef<int64_t> shape) {
  return source.cloneWith(shape, source.getElementType());
}

static ShapedType sourceType(Value source) { return cast<ShapedType>(source.getType()); }

//===-- Inference --------------------------------------------------------------------------===//

LogicalResult AliasOp::inferTypes(const TypeInference &, Adaptor adaptor,
                                  SmallVectorImpl<Type> &types) {
  types.push_back(adaptor.getSource().getType());
  return success();
}

LogicalResult PermuteOp::inferTypes(const TypeInference &on, Adaptor adaptor,
                                    SmallVectorImpl<Type> &types) {
  ShapedType source = sourceType(adaptor.getSource());
  ArrayRef<int64_t> dims = adaptor.getDims();
  if (static_cast<int64_t>(dims.size()) != source.getRank() ||
      !areDistinctDims(dims, source.getRank()))
    return on.fail("expected 'dims' to be a permutation of the ", source.getRank(),
                   " dimensions of ", source, ", got [", dims, "]");
  types.push_back(reshaped(
      source, llvm::map_to_vector(dims, [&](int64_t dim) { return source.getDimSize(dim); })));
  return success();
}

LogicalResult SqueezeOp::inferTypes(const TypeInference &on, Adaptor adaptor,
                                    SmallVectorImpl<Type> &types) {
  ShapedType source = sourceType(adaptor.getSource());
  ArrayRef<int64_t> dims = adaptor.getDims();
  if (failed(on.checkDims("dims", dims, source)))
    return failure();
  for (int64_t dim : dims)
    if (!compatible(source.getDimSize(dim), 1))
      return on.fail("expected dimension ", dim, " of ", source, " to have size 1, got ",
                     source.getDimSize(dim));
  SmallVector<int64_t> shape;
  for (auto [dim, size] : llvm::enumerate(source.getShape()))
    if (!llvm::is_contained(dims, static_cast<int64_t>(dim)))
      shape.push_back(size);
  types.push_back(reshaped(source, shape));
  return success();
}

LogicalResult UnsqueezeOp::inferTypes(const TypeInference &on, Adaptor adaptor,
                                      SmallVectorImpl<Type> &types) {
  ShapedType source = sourceType(adaptor.getSource());
  ArrayRef<int64_t> dims = adaptor.getDims();
  int64_t rank = source.getRank() + dims.size();
  if (!areDistinctDims(dims, rank))
    return on.fail("expected 'dims' to be different positions in the result, in [0, ", rank,
                   "), got [", dims, "]");
  SmallVector<int64_t> shape;
  auto size = source.getShape().begin();
  for (int64_t dim = 0; dim < rank; ++dim)
    shape.push_back(llvm::is_contained(dims, dim) ? 1 : *size++);
  types.push_back(reshaped(source, shape));
  return success();
}

LogicalResult SliceOp::inferTypes(const TypeInference &on, Adaptor adaptor,
                                  SmallVectorImpl<Type> &types) {
  ShapedType source = sourceType(adaptor.getSource());
  return inferSlice(on, source, adaptor.getStarts(), adaptor.getStops(), adaptor.getSteps(), types);
}

LogicalResult DiagonalOp::inferTypes(const TypeInference &on, Adaptor adaptor,
                                     SmallVectorImpl<Type> &types) {
  return inferDiagonal(on, sourceType(adaptor.getSource()), adaptor.getOffset(), adaptor.getDim1(),
                       adaptor.getDim2(), types);
}

LogicalResult AsStridedOp::inferTypes(const TypeInference &on, Adaptor adaptor,
                                      SmallVectorImpl<Type> &types) {
  return inferAsStrided(on, sourceType(adaptor.getSource()), adaptor.getSizes(),
                        adaptor.getStrides(), adaptor.getOffset(), types);
}

LogicalResult UnfoldOp::inferTypes(const TypeInference &on, Adaptor adaptor,
                                   SmallVectorImpl<Type> &types) {
  ShapedType source = sourceType(adaptor.getSource());
  int64_t dim = adaptor.getDim(), size = adaptor.getSize(), step = adaptor.getStep();
  if (failed(on.checkDim("dim", dim, source)))
    return failure();
  if (size < 0 || step < 1)
    return on.fail("expected a window size that is not negative and a positive step, got size ",
                   size, " and step ", step);
  int64_t extent = source.getDimSize(dim);
  if (!ShapedType::isDynamic(extent) && size > extent)
    return on.fail("expected a window no longer than the ", extent, " elements of dimension ", dim,
                   " of ", source, ", got size ", size);
  SmallVector<int64_t> shape(source.getShape());
  shape[dim] = mapSize(extent, [&](int64_t extent) { return (extent - size) / step + 1; });
  shape.push_back(size);
  types.push_back(reshaped(source, shape));
  return success();
}

static LogicalResult inferPart(Value source, SmallVectorImpl<Type> &types) {
  ShapedType type = sourceType(source);
  types.push_back(
      type.cloneWith(std::nullopt, cast<ComplexType>(type.getElementType()).getElementType()));
  return success();
}

LogicalResult RealOp::inferTypes(const TypeInference &, Adaptor adaptor,
                                 SmallVectorImpl<Type> &types) {
  return inferPart(adaptor.getSource(), types);
}

LogicalResult ImagOp::inferTypes(const TypeInference &, Adaptor adaptor,
                                 SmallVectorImpl<Type> &types) {
  return inferPart(adaptor.getSource(), types);
}

LogicalResult ViewAsRealOp::inferTypes(const TypeInference &on, Adaptor adaptor,
                                       SmallVectorImpl<Type> &types) {
  ShapedType source = sourceType(adaptor.getSource());
  auto complex = dyn_cast<ComplexType>(source.getElementType());
  if (!complex)
    return on.fail("expected an array of complex numbers, got ", source);
  SmallVector<int64_t> shape(source.getShape());
  shape.push_back(2);
  types.push_back(source.cloneWith(ArrayRef<int64_t>(shape), complex.getElementType()));
  return success();
}

LogicalResult ViewAsComplexOp::inferTypes(const TypeInference &on, Adaptor adaptor,
                                          SmallVectorImpl<Type> &types) {
  ShapedType source = sourceType(adaptor.getSource());
  Type complex =
      isFloatElement(source.getElementType()) ? ComplexType::get(source.getElementType()) : Type();
  if (!complex || !isElement(complex) || source.getRank() == 0 ||
      !compatible(source.getShape().back(), 2))
    return on.fail("expected f32 or f64 pairs along a last dimension of size 2, got ", source);
  types.push_back(source.cloneWith(source.getShape().drop_back(), complex));
  return success();
}

//===-- Verifiers of views whose result type is free ---------------------------------------===//

LogicalResult ReshapeOp::verify() {
  ShapedType source = sourceType(getSource()), result = sourceType(getResult());
  if (source.getElementType() != result.getElementType())
    return emitOpError("expected the element type to stay ")
           << source.getElementType() << ", got " << result;
  // The same `?` sizes in the same places say nothing new.
  if (source.getShape() == result.getShape())
    return success();
  if (llvm::count_if(result.getShape(), ShapedType::isDynamic) > 1)
    return emitOpError("expected at most one size '?' in the result, got ") << result;
  if (!compatible(countElements(source.getShape()), countElements(result.getShape())))
    return emitOpError("expected ")
           << countElements(source.getShape()) << " elements like " << source << ", got " << result
           << " with " << countElements(result.getShape());
  return success();
}

LogicalResult ExpandOp::verify() {
  ShapedType source = sourceType(getSource()), result = sourceType(getResult());
  if (source.getElementType() != result.getElementType())
    return emitOpError("expected the element type to stay ")
           << source.getElementType() << ", got " << result;
  int64_t lead = result.getRank() - source.getRank();
  if (lead < 0)
    return emitOpError("expected at least the ")
           << source.getRank() << " dimensions of " << source << ", got " << result;
  for (auto [dim, to] : llvm::enumerate(result.getShape())) {
    bool isNew = static_cast<int64_t>(dim) < lead;
    int64_t from = isNew ? 1 : source.getDimSize(dim - lead);
    if (from == to || (from == 1 && !ShapedType::isDynamic(to)))
      continue;
    return emitOpError("expected every size of ")
           << source << " to be kept or to be 1 and repeated, got " << result;
  }
  return success();
}

LogicalResult BitcastOp::verify() {
  ShapedType source = sourceType(getSource()), result = sourceType(getResult());
  std::optional<SmallVector<int64_t>> shape = bitcastShape(source, result.getElementType());
  if (shape && result.getShape() == ArrayRef(*shape))
    return success();
  return emitOpError("expected as many bits along the last dimension as in ")
         << source << " and its other sizes, got " << result;
}
