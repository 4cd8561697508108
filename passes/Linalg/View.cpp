/// Views: maps through which readers read.
///
/// A view that names elements by an affine function of its indices becomes a loop nest that only
/// moves elements; fusion makes it part of its readers. Reshapes are not affine in general and
/// become collapse_shape and expand_shape, which cost nothing in row-major memory.
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Complex/IR/Complex.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "passes/Linalg/Patterns.h"
#include "passes/Linalg/Reshape.h"

using namespace mlir;
using namespace mlir::lamina;

namespace {
using Exprs = SmallVector<AffineExpr>;

/// `source` without what lies behind the end of loops of `sizes`, in the dimensions that one loop
/// alone indexes: linalg wants such loops to cover the dimension.
Value reached(ImplicitLocOpBuilder &b, ArrayRef<OpFoldResult> sizes, Value source,
              ArrayRef<AffineExpr> exprs) {
  Sizes extents = sizesOf(b, source);
  bool isCut = false;
  for (auto [dim, expr] : llvm::enumerate(exprs)) {
    auto loop = dyn_cast<AffineDimExpr>(expr);
    if (!loop)
      continue;
    std::optional<int64_t> trips = getConstantIntValue(sizes[loop.getPosition()]);
    std::optional<int64_t> extent = getConstantIntValue(extents[dim]);
    if (!trips || !extent || *trips >= *extent)
      continue;
    extents[dim] = sizes[loop.getPosition()];
    isCut = true;
  }
  if (!isCut)
    return source;
  Sizes offsets(extents.size(), b.getIndexAttr(0)), strides(extents.size(), b.getIndexAttr(1));
  return tensor::ExtractSliceOp::create(b, source, offsets, extents, strides);
}

/// The elements of `source` at `exprs`, functions of the indices of a result of `sizes`.
FailureOr<SmallVector<Value>> moved(ImplicitLocOpBuilder &b, ArrayRef<OpFoldResult> sizes,
                                    Value source, ArrayRef<AffineExpr> exprs) {
  source = reached(b, sizes, source, exprs);
  AffineMap map = AffineMap::get(sizes.size(), 0, exprs, b.getContext());
  return SmallVector<Value>{movedElements(b, sizes, source, map)};
}

struct AliasLowering : Lowering<AliasOp> {
  using Lowering::Lowering;
  FailureOr<SmallVector<Value>> lower(AliasOp, AliasOp::Adaptor adaptor,
                                      ImplicitLocOpBuilder &) const override {
    return SmallVector<Value>{adaptor.getSource()};
  }
};

struct PermuteLowering : Lowering<PermuteOp> {
  using Lowering::Lowering;
  FailureOr<SmallVector<Value>> lower(PermuteOp op, PermuteOp::Adaptor adaptor,
                                      ImplicitLocOpBuilder &b) const override {
    Sizes source = sizesOf(b, adaptor.getSource()), sizes;
    Exprs exprs(source.size());
    for (auto [position, dim] : llvm::enumerate(op.getDims())) {
      sizes.push_back(source[dim]);
      exprs[dim] = b.getAffineDimExpr(position);
    }
    return moved(b, sizes, adaptor.getSource(), exprs);
  }
};

struct SqueezeLowering : Lowering<SqueezeOp> {
  using Lowering::Lowering;
  FailureOr<SmallVector<Value>> lower(SqueezeOp op, SqueezeOp::Adaptor adaptor,
                                      ImplicitLocOpBuilder &b) const override {
    Sizes sizes;
    Exprs exprs;
    for (auto [dim, size] : llvm::enumerate(sizesOf(b, adaptor.getSource()))) {
      if (llvm::is_contained(op.getDims(), static_cast<int64_t>(dim))) {
        exprs.push_back(b.getAffineConstantExpr(0));
        continue;
      }
      exprs.push_back(b.getAffineDimExpr(sizes.size()));
      sizes.push_back(size);
    }
    return moved(b, sizes, adaptor.getSource(), exprs);
  }
};

struct UnsqueezeLowering : Lowering<UnsqueezeOp> {
  using Lowering::Lowering;
  FailureOr<SmallVector<Value>> lower(UnsqueezeOp op, UnsqueezeOp::Adaptor adaptor,
                                      ImplicitLocOpBuilder &b) const override {
    Sizes source = sizesOf(b, adaptor.getSource()), sizes;
    Exprs exprs;
    for (int64_t dim = 0, rank = resultType(op).getRank(); dim < rank; ++dim) {
      if (llvm::is_contained(op.getDims(), dim)) {
        sizes.push_back(b.getIndexAttr(1));
        continue;
      }
      sizes.push_back(source[exprs.size()]);
      exprs.push_back(b.getAffineDimExpr(dim));
    }
    return moved(b, sizes, adaptor.getSource(), exprs);
  }
};

struct ExpandLowering : Lowering<ExpandOp> {
  using Lowering::Lowering;
  FailureOr<SmallVector<Value>> lower(ExpandOp op, ExpandOp::Adaptor adaptor,
                                      ImplicitLocOpBuilder &b) const override {
    RankedTensorType type = resultType(op);
    auto sourceType = cast<RankedTensorType>(adaptor.getSource().getType());
    Sizes source = sizesOf(b, adaptor.getSource()), sizes;
    int64_t lead = type.getRank() - sourceType.getRank();
    for (auto [dim, size] : llvm::enumerate(type.getShape()))
      sizes.push_back(ShapedType::isDynamic(size) ? source[dim - lead]
                                                  : OpFoldResult(b.getIndexAttr(size)));
    Exprs exprs;
    for (auto [dim, size] : llvm::enumerate(sourceType.getShape()))
      exprs.push_back(size == 1 ? b.getAffineConstantExpr(0) : b.getAffineDimExpr(lead + dim));
    return moved(b, sizes, adaptor.getSource(), exprs);
  }
};

struct ReshapeLowering : Lowering<ReshapeOp> {
  using Lowering::Lowering;
  FailureOr<SmallVector<Value>> lower(ReshapeOp op, ReshapeOp::Adaptor adaptor,
                                      ImplicitLocOpBuilder &b) const override {
    return SmallVector<Value>{reshaped(b, adaptor.getSource(), resultType(op).getShape())};
  }
};

struct SliceLowering : Lowering<SliceOp> {
  using Lowering::Lowering;
  FailureOr<SmallVector<Value>> lower(SliceOp op, SliceOp::Adaptor adaptor,
                                      ImplicitLocOpBuilder &b) const override {
    RankedTensorType type = resultType(op);
    // An empty slice may start behind the end, where `tensor` allows none.
    if (type.hasStaticShape() && type.getNumElements() == 0)
      return SmallVector<Value>{emptyTensor(b, staticSizes(b, type), type.getElementType())};
    Bounds bounds =
        sliceBounds(b, adaptor.getSource(), op.getStarts(), op.getStops(), op.getSteps());
    return SmallVector<Value>{tensor::ExtractSliceOp::create(b, adaptor.getSource(), bounds.offsets,
                                                             bounds.sizes, bounds.strides)};
  }
};

struct DiagonalLowering : Lowering<DiagonalOp> {
  using Lowering::Lowering;
  FailureOr<SmallVector<Value>> lower(DiagonalOp op, DiagonalOp::Adaptor adaptor,
                                      ImplicitLocOpBuilder &b) const override {
    RankedTensorType type = resultType(op);
    if (!type.hasStaticShape())
      return failure();
    int64_t last = type.getRank() - 1, next = 0, offset = op.getOffset();
    Exprs exprs;
    for (int64_t dim = 0; dim <= last + 1; ++dim) {
      if (dim == static_cast<int64_t>(op.getDim1()))
        exprs.push_back(b.getAffineDimExpr(last) + std::max<int64_t>(-offset, 0));
      else if (dim == static_cast<int64_t>(op.getDim2()))
        exprs.push_back(b.getAffineDimExpr(last) + std::max<int64_t>(offset, 0));
      else
        exprs.push_back(b.getAffineDimExpr(next++));
    }
    return movedOrEmpty(b, type, adaptor.getSource(), exprs);
  }

