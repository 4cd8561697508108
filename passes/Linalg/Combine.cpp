#include "passes/Linalg/Combine.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Complex/IR/Complex.h"

using namespace mlir;
using namespace mlir::lamina;

bool lamina::hasUnsignedElements(Type type) {
  auto integer = dyn_cast<IntegerType>(getElementTypeOrSelf(type));
  return integer && (integer.isUnsigned() || integer.getWidth() == 1);
}

/// The least value of `type`, or the greatest.
static Value bound(ImplicitLocOpBuilder &b, Type type, bool least, bool isUnsigned) {
  if (auto floating = dyn_cast<FloatType>(type)) {
    auto &semantics = floating.getFloatSemantics();
    // An 8-bit float without infinities is bounded by its largest number.
    llvm::APFloat value = llvm::APFloat::semanticsHasInf(semantics)
                              ? llvm::APFloat::getInf(semantics, least)
                              : llvm::APFloat::getLargest(semantics, least);
    return arith::ConstantOp::create(b, type, b.getFloatAttr(type, value));
  }
  unsigned width = type.getIntOrFloatBitWidth();
  llvm::APInt value =
      isUnsigned
          ? (least ? llvm::APInt::getMinValue(width) : llvm::APInt::getMaxValue(width))
          : (least ? llvm::APInt::getSignedMinValue(width) : llvm::APInt::getSignedMaxValue(width));
  return arith::ConstantOp::create(b, type, b.getIntegerAttr(type, value));
}

Value lamina::neutralElement(ImplicitLocOpBuilder &b, Type type, Combining kind, bool isUnsigned) {
  switch (kind) {
  case Combining::Add:
    return zero(b, type);
  case Combining::Mul:
    return one(b, type);
  case Combining::Max:
    return bound(b, type, /*least=*/true, isUnsigned);
  case Combining::Min:
    return bound(b, type, /*least=*/false, isUnsigned);
  }
  llvm_unreachable("all kinds are handled");
}

static Value combineFloats(ImplicitLocOpBuilder &b, Value x, Value y, Combining kind) {
  // Small floats only order here: that is exact in f32.
  Type type = x.getType(), wide = computeType(type);
  x = convertFloat(b, x, wide);
  y = convertFloat(b, y, wide);
  Value result;
  if (kind == Combining::Add)
    result = arith::AddFOp::create(b, x, y);
  else if (kind == Combining::Mul)
    result = arith::MulFOp::create(b, x, y);
  else if (kind == Combining::Max)
    result = arith::MaximumFOp::create(b, x, y);
  else
    result = arith::MinimumFOp::create(b, x, y);
  return convertFloat(b, result, type);
}

static Value combineIntegers(ImplicitLocOpBuilder &b, Value x, Value y, Combining kind,
                             bool isUnsigned) {
  bool boolean = x.getType().isInteger(1);
  switch (kind) {
  case Combining::Add:
    return boolean ? Value(arith::OrIOp::create(b, x, y)) : Value(arith::AddIOp::create(b, x, y));
  case Combining::Mul:
    return boolean ? Value(arith::AndIOp::create(b, x, y)) : Value(arith::MulIOp::create(b, x, y));
  case Combining::Max:
    if (boolean)
      return arith::OrIOp::create(b, x, y);
    return isUnsigned ? Value(arith::MaxUIOp::create(b, x, y))
                      : Value(arith::MaxSIOp::create(b, x, y));
  case Combining::Min:
    if (boolean)
      return arith::AndIOp::create(b, x, y);
    return isUnsigned ? Value(arith::MinUIOp::create(b, x, y))
                      : Value(arith::MinSIOp::create(b, x, y));
  }
  llvm_unreachable("all kinds are handled");
}

Value lamina::combine(ImplicitLocOpBuilder &b, Value x, Value y, Combining kind, bool isUnsigned) {
  if (isa<FloatType>(x.getType()))
    return combineFloats(b, x, y, kind);
  if (isa<IntegerType>(x.getType()))
    return combineIntegers(b, x, y, kind, isUnsigned);
  if (kind == Combining::Add)
    return complex::AddOp::create(b, x, y);
  assert(kind == Combining::Mul && "complex numbers have no order");
  return complex::MulOp::create(b, x, y);
}
