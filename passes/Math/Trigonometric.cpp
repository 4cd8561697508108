#include "passes/Math/Trigonometric.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "passes/Math/Coefficients.h"

#include <cmath>
#include <limits>
#include <optional>

using namespace mlir;
using namespace mlir::lamina;

/// Quadrants below this times a part of pi / 2 with 33 digits are exact.
static constexpr double kQuadrants = 0x1p20;

Term lamina::isModerate(Term x) { return abs(x) <= kQuadrants; }

/// pi / 2 in parts of 33 digits, and what is left after two and after three of them.
static constexpr double kPart1 = 0x1.921fb544p+0, kPart2 = 0x1.0b4611a6p-34,
                        kPart3 = 0x1.3198a2ep-69;
static constexpr double kRest1 = 0x1.0b4611a626331p-34, kRest3 = 0x1.b839a252049c1p-104;

Angle lamina::reduceModerate(Term x) {
  bool isSingle = !x.isDouble();
  if (isSingle)
    x = x.extended();
  Term n = nearest(x * M_2_PI);
  Term rest = x - n * kPart1;
  // The nearest that an f32 comes to a multiple of pi / 2 leaves digits enough.
  if (isSingle)
    return {n, rest - n * kRest1, x.number(0)};
  Pair second = exactSum(rest, -(n * kPart2));
  Pair third = exactSum(second.high, -(n * kPart3));
  // Subtracted, so that -0 stays what it is.
  Term less = n * kRest3 - (second.low + third.low);
  Term high = third.high - less;
  return {n, high, (third.high - high) - less};
}

namespace {
/// Integer arithmetic on i64 and i128.
struct Words {
  ImplicitLocOpBuilder &b;

  Value number(Type type, int64_t value) {
    return arith::ConstantOp::create(b, b.getIntegerAttr(type, value));
  }
  Value word(int64_t value) { return number(b.getI64Type(), value); }
  Value add(Value x, Value y) { return arith::AddIOp::create(b, x, y); }
  Value sub(Value x, Value y) { return arith::SubIOp::create(b, x, y); }
  Value mul(Value x, Value y) { return arith::MulIOp::create(b, x, y); }
  Value mask(Value x, int64_t bits) { return arith::AndIOp::create(b, x, word(bits)); }
  Value join(Value x, Value y) { return arith::OrIOp::create(b, x, y); }
  Value left(Value x, Value by) { return arith::ShLIOp::create(b, x, by); }
  Value right(Value x, Value by) { return arith::ShRUIOp::create(b, x, by); }
  Value wide(Value x) { return arith::ExtUIOp::create(b, b.getIntegerType(128), x); }
  Value low(Value x) { return arith::TruncIOp::create(b, b.getI64Type(), x); }
  Value high(Value x) { return low(right(x, number(x.getType(), 64))); }
  Term asDouble(Value x) { return {&b, arith::SIToFPOp::create(b, b.getF64Type(), x)}; }
  Value load(Value table, Value index) {
    Value at = arith::IndexCastOp::create(b, b.getIndexType(), index);
    return memref::LoadOp::create(b, table, ValueRange{at});
  }
};
} // namespace

/// 192 digits of the table from digit `first` on, in three words, times `factor`, without the
/// digits above 2^128 and below the last 64.
static Value windowTimes(Words &w, Value table, Value first, Value factor) {
  Value index = w.right(first, w.word(6)), shift = w.mask(first, 63);
  SmallVector<Value> words;
  for (int i = 0; i < 4; ++i)
    words.push_back(w.load(table, w.add(index, w.word(i))));
  SmallVector<Value> window;
  for (int i = 0; i < 3; ++i) {
    // Shifted in two steps, for the second word may have to go entirely.
    Value next = w.right(w.right(words[i + 1], w.word(1)), w.sub(w.word(63), shift));
    window.push_back(w.join(w.left(words[i], shift), next));
  }
  Value last = w.wide(w.high(w.mul(w.wide(window[2]), w.wide(factor))));
  Value middle = w.add(w.mul(w.wide(window[1]), w.wide(factor)), last);
  Value top = w.left(w.wide(w.mul(window[0], factor)), w.number(middle.getType(), 64));
  return w.add(middle, top);
}