  /// A diagonal that leads outside has no elements, and its map would name none that exist.
  static FailureOr<SmallVector<Value>> movedOrEmpty(ImplicitLocOpBuilder &b, RankedTensorType type,
                                                    Value source, ArrayRef<AffineExpr> exprs) {
    Sizes sizes = staticSizes(b, type);
    if (type.getNumElements() == 0)
      return SmallVector<Value>{emptyTensor(b, sizes, type.getElementType())};
    return moved(b, sizes, source, exprs);
  }
};

struct AsStridedLowering : Lowering<AsStridedOp> {
  using Lowering::Lowering;
  FailureOr<SmallVector<Value>> lower(AsStridedOp op, AsStridedOp::Adaptor adaptor,
                                      ImplicitLocOpBuilder &b) const override {
    AffineExpr position = b.getAffineConstantExpr(op.getOffset());
    for (auto [dim, stride] : llvm::enumerate(op.getStrides()))
      if (op.getSizes()[dim] != 1)
        position = position + b.getAffineDimExpr(dim) * stride;
    RankedTensorType type = resultType(op);
    if (type.getNumElements() == 0)
      return SmallVector<Value>{emptyTensor(b, staticSizes(b, type), type.getElementType())};
    return moved(b, staticSizes(b, type), flattened(b, adaptor.getSource()), position);
  }
};

struct UnfoldLowering : Lowering<UnfoldOp> {
  using Lowering::Lowering;
  FailureOr<SmallVector<Value>> lower(UnfoldOp op, UnfoldOp::Adaptor adaptor,
                                      ImplicitLocOpBuilder &b) const override {
    RankedTensorType type = resultType(op);
    if (!type.hasStaticShape())
      return failure();
    Value source = adaptor.getSource();
    if (cast<RankedTensorType>(source.getType()).getRank() == 0)
      source = reshaped(b, source, {1});
    Exprs exprs;
    for (int64_t dim = 0; dim < type.getRank() - 1; ++dim)
      exprs.push_back(b.getAffineDimExpr(dim));
    AffineExpr within = b.getAffineDimExpr(type.getRank() - 1);
    AffineExpr &window = exprs[op.getDim()];
    window = window * static_cast<int64_t>(op.getStep()) + within;
    return moved(b, staticSizes(b, type), source, exprs);
  }
};

/// real and imag.
template <typename OpTy, typename PartOp> struct PartLowering : Lowering<OpTy> {
  using Lowering<OpTy>::Lowering;
  FailureOr<SmallVector<Value>> lower(OpTy op, typename OpTy::Adaptor adaptor,
                                      ImplicitLocOpBuilder &b) const override {
    Type element = this->resultType(op).getElementType();
    auto part = [&](ImplicitLocOpBuilder &inner, ValueRange scalars) {
      return SmallVector<Value>{PartOp::create(inner, element, scalars.front())};
    };
    return SmallVector<Value>{elementwiseLoops(b, element, adaptor.getSource(), part)};
  }
};

struct ViewAsRealLowering : Lowering<ViewAsRealOp> {
  using Lowering::Lowering;
  FailureOr<SmallVector<Value>> lower(ViewAsRealOp op, ViewAsRealOp::Adaptor adaptor,
                                      ImplicitLocOpBuilder &b) const override {
    Type element = resultType(op).getElementType();
    Sizes sizes = sizesOf(b, adaptor.getSource());
    AffineMap map = AffineMap::getMultiDimIdentityMap(sizes.size(), b.getContext());
    map = AffineMap::get(sizes.size() + 1, 0, map.getResults(), b.getContext());
    sizes.push_back(b.getIndexAttr(2));
    auto part = [&](ImplicitLocOpBuilder &inner, ValueRange scalars) {
      Value isRe =
          arith::CmpIOp::create(inner, arith::CmpIPredicate::eq, loopIndex(inner, sizes.size() - 1),
                                indexConstant(inner, 0));
      Value re = complex::ReOp::create(inner, element, scalars.front());
      Value im = complex::ImOp::create(inner, element, scalars.front());
      return SmallVector<Value>{arith::SelectOp::create(inner, isRe, re, im)};
    };
    return parallelLoops(b, sizes, element, adaptor.getSource(), map, part);
  }
};

struct ViewAsComplexLowering : Lowering<ViewAsComplexOp> {
  using Lowering::Lowering;
  FailureOr<SmallVector<Value>> lower(ViewAsComplexOp op, ViewAsComplexOp::Adaptor adaptor,
                                      ImplicitLocOpBuilder &b) const override {
    Type element = resultType(op).getElementType();
    Sizes sizes = sizesOf(b, adaptor.getSource());
    sizes.pop_back();
    SmallVector<AffineMap> maps;
    for (int64_t part : {0, 1}) {
      Exprs exprs;
      for (size_t dim = 0; dim < sizes.size(); ++dim)
        exprs.push_back(b.getAffineDimExpr(dim));
      exprs.push_back(b.getAffineConstantExpr(part));
      maps.push_back(AffineMap::get(sizes.size(), 0, exprs, b.getContext()));
    }
    auto join = [&](ImplicitLocOpBuilder &inner, ValueRange parts) {
      return SmallVector<Value>{complex::CreateOp::create(inner, element, parts[0], parts[1])};
    };
    Value source = adaptor.getSource();
    return parallelLoops(b, sizes, element, {source, source}, maps, join);
  }
};

struct BitcastLowering : Lowering<BitcastOp> {
  using Lowering::Lowering;
  FailureOr<SmallVector<Value>> lower(BitcastOp op, BitcastOp::Adaptor adaptor,
                                      ImplicitLocOpBuilder &b) const override {
    ShapedType type = resultType(op);
    Type to = type.getElementType(), from = getElementTypeOrSelf(adaptor.getSource());
    Value source = adaptor.getSource();
    if (to == from)
      return SmallVector<Value>{source};
    if (storedBits(from) > storedBits(to))
      return SmallVector<Value>{reshaped(b, split(b, source, to), type.getShape())};
    if (storedBits(from) < storedBits(to))
      return SmallVector<Value>{join(b, source, type)};
    auto cast = [&](ImplicitLocOpBuilder &inner, ValueRange scalars) {
      return SmallVector<Value>{recast(inner, scalars.front(), to)};
    };
    return SmallVector<Value>{elementwiseLoops(b, to, source, cast)};
  }

