/// The arithmetic of elementwise ops on complex scalars.
///
/// Functions that the complex dialect lacks come from those it has, by the identities of
/// Abramowitz and Stegun 4.4.26-28 (inverse circular) and 4.6.14-16 (inverse hyperbolic), in the
/// form whose branch cuts are NumPy's.
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Complex/IR/Complex.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "passes/Linalg/Patterns.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace mlir::lamina;

namespace {
/// Complex arithmetic in the notation of formulas.
struct Formula {
  ImplicitLocOpBuilder &b;
  ComplexType type;

  Value constant(double re, double im = 0) {
    Type part = type.getElementType();
    return complex::ConstantOp::create(
        b, type, b.getArrayAttr({b.getFloatAttr(part, re), b.getFloatAttr(part, im)}));
  }
  Value add(Value x, Value y) { return complex::AddOp::create(b, x, y); }
  Value sub(Value x, Value y) { return complex::SubOp::create(b, x, y); }
  Value mul(Value x, Value y) { return complex::MulOp::create(b, x, y); }
  Value div(Value x, Value y) { return complex::DivOp::create(b, x, y); }
  Value log(Value x) { return complex::LogOp::create(b, x); }
  Value exp(Value x) { return complex::ExpOp::create(b, x); }
  Value sqrt(Value x) { return complex::SqrtOp::create(b, x); }
  Value re(Value x) { return complex::ReOp::create(b, type.getElementType(), x); }
  Value im(Value x) { return complex::ImOp::create(b, type.getElementType(), x); }
  Value make(Value re, Value im) { return complex::CreateOp::create(b, type, re, im); }
  /// i x and -i x, exactly.
  Value timesI(Value x) { return make(arith::NegFOp::create(b, im(x)), re(x)); }
  Value timesMinusI(Value x) { return make(im(x), arith::NegFOp::create(b, re(x))); }

  Value scaled(Value x, double factor) {
    Value by = floatConstant(b, type.getElementType(), factor);
    return make(arith::MulFOp::create(b, re(x), by), arith::MulFOp::create(b, im(x), by));
  }
  Value modulus(Value x) { return complex::AbsOp::create(b, type.getElementType(), x); }
  /// cosh re cos im + i sinh re sin im, or with the hyperbolic functions swapped.
  Value hyperbolic(Value x, bool sine) {
    Value cosh = math::CoshOp::create(b, re(x)), sinh = math::SinhOp::create(b, re(x));
    Value cos = math::CosOp::create(b, im(x)), sin = math::SinOp::create(b, im(x));
    return sine ? make(arith::MulFOp::create(b, sinh, cos), arith::MulFOp::create(b, cosh, sin))
                : make(arith::MulFOp::create(b, cosh, cos), arith::MulFOp::create(b, sinh, sin));
  }
  /// log(x + sqrt(x*x + 1)).
  Value asinh(Value x) { return log(add(x, sqrt(add(mul(x, x), constant(1))))); }
  /// log(x + sqrt(x + 1) sqrt(x - 1)).
  Value acosh(Value x) {
    Value root = mul(sqrt(add(x, constant(1))), sqrt(sub(x, constant(1))));
    return log(add(x, root));
  }
  /// (log(1 + x) - log(1 - x)) / 2.
  Value atanh(Value x) {
    return scaled(sub(log(add(constant(1), x)), log(sub(constant(1), x))), 0.5);
  }
  Value asin(Value x) { return timesMinusI(asinh(timesI(x))); }
  Value acos(Value x) { return sub(constant(M_PI_2), asin(x)); }
  Value atan(Value x) { return timesMinusI(atanh(timesI(x))); }

  Value sign(Value x) {
    Value size = modulus(x);
    Value isZero =
        arith::CmpFOp::create(b, arith::CmpFPredicate::OEQ, size, zero(b, type.getElementType()));
    Value unit = make(arith::DivFOp::create(b, re(x), size), arith::DivFOp::create(b, im(x), size));
    return arith::SelectOp::create(b, isZero, constant(0), unit);
  }
  /// Anything to the power zero is one.
  Value pow(Value x, Value y) {
    Value isZero = complex::EqualOp::create(b, y, constant(0));
    return arith::SelectOp::create(b, isZero, constant(1), complex::PowOp::create(b, x, y));
  }
};
} // namespace

Value lamina::emitComplexScalar(ImplicitLocOpBuilder &b, Operation *op, ValueRange args) {
  Formula f{b, cast<ComplexType>(args.back().getType())};
  Value x = args[0];
  return llvm::TypeSwitch<Operation *, Value>(op)
      .Case([&](NegOp) -> Value { return complex::NegOp::create(b, x); })
      .Case([&](AbsOp) { return f.modulus(x); })
      .Case([&](SignOp) { return f.sign(x); })
      .Case([&](ConjOp) -> Value { return complex::ConjOp::create(b, x); })
      .Case([&](ExpOp) { return f.exp(x); })
      .Case([&](Exp2Op) { return f.exp(f.scaled(x, M_LN2)); })
      .Case([&](Expm1Op) -> Value { return complex::Expm1Op::create(b, x); })
      .Case([&](LogOp) { return f.log(x); })
      .Case([&](Log2Op) { return f.scaled(f.log(x), 1 / M_LN2); })
      .Case([&](Log1pOp) -> Value { return complex::Log1pOp::create(b, x); })
      .Case([&](SqrtOp) { return f.sqrt(x); })
      .Case([&](RsqrtOp) { return f.div(f.constant(1), f.sqrt(x)); })
      .Case([&](SinOp) { return f.timesMinusI(f.hyperbolic(f.timesI(x), /*sine=*/true)); })
      .Case([&](CosOp) { return f.hyperbolic(f.timesI(x), /*sine=*/false); })
      .Case([&](TanOp) -> Value { return complex::TanOp::create(b, x); })
      .Case([&](AsinOp) { return f.asin(x); })
      .Case([&](AcosOp) { return f.acos(x); })
      .Case([&](AtanOp) { return f.atan(x); })
      .Case([&](SinhOp) { return f.hyperbolic(x, /*sine=*/true); })
      .Case([&](CoshOp) { return f.hyperbolic(x, /*sine=*/false); })
      .Case([&](TanhOp) -> Value { return complex::TanhOp::create(b, x); })
      .Case([&](AsinhOp) { return f.asinh(x); })
      .Case([&](AcoshOp) { return f.acosh(x); })
      .Case([&](AtanhOp) { return f.atanh(x); })
      .Case([&](AddOp) { return f.add(x, args[1]); })
      .Case([&](SubOp) { return f.sub(x, args[1]); })
      .Case([&](MulOp) { return f.mul(x, args[1]); })
      .Case([&](DivOp) { return f.div(x, args[1]); })
      .Case([&](PowOp) { return f.pow(x, args[1]); })
      .Case([&](CompareOp compare) -> Value {
        if (compare.getKind() == Predicate::Eq)
          return complex::EqualOp::create(b, x, args[1]);
        if (compare.getKind() == Predicate::Ne)
          return complex::NotEqualOp::create(b, x, args[1]);
        return nullptr;
      })
      .Default(Value());
}
