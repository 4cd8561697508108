#include "dialects/Lamina/Splats.h"

#include "dialects/Lamina/Lamina.h"
#include "llvm/ADT/APSInt.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace mlir::lamina;

Attribute lamina::splatOf(Value value) {
  auto full = value.getDefiningOp<FullOp>();
  return full && !isRef(value) ? full.getValue() : Attribute();
}

bool lamina::isIntSplat(Value array, int64_t value) {
  auto element = dyn_cast_or_null<IntegerAttr>(splatOf(array));
  if (!element)
    return false;
  unsigned width = element.getValue().getBitWidth();
  return element.getValue() == APInt(width, value, /*isSigned=*/true, /*implicitTrunc=*/true);
}

bool lamina::isFloatSplat(Value array, double value) {
  auto element = dyn_cast_or_null<FloatAttr>(splatOf(array));
  return element &&
         element.getValue().bitwiseIsEqual(FloatAttr::get(element.getType(), value).getValue());
}

bool lamina::isZeroExtended(Type element) {
  return element.isUnsignedInteger() || isBoolElement(element);
}

static Attribute boolean(MLIRContext *context, bool value) {
  return IntegerAttr::get(IntegerType::get(context, 1), value);
}

//===-- Arithmetic -------------------------------------------------------------------------===//

static Attribute evaluateFloat(Operation *op, Type type, APFloat x, const APFloat &y) {
  constexpr auto nearest = APFloat::rmNearestTiesToEven;
  bool known = llvm::TypeSwitch<Operation *, bool>(op)
                   .Case([&](AddOp) { return x.add(y, nearest), true; })
                   .Case([&](SubOp) { return x.subtract(y, nearest), true; })
                   .Case([&](MulOp) { return x.multiply(y, nearest), true; })
                   .Case([&](DivOp) { return x.divide(y, nearest), true; })
                   .Case([&](NegOp) { return x.changeSign(), true; })
                   .Case([&](AbsOp) { return x.clearSign(), true; })
                   .Default(false);
  return known ? FloatAttr::get(type, x) : Attribute();
}

static Attribute evaluateInt(Operation *op, Type type, const APInt &x, const APInt &y) {
  bool isBool = isBoolElement(type), unsignedOrder = isZeroExtended(type);
  auto larger = [&](const APInt &a, const APInt &b) { return unsignedOrder ? a.ugt(b) : a.sgt(b); };
  std::optional<APInt> value = llvm::TypeSwitch<Operation *, std::optional<APInt>>(op)
                                   .Case([&](AddOp) { return isBool ? x | y : x + y; })
                                   .Case([&](SubOp) { return x - y; })
                                   .Case([&](MulOp) { return x * y; })
                                   .Case([&](MaximumOp) { return larger(x, y) ? x : y; })
                                   .Case([&](MinimumOp) { return larger(x, y) ? y : x; })
                                   .Case([&](BitwiseAndOp) { return x & y; })
                                   .Case([&](BitwiseOrOp) { return x | y; })
                                   .Case([&](BitwiseXorOp) { return x ^ y; })
                                   .Case([&](BitwiseNotOp) { return ~x; })
                                   .Case([&](NegOp) { return -x; })
                                   .Case([&](AbsOp) { return unsignedOrder ? x : x.abs(); })
                                   .Default(std::nullopt);
  return value ? IntegerAttr::get(type, *value) : Attribute();
}

static bool holds(Predicate predicate, bool less, bool equal, bool greater) {
  switch (predicate) {
  case Predicate::Eq:
    return equal;
  case Predicate::Ne:
    return !equal;
  case Predicate::Lt:
    return less;
  case Predicate::Le:
    return less || equal;
  case Predicate::Gt:
    return greater;
  case Predicate::Ge:
    return greater || equal;
  }
  llvm_unreachable("every predicate is handled");
}

static Attribute evaluateCompare(CompareOp op, Attribute lhs, Attribute rhs) {
  if (auto x = dyn_cast<FloatAttr>(lhs)) {
    APFloat::cmpResult order = x.getValue().compare(cast<FloatAttr>(rhs).getValue());
    return boolean(op.getContext(),
                   holds(op.getKind(), order == APFloat::cmpLessThan, order == APFloat::cmpEqual,
                         order == APFloat::cmpGreaterThan));
  }
  auto x = dyn_cast<IntegerAttr>(lhs);
  if (!x)
    return {};
  APInt a = x.getValue(), b = cast<IntegerAttr>(rhs).getValue();
  bool less = isZeroExtended(x.getType()) ? a.ult(b) : a.slt(b);
  return boolean(op.getContext(), holds(op.getKind(), less, a == b, !less && a != b));
}

//===-- Conversion -------------------------------------------------------------------------===//

static Attribute castInt(IntegerAttr from, Type to) {
  APInt value = from.getValue();
  bool isSigned = !isZeroExtended(from.getType());
  if (isBoolElement(to))
    return boolean(to.getContext(), !value.isZero());
  if (isIntElement(to)) {
    unsigned width = to.getIntOrFloatBitWidth();
    return IntegerAttr::get(to, isSigned ? value.sextOrTrunc(width) : value.zextOrTrunc(width));
  }
  auto type = dyn_cast<FloatType>(to);
  // What a narrow float makes of a number out of range is left to run time.
  if (!type || type.getWidth() < 32)
    return {};
  APFloat converted(type.getFloatSemantics());
  converted.convertFromAPInt(value, isSigned, APFloat::rmNearestTiesToEven);
  return FloatAttr::get(type, converted);
}

static Attribute castFloat(FloatAttr from, Type to) {
  APFloat value = from.getValue();
  if (isBoolElement(to))
    return boolean(to.getContext(), !value.isZero());
  if (auto type = dyn_cast<FloatType>(to)) {
    bool losesInfo;
    value.convert(type.getFloatSemantics(), APFloat::rmNearestTiesToEven, &losesInfo);
    return FloatAttr::get(type, value);
  }
  if (!isIntElement(to))
    return {};
  APSInt converted(to.getIntOrFloatBitWidth(), isZeroExtended(to));
  bool isExact;
  if (value.convertToInteger(converted, APFloat::rmTowardZero, &isExact) & APFloat::opInvalidOp)
    return {};
  return IntegerAttr::get(to, converted);
}

static Attribute evaluateCast(CastOp op, Attribute element) {
  Type to = getElementTypeOrSelf(op.getResult());
  if (auto number = dyn_cast<IntegerAttr>(element))
    return castInt(number, to);
  if (auto number = dyn_cast<FloatAttr>(element))
    return castFloat(number, to);
  return {};
}

Attribute lamina::evaluateSplat(Operation *op, ArrayRef<Attribute> operands) {
  if (auto compare = dyn_cast<CompareOp>(op))
    return evaluateCompare(compare, operands[0], operands[1]);
  if (auto conversion = dyn_cast<CastOp>(op))
    return evaluateCast(conversion, operands[0]);
  if (operands.empty() || operands.size() > 2)
    return {};
  if (auto x = dyn_cast<FloatAttr>(operands.front()))
    return evaluateFloat(op, x.getType(), x.getValue(),
                         cast<FloatAttr>(operands.back()).getValue());
  if (auto x = dyn_cast<IntegerAttr>(operands.front()))
    return evaluateInt(op, x.getType(), x.getValue(),
                       cast<IntegerAttr>(operands.back()).getValue());
  return {};
}
