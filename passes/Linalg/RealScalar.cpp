/// The arithmetic of elementwise ops on f32 and f64 scalars.
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "passes/Linalg/Patterns.h"
#include "passes/Linalg/SpecialFunctions.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace mlir::lamina;

static arith::CmpFPredicate predicateOf(CompareOp op) {
  switch (op.getKind()) {
  case Predicate::Eq:
    return arith::CmpFPredicate::OEQ;
  case Predicate::Ne:
    return arith::CmpFPredicate::UNE;
  case Predicate::Lt:
    return arith::CmpFPredicate::OLT;
  case Predicate::Le:
    return arith::CmpFPredicate::OLE;
  case Predicate::Gt:
    return arith::CmpFPredicate::OGT;
  case Predicate::Ge:
    return arith::CmpFPredicate::OGE;
  }
  llvm_unreachable("all predicates are handled");
}

/// -1, 0 or 1; NaN compares false twice and stays.
static Value emitSign(ImplicitLocOpBuilder &b, Value x) {
  Value zero = floatConstant(b, x.getType(), 0);
  Value isZero = arith::CmpFOp::create(b, arith::CmpFPredicate::OEQ, x, zero);
  Value isNan = arith::CmpFOp::create(b, arith::CmpFPredicate::UNO, x, x);
  Value unit = math::CopySignOp::create(b, floatConstant(b, x.getType(), 1), x);
  Value nonzero = arith::SelectOp::create(b, isNan, x, unit);
  return arith::SelectOp::create(b, isZero, zero, nonzero);
}

Value lamina::emitRealScalar(ImplicitLocOpBuilder &b, Operation *op, ValueRange args) {
  using Result = Value;
  return llvm::TypeSwitch<Operation *, Result>(op)
      .Case([&](NegOp) -> Result { return arith::NegFOp::create(b, args[0]); })
      .Case([&](AbsOp) -> Result { return math::AbsFOp::create(b, args[0]); })
      .Case([&](SignOp) { return emitSign(b, args[0]); })
      .Case([&](ExpOp) -> Result { return math::ExpOp::create(b, args[0]); })
      .Case([&](Exp2Op) -> Result { return math::Exp2Op::create(b, args[0]); })
      .Case([&](Expm1Op) -> Result { return math::ExpM1Op::create(b, args[0]); })
      .Case([&](LogOp) -> Result { return math::LogOp::create(b, args[0]); })
      .Case([&](Log2Op) -> Result { return math::Log2Op::create(b, args[0]); })
      .Case([&](Log1pOp) -> Result { return math::Log1pOp::create(b, args[0]); })
      .Case([&](SqrtOp) -> Result { return math::SqrtOp::create(b, args[0]); })
      .Case([&](RsqrtOp) -> Result {
        return arith::DivFOp::create(b, one(b, args[0].getType()),
                                     math::SqrtOp::create(b, args[0]));
      })
      .Case([&](SinOp) -> Result { return math::SinOp::create(b, args[0]); })
      .Case([&](CosOp) -> Result { return math::CosOp::create(b, args[0]); })
      .Case([&](TanOp) -> Result { return math::TanOp::create(b, args[0]); })
      .Case([&](AsinOp) -> Result { return math::AsinOp::create(b, args[0]); })
      .Case([&](AcosOp) -> Result { return math::AcosOp::create(b, args[0]); })
      .Case([&](AtanOp) -> Result { return math::AtanOp::create(b, args[0]); })
      .Case([&](SinhOp) -> Result { return math::SinhOp::create(b, args[0]); })
      .Case([&](CoshOp) -> Result { return math::CoshOp::create(b, args[0]); })
      .Case([&](TanhOp) -> Result { return math::TanhOp::create(b, args[0]); })
      .Case([&](AsinhOp) -> Result { return math::AsinhOp::create(b, args[0]); })
      .Case([&](AcoshOp) -> Result { return math::AcoshOp::create(b, args[0]); })
      .Case([&](AtanhOp) -> Result { return math::AtanhOp::create(b, args[0]); })
      .Case([&](ErfOp) -> Result { return math::ErfOp::create(b, args[0]); })
      .Case([&](ErfinvOp) { return emitErfinv(b, args[0]); })
      .Case([&](LgammaOp) { return emitLgamma(b, args[0]); })
      .Case([&](DigammaOp) { return emitDigamma(b, args[0]); })
      .Case([&](FloorOp) -> Result { return math::FloorOp::create(b, args[0]); })
      .Case([&](CeilOp) -> Result { return math::CeilOp::create(b, args[0]); })
      .Case([&](RoundOp) -> Result { return math::RoundEvenOp::create(b, args[0]); })
      .Case([&](TruncOp) -> Result { return math::TruncOp::create(b, args[0]); })
      .Case([&](AddOp) -> Result { return arith::AddFOp::create(b, args[0], args[1]); })
      .Case([&](SubOp) -> Result { return arith::SubFOp::create(b, args[0], args[1]); })
      .Case([&](MulOp) -> Result { return arith::MulFOp::create(b, args[0], args[1]); })
      .Case([&](DivOp) -> Result { return arith::DivFOp::create(b, args[0], args[1]); })
      .Case([&](RemOp) -> Result { return arith::RemFOp::create(b, args[0], args[1]); })
      .Case([&](PowOp) -> Result { return math::PowFOp::create(b, args[0], args[1]); })
      .Case([&](Atan2Op) -> Result { return math::Atan2Op::create(b, args[0], args[1]); })
      .Case([&](MaximumOp) -> Result { return arith::MaximumFOp::create(b, args[0], args[1]); })
      .Case([&](MinimumOp) -> Result { return arith::MinimumFOp::create(b, args[0], args[1]); })
      .Case([&](CompareOp compare) -> Result {
        return arith::CmpFOp::create(b, predicateOf(compare), args[0], args[1]);
      })
      .Default(Value());
}
