#include "passes/Math/Patterns.h"

#include "mlir/Dialect/Math/IR/Math.h"
#include "passes/Math/Functions.h"

using namespace mlir;
using namespace mlir::lamina;

/// Scalars, and vectors of them.
static bool hasFormula(Type type) {
  Type element = getElementTypeOrSelf(type);
  return element.isF32() || element.isF64();
}

namespace {
template <typename OpTy, Term (*emit)(Term)> struct Unary : OpRewritePattern<OpTy> {
  using OpRewritePattern<OpTy>::OpRewritePattern;

  LogicalResult matchAndRewrite(OpTy op, PatternRewriter &rewriter) const override {
    if (!hasFormula(op.getType()))
      return failure();
    ImplicitLocOpBuilder b(op.getLoc(), rewriter);
    rewriter.replaceOp(op, emit({&b, op.getOperand()}).value);
    return success();
  }
};

template <typename OpTy, Term (*emit)(Term, Term)> struct Binary : OpRewritePattern<OpTy> {
  using OpRewritePattern<OpTy>::OpRewritePattern;

  LogicalResult matchAndRewrite(OpTy op, PatternRewriter &rewriter) const override {
    if (!hasFormula(op.getType()))
      return failure();
    ImplicitLocOpBuilder b(op.getLoc(), rewriter);
    rewriter.replaceOp(op, emit({&b, op.getLhs()}, {&b, op.getRhs()}).value);
    return success();
  }
};
} // namespace

void lamina::populateMathFormulas(RewritePatternSet &patterns) {
  patterns.add<
      Unary<math::ExpOp, emitExp>, Unary<math::Exp2Op, emitExp2>, Unary<math::ExpM1Op, emitExpm1>,
      Unary<math::LogOp, emitLog>, Unary<math::Log2Op, emitLog2>, Unary<math::Log1pOp, emitLog1p>,
      Unary<math::SinhOp, emitSinh>, Unary<math::CoshOp, emitCosh>, Unary<math::TanhOp, emitTanh>,
      Unary<math::AsinhOp, emitAsinh>, Unary<math::AcoshOp, emitAcosh>,
      Unary<math::AtanhOp, emitAtanh>, Unary<math::AsinOp, emitAsin>, Unary<math::AcosOp, emitAcos>,
      Unary<math::AtanOp, emitAtan>, Unary<math::ErfOp, emitErf>, Binary<math::Atan2Op, emitAtan2>,
      Binary<math::PowFOp, emitPow>>(patterns.getContext());
}
