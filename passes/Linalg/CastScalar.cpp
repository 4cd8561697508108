/// Conversion of one scalar to another element type.
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Complex/IR/Complex.h"
#include "passes/Linalg/Patterns.h"

using namespace mlir;
using namespace mlir::lamina;

static Value isNonzero(ImplicitLocOpBuilder &b, Value x) {
  Type type = x.getType();
  if (isa<ComplexType>(type))
    return complex::NotEqualOp::create(b, x, zero(b, type));
  if (isa<FloatType>(type)) {
    Value wide = convertFloat(b, x, computeType(type));
    return arith::CmpFOp::create(b, arith::CmpFPredicate::UNE, wide, zero(b, wide.getType()));
  }
  return arith::CmpIOp::create(b, arith::CmpIPredicate::ne, x, zero(b, type));
}

/// Rounds to f32 so that rounding again to a narrower float gives the correctly rounded result:
/// an inexact result gets an odd last bit, which no later rounding mistakes for a tie.
static Value roundToOddF32(ImplicitLocOpBuilder &b, Value x) {
  Value nearest = arith::TruncFOp::create(b, b.getF32Type(), x);
  Value back = arith::ExtFOp::create(b, x.getType(), nearest);
  Type i32 = b.getI32Type();
  Value bits = arith::BitcastOp::create(b, i32, nearest);
  Value inexact = arith::CmpFOp::create(b, arith::CmpFPredicate::ONE, back, x);
  Value isEven = arith::CmpIOp::create(b, arith::CmpIPredicate::eq,
                                       arith::AndIOp::create(b, bits, one(b, i32)), zero(b, i32));
  // The odd neighbour on the other side of x: away from where nearest went.
  Value negative = arith::CmpFOp::create(b, arith::CmpFPredicate::OLT, x, zero(b, x.getType()));
  Value above = arith::CmpFOp::create(b, arith::CmpFPredicate::OGT, back, x);
  Value grew = arith::XOrIOp::create(b, above, negative);
  Value moved = arith::SelectOp::create(b, grew, arith::SubIOp::create(b, bits, one(b, i32)),
                                        arith::AddIOp::create(b, bits, one(b, i32)));
  Value adjust = arith::AndIOp::create(b, inexact, isEven);
  return arith::BitcastOp::create(b, b.getF32Type(),
                                  arith::SelectOp::create(b, adjust, moved, bits));
}

static Value floatToFloat(ImplicitLocOpBuilder &b, Value x, FloatType to) {
  auto from = cast<FloatType>(x.getType());
  if (from == to)
    return x;
  if (from.isF64() && to.getWidth() < 32)
    return convertFloat(b, roundToOddF32(b, x), to);
  // f32 holds every small float exactly, and is all that their conversions know.
  if (from.getWidth() < 32)
    x = convertFloat(b, x, b.getF32Type());
  return convertFloat(b, x, to);
}

/// Through i32 at least: what is out of range of a narrow integer wraps.
static Value floatToInteger(ImplicitLocOpBuilder &b, Value x, IntegerType to) {
  Value wide = convertFloat(b, x, computeType(x.getType()));
  Type through = to.getWidth() < 32 ? b.getI32Type() : to;
  Value integer = arith::FPToSIOp::create(b, through, wide);
  return through == to ? integer : Value(arith::TruncIOp::create(b, to, integer));
}

static Value integerToFloat(ImplicitLocOpBuilder &b, Value x, FloatType to, bool isUnsigned) {
  // A small float is rounded from a float that holds the integer, or its rounding to odd.
  bool small = to.getWidth() < 32;
  bool wide = cast<IntegerType>(x.getType()).getWidth() > 16;
  Type through = small ? (wide ? Type(b.getF64Type()) : Type(b.getF32Type())) : Type(to);
  Value result = isUnsigned ? Value(arith::UIToFPOp::create(b, through, x))
                            : Value(arith::SIToFPOp::create(b, through, x));
  return small ? floatToFloat(b, result, to) : result;
}

static Value integerToInteger(ImplicitLocOpBuilder &b, Value x, IntegerType to, bool isUnsigned) {
  unsigned from = cast<IntegerType>(x.getType()).getWidth();
  if (from == to.getWidth())
    return x;
  if (from > to.getWidth())
    return arith::TruncIOp::create(b, to, x);
  return isUnsigned ? Value(arith::ExtUIOp::create(b, to, x))
                    : Value(arith::ExtSIOp::create(b, to, x));
}

Value lamina::emitCast(ImplicitLocOpBuilder &b, Value x, Type to, bool isUnsigned) {
  Type from = x.getType();
  if (from == to)
    return x;
  if (to.isInteger(1))
    return isNonzero(b, x);
  if (auto complexTo = dyn_cast<ComplexType>(to)) {
    Type part = complexTo.getElementType();
    if (auto complexFrom = dyn_cast<ComplexType>(from)) {
      Value re = complex::ReOp::create(b, complexFrom.getElementType(), x);
      Value im = complex::ImOp::create(b, complexFrom.getElementType(), x);
      return complex::CreateOp::create(b, to, convertFloat(b, re, part), convertFloat(b, im, part));
    }
    return complex::CreateOp::create(b, to, emitCast(b, x, part, isUnsigned), zero(b, part));
  }
  if (auto complexFrom = dyn_cast<ComplexType>(from))
    return emitCast(b, complex::ReOp::create(b, complexFrom.getElementType(), x), to, isUnsigned);
  auto floatTo = dyn_cast<FloatType>(to);
  if (isa<FloatType>(from))
    return floatTo ? floatToFloat(b, x, floatTo) : floatToInteger(b, x, cast<IntegerType>(to));
  return floatTo ? integerToFloat(b, x, floatTo, isUnsigned)
                 : integerToInteger(b, x, cast<IntegerType>(to), isUnsigned);
}
