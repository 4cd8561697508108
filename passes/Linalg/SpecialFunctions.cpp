/// Evaluated in f64 for every element type, with the series that the eager kernels use: Chebyshev
/// series of smooth companions of the functions, computed with mpmath at 40 digits; the Stirling
/// series (Abramowitz and Stegun 6.1.41, 6.3.18) after shifting the argument up; and reflection
/// (6.1.17, 6.3.7) below zero.
#include "passes/Linalg/SpecialFunctions.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"

#include <cmath>
#include <limits>

using namespace mlir;
using namespace mlir::lamina;

// erfinv(x) / x in w = -log(1 - x**2) on [0, 6.25]
static const double kErfinvCentre[] = {
    1.6304220989459326,      0.7315674456742257,      -0.021235032142504585,
    -0.0065808875424494635,  0.0019488711426908524,   -0.00014158343386374536,
    -4.9292864636180004e-05, 1.4752887929042498e-05,  -6.111918603258194e-07,
    -5.106997335480761e-07,  1.159027723297735e-07,   1.4907998843194937e-09,
    -5.244776785530681e-09,  8.51790549109762e-10,    7.917020592973908e-11,
    -5.0994281737154326e-11, 5.436227530231317e-12,   1.292282189751795e-12,
    -4.656064719044143e-13,  2.4256976317675218e-14,  1.6403697972051414e-14,
    -3.94956069090147e-15,   -3.9036001761416307e-17, 1.83129083527959e-16,
};

// erfinv(x) / x in sqrt(w) on [2.5, 6.2], past which x rounds to 1
static const double kErfinvTail[] = {
    4.1954237429470655,      1.8648217143837575,      0.0027302459307598863,
    -0.0016088293717105107,  0.0006172890107450291,   -0.00023721339833573046,
    9.539241896432504e-05,   -3.7450906721177194e-05, 1.306810954509415e-05,
    -3.6000185096955093e-06, 5.556589283976713e-07,   1.156476645508997e-07,
    -1.2837675410011312e-07, 5.397687544325134e-08,   -1.2924187026533667e-08,
    4.687906799390999e-10,   1.1252293206298812e-09,  -5.597728405108042e-10,
    1.389832082394821e-10,   -7.93362680220409e-12,   -9.003784812492528e-12,
    4.361644121374151e-12,   -1.0243728434578055e-12, 7.015975164254585e-14,
    4.7013804003053324e-14,  -2.3183755315165382e-14, 6.086396514411503e-15,
    -1.0065722473318315e-15,
};

// log(gamma(x)) / ((x - 1) (x - 2)) on [1, 3]; the divisor takes out both zeros
static const double kLgammaCentre[] = {
    0.44148902545501423,     -0.11119580321752523,    0.01951044826068884,
    -0.003922461463025264,   0.0008478989895953857,   -0.00019153855341365593,
    4.454470184975607e-05,   -1.05728743735943e-05,   2.5474336873408417e-06,
    -6.208535880776316e-07,  1.5268677399071546e-07,  -3.782637660291326e-08,
    9.428100823624284e-09,   -2.361999702184645e-09,  5.943541905817546e-10,
    -1.501312977072867e-10,  3.8050196458110534e-11,  -9.672485299656325e-12,
    2.465348198355661e-12,   -6.298868140791711e-13,  1.6128460030283787e-13,
    -4.137949206814042e-14,  1.0635701227757898e-14,  -2.7382420786652826e-15,
    7.060670507214892e-16,   -1.8232177141662118e-16, 4.714169006756272e-17,
    -1.2204107319639856e-17,
};

// B[2k] / (2k (2k-1)), k = 1..8
static const double kStirling[] = {1. / 12,   -1. / 360,      1. / 1260, -1. / 1680,
                                   1. / 1188, -691. / 360360, 1. / 156,  -3617. / 122400};

// B[2k] / 2k, k = 1..8
static const double kDigamma[] = {1. / 12,  -1. / 120,     1. / 252, -1. / 240,
                                  1. / 132, -691. / 32760, 1. / 12,  -3617. / 8160};

