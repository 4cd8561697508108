/// The arithmetic of elementwise ops on integer and boolean scalars.
///
/// Hardware division traps where NumPy answers: division by zero (0 there) and the least integer
/// by -1 (wraps there). Shifts by the width or more are poison in LLVM and defined here.
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "passes/Linalg/Patterns.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace mlir::lamina;

static arith::CmpIPredicate predicateOf(Predicate kind, bool isUnsigned) {
  using P = arith::CmpIPredicate;
  switch (kind) {
  case Predicate::Eq:
    return P::eq;
  case Predicate::Ne:
    return P::ne;
  case Predicate::Lt:
    return isUnsigned ? P::ult : P::slt;
  case Predicate::Le:
    return isUnsigned ? P::ule : P::sle;
  case Predicate::Gt:
    return isUnsigned ? P::ugt : P::sgt;
  case Predicate::Ge:
    return isUnsigned ? P::uge : P::sge;
  }
  llvm_unreachable("all predicates are handled");
}

static Value compare(ImplicitLocOpBuilder &b, arith::CmpIPredicate predicate, Value x, int64_t y) {
  return arith::CmpIOp::create(b, predicate, x, intConstant(b, x.getType(), y));
}

static Value negate(ImplicitLocOpBuilder &b, Value x) {
  return arith::SubIOp::create(b, zero(b, x.getType()), x);
}

/// Truncated division, and its remainder: 0 by zero, and no trap.
static Value divide(ImplicitLocOpBuilder &b, Value x, Value y, bool isUnsigned, bool remainder) {
  Type type = x.getType();
  Value byZero = compare(b, arith::CmpIPredicate::eq, y, 0);
  Value unsafe = byZero;
  Value byMinusOne;
  if (!isUnsigned) {
    byMinusOne = compare(b, arith::CmpIPredicate::eq, y, -1);
    unsafe = arith::OrIOp::create(b, byZero, byMinusOne);
  }
  Value divisor = arith::SelectOp::create(b, unsafe, one(b, type), y);
  Value result;
  if (remainder)
    result = isUnsigned ? Value(arith::RemUIOp::create(b, x, divisor))
                        : Value(arith::RemSIOp::create(b, x, divisor));
  else
    result = isUnsigned ? Value(arith::DivUIOp::create(b, x, divisor))
                        : Value(arith::DivSIOp::create(b, x, divisor));
  // A remainder by 1 is already the 0 that zero and -1 should give.
  if (remainder)
    return result;
  if (byMinusOne)
    result = arith::SelectOp::create(b, byMinusOne, negate(b, x), result);
  return arith::SelectOp::create(b, byZero, zero(b, type), result);
}

static Value shift(ImplicitLocOpBuilder &b, Value x, Value by, bool isUnsigned, bool left) {
  int64_t width = x.getType().getIntOrFloatBitWidth();
  // Unsigned: a negative distance counts as too far.
  Value inRange = compare(b, arith::CmpIPredicate::ult, by, width);
  Value distance = arith::SelectOp::create(b, inRange, by, zero(b, x.getType()));
  if (left)
    return arith::SelectOp::create(b, inRange, arith::ShLIOp::create(b, x, distance),
                                   zero(b, x.getType()));
  if (isUnsigned)
    return arith::SelectOp::create(b, inRange, arith::ShRUIOp::create(b, x, distance),
                                   zero(b, x.getType()));
  Value signs = arith::ShRSIOp::create(b, x, intConstant(b, x.getType(), width - 1));
  return arith::SelectOp::create(b, inRange, arith::ShRSIOp::create(b, x, distance), signs);
}

/// x**y for y >= 0 by squaring.
static Value emitPositivePower(ImplicitLocOpBuilder &b, Value x, Value y) {
  Type type = x.getType();
  auto loop = scf::WhileOp::create(
      b, TypeRange{type, type, type}, ValueRange{one(b, type), x, y},
      [&](OpBuilder &inner, Location loc, ValueRange state) {
        ImplicitLocOpBuilder body(loc, inner);
        scf::ConditionOp::create(body, compare(body, arith::CmpIPredicate::ne, state[2], 0), state);
      },
      [&](OpBuilder &inner, Location loc, ValueRange state) {
        ImplicitLocOpBuilder body(loc, inner);
        Value unit = one(body, type);
        Value odd = arith::AndIOp::create(body, state[2], unit);
        Value isOdd = compare(body, arith::CmpIPredicate::ne, odd, 0);
        Value multiplied = arith::MulIOp::create(body, state[0], state[1]);
        Value result = arith::SelectOp::create(body, isOdd, multiplied, state[0]);
        Value squared = arith::MulIOp::create(body, state[1], state[1]);
        Value rest = arith::ShRUIOp::create(body, state[2], unit);
        scf::YieldOp::create(body, ValueRange{result, squared, rest});
      });
  return loop.getResult(0);
}

