#include "passes/Math/Term.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"

using namespace mlir;
using namespace mlir::lamina;

/// `element`, or a vector of it as long as `like`.
static Type shapedAs(Type like, Type element) {
  if (auto vector = dyn_cast<VectorType>(like))
    return vector.clone(element);
  return element;
}

static Value constant(ImplicitLocOpBuilder &b, Type type, Attribute value) {
  if (auto vector = dyn_cast<VectorType>(type))
    return arith::ConstantOp::create(b, DenseElementsAttr::get(vector, value));
  return arith::ConstantOp::create(b, cast<TypedAttr>(value));
}

static unsigned widthOf(Term x) {
  return getElementTypeOrSelf(x.value.getType()).getIntOrFloatBitWidth();
}

/// Bits of the stored mantissa, and the bias of the exponent.
static unsigned mantissaBits(Term x) { return x.isDouble() ? 52 : 23; }
static int bias(Term x) { return x.isDouble() ? 1023 : 127; }

bool Term::isFloat() const { return isa<FloatType>(getElementTypeOrSelf(value.getType())); }
bool Term::isDouble() const { return widthOf(*this) == 64; }

Term Term::number(double number) const {
  Type type = getElementTypeOrSelf(value.getType());
  return {b, constant(*b, value.getType(), b->getFloatAttr(type, number))};
}

Term Term::integer(uint64_t bits) const {
  unsigned width = widthOf(*this);
  Type type = b->getIntegerType(width);
  Attribute attribute = b->getIntegerAttr(type, APInt(64, bits).trunc(width));
  return {b, constant(*b, shapedAs(value.getType(), type), attribute)};
}

Term Term::operator-() const { return {b, arith::NegFOp::create(*b, value)}; }

Term Term::bits() const {
  Type type = shapedAs(value.getType(), b->getIntegerType(widthOf(*this)));
  return {b, arith::BitcastOp::create(*b, type, value)};
}

Term Term::asFloat() const {
  Type type = shapedAs(value.getType(), isDouble() ? Type(b->getF64Type()) : b->getF32Type());
  return {b, arith::BitcastOp::create(*b, type, value)};
}

Term Term::extended() const {
  return {b, arith::ExtFOp::create(*b, shapedAs(value.getType(), b->getF64Type()), value)};
}

Term Term::truncated() const {
  return {b, arith::TruncFOp::create(*b, shapedAs(value.getType(), b->getF32Type()), value)};
}

template <typename FloatOp, typename IntegerOp> static Term binary(Term x, Term y) {
  Value result = x.isFloat() ? Value(FloatOp::create(*x.b, x.value, y.value))
                             : Value(IntegerOp::create(*x.b, x.value, y.value));
  return {x.b, result};
}

namespace mlir::lamina {

Term operator+(Term x, Term y) { return binary<arith::AddFOp, arith::AddIOp>(x, y); }
Term operator-(Term x, Term y) { return binary<arith::SubFOp, arith::SubIOp>(x, y); }
Term operator*(Term x, Term y) { return binary<arith::MulFOp, arith::MulIOp>(x, y); }
Term operator/(Term x, Term y) { return {x.b, arith::DivFOp::create(*x.b, x.value, y.value)}; }
Term operator&(Term x, Term y) { return {x.b, arith::AndIOp::create(*x.b, x.value, y.value)}; }
Term operator|(Term x, Term y) { return {x.b, arith::OrIOp::create(*x.b, x.value, y.value)}; }
Term operator^(Term x, Term y) { return {x.b, arith::XOrIOp::create(*x.b, x.value, y.value)}; }
Term operator<<(Term x, unsigned by) {
  return {x.b, arith::ShLIOp::create(*x.b, x.value, x.integer(by).value)};
}
Term operator>>(Term x, unsigned by) {
  return {x.b, arith::ShRUIOp::create(*x.b, x.value, x.integer(by).value)};
}

static Term compare(arith::CmpFPredicate predicate, Term x, Term y) {
  return {x.b, arith::CmpFOp::create(*x.b, predicate, x.value, y.value)};
}
Term operator<(Term x, Term y) { return compare(arith::CmpFPredicate::OLT, x, y); }
Term operator<=(Term x, Term y) { return compare(arith::CmpFPredicate::OLE, x, y); }
Term operator==(Term x, Term y) {
  if (x.isFloat())
    return compare(arith::CmpFPredicate::OEQ, x, y);
  return {x.b, arith::CmpIOp::create(*x.b, arith::CmpIPredicate::eq, x.value, y.value)};
}

Term operator!(Term condition) { return condition ^ condition.integer(1); }
Term select(Term condition, Term x, Term y) {
  return {x.b, arith::SelectOp::create(*x.b, condition.value, x.value, y.value)};
}
Term atMost(Term x, double high) { return select(x > high, x.number(high), x); }
Term atLeast(Term x, double low) { return select(x < low, x.number(low), x); }

Term abs(Term x) { return {x.b, math::AbsFOp::create(*x.b, x.value)}; }
Term sqrt(Term x) { return {x.b, math::SqrtOp::create(*x.b, x.value)}; }
Term copySign(Term magnitude, Term sign) {
  return {sign.b, math::CopySignOp::create(*sign.b, magnitude.value, sign.value)};
}
Term flipSign(Term x, Term sign) {
  return (x.bits() ^ (sign & sign.integer(uint64_t(1) << (widthOf(x) - 1)))).asFloat();
}

Term fused(Term x, Term y, Term z) {
  auto contract = arith::FastMathFlags::contract;
  Value product = arith::MulFOp::create(*x.b, x.value, y.value, contract);
  return {x.b, arith::AddFOp::create(*x.b, product, z.value, contract)};
}
Term fma(Term x, Term y, Term z) {
  return {x.b, math::FmaOp::create(*x.b, x.value, y.value, z.value)};
}

Term polynomial(ArrayRef<double> coefficients, Term x) {
  Term result = x.number(coefficients.back());
  for (double coefficient : llvm::reverse(coefficients.drop_back()))
    result = fused(result, x, x.number(coefficient));
  return result;
}

Term leading(Term x) {
  uint64_t mask = x.isDouble() ? ~uint64_t(0) << 27 : ~uint64_t(0) << 12;
  return (x.bits() & x.integer(mask)).asFloat();
}

Rounded rounded(Term x) {
  // Small numbers plus this one have their integer in the low bits.
  double magic = 1.5 * double(uint64_t(1) << mantissaBits(x));
  Term sum = x + magic;
  return {sum - magic, sum};
}

/// 2^(n + by) for an n in the low bits of an integer.
static Term powerOfTwo(Term bits, int by) {
  unsigned mantissa = mantissaBits(bits);
  return ((bits << mantissa) + bits.integer(uint64_t(bias(bits) + by) << mantissa)).asFloat();
}

Term powerOfTwo(Rounded n, int by) { return powerOfTwo(n.sum.bits(), by); }

Term scaled(Term x, Rounded n) {
  Term bits = n.sum.bits(), half = bits >> 1;
  return x * powerOfTwo(half, 0) * powerOfTwo(bits - half, 0);
}

Pair exactSum(Term x, Term y) {
  Term sum = x + y;
  Term fromY = sum - x;
  return {sum, (x - (sum - fromY)) + (y - fromY)};
}

} // namespace mlir::lamina
