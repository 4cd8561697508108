/// How each view is undone: the base after the elements seen through the view were replaced.
#include "dialects/Lamina/Lamina.h"

using namespace mlir;
using namespace mlir::lamina;

static ArrayRef<int64_t> shapeOf(Value value) {
  return cast<ShapedType>(value.getType()).getShape();
}

FailureOr<Value> AliasOp::invert(OpBuilder &, Location, Value, Value updated) { return updated; }

FailureOr<Value> PermuteOp::invert(OpBuilder &builder, Location loc, Value, Value updated) {
  return PermuteOp::create(builder, loc, updated, inversePermutation(getDims())).getResult();
}

FailureOr<Value> SqueezeOp::invert(OpBuilder &builder, Location loc, Value, Value updated) {
  return UnsqueezeOp::create(builder, loc, updated, getDims()).getResult();
}

FailureOr<Value> UnsqueezeOp::invert(OpBuilder &builder, Location loc, Value, Value updated) {
  return SqueezeOp::create(builder, loc, updated, getDims()).getResult();
}

FailureOr<Value> ReshapeOp::invert(OpBuilder &builder, Location loc, Value base, Value updated) {
  if (shapeOf(base) != shapeOf(updated) && llvm::count_if(shapeOf(base), ShapedType::isDynamic) > 1)
    return failure();
  return ReshapeOp::create(builder, loc, base.getType(), updated).getResult();
}

FailureOr<Value> ExpandOp::invert(OpBuilder &builder, Location loc, Value base, Value updated) {
  auto whole = cast<ShapedType>(base.getType()), part = cast<ShapedType>(updated.getType());
  if (whole == part)
    return updated;
  // Dimensions of size 1 repeat nothing.
  bool isStatic = whole.hasStaticShape() && part.hasStaticShape();
  if (!isStatic || whole.getNumElements() != part.getNumElements())
    return failure();
  return ReshapeOp::create(builder, loc, whole, updated).getResult();
}

FailureOr<Value> SliceOp::invert(OpBuilder &builder, Location loc, Value base, Value updated) {
  return SliceScatterOp::create(builder, loc, base, updated, getStarts(), getStops(), getSteps())
      .getResult();
}

FailureOr<Value> DiagonalOp::invert(OpBuilder &builder, Location loc, Value base, Value updated) {
  return DiagonalScatterOp::create(builder, loc, base, updated, getOffset(), getDim1(), getDim2())
      .getResult();
}

FailureOr<Value> AsStridedOp::invert(OpBuilder &builder, Location loc, Value base, Value updated) {
  if (stridesMayOverlap(getSizes(), getStrides()))
    return failure();
  return AsStridedScatterOp::create(builder, loc, base, updated, getSizes(), getStrides(),
                                    getOffset())
      .getResult();
}

/// Windows that do not overlap are a strided region of the base.
FailureOr<Value> UnfoldOp::invert(OpBuilder &builder, Location loc, Value base, Value updated) {
  int64_t dim = getDim(), windows = shapeOf(updated)[dim];
  bool overlap = getStep() < getSize() && windows > 1 && getSize() > 0;
  if (overlap || ShapedType::isDynamicShape(shapeOf(base)))
    return failure();
  SmallVector<int64_t> strides = rowMajorStrides(shapeOf(base));
  strides.push_back(strides[dim]);
  strides[dim] *= getStep();
  return AsStridedScatterOp::create(builder, loc, base, updated, shapeOf(updated), strides,
                                    /*offset=*/0)
      .getResult();
}

FailureOr<Value> RealOp::invert(OpBuilder &builder, Location loc, Value base, Value updated) {
  Value imag = ImagOp::create(builder, loc, base);
  return ComplexOp::create(builder, loc, updated, imag).getResult();
}

FailureOr<Value> ImagOp::invert(OpBuilder &builder, Location loc, Value base, Value updated) {
  Value real = RealOp::create(builder, loc, base);
  return ComplexOp::create(builder, loc, real, updated).getResult();
}

FailureOr<Value> ViewAsRealOp::invert(OpBuilder &builder, Location loc, Value, Value updated) {
  return ViewAsComplexOp::create(builder, loc, updated).getResult();
}

FailureOr<Value> ViewAsComplexOp::invert(OpBuilder &builder, Location loc, Value, Value updated) {
  return ViewAsRealOp::create(builder, loc, updated).getResult();
}

FailureOr<Value> BitcastOp::invert(OpBuilder &builder, Location loc, Value base, Value updated) {
  return BitcastOp::create(builder, loc, base.getType(), updated).getResult();
}
