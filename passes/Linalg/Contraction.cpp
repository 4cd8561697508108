/// Matrix products as named ops, which later stages know how to tile and pack.
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "passes/Linalg/Combine.h"
#include "passes/Linalg/Patterns.h"

using namespace mlir;
using namespace mlir::lamina;

/// [B..., M, N] += [B..., M, K] @ [B..., K, N] for any number of batch dimensions.
static Value contract(ImplicitLocOpBuilder &b, Value lhs, Value rhs, Value init) {
  int64_t batch = cast<RankedTensorType>(init.getType()).getRank() - 2;
  SmallVector<AffineExpr> left, right, out;
  for (int64_t dim = 0; dim < batch; ++dim)
    for (auto *exprs : {&left, &right, &out})
      exprs->push_back(b.getAffineDimExpr(dim));
  AffineExpr m = b.getAffineDimExpr(batch), n = b.getAffineDimExpr(batch + 1),
             k = b.getAffineDimExpr(batch + 2);
  left.append({m, k});
  right.append({k, n});
  out.append({m, n});
  SmallVector<AffineMap> maps;
  for (auto &exprs : {left, right, out})
    maps.push_back(AffineMap::get(batch + 3, 0, exprs, b.getContext()));
  SmallVector<utils::IteratorType> iterators(batch + 2, utils::IteratorType::parallel);
  iterators.push_back(utils::IteratorType::reduction);
  auto loops = linalg::GenericOp::create(
      b, init.getType(), ValueRange{lhs, rhs}, init, maps, iterators,
      [&](OpBuilder &inner, Location loc, ValueRange scalars) {
        ImplicitLocOpBuilder body(loc, inner);
        linalg::YieldOp::create(body, multiplyAdd(body, scalars[0], scalars[1], scalars[2]));
      });
  return loops.getResult(0);
}

Value lamina::multiplyAdd(ImplicitLocOpBuilder &b, Value x, Value y, Value sum) {
  Type type = sum.getType();
  if (isa<FloatType>(type)) {
    x = convertFloat(b, x, type);
    y = convertFloat(b, y, type);
  }
  Value product = combine(b, x, y, Combining::Mul, /*isUnsigned=*/false);
  return combine(b, sum, product, Combining::Add, /*isUnsigned=*/false);
}

namespace {
struct MatmulLowering : Lowering<MatmulOp> {
  using Lowering::Lowering;
  FailureOr<SmallVector<Value>> lower(MatmulOp op, MatmulOp::Adaptor adaptor,
                                      ImplicitLocOpBuilder &b) const override {
    Value lhs = adaptor.getLhs(), rhs = adaptor.getRhs();
    Type element = getElementTypeOrSelf(lhs), accumulator = computeType(element);
    Sizes sizes = sizesOf(b, lhs);
    sizes.back() = sizesOf(b, rhs).back();
    Value init = filledTensor(b, sizes, zero(b, accumulator));
    Value product;
    if (sizes.size() == 2)
      product = linalg::MatmulOp::create(b, ValueRange{lhs, rhs}, init).getResult(0);
    else if (sizes.size() == 3)
      product = linalg::BatchMatmulOp::create(b, ValueRange{lhs, rhs}, init).getResult(0);
    else
      product = contract(b, lhs, rhs, init);
    return SmallVector<Value>{isa<FloatType>(element) ? convertFloat(b, product, element)
                                                      : product};
  }
};
} // namespace

void lamina::populateContractionLowerings(const TypeConverter &converter,
                                          RewritePatternSet &patterns) {
  patterns.add<MatmulLowering>(converter, patterns.getContext());
}