  /// Every element as the narrower ones in it, along a new last dimension.
  static Value split(ImplicitLocOpBuilder &b, Value source, Type to) {
    Type from = getElementTypeOrSelf(source);
    unsigned have = storedBits(from), want = storedBits(to);
    Sizes sizes = sizesOf(b, source);
    int64_t rank = sizes.size();
    AffineMap map = AffineMap::getMultiDimIdentityMap(rank, b.getContext());
    map = AffineMap::get(rank + 1, 0, map.getResults(), b.getContext());
    sizes.push_back(b.getIndexAttr(have / want));
    auto part = [&](ImplicitLocOpBuilder &inner, ValueRange scalars) {
      Type wide = inner.getIntegerType(have), narrow = inner.getIntegerType(want);
      Value bits = recast(inner, scalars.front(), wide);
      Value place = arith::IndexCastOp::create(inner, wide, loopIndex(inner, rank));
      Value distance = arith::MulIOp::create(inner, place, intConstant(inner, wide, want));
      bits = arith::ShRUIOp::create(inner, bits, distance);
      return SmallVector<Value>{recast(inner, arith::TruncIOp::create(inner, narrow, bits), to)};
    };
    return parallelLoops(b, sizes, to, source, map, part).front();
  }

  /// As many elements as make one of the wider type, put together.
  static Value join(ImplicitLocOpBuilder &b, Value source, ShapedType type) {
    Type to = type.getElementType();
    unsigned have = storedBits(getElementTypeOrSelf(source)), want = storedBits(to);
    int64_t rank = type.getRank(), count = want / have;
    SmallVector<int64_t> shape(type.getShape());
    shape.push_back(count);
    source = reshaped(b, source, shape);
    Sizes sizes = sizesOf(b, source);
    sizes.pop_back();
    SmallVector<AffineMap> maps;
    for (int64_t part : llvm::seq(count)) {
      Exprs exprs;
      for (int64_t dim : llvm::seq(rank))
        exprs.push_back(b.getAffineDimExpr(dim));
      exprs.push_back(b.getAffineConstantExpr(part));
      maps.push_back(AffineMap::get(rank, 0, exprs, b.getContext()));
    }
    auto combine = [&](ImplicitLocOpBuilder &inner, ValueRange parts) {
      Type wide = inner.getIntegerType(want), narrow = inner.getIntegerType(have);
      Value bits;
      for (auto [place, part] : llvm::enumerate(parts.take_front(count))) {
        Value raised = arith::ExtUIOp::create(inner, wide, recast(inner, part, narrow));
        Value distance = intConstant(inner, wide, place * have);
        raised = arith::ShLIOp::create(inner, raised, distance);
        bits = bits ? Value(arith::OrIOp::create(inner, bits, raised)) : raised;
      }
      return SmallVector<Value>{recast(inner, bits, to)};
    };
    SmallVector<Value> sources(count, source);
    return parallelLoops(b, sizes, to, sources, maps, combine).front();
  }

  /// Booleans are bytes in memory and bits in registers.
  static Value recast(ImplicitLocOpBuilder &b, Value x, Type to) {
    Type byte = b.getI8Type();
    if (isBoolElement(x.getType()))
      x = arith::ExtUIOp::create(b, byte, x);
    if (!isBoolElement(to))
      return x.getType() == to ? x : Value(arith::BitcastOp::create(b, to, x));
    if (x.getType() != byte)
      x = arith::BitcastOp::create(b, byte, x);
    Value zero = arith::ConstantIntOp::create(b, byte, 0);
    return arith::CmpIOp::create(b, arith::CmpIPredicate::ne, x, zero);
  }
};
} // namespace

void lamina::populateViewLowerings(const TypeConverter &converter, RewritePatternSet &patterns) {
  patterns.add<AliasLowering, PermuteLowering, SqueezeLowering, UnsqueezeLowering, ExpandLowering,
               ReshapeLowering, SliceLowering, DiagonalLowering, AsStridedLowering, UnfoldLowering,
               PartLowering<RealOp, complex::ReOp>, PartLowering<ImagOp, complex::ImOp>,
               ViewAsRealLowering, ViewAsComplexLowering, BitcastLowering>(converter,
                                                                           patterns.getContext());
}
