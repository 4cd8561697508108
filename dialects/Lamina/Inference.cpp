#include "dialects/Lamina/Lamina.h"

#include "llvm/ADT/SmallBitVector.h"

using namespace mlir;
using namespace mlir::lamina;

int64_t lamina::countElements(ArrayRef<int64_t> shape) {
  return ShapedType::isDynamicShape(shape) ? ShapedType::kDynamic
                                           : ShapedType::getNumElements(shape);
}

bool lamina::areDistinctDims(ArrayRef<int64_t> dims, int64_t rank) {
  llvm::SmallBitVector seen(rank);
  for (int64_t dim : dims) {
    if (dim < 0 || dim >= rank || seen.test(dim))
      return false;
    seen.set(dim);
  }
  return true;
}

LogicalResult TypeInference::checkOperands(ValueRange operands) const {
  for (auto [i, operand] : llvm::enumerate(operands))
    if (!isArray(operand.getType()))
      return fail("expected operand #", i,
                  " to be a tensor or ref of a supported element type, got ", operand.getType());
  return success();
}

LogicalResult TypeInference::sameType(ValueRange operands, SmallVectorImpl<Type> &types) const {
  for (Type type : llvm::drop_begin(operands.getTypes()))
    if (type != operands.front().getType())
      return fail("expected operands of one shape and element type, got ",
                  operands.front().getType(), " and ", type);
  types.push_back(operands.front().getType());
  return success();
}

LogicalResult TypeInference::sameElements(StringRef a, Type aType, StringRef b, Type bType) const {
  if (getElementTypeOrSelf(aType) == getElementTypeOrSelf(bType))
    return success();
  return fail("expected ", a, " and ", b, " to have one element type, got ", aType, " and ", bType);
}

LogicalResult TypeInference::checkDim(StringRef attribute, int64_t dim, ShapedType type) const {
  if (dim >= 0 && dim < type.getRank())
    return success();
  if (type.getRank() == 0)
    return fail("expected an array of at least one dimension, got ", type);
  return fail("expected '", attribute, "' to be in [0, ", type.getRank(), "), the dimensions of ",
              type, ", got ", dim);
}

LogicalResult TypeInference::checkDims(StringRef attribute, ArrayRef<int64_t> dims,
                                       ShapedType type) const {
  if (areDistinctDims(dims, type.getRank()))
    return success();
  return fail("expected '", attribute, "' to be different dimensions in [0, ", type.getRank(),
              ") of ", type, ", got [", dims, "]");
}

LogicalResult TypeInference::checkCount(StringRef attribute, ArrayRef<int64_t> values,
                                        int64_t count, StringRef what) const {
  if (static_cast<int64_t>(values.size()) == count)
    return success();
  return fail("expected '", attribute, "' to have ", count, " entries, ", what, ", got [", values,
              "]");
}

LogicalResult TypeInference::checkAtLeast(StringRef attribute, ArrayRef<int64_t> values,
                                          int64_t least) const {
  if (llvm::all_of(values, [&](int64_t value) { return value >= least; }))
    return success();
  return fail("expected every entry of '", attribute, "' to be at least ", least, ", got [", values,
              "]");
}
