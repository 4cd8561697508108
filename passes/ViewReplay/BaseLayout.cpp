#include "passes/ViewReplay/BaseLayout.h"

using namespace mlir;
using namespace mlir::lamina;

/// Stands for a dimension of size 1 that the base does not have.
static constexpr int64_t kNoDimension = -1;

SmallVector<int64_t> lamina::getRowMajorStrides(ArrayRef<int64_t> shape) {
  SmallVector<int64_t> strides(shape.size(), 1);
  for (int64_t dim = static_cast<int64_t>(shape.size()) - 2; dim >= 0; --dim)
    strides[dim] = strides[dim + 1] * std::max<int64_t>(shape[dim + 1], 1);
  return strides;
}

/// Applies a view that only reorders, drops or inserts dimensions to `dims`, which name
/// dimensions of the base. Fails for every other view.
static LogicalResult applyToDimensions(ViewStepAttr view, SmallVectorImpl<int64_t> &dims) {
  if (view.getName() == "alias")
    return success();
  auto parameter =
      view.getAttributes() ? view.getAttributes().getAs<DenseI64ArrayAttr>("dims") : nullptr;
  if (!parameter || !llvm::is_contained({"permute", "squeeze", "unsqueeze"}, view.getName()))
    return failure();
  SmallVector<int64_t> given(parameter.asArrayRef());
  if (view.getName() == "permute") {
    SmallVector<int64_t> old(dims.begin(), dims.end());
    for (auto [to, from] : llvm::enumerate(given))
      dims[to] = old[from];
    return success();
  }
  llvm::sort(given);
  if (view.getName() == "unsqueeze") {
    for (int64_t position : given)
      dims.insert(dims.begin() + position, kNoDimension);
    return success();
  }
  for (int64_t position : llvm::reverse(given))
    dims.erase(dims.begin() + position);
  return success();
}

std::optional<LayoutHint> lamina::getLayoutHint(ArrayRef<int64_t> shape,
                                                ArrayRef<ViewStepAttr> views,
                                                DenseI64ArrayAttr strides) {
  if (ShapedType::isDynamicShape(shape))
    return std::nullopt;
  if (views.empty() && strides)
    return LayoutHint{SmallVector<int64_t>(strides.asArrayRef()), /*isExact=*/true};
  SmallVector<int64_t> dims = llvm::to_vector(llvm::seq<int64_t>(shape.size()));
  while (!views.empty() && succeeded(applyToDimensions(views.front(), dims)))
    views = views.drop_front();
  // Reshaping a row-major array never needs a copy.
  bool isExact = views.empty();
  if (!isExact && views.front().getName() != "reshape")
    return std::nullopt;

  auto sizes =
      llvm::map_to_vector(dims, [&](int64_t dim) { return dim == kNoDimension ? 1 : shape[dim]; });
  SmallVector<int64_t> seen =
      isExact && strides ? SmallVector<int64_t>(strides.asArrayRef()) : getRowMajorStrides(sizes);
  // The stride of a single element means nothing: it stays what it is in a row-major array.
  SmallVector<int64_t> base = getRowMajorStrides(shape);
  for (auto [dim, stride] : llvm::zip_equal(dims, seen))
    if (dim != kNoDimension && shape[dim] != 1)
      base[dim] = stride;
  return LayoutHint{base, isExact};
}
