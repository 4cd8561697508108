/// Elements chosen by index arrays.
///
/// Reads are parallel loops that extract at computed positions. Writes run in order, because places
/// may repeat. An index that is out of range is moved to the nearest element, so that no program
/// reads or writes outside its arrays.
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "passes/Linalg/Combine.h"
#include "passes/Linalg/Patterns.h"

using namespace mlir;
using namespace mlir::lamina;

/// The i64 `number` as a position along a dimension of `size`.
static Value position(ImplicitLocOpBuilder &b, Value number, Value size, bool wraps) {
  Value at = arith::IndexCastOp::create(b, b.getIndexType(), number);
  Value first = indexConstant(b, 0);
  if (wraps) {
    Value negative = arith::CmpIOp::create(b, arith::CmpIPredicate::slt, at, first);
    at = arith::SelectOp::create(b, negative, arith::AddIOp::create(b, at, size), at);
  }
  Value last = arith::SubIOp::create(b, size, indexConstant(b, 1));
  return arith::MaxSIOp::create(b, arith::MinSIOp::create(b, at, last), first);
}

/// The sizes of the leading `count` dimensions as values, outside of any loop.
static SmallVector<Value> leadingSizes(ImplicitLocOpBuilder &b, Value tensor, size_t count) {
  Sizes all = sizesOf(b, tensor);
  SmallVector<Value> sizes;
  for (OpFoldResult size : ArrayRef(all).take_front(count))
    sizes.push_back(asIndex(b, size));
  return sizes;
}

