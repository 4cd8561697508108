/// How a base has to lie in memory so that its views lie as the program left them.
#ifndef LAMINA_VIEWREPLAY_BASELAYOUT_H
#define LAMINA_VIEWREPLAY_BASELAYOUT_H

#include "dialects/Lamina/Lamina.h"

namespace mlir::lamina {

/// What one output says about the layout of its base.
struct LayoutHint {
  /// Elements between neighbours along each dimension of the base.
  SmallVector<int64_t> strides;
  /// Whether no other layout gives the output its own.
  bool isExact;
};

/// What an output that `views` make of a base of shape `shape` says about the base. The output
/// lies in memory as `strides` say, row-major if null. Nothing if it says nothing.
std::optional<LayoutHint> getLayoutHint(ArrayRef<int64_t> shape, ArrayRef<ViewStepAttr> views,
                                        DenseI64ArrayAttr strides);

/// The strides of a dense array whose last dimension is the innermost.
SmallVector<int64_t> getRowMajorStrides(ArrayRef<int64_t> shape);

} // namespace mlir::lamina

#endif // LAMINA_VIEWREPLAY_BASELAYOUT_H