Angle lamina::reduceExactly(Term x, Value table) {
  Words w{*x.b};
  Value bits = abs(x).bits().value;
  Value mantissa = w.join(w.mask(bits, (int64_t(1) << 52) - 1), w.word(int64_t(1) << 52));
  // |x| = mantissa * 2^e. Digits of 2 / pi that make whole turns with it are left out: the product
  // counts turns in units of 2^-128, its first two digits quadrants. The zeros before the table
  // stand for digits before the point.
  Value e = w.sub(w.right(bits, w.word(52)), w.word(1075));
  Value turns = windowTimes(w, table, w.add(e, w.word(62)), mantissa);

  // The nearest quadrant, and the signed rest in units of 2^-126 quadrants.
  Value shifted = w.add(w.high(turns), w.word(int64_t(1) << 61));
  Value quadrant = w.right(shifted, w.word(62));
  Value restHigh = w.sub(w.mask(shifted, (int64_t(1) << 62) - 1), w.word(int64_t(1) << 61));
  Value restLow = w.low(turns);
  Value top = arith::ShRSIOp::create(w.b, restHigh, w.word(32));
  int64_t half = 0xffffffff;
  Pair upper = exactSum(w.asDouble(top) * 0x1p-30, w.asDouble(w.mask(restHigh, half)) * 0x1p-62);
  Pair sum = exactSum(upper.high, w.asDouble(w.right(restLow, w.word(32))) * 0x1p-94);
  Term low = (upper.low + sum.low) + w.asDouble(w.mask(restLow, half)) * 0x1p-126;

  static constexpr double kPi2Low = 0x1.1a62633145c07p-54;
  Term high = sum.high * M_PI_2;
  Term lost = fma(sum.high, x.number(M_PI_2), -high);
  low = lost + (sum.high * kPi2Low + low * M_PI_2);
  Pair angle = exactSum(high, low);
  Term isFinite = abs(x) < std::numeric_limits<double>::infinity();
  Term nan = x.number(std::numeric_limits<double>::quiet_NaN());
  Term sign = x.bits();
  return {flipSign(w.asDouble(quadrant), sign), select(isFinite, flipSign(angle.high, sign), nan),
          flipSign(angle.low, sign)};
}

/// sin(high + low), given the square of `high`; f32 has no `low`.
static Term sinOfSmall(Term high, std::optional<Term> low, Term square) {
  ArrayRef<double> coefficients = low ? ArrayRef(kSin64) : ArrayRef(kSin32);
  Term rest = square * high * polynomial(coefficients, square);
  // Subtracted from, so that -0 stays what it is.
  Term correction = low ? square * *low * 0.5 - *low : high.number(0);
  return high - (correction - rest);
}

static Term cosOfSmall(Term high, std::optional<Term> low, Term square) {
  ArrayRef<double> coefficients = low ? ArrayRef(kCos64) : ArrayRef(kCos32);
  Term half = square * 0.5;
  Term head = 1 - half;
  Term rest = square * square * polynomial(coefficients, square);
  if (low)
    rest = rest - high * *low;
  return head + (((1 - head) - half) + rest);
}

Term lamina::emitCircular(Circular function, Term x, Angle angle) {
  Term n = function == Circular::Cos ? angle.quadrant + 1 : angle.quadrant;
  Term digits = rounded(n).sum.bits();
  Term isOdd = (digits & digits.integer(1)) == digits.integer(1);
  bool isSingle = !x.isDouble(), inSingle = isSingle && function != Circular::Tan;
  Term high = inSingle ? angle.high.truncated() : angle.high;
  std::optional<Term> low = inSingle ? std::nullopt : std::optional(angle.low);
  Term square = high * high;
  Term sine = sinOfSmall(high, low, square), cosine = cosOfSmall(high, low, square);
  Term result = select(isOdd, cosine, sine);
  if (function == Circular::Tan) {
    result = select(isOdd, -cosine, sine) / select(isOdd, sine, cosine);
    return isSingle ? result.truncated() : result;
  }
  Term isNegative = (digits & digits.integer(2)) == digits.integer(2);
  return select(isNegative, -result, result);
}
