/// Reductions: loop nests whose reduced dimensions accumulate into the result.
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Complex/IR/Complex.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "passes/Linalg/Combine.h"
#include "passes/Linalg/Patterns.h"

using namespace mlir;
using namespace mlir::lamina;

/// Loops over `sources` (of one shape), reducing `dims` into `init` by `body`, which gets one
/// scalar of each source and the accumulator.
static Value reduceLoops(ImplicitLocOpBuilder &b, ValueRange sources, Value init,
                         ArrayRef<int64_t> dims, ArrayRef<AffineMap> sourceMaps, ScalarBody body) {
  int64_t rank = cast<RankedTensorType>(sources.front().getType()).getRank();
  SmallVector<utils::IteratorType> iterators(rank, utils::IteratorType::parallel);
  for (int64_t dim : dims)
    iterators[dim] = utils::IteratorType::reduction;
  SmallVector<AffineMap> maps(sourceMaps);
  maps.push_back(keptDims(b, rank, dims));
  auto loops =
      linalg::GenericOp::create(b, init.getType(), sources, init, maps, iterators,
                                [&](OpBuilder &inner, Location loc, ValueRange scalars) {
                                  ImplicitLocOpBuilder bodyBuilder(loc, inner);
                                  linalg::YieldOp::create(bodyBuilder, body(bodyBuilder, scalars));
                                });
  return loops.getResult(0);
}

AffineMap lamina::keptDims(OpBuilder &b, int64_t rank, ArrayRef<int64_t> dims) {
  SmallVector<AffineExpr> exprs;
  for (int64_t dim = 0; dim < rank; ++dim)
    if (!llvm::is_contained(dims, dim))
      exprs.push_back(b.getAffineDimExpr(dim));
  return AffineMap::get(rank, 0, exprs, b.getContext());
}

Value lamina::reduced(ImplicitLocOpBuilder &b, Value source, ArrayRef<int64_t> dims, Combining kind,
                      bool isUnsigned) {
  Sizes sizes = sizesOf(b, source), kept;
  for (auto [dim, size] : llvm::enumerate(sizes))
    if (!llvm::is_contained(dims, static_cast<int64_t>(dim)))
      kept.push_back(size);
  Type element = getElementTypeOrSelf(source);
  // The extremes are exact in any type; sums and products of small floats are not.
  bool exact = kind == Combining::Max || kind == Combining::Min;
  Type accumulator = exact ? element : computeType(element);
  Value neutral = neutralElement(b, accumulator, kind, isUnsigned);
  Value init = filledTensor(b, kept, neutral);
  AffineMap identity = b.getMultiDimIdentityMap(sizes.size());
  Value result = reduceLoops(
      b, source, init, dims, identity, [&](ImplicitLocOpBuilder &inner, ValueRange scalars) {
        Value x =
            isa<FloatType>(element) ? convertFloat(inner, scalars[0], accumulator) : scalars[0];
        return SmallVector<Value>{combine(inner, x, scalars[1], kind, isUnsigned)};
      });
  return isa<FloatType>(element) ? convertFloat(b, result, element) : result;
}

