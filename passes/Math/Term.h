/// Arithmetic on f32, f64 and vectors of them in the notation of formulas.
///
/// Every operation is rounded as written, save in `polynomial` and `fused`, where a product and a
/// sum may contract. No operation needs an instruction that a CPU might lack for vectors: integers
/// are rounded by adding a large number, powers of two are made by shifting.
#ifndef LAMINA_MATH_TERM_H
#define LAMINA_MATH_TERM_H

#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"

namespace mlir::lamina {

/// A float, an integer or a condition, and the place where what is made of it goes.
struct Term {
  ImplicitLocOpBuilder *b;
  Value value;

  bool isFloat() const;
  /// Whether the elements are f64 or i64.
  bool isDouble() const;
  /// A constant of this type.
  Term number(double value) const;
  Term integer(uint64_t bits) const;

  Term operator-() const;
  /// The same bits as an integer, and back.
  Term bits() const;
  Term asFloat() const;
  Term extended() const;
  Term truncated() const;
};

Term operator+(Term x, Term y);
Term operator-(Term x, Term y);
Term operator*(Term x, Term y);
Term operator/(Term x, Term y);
/// Of integers, or of conditions.
Term operator&(Term x, Term y);
Term operator|(Term x, Term y);
Term operator^(Term x, Term y);
Term operator<<(Term x, unsigned by);
Term operator>>(Term x, unsigned by);
inline Term operator+(Term x, double y) { return x + x.number(y); }
inline Term operator-(Term x, double y) { return x - x.number(y); }
inline Term operator*(Term x, double y) { return x * x.number(y); }
inline Term operator+(double x, Term y) { return y.number(x) + y; }
inline Term operator-(double x, Term y) { return y.number(x) - y; }
inline Term operator*(double x, Term y) { return y.number(x) * y; }
inline Term operator/(double x, Term y) { return y.number(x) / y; }

/// Comparisons are false if a side is NaN; of integers, equality only.
Term operator<(Term x, Term y);
Term operator<=(Term x, Term y);
Term operator==(Term x, Term y);
inline Term operator<(Term x, double y) { return x < x.number(y); }
inline Term operator<=(Term x, double y) { return x <= x.number(y); }
inline Term operator>(Term x, double y) { return x.number(y) < x; }
inline Term operator==(Term x, double y) { return x == x.number(y); }

Term operator!(Term condition);
Term select(Term condition, Term x, Term y);
/// `x` where it is NaN.
Term atMost(Term x, double high);
Term atLeast(Term x, double low);

Term abs(Term x);
Term sqrt(Term x);
Term copySign(Term magnitude, Term sign);
/// `x`, with its sign changed where `sign` has its sign bit set.
Term flipSign(Term x, Term sign);

/// x * y + z, with one rounding or two.
Term fused(Term x, Term y, Term z);
/// x * y + z with one rounding.
Term fma(Term x, Term y, Term z);
/// By Horner's rule, constant coefficient first.
Term polynomial(ArrayRef<double> coefficients, Term x);

/// The leading half of the significant digits, so that products of two such are exact.
Term leading(Term x);
/// An integer as a float, and as the low bits of the sum that rounded to it.
struct Rounded {
  Term number, sum;
};
/// To an integer, ties to even, for |x| below 2^22 (f32) or 2^51 (f64).
Rounded rounded(Term x);
inline Term nearest(Term x) { return rounded(x).number; }
/// 2^(n + by) for an exponent from 1 - bias to bias.
Term powerOfTwo(Rounded n, int by = 0);
/// x * 2^n with one rounding, for an integer n within twice that range. A NaN is one whatever n is.
Term scaled(Term x, Rounded n);

/// A sum of two floats, the second below the last place of the first.
struct Pair {
  Term high, low;
};
/// x + y exactly (Knuth).
Pair exactSum(Term x, Term y);

} // namespace mlir::lamina

#endif // LAMINA_MATH_TERM_H
