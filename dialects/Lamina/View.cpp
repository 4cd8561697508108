#include "dialects/Lamina/Lamina.h"

using namespace mlir;
using namespace mlir::lamina;

#define GET_OP_CLASSES
#include "dialects/Lamina/View.cpp.inc"

LogicalResult PermuteOp::inferReturnTypes(MLIRContext *, std::optional<Location> loc, Adaptor adaptor,
                                          SmallVectorImpl<Type> &types) {
  auto source = cast<ShapedType>(adaptor.getSource().getType());
  ArrayRef<int64_t> dims = adaptor.getDims();
  SmallVector<int64_t> sorted(dims);
  llvm::sort(sorted);
  if (sorted != llvm::to_vector(llvm::seq<int64_t>(source.getRank())))
    return emitOptionalError(loc, "expected 'dims' to be a permutation of 0..", source.getRank() - 1,
                             ", got [", dims, "]");
  auto shape = llvm::map_to_vector(dims, [&](int64_t dim) { return source.getDimSize(dim); });
  types.push_back(arrayTypeLike(source, shape, source.getElementType()));
  return success();
}

OpFoldResult PermuteOp::fold(FoldAdaptor) {
  if (llvm::equal(getDims(), llvm::seq<int64_t>(getDims().size())))
    return isRef(getSource()) ? OpFoldResult() : getSource();
  return {};
}

FailureOr<Value> PermuteOp::invert(OpBuilder &builder, Location loc, Value, Value updated) {
  SmallVector<int64_t> inverse(getDims().size());
  for (auto [to, from] : llvm::enumerate(getDims()))
    inverse[from] = to;
  return PermuteOp::create(builder, loc, updated, inverse).getResult();
}