static Value emitPower(ImplicitLocOpBuilder &b, Value x, Value y, bool isUnsigned) {
  if (isUnsigned)
    return emitPositivePower(b, x, y);
  Type type = x.getType();
  // 1 / x**n truncates to zero unless x is 1 or -1.
  Value negative = compare(b, arith::CmpIPredicate::slt, y, 0);
  Value even = arith::CmpIOp::create(b, arith::CmpIPredicate::eq,
                                     arith::AndIOp::create(b, y, one(b, type)), zero(b, type));
  Value isOne = compare(b, arith::CmpIPredicate::eq, x, 1);
  Value isMinusOne = compare(b, arith::CmpIPredicate::eq, x, -1);
  Value alternating = arith::SelectOp::create(b, even, one(b, type), intConstant(b, type, -1));
  Value inverse = arith::SelectOp::create(b, isMinusOne, alternating, zero(b, type));
  inverse = arith::SelectOp::create(b, isOne, one(b, type), inverse);
  Value exponent = arith::SelectOp::create(b, negative, zero(b, type), y);
  return arith::SelectOp::create(b, negative, inverse, emitPositivePower(b, x, exponent));
}

static Value emitSign(ImplicitLocOpBuilder &b, Value x, bool isUnsigned) {
  Value positive =
      compare(b, isUnsigned ? arith::CmpIPredicate::ugt : arith::CmpIPredicate::sgt, x, 0);
  Value result = arith::ExtUIOp::create(b, x.getType(), positive);
  if (isUnsigned)
    return result;
  Value negative = compare(b, arith::CmpIPredicate::slt, x, 0);
  return arith::SubIOp::create(b, result, arith::ExtUIOp::create(b, x.getType(), negative));
}

/// Booleans: + is or, * is and, the larger is or.
static Value emitBoolean(ImplicitLocOpBuilder &b, Operation *op, ValueRange args) {
  return llvm::TypeSwitch<Operation *, Value>(op)
      .Case<AddOp, MaximumOp, BitwiseOrOp>(
          [&](auto) -> Value { return arith::OrIOp::create(b, args[0], args[1]); })
      .Case<MulOp, MinimumOp, BitwiseAndOp>(
          [&](auto) -> Value { return arith::AndIOp::create(b, args[0], args[1]); })
      .Case<BitwiseXorOp>([&](auto) -> Value { return arith::XOrIOp::create(b, args[0], args[1]); })
      .Case([&](BitwiseNotOp) -> Value {
        return arith::XOrIOp::create(b, args[0], intConstant(b, args[0].getType(), 1));
      })
      .Case([&](CompareOp op) -> Value {
        return arith::CmpIOp::create(b, predicateOf(op.getKind(), /*isUnsigned=*/true), args[0],
                                     args[1]);
      })
      .Default(Value());
}

Value lamina::emitIntegerScalar(ImplicitLocOpBuilder &b, Operation *op, ValueRange args,
                                bool isUnsigned) {
  if (args[0].getType().isInteger(1))
    return emitBoolean(b, op, args);
  return llvm::TypeSwitch<Operation *, Value>(op)
      .Case([&](NegOp) { return negate(b, args[0]); })
      .Case([&](AbsOp) -> Value {
        return isUnsigned ? args[0] : Value(math::AbsIOp::create(b, args[0]));
      })
      .Case([&](SignOp) { return emitSign(b, args[0], isUnsigned); })
      .Case([&](BitwiseNotOp) -> Value {
        return arith::XOrIOp::create(b, args[0], intConstant(b, args[0].getType(), -1));
      })
      .Case<FloorOp, CeilOp, RoundOp, TruncOp>([&](auto) { return args[0]; })
      .Case([&](AddOp) -> Value { return arith::AddIOp::create(b, args[0], args[1]); })
      .Case([&](SubOp) -> Value { return arith::SubIOp::create(b, args[0], args[1]); })
      .Case([&](MulOp) -> Value { return arith::MulIOp::create(b, args[0], args[1]); })
      .Case([&](DivOp) { return divide(b, args[0], args[1], isUnsigned, /*remainder=*/false); })
      .Case([&](RemOp) { return divide(b, args[0], args[1], isUnsigned, /*remainder=*/true); })
      .Case([&](PowOp) { return emitPower(b, args[0], args[1], isUnsigned); })
      .Case([&](MaximumOp) -> Value {
        return isUnsigned ? Value(arith::MaxUIOp::create(b, args[0], args[1]))
                          : Value(arith::MaxSIOp::create(b, args[0], args[1]));
      })
      .Case([&](MinimumOp) -> Value {
        return isUnsigned ? Value(arith::MinUIOp::create(b, args[0], args[1]))
                          : Value(arith::MinSIOp::create(b, args[0], args[1]));
      })
      .Case([&](BitwiseAndOp) -> Value { return arith::AndIOp::create(b, args[0], args[1]); })
      .Case([&](BitwiseOrOp) -> Value { return arith::OrIOp::create(b, args[0], args[1]); })
      .Case([&](BitwiseXorOp) -> Value { return arith::XOrIOp::create(b, args[0], args[1]); })
      .Case([&](ShiftLeftOp) { return shift(b, args[0], args[1], isUnsigned, /*left=*/true); })
      .Case([&](ShiftRightOp) { return shift(b, args[0], args[1], isUnsigned, /*left=*/false); })
      .Case([&](CompareOp op) -> Value {
        return arith::CmpIOp::create(b, predicateOf(op.getKind(), isUnsigned), args[0], args[1]);
      })
      .Default(Value());
}
