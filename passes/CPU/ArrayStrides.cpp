#include "passes/CPU/ArrayStrides.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Dialect/Utils/IndexingUtils.h"

using namespace mlir;
using namespace mlir::lamina;

static std::optional<SmallVector<int64_t>> stridesOfSlice(tensor::ExtractSliceOp slice) {
  auto strides = stridesOf(slice.getSource());
  if (!strides)
    return std::nullopt;
  llvm::SmallBitVector dropped = slice.getDroppedDims();
  SmallVector<int64_t> kept;
  for (auto [dim, step] : llvm::enumerate(slice.getStaticStrides())) {
    if (ShapedType::isDynamic(step))
      return std::nullopt;
    if (!dropped.test(dim))
      kept.push_back((*strides)[dim] * step);
  }
  return kept;
}

std::optional<SmallVector<int64_t>> lamina::stridesOf(Value array) {
  auto type = dyn_cast<RankedTensorType>(array.getType());
  if (!type || !type.hasStaticShape())
    return std::nullopt;
  if (auto slice = array.getDefiningOp<tensor::ExtractSliceOp>())
    return stridesOfSlice(slice);
  if (auto argument = dyn_cast<BlockArgument>(array))
    if (auto function = dyn_cast<func::FuncOp>(argument.getOwner()->getParentOp()))
      if (auto strides = function.getArgAttrOfType<DenseI64ArrayAttr>(argument.getArgNumber(),
                                                                      "lamina.strides"))
        return SmallVector<int64_t>(strides.asArrayRef());
  return computeStrides(type.getShape());
}