namespace {
struct GatherLowering : Lowering<GatherOp> {
  using Lowering::Lowering;
  FailureOr<SmallVector<Value>> lower(GatherOp op, GatherOp::Adaptor adaptor,
                                      ImplicitLocOpBuilder &b) const override {
    Value x = adaptor.getX();
    int64_t rank = resultType(op).getRank(), dim = op.getDim();
    if (rank == 0)
      return SmallVector<Value>{x};
    Value size = asIndex(b, sizesOf(b, x)[dim]);
    auto pick = [&](ImplicitLocOpBuilder &inner, ValueRange scalars) {
      SmallVector<Value> at = loopIndices(inner, rank);
      at[dim] = position(inner, scalars.front(), size, /*wraps=*/false);
      return SmallVector<Value>{tensor::ExtractOp::create(inner, x, at)};
    };
    return SmallVector<Value>{
        elementwiseLoops(b, resultType(op).getElementType(), adaptor.getIndex(), pick)};
  }
};

struct IndexLowering : Lowering<IndexOp> {
  using Lowering::Lowering;
  FailureOr<SmallVector<Value>> lower(IndexOp op, IndexOp::Adaptor adaptor,
                                      ImplicitLocOpBuilder &b) const override {
    Value x = adaptor.getX();
    ValueRange indices = adaptor.getIndices();
    Sizes sizes = sizesOf(b, indices.front());
    int64_t chosen = sizes.size();
    llvm::append_range(sizes, ArrayRef(sizesOf(b, x)).drop_front(indices.size()));
    SmallVector<AffineExpr> leadingExprs;
    for (int64_t dim = 0; dim < chosen; ++dim)
      leadingExprs.push_back(b.getAffineDimExpr(dim));
    AffineMap leading = AffineMap::get(sizes.size(), 0, leadingExprs, b.getContext());
    SmallVector<AffineMap> maps(indices.size(), leading);
    SmallVector<Value> limits = leadingSizes(b, x, indices.size());
    auto pick = [&](ImplicitLocOpBuilder &inner, ValueRange scalars) {
      SmallVector<Value> at;
      for (auto [number, limit] : llvm::zip(scalars, limits))
        at.push_back(position(inner, number, limit, /*wraps=*/true));
      for (int64_t dim = chosen, rank = sizes.size(); dim < rank; ++dim)
        at.push_back(loopIndex(inner, dim));
      return SmallVector<Value>{tensor::ExtractOp::create(inner, x, at)};
    };
    return parallelLoops(b, sizes, resultType(op).getElementType(), indices, maps, pick);
  }
};

/// What a write does to an element that it meets; nothing means replace.
using Meeting = std::optional<Combining>;

/// `base` with elements of `source` written in order to the places that `place` gives. Small floats
/// accumulate in f32 and are rounded at the end.
template <typename Place>
Value writeInOrder(ImplicitLocOpBuilder &b, Value base, Value source, ArrayRef<OpFoldResult> sizes,
                   Meeting meeting, bool isUnsigned, Place place) {
  Type element = getElementTypeOrSelf(base), accumulator = element;
  if (meeting && isa<FloatType>(element)) {
    accumulator = computeType(element);
    base = convertFloat(b, base, accumulator);
  }
  auto write = [&](ImplicitLocOpBuilder &inner, ValueRange at, ValueRange carried) {
    Value value = tensor::ExtractOp::create(inner, source, at);
    SmallVector<Value> target = place(inner, at);
    if (meeting) {
      Value old = tensor::ExtractOp::create(inner, carried.front(), target);
      if (isa<FloatType>(element))
        value = convertFloat(inner, value, accumulator);
      value = combine(inner, old, value, *meeting, isUnsigned);
    }
    return SmallVector<Value>{tensor::InsertOp::create(inner, value, carried.front(), target)};
  };
  Value result = sequentialLoops(b, sizes, base, write).front();
  return isa<FloatType>(element) ? convertFloat(b, result, element) : result;
}

Meeting meetingOf(Combine kind) {
  switch (kind) {
  case Combine::Set:
    return std::nullopt;
  case Combine::Add:
    return Combining::Add;
  case Combine::Mul:
    return Combining::Mul;
  case Combine::Amax:
    return Combining::Max;
  case Combine::Amin:
    return Combining::Min;
  }
  llvm_unreachable("all kinds are handled");
}

struct ScatterLowering : Lowering<ScatterOp> {
  using Lowering::Lowering;
  FailureOr<SmallVector<Value>> lower(ScatterOp op, ScatterOp::Adaptor adaptor,
                                      ImplicitLocOpBuilder &b) const override {
    Value x = adaptor.getX(), index = adaptor.getIndex();
    int64_t dim = op.getDim();
    Sizes sizes = sizesOf(b, index);
    Value limit = sizes.empty() ? Value() : asIndex(b, sizesOf(b, x)[dim]);
    auto place = [&](ImplicitLocOpBuilder &inner, ValueRange at) {
      SmallVector<Value> target(at);
      if (!limit)
        return target;
      Value number = tensor::ExtractOp::create(inner, index, at);
      target[dim] = position(inner, number, limit, /*wraps=*/false);
      return target;
    };
    return SmallVector<Value>{writeInOrder(b, x, adaptor.getSrc(), sizes, meetingOf(op.getKind()),
                                           hasUnsignedElements(op.getX().getType()), place)};
  }
};

struct IndexPutLowering : Lowering<IndexPutOp> {
  using Lowering::Lowering;
  FailureOr<SmallVector<Value>> lower(IndexPutOp op, IndexPutOp::Adaptor adaptor,
                                      ImplicitLocOpBuilder &b) const override {
    Value x = adaptor.getX();
    ValueRange indices = adaptor.getIndices();
    int64_t chosen = cast<RankedTensorType>(indices.front().getType()).getRank();
    SmallVector<Value> limits = leadingSizes(b, x, indices.size());
    auto place = [&](ImplicitLocOpBuilder &inner, ValueRange at) {
      SmallVector<Value> target;
      for (auto [index, limit] : llvm::zip_equal(indices, limits)) {
        Value number = tensor::ExtractOp::create(inner, index, at.take_front(chosen));
        target.push_back(position(inner, number, limit, /*wraps=*/true));
      }
      llvm::append_range(target, at.drop_front(chosen));
      return target;
    };
    Meeting meeting = op.getAccumulate() ? Meeting(Combining::Add) : std::nullopt;
    return SmallVector<Value>{writeInOrder(b, x, adaptor.getValues(),
                                           sizesOf(b, adaptor.getValues()), meeting,
                                           hasUnsignedElements(op.getX().getType()), place)};
  }
};
} // namespace

void lamina::populateIndexingLowerings(const TypeConverter &converter,
                                       RewritePatternSet &patterns) {
  patterns.add<GatherLowering, IndexLowering, ScatterLowering, IndexPutLowering>(
      converter, patterns.getContext());
}