namespace {
template <typename OpTy, Combining kind> struct ReductionLowering : Lowering<OpTy> {
  using Lowering<OpTy>::Lowering;
  FailureOr<SmallVector<Value>> lower(OpTy op, typename OpTy::Adaptor adaptor,
                                      ImplicitLocOpBuilder &b) const override {
    if (op.getDims().empty())
      return SmallVector<Value>{adaptor.getSource()};
    Value result = reduced(b, adaptor.getSource(), op.getDims(), kind,
                           hasUnsignedElements(op.getSource().getType()));
    return SmallVector<Value>{result};
  }
};

/// The extreme first, then the smallest index at which it stands: two loops that vectorise, where
/// one loop that carries value and index does not.
template <typename OpTy, Combining kind> struct ArgReductionLowering : Lowering<OpTy> {
  using Lowering<OpTy>::Lowering;
  FailureOr<SmallVector<Value>> lower(OpTy op, typename OpTy::Adaptor adaptor,
                                      ImplicitLocOpBuilder &b) const override {
    Value source = adaptor.getSource();
    int64_t dim = op.getDim();
    Sizes sizes = sizesOf(b, source);
    if (sizes.empty())
      return SmallVector<Value>{filledTensor(b, {}, intConstant(b, b.getI64Type(), 0))};
    Value extreme = reduced(b, source, dim, kind, hasUnsignedElements(op.getSource().getType()));
    Type position = indexType(b, sizes[dim]);
    Value size = arith::IndexCastOp::create(b, position, asIndex(b, sizes[dim]));
    Sizes kept(sizes);
    kept.erase(kept.begin() + dim);
    Value init = filledTensor(b, kept, size);
    int64_t rank = sizes.size();
    Value limit = limitBeside(b, extreme);
    auto firstIndex = [&](ImplicitLocOpBuilder &inner, ValueRange scalars) {
      Value here = arith::IndexCastOp::create(inner, position, loopIndex(inner, dim));
      Value hit = isBeyond(inner, scalars[0], scalars[1]);
      Value candidate = arith::SelectOp::create(inner, hit, here, size);
      return SmallVector<Value>{arith::MinSIOp::create(inner, candidate, scalars[2])};
    };
    Value first = reduceLoops(b, {source, limit}, init, dim,
                              {b.getMultiDimIdentityMap(rank), keptDims(b, rank, dim)}, firstIndex);
    return SmallVector<Value>{asInt64(b, first)};
  }

  /// Narrow numbers where they suffice: twice as many fit into a vector.
  static Type indexType(ImplicitLocOpBuilder &b, OpFoldResult size) {
    std::optional<int64_t> known = getConstantIntValue(size);
    return known && llvm::isInt<32>(*known) ? b.getI32Type() : b.getI64Type();
  }

  static Value asInt64(ImplicitLocOpBuilder &b, Value positions) {
    if (getElementTypeOrSelf(positions).isInteger(64))
      return positions;
    return elementwiseLoops(
        b, b.getI64Type(), positions, [](ImplicitLocOpBuilder &inner, ValueRange scalars) {
          return SmallVector<Value>{
              arith::ExtSIOp::create(inner, inner.getI64Type(), scalars.front())};
        });
  }

  /// What only the extreme is beyond, so that one comparison of each element finds it, NaN or not:
  /// the float next to it, or infinity, which only NaN is not within. Integers are compared with
  /// the extreme itself.
  static Value limitBeside(ImplicitLocOpBuilder &b, Value extremes) {
    Type element = getElementTypeOrSelf(extremes);
    if (isa<IntegerType>(element))
      return extremes;
    Type wide = computeType(element);
    return elementwiseLoops(
        b, wide, extremes, [&](ImplicitLocOpBuilder &inner, ValueRange scalars) {
          Value extreme = convertFloat(inner, scalars.front(), wide);
          Value isNan = arith::CmpFOp::create(inner, arith::CmpFPredicate::UNO, extreme, extreme);
          Value infinity = arith::NegFOp::create(inner, neutralElement(inner, wide, kind, false));
          Value beside = nextFloat(inner, extreme);
          return SmallVector<Value>{arith::SelectOp::create(inner, isNan, infinity, beside)};
        });
  }

  /// The float just below a maximum, or above a minimum. Beside an infinite one that every element
  /// equals is NaN, which every element counts as beyond.
  static Value nextFloat(ImplicitLocOpBuilder &b, Value x) {
    unsigned width = x.getType().getIntOrFloatBitWidth();
    Type bits = b.getIntegerType(width);
    auto number = [&](const llvm::APInt &value) -> Value {
      return arith::ConstantOp::create(b, bits, b.getIntegerAttr(bits, value));
    };
    llvm::APInt sign = llvm::APInt::getSignMask(width), unit(width, 1);
    Value pattern = arith::BitcastOp::create(b, bits, x), zero = number(llvm::APInt(width, 0));
    bool isDown = kind == Combining::Max;
    Value isNegative = arith::CmpIOp::create(b, arith::CmpIPredicate::slt, pattern, zero);
    Value step = arith::SelectOp::create(b, isNegative, number(isDown ? unit : -unit),
                                         number(isDown ? -unit : unit));
    Value next = arith::AddIOp::create(b, pattern, step);
    Value isZero =
        arith::CmpFOp::create(b, arith::CmpFPredicate::OEQ, x, lamina::zero(b, x.getType()));
    Value least = number(isDown ? sign | unit : unit);
    next = arith::SelectOp::create(b, isZero, least, next);
    return arith::BitcastOp::create(b, x.getType(), next);
  }

  static Value isBeyond(ImplicitLocOpBuilder &b, Value x, Value limit) {
    if (isa<IntegerType>(x.getType()))
      return arith::CmpIOp::create(b, arith::CmpIPredicate::eq, x, limit);
    auto predicate = kind == Combining::Max ? arith::CmpFPredicate::UGT : arith::CmpFPredicate::ULT;
    return arith::CmpFOp::create(b, predicate, convertFloat(b, x, limit.getType()), limit);
  }
};
} // namespace

void lamina::populateReductionLowerings(const TypeConverter &converter,
                                        RewritePatternSet &patterns) {
  patterns.add<ReductionLowering<SumOp, Combining::Add>, ReductionLowering<ProdOp, Combining::Mul>,
               ReductionLowering<AmaxOp, Combining::Max>, ReductionLowering<AminOp, Combining::Min>,
               ReductionLowering<AnyOp, Combining::Max>, ReductionLowering<AllOp, Combining::Min>,
               ArgReductionLowering<ArgmaxOp, Combining::Max>,
               ArgReductionLowering<ArgminOp, Combining::Min>>(converter, patterns.getContext());
}
