/// Running sums and products: loops in order along one dimension.
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "passes/Linalg/Combine.h"
#include "passes/Linalg/Patterns.h"

using namespace mlir;
using namespace mlir::lamina;

namespace {
/// Every element combines with the one before it in the result. Small floats accumulate in an f32
/// result that is rounded at the end.
template <typename OpTy, Combining kind> struct ScanLowering : Lowering<OpTy> {
  using Lowering<OpTy>::Lowering;
  FailureOr<SmallVector<Value>> lower(OpTy op, typename OpTy::Adaptor adaptor,
                                      ImplicitLocOpBuilder &b) const override {
    Value source = adaptor.getSource();
    Sizes sizes = sizesOf(b, source);
    if (sizes.empty())
      return SmallVector<Value>{source};
    Type element = getElementTypeOrSelf(source), accumulator = computeType(element);
    bool isUnsigned = hasUnsignedElements(op.getSource().getType());
    int64_t dim = op.getDim();
    Value neutral = neutralElement(b, accumulator, kind, isUnsigned);
    auto step = [&](ImplicitLocOpBuilder &inner, ValueRange at, ValueRange carried) {
      Value x = tensor::ExtractOp::create(inner, source, at);
      if (isa<FloatType>(element))
        x = convertFloat(inner, x, accumulator);
      Value total =
          combine(inner, previous(inner, at, dim, carried.front(), neutral), x, kind, isUnsigned);
      return SmallVector<Value>{tensor::InsertOp::create(inner, total, carried.front(), at)};
    };
    Value init = emptyTensor(b, sizes, accumulator);
    Value result = sequentialLoops(b, sizes, init, step).front();
    return SmallVector<Value>{isa<FloatType>(element) ? convertFloat(b, result, element) : result};
  }

  /// The element before `at` along `dim`; the neutral element at the start.
  static Value previous(ImplicitLocOpBuilder &b, ValueRange at, int64_t dim, Value result,
                        Value neutral) {
    Value isFirst =
        arith::CmpIOp::create(b, arith::CmpIPredicate::eq, at[dim], indexConstant(b, 0));
    auto choice = scf::IfOp::create(
        b, isFirst,
        [&](OpBuilder &inner, Location loc) { scf::YieldOp::create(inner, loc, neutral); },
        [&](OpBuilder &inner, Location loc) {
          ImplicitLocOpBuilder before(loc, inner);
          SmallVector<Value> index(at);
          index[dim] = arith::SubIOp::create(before, at[dim], indexConstant(before, 1));
          scf::YieldOp::create(before,
                               ValueRange{tensor::ExtractOp::create(before, result, index)});
        });
    return choice.getResult(0);
  }
};
} // namespace

void lamina::populateScanLowerings(const TypeConverter &converter, RewritePatternSet &patterns) {
  patterns.add<ScanLowering<CumsumOp, Combining::Add>, ScanLowering<CumprodOp, Combining::Mul>>(
      converter, patterns.getContext());
}
