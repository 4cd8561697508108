#include "dialects/Lamina/Lamina.h"

using namespace mlir;
using namespace mlir::lamina;

#define GET_OP_CLASSES
#include "dialects/Lamina/Scatter.cpp.inc"

/// An inverse has the type of its base; `update` has the type of the view of it, `viewed`.
static LogicalResult inferFromBase(const TypeInference &on, Value base, Value update,
                                   ArrayRef<Type> viewed, SmallVectorImpl<Type> &types) {
  if (update.getType() != viewed.front())
    return on.fail("expected 'update' to have the type of the view that it replaces, ",
                   viewed.front(), ", got ", update.getType());
  types.push_back(base.getType());
  return success();
}

LogicalResult SliceScatterOp::inferTypes(const TypeInference &on, Adaptor adaptor,
                                         SmallVectorImpl<Type> &types) {
  SmallVector<Type> viewed;
  if (failed(inferSlice(on, cast<ShapedType>(adaptor.getBase().getType()), adaptor.getStarts(),
                        adaptor.getStops(), adaptor.getSteps(), viewed)))
    return failure();
  return inferFromBase(on, adaptor.getBase(), adaptor.getUpdate(), viewed, types);
}

LogicalResult DiagonalScatterOp::inferTypes(const TypeInference &on, Adaptor adaptor,
                                            SmallVectorImpl<Type> &types) {
  SmallVector<Type> viewed;
  if (failed(inferDiagonal(on, cast<ShapedType>(adaptor.getBase().getType()), adaptor.getOffset(),
                           adaptor.getDim1(), adaptor.getDim2(), viewed)))
    return failure();
  return inferFromBase(on, adaptor.getBase(), adaptor.getUpdate(), viewed, types);
}

LogicalResult AsStridedScatterOp::inferTypes(const TypeInference &on, Adaptor adaptor,
                                             SmallVectorImpl<Type> &types) {
  SmallVector<Type> viewed;
  if (failed(inferAsStrided(on, cast<ShapedType>(adaptor.getBase().getType()), adaptor.getSizes(),
                            adaptor.getStrides(), adaptor.getOffset(), viewed)))
    return failure();
  if (stridesMayOverlap(adaptor.getSizes(), adaptor.getStrides()))
    return on.fail("expected a region that does not overlap itself, got sizes [",
                   adaptor.getSizes(), "] and strides [", adaptor.getStrides(), "]");
  return inferFromBase(on, adaptor.getBase(), adaptor.getUpdate(), viewed, types);
}