/// The smallest argument at which the asymptotic series are exact to f64.
static constexpr double kShift = 10;

namespace {
/// f64 arithmetic in the notation of formulas.
struct Formula {
  ImplicitLocOpBuilder &b;

  Value number(double value) { return floatConstant(b, b.getF64Type(), value); }
  Value add(Value x, Value y) { return arith::AddFOp::create(b, x, y); }
  Value sub(Value x, Value y) { return arith::SubFOp::create(b, x, y); }
  Value mul(Value x, Value y) { return arith::MulFOp::create(b, x, y); }
  Value div(Value x, Value y) { return arith::DivFOp::create(b, x, y); }
  Value log(Value x) { return math::LogOp::create(b, x); }
  Value abs(Value x) { return math::AbsFOp::create(b, x); }
  Value nearest(Value x) { return math::RoundEvenOp::create(b, x); }
  Value less(Value x, double y) {
    return arith::CmpFOp::create(b, arith::CmpFPredicate::OLT, x, number(y));
  }
  Value atMost(Value x, double y) {
    return arith::CmpFOp::create(b, arith::CmpFPredicate::OLE, x, number(y));
  }
  Value equal(Value x, Value y) {
    return arith::CmpFOp::create(b, arith::CmpFPredicate::OEQ, x, y);
  }
  Value choose(Value condition, Value x, Value y) {
    return arith::SelectOp::create(b, condition, x, y);
  }
  Value clip(Value x, double low, double high) {
    x = arith::MaximumFOp::create(b, x, number(low));
    return arith::MinimumFOp::create(b, x, number(high));
  }

  /// A Chebyshev series on [low, high] at `t`, by Clenshaw's recurrence.
  Value series(ArrayRef<double> coefficients, Value t, double low, double high) {
    Value y = mul(sub(t, number((low + high) / 2)), number(2 / (high - low)));
    Value twice = add(y, y);
    Value previous = number(0), current = number(coefficients.back());
    for (double coefficient : llvm::reverse(coefficients.drop_front().drop_back())) {
      Value next = add(sub(mul(twice, current), previous), number(coefficient));
      previous = current;
      current = next;
    }
    return add(sub(mul(y, current), previous), number(coefficients.front()));
  }

  Value horner(ArrayRef<double> coefficients, Value t) {
    Value result = number(coefficients.back());
    for (double coefficient : llvm::reverse(coefficients.drop_back()))
      result = add(mul(result, t), number(coefficient));
    return result;
  }

  /// sin(pi x), zero at every integer: the integer part is removed first.
  Value sinPi(Value x) {
    Value rest = sub(x, nearest(x));
    Value sine = math::SinOp::create(b, mul(number(M_PI), rest));
    return choose(isEven(nearest(x)), sine, arith::NegFOp::create(b, sine));
  }
  Value isEven(Value integer) {
    Value half = mul(integer, number(0.5));
    return equal(half, math::FloorOp::create(b, half));
  }

  /// Steps of one until the argument is at least kShift; `accumulate` sees every argument left.
  std::pair<Value, Value> shiftUp(Value x, Value total,
                                  llvm::function_ref<Value(Value, Value)> accumulate) {
    for (int step = 0; step < static_cast<int>(kShift); ++step) {
      Value below = less(x, kShift);
      total = choose(below, accumulate(total, x), total);
      x = choose(below, add(x, number(1)), x);
    }
    return {x, total};
  }

  Value positiveLgamma(Value x) {
    auto [lifted, product] =
        shiftUp(x, number(1), [&](Value total, Value step) { return mul(total, step); });
    Value tail = div(horner(kStirling, div(number(1), mul(lifted, lifted))), lifted);
    Value stirling = sub(mul(sub(lifted, number(0.5)), log(lifted)), lifted);
    stirling = add(add(stirling, number(0.5 * std::log(2 * M_PI))), tail);
    stirling = sub(stirling, log(product));
    // Up to 3 by the series; below 1 one step of the recurrence leads into its interval.
    Value small = less(x, 1);
    Value inside = clip(choose(small, add(x, number(1)), x), 1, 3);
    Value zeros = mul(sub(inside, number(1)), sub(inside, number(2)));
    Value centre = mul(series(kLgammaCentre, inside, 1, 3), zeros);
    centre = choose(small, sub(centre, log(x)), centre);
    return choose(atMost(x, 3), centre, stirling);
  }

