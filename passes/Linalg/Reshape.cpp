#include "passes/Linalg/Reshape.h"

#include "dialects/Lamina/Lamina.h"
#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace mlir;
using namespace mlir::lamina;

using Groups = SmallVector<ReassociationIndices>;

namespace {
/// Runs of dimensions of two shapes that hold the same elements: run `i` of one is run `i` of the
/// other. As short as possible, so that a collapse followed by an expansion moves nothing else.
struct Regrouping {
  Groups from, to;

  Regrouping(ArrayRef<int64_t> source, ArrayRef<int64_t> target) {
    size_t i = 0, j = 0;
    while (i < source.size() || j < target.size()) {
      ReassociationIndices left, right;
      int64_t leftCount = 1, rightCount = 1;
      auto takeLeft = [&] {
        leftCount *= source[i];
        left.push_back(i++);
      };
      auto takeRight = [&] {
        rightCount *= target[j];
        right.push_back(j++);
      };
      if (i < source.size())
        takeLeft();
      if (j < target.size())
        takeRight();
      while (leftCount != rightCount) {
        if (leftCount < rightCount && i < source.size())
          takeLeft();
        else if (j < target.size())
          takeRight();
        else
          takeLeft();
      }
      // Dimensions of size 1 that only one side still has join the last run.
      while (j == target.size() && i < source.size())
        takeLeft();
      while (i == source.size() && j < target.size())
        takeRight();
      from.push_back(left);
      to.push_back(right);
    }
  }

  static bool isIdentity(const Groups &groups) {
    return llvm::all_of(groups, [](auto &group) { return group.size() == 1; });
  }
};
} // namespace

/// A reshape to or from a 0-d tensor is a single collapse or expansion of unit dimensions.
static Value reshapeStatic(ImplicitLocOpBuilder &b, Value source, ArrayRef<int64_t> shape) {
  auto type = cast<RankedTensorType>(source.getType());
  if (type.getRank() == 0)
    return tensor::ExpandShapeOp::create(b, type.clone(shape), source, Groups());
  if (shape.empty())
    return tensor::CollapseShapeOp::create(b, type.clone(shape), source, Groups());
  Regrouping runs(type.getShape(), shape);
  SmallVector<int64_t> middle;
  for (auto &run : runs.from) {
    int64_t count = 1;
    for (int64_t dim : run)
      count *= type.getDimSize(dim);
    middle.push_back(count);
  }
  if (!Regrouping::isIdentity(runs.from))
    source = tensor::CollapseShapeOp::create(b, type.clone(middle), source, runs.from);
  if (!Regrouping::isIdentity(runs.to))
    source = tensor::ExpandShapeOp::create(b, type.clone(shape), source, runs.to);
  return source;
}

/// With an unknown size the runs are unknown too: the new sizes become a tensor.
static Value reshapeDynamic(ImplicitLocOpBuilder &b, Value source, ArrayRef<int64_t> shape) {
  Value total = indexConstant(b, 1);
  for (OpFoldResult size : sizesOf(b, source))
    total = arith::MulIOp::create(b, total, asIndex(b, size));
  int64_t known = 1;
  for (int64_t size : shape)
    known *= ShapedType::isDynamic(size) ? 1 : size;
  Value rest = arith::DivUIOp::create(b, total, indexConstant(b, std::max<int64_t>(known, 1)));
  SmallVector<Value> sizes;
  for (int64_t size : shape)
    sizes.push_back(ShapedType::isDynamic(size) ? rest : indexConstant(b, size));
  auto type = cast<RankedTensorType>(source.getType()).clone(shape);
  return tensor::ReshapeOp::create(b, type, source, tensor::FromElementsOp::create(b, sizes));
}

Value lamina::reshaped(ImplicitLocOpBuilder &b, Value source, ArrayRef<int64_t> shape) {
  auto type = cast<RankedTensorType>(source.getType());
  RankedTensorType target = type.clone(shape);
  if (type == target)
    return source;
  if (!type.hasStaticShape() || !target.hasStaticShape())
    return reshapeDynamic(b, source, shape);
  if (type.getNumElements() == 0)
    return emptyTensor(b, staticSizes(b, target), type.getElementType());
  return reshapeStatic(b, source, shape);
}

Value lamina::flattened(ImplicitLocOpBuilder &b, Value source) {
  auto type = cast<RankedTensorType>(source.getType());
  return reshaped(b, source, type.hasStaticShape() ? type.getNumElements() : ShapedType::kDynamic);
}

Bounds lamina::sliceBounds(ImplicitLocOpBuilder &b, Value source, ArrayRef<int64_t> starts,
                           ArrayRef<int64_t> stops, ArrayRef<int64_t> steps) {
  Bounds bounds;
  for (auto [dim, size] : llvm::enumerate(sizesOf(b, source))) {
    int64_t start = starts[dim], step = steps[dim];
    OpFoldResult stop = b.getIndexAttr(stops[dim]);
    if (stops[dim] == SliceOp::kEnd)
      stop = size;
    AffineExpr end = b.getAffineSymbolExpr(0);
    OpFoldResult count =
        affine::makeComposedFoldedAffineApply(b, b.getLoc(), (end - start).ceilDiv(step), stop);
    bounds.offsets.push_back(b.getIndexAttr(start));
    bounds.sizes.push_back(count);
    bounds.strides.push_back(b.getIndexAttr(step));
  }
  return bounds;
}
