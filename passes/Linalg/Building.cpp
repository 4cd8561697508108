#include "passes/Linalg/Building.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Arith/Utils/Utils.h"
#include "mlir/Dialect/Complex/IR/Complex.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace mlir;
using namespace mlir::lamina;

Sizes lamina::sizesOf(ImplicitLocOpBuilder &b, Value tensor) {
  return tensor::getMixedSizes(b, b.getLoc(), tensor);
}

Sizes lamina::staticSizes(OpBuilder &b, ShapedType type) {
  return getAsIndexOpFoldResult(b.getContext(), type.getShape());
}

Value lamina::asIndex(ImplicitLocOpBuilder &b, OpFoldResult size) {
  return getValueOrCreateConstantIndexOp(b, b.getLoc(), size);
}

Value lamina::indexConstant(ImplicitLocOpBuilder &b, int64_t value) {
  return arith::ConstantIndexOp::create(b, value);
}

Value lamina::scalarConstant(ImplicitLocOpBuilder &b, Type type, Attribute value) {
  if (isa<ComplexType>(type))
    return complex::ConstantOp::create(b, type, cast<ArrayAttr>(value));
  return arith::ConstantOp::create(b, type, cast<TypedAttr>(value));
}

Value lamina::floatConstant(ImplicitLocOpBuilder &b, Type type, double value) {
  return arith::ConstantOp::create(b, type, b.getFloatAttr(type, value));
}

Value lamina::intConstant(ImplicitLocOpBuilder &b, Type type, int64_t value) {
  return arith::ConstantOp::create(b, type, b.getIntegerAttr(type, value));
}

static Value number(ImplicitLocOpBuilder &b, Type type, int64_t value) {
  if (auto complexType = dyn_cast<ComplexType>(type)) {
    Type part = complexType.getElementType();
    return complex::ConstantOp::create(
        b, type, b.getArrayAttr({b.getFloatAttr(part, value), b.getFloatAttr(part, 0)}));
  }
  return isa<FloatType>(type) ? floatConstant(b, type, value) : intConstant(b, type, value);
}

Value lamina::zero(ImplicitLocOpBuilder &b, Type type) { return number(b, type, 0); }
Value lamina::one(ImplicitLocOpBuilder &b, Type type) { return number(b, type, 1); }

Value lamina::emptyTensor(ImplicitLocOpBuilder &b, ArrayRef<OpFoldResult> sizes, Type elementType) {
  return tensor::EmptyOp::create(b, sizes, elementType);
}

Value lamina::filledTensor(ImplicitLocOpBuilder &b, ArrayRef<OpFoldResult> sizes, Value scalar) {
  Value empty = emptyTensor(b, sizes, scalar.getType());
  return linalg::FillOp::create(b, scalar, empty).getResult(0);
}

SmallVector<Value> lamina::parallelLoops(ImplicitLocOpBuilder &b, ArrayRef<OpFoldResult> sizes,
                                         TypeRange elementTypes, ValueRange inputs,
                                         ArrayRef<AffineMap> maps, ScalarBody body) {
  SmallVector<Value> outputs;
  for (Type type : elementTypes)
    outputs.push_back(emptyTensor(b, sizes, type));
  SmallVector<AffineMap> allMaps(maps);
  allMaps.append(outputs.size(), b.getMultiDimIdentityMap(sizes.size()));
  SmallVector<utils::IteratorType> iterators(sizes.size(), utils::IteratorType::parallel);
  auto loops =
      linalg::GenericOp::create(b, TypeRange(ValueRange(outputs)), inputs, outputs, allMaps,
                                iterators, [&](OpBuilder &inner, Location loc, ValueRange scalars) {
                                  ImplicitLocOpBuilder bodyBuilder(loc, inner);
                                  linalg::YieldOp::create(bodyBuilder, body(bodyBuilder, scalars));
                                });
  return llvm::to_vector_of<Value>(loops.getResults());
}

Value lamina::elementwiseLoops(ImplicitLocOpBuilder &b, Type elementType, ValueRange inputs,
                               ScalarBody body) {
  Sizes sizes = sizesOf(b, inputs.front());
  SmallVector<AffineMap> maps(inputs.size(), b.getMultiDimIdentityMap(sizes.size()));
  return parallelLoops(b, sizes, elementType, inputs, maps, body).front();
}

Value lamina::movedElements(ImplicitLocOpBuilder &b, ArrayRef<OpFoldResult> sizes, Value source,
                            AffineMap map) {
  Type elementType = getElementTypeOrSelf(source);
  auto copy = [](ImplicitLocOpBuilder &, ValueRange scalars) {
    return SmallVector<Value>{scalars.front()};
  };
  return parallelLoops(b, sizes, elementType, source, map, copy).front();
}

SmallVector<Value> lamina::sequentialLoops(ImplicitLocOpBuilder &b, ArrayRef<OpFoldResult> sizes,
                                           ValueRange inits, StepBody body) {
  Value first = indexConstant(b, 0), step = indexConstant(b, 1);
  SmallVector<Value> lower(sizes.size(), first), steps(sizes.size(), step), upper;
  for (OpFoldResult size : sizes)
    upper.push_back(asIndex(b, size));
  scf::LoopNest nest = scf::buildLoopNest(
      b, b.getLoc(), lower, upper, steps, inits,
      [&](OpBuilder &inner, Location loc, ValueRange indices, ValueRange carried) {
        ImplicitLocOpBuilder bodyBuilder(loc, inner);
        return scf::ValueVector(body(bodyBuilder, indices, carried));
      });
  return llvm::to_vector_of<Value>(nest.results);
}

Value lamina::loopIndex(ImplicitLocOpBuilder &b, int64_t dim) {
  return linalg::IndexOp::create(b, dim);
}

SmallVector<Value> lamina::loopIndices(ImplicitLocOpBuilder &b, int64_t rank) {
  SmallVector<Value> indices;
  for (int64_t dim = 0; dim < rank; ++dim)
    indices.push_back(loopIndex(b, dim));
  return indices;
}

Type lamina::computeType(Type type) {
  auto floating = dyn_cast<FloatType>(type);
  return floating && floating.getWidth() < 32 ? Float32Type::get(type.getContext()) : type;
}

Value lamina::convertFloat(ImplicitLocOpBuilder &b, Value value, Type type) {
  Type from = getElementTypeOrSelf(value);
  if (from == type)
    return value;
  if (isa<RankedTensorType>(value.getType()))
    return elementwiseLoops(b, type, value, [&](ImplicitLocOpBuilder &inner, ValueRange scalars) {
      return SmallVector<Value>{convertFloat(inner, scalars.front(), type)};
    });
  if (from.getIntOrFloatBitWidth() < type.getIntOrFloatBitWidth())
    return arith::ExtFOp::create(b, type, value);
  return arith::TruncFOp::create(b, type, value);
}