  Value positiveDigamma(Value x) {
    auto [lifted, harmonic] = shiftUp(
        x, number(0), [&](Value total, Value step) { return add(total, div(number(1), step)); });
    Value square = div(number(1), mul(lifted, lifted));
    Value result = sub(log(lifted), div(number(0.5), lifted));
    result = sub(result, mul(square, horner(kDigamma, square)));
    return sub(result, harmonic);
  }

  /// `x` where it is positive, its reflection 1 - x elsewhere.
  std::pair<Value, Value> reflect(Value x) {
    Value positive = arith::CmpFOp::create(b, arith::CmpFPredicate::OGT, x, number(0));
    return {positive, choose(positive, x, sub(number(1), x))};
  }
};
} // namespace

Value lamina::emitErfinv(ImplicitLocOpBuilder &b, Value argument) {
  Formula f{b};
  Value x = convertFloat(b, argument, b.getF64Type());
  Value w =
      arith::NegFOp::create(b, math::Log1pOp::create(b, arith::NegFOp::create(b, f.mul(x, x))));
  // Near 1 the product form keeps the digits that x * x would round away.
  Value product = f.mul(f.sub(f.number(1), x), f.add(f.number(1), x));
  Value small = f.atMost(f.abs(x), 0.5);
  w = f.choose(small, w, arith::NegFOp::create(b, f.log(product)));
  Value near = f.series(kErfinvCentre, arith::MinimumFOp::create(b, w, f.number(6.25)), 0, 6.25);
  Value root = f.clip(math::SqrtOp::create(b, w), 2.5, 6.2);
  Value tail = f.series(kErfinvTail, root, 2.5, 6.2);
  Value inverse = f.mul(x, f.choose(f.atMost(w, 6.25), near, tail));
  Value infinity = f.number(std::numeric_limits<double>::infinity());
  Value edge = math::CopySignOp::create(b, infinity, x);
  Value result = f.choose(f.equal(f.abs(x), f.number(1)), edge, inverse);
  return convertFloat(b, result, argument.getType());
}

Value lamina::emitLgamma(ImplicitLocOpBuilder &b, Value argument) {
  Formula f{b};
  Value x = convertFloat(b, argument, b.getF64Type());
  auto [isPositive, reflection] = f.reflect(x);
  Value positive = f.positiveLgamma(reflection);
  Value reflected = f.sub(f.sub(f.number(std::log(M_PI)), f.log(f.abs(f.sinPi(x)))), positive);
  Value result = f.choose(isPositive, positive, reflected);
  Value infinity = f.number(std::numeric_limits<double>::infinity());
  result = f.choose(f.equal(f.abs(x), infinity), infinity, result);
  return convertFloat(b, result, argument.getType());
}

Value lamina::emitDigamma(ImplicitLocOpBuilder &b, Value argument) {
  Formula f{b};
  Value x = convertFloat(b, argument, b.getF64Type());
  auto [isPositive, reflection] = f.reflect(x);
  Value positive = f.positiveDigamma(reflection);
  Value nearest = f.nearest(x), rest = f.mul(f.number(M_PI), f.sub(x, nearest));
  Value tangent = f.div(math::SinOp::create(b, rest), math::CosOp::create(b, rest));
  Value reflected = f.sub(positive, f.div(f.number(M_PI), tangent));
  Value nan = f.number(std::numeric_limits<double>::quiet_NaN());
  reflected = f.choose(f.equal(x, nearest), nan, reflected);
  Value result = f.choose(isPositive, positive, reflected);
  // -1 / x is the infinity of the sign that zero asks for.
  result = f.choose(f.equal(x, f.number(0)), f.div(f.number(-1), x), result);
  return convertFloat(b, result, argument.getType());
}
