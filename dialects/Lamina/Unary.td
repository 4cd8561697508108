#ifndef LAMINA_UNARY
#define LAMINA_UNARY

include "dialects/Lamina/Base.td"

def Lamina_UnaryGroup : OpDocGroup {
  let summary = "Elementwise operations on one array";
  let description = [{
    Each element of the result is a function of the element of the operand at its place.
  }];
}

let opDocGroup = Lamina_UnaryGroup in {

// One operand, one result of the same type.
class Lamina_UnaryOp<string mnemonic, Type array, string what, string prose,
                     string example = "tensor<4xf32>">
    : Lamina_InferredOp<mnemonic, [Lamina_Pointwise]> {
  let summary = what;
  let description = Lamina_Described<prose,
      "%1 = lamina." # mnemonic # " %0 : " # example>.text;
  let arguments = (ins array:$source);
  let results = (outs Lamina_Array:$result);
  let assemblyFormat = "$source attr-dict `:` type($source)";
  let extraClassDefinition = [{
    ::llvm::LogicalResult $cppClass::inferTypes(const TypeInference &on, Adaptor adaptor,
                                                ::llvm::SmallVectorImpl<::mlir::Type> &types) {
      return on.sameType(adaptor.getOperands(), types);
    }
  }];
}
class Lamina_FloatFunction<string mnemonic, string what, string prose>
    : Lamina_UnaryOp<mnemonic, Lamina_FloatArray, what, prose>;
class Lamina_AnalyticFunction<string mnemonic, string what, string prose>
    : Lamina_UnaryOp<mnemonic, Lamina_FloatOrComplexArray, what, prose>;

//===-- Sign and bits ----------------------------------------------------------------------===//

def Lamina_NegOp : Lamina_UnaryOp<"neg", Lamina_NumberArray, "Negation", [{
    `-x`. Floats flip the sign bit, of zeros and NaN too; integers wrap, so the least one is its
    own negation and an unsigned `x` becomes `256 - x` modulo 256.
}]> { let hasFolder = 1; }

def Lamina_AbsOp : Lamina_InferredOp<"abs", [Lamina_Pointwise]> {
  let summary = "Absolute value";
  let description = Lamina_Described<[{
    `|x|`. Floats clear the sign bit. The least signed integer is its own absolute value. The
    result of a complex operand is real: its modulus, computed without overflow of the squares.
  }], "%1 = lamina.abs %0 : tensor<4xcomplex<f32>> -> tensor<4xf32>">.text;
  let arguments = (ins Lamina_NumberArray:$source);
  let results = (outs Lamina_Array:$result);
  let assemblyFormat = "$source attr-dict `:` type($source) `->` type($result)";
}

def Lamina_SignOp : Lamina_UnaryOp<"sign", Lamina_NumberArray, "Sign", [{
    -1, 0 or 1 as `x` is negative, zero or positive. NaN gives NaN. A complex `x` gives `x / |x|`,
    or zero for zero.
}]>;

def Lamina_ConjOp : Lamina_UnaryOp<"conj", Lamina_ComplexArray, "Complex conjugate", [{
    The imaginary part with its sign flipped. Unlike the view of the same name elsewhere, this
    computes a fresh array.
}], "tensor<4xcomplex<f32>>"> { let hasFolder = 1; }

def Lamina_BitwiseNotOp : Lamina_UnaryOp<"bitwise_not", Lamina_BitsArray, "Complement of every bit", [{
    For `i1` this is logical negation.
}], "tensor<4xi32>"> { let hasFolder = 1; }

//===-- Exponentials and logarithms --------------------------------------------------------===//

def Lamina_ExpOp : Lamina_AnalyticFunction<"exp", "Natural exponential", [{
    e to the power `x`. Overflow gives infinity, underflow zero.
}]>;
def Lamina_Exp2Op : Lamina_AnalyticFunction<"exp2", "Exponential to base 2", [{
    2 to the power `x`; exact where `x` is an integer in range.
}]>;
def Lamina_Expm1Op : Lamina_AnalyticFunction<"expm1", "Exponential minus one", [{
    `exp(x) - 1` without the cancellation near zero.
}]>;
def Lamina_LogOp : Lamina_AnalyticFunction<"log", "Natural logarithm", [{
    -infinity at zero, NaN for negative reals; a complex operand takes the principal branch.
}]>;
def Lamina_Log2Op : Lamina_AnalyticFunction<"log2", "Logarithm to base 2", [{
    -infinity at zero, NaN for negative reals; a complex operand takes the principal branch.
}]>;
def Lamina_Log1pOp : Lamina_AnalyticFunction<"log1p", "Logarithm of one plus the operand", [{
    `log(1 + x)` without the cancellation near zero; -infinity at -1, NaN below.
}]>;

//===-- Roots ------------------------------------------------------------------------------===//

def Lamina_SqrtOp : Lamina_AnalyticFunction<"sqrt", "Square root", [{
    Correctly rounded for floats; NaN for negative reals, -0 for -0. A complex operand takes the
    root with a real part that is not negative.
}]>;
def Lamina_RsqrtOp : Lamina_AnalyticFunction<"rsqrt", "Reciprocal square root", [{
    `1 / sqrt(x)`: infinity at zero, NaN for negative reals.
}]>;

//===-- Trigonometry -----------------------------------------------------------------------===//

def Lamina_SinOp : Lamina_AnalyticFunction<"sin", "Sine", [{
    Of an angle in radians; NaN at infinities.
}]>;
def Lamina_CosOp : Lamina_AnalyticFunction<"cos", "Cosine", [{
    Of an angle in radians; NaN at infinities.
}]>;
def Lamina_TanOp : Lamina_AnalyticFunction<"tan", "Tangent", [{
    Of an angle in radians; NaN at infinities.
}]>;
def Lamina_AsinOp : Lamina_AnalyticFunction<"asin", "Inverse sine", [{
    In [-pi/2, pi/2]; NaN for reals outside [-1, 1].
}]>;
def Lamina_AcosOp : Lamina_AnalyticFunction<"acos", "Inverse cosine", [{
    In [0, pi]; NaN for reals outside [-1, 1].
}]>;
def Lamina_AtanOp : Lamina_AnalyticFunction<"atan", "Inverse tangent", [{
    In [-pi/2, pi/2].
}]>;
def Lamina_SinhOp : Lamina_AnalyticFunction<"sinh", "Hyperbolic sine", [{
    `(exp(x) - exp(-x)) / 2`.
}]>;
def Lamina_CoshOp : Lamina_AnalyticFunction<"cosh", "Hyperbolic cosine", [{
    `(exp(x) + exp(-x)) / 2`.
}]>;
def Lamina_TanhOp : Lamina_AnalyticFunction<"tanh", "Hyperbolic tangent", [{
    `sinh(x) / cosh(x)`, in [-1, 1] for reals.
}]>;
def Lamina_AsinhOp : Lamina_AnalyticFunction<"asinh", "Inverse hyperbolic sine", [{
    The number whose `sinh` is `x`.
}]>;
def Lamina_AcoshOp : Lamina_AnalyticFunction<"acosh", "Inverse hyperbolic cosine", [{
    The number whose `cosh` is `x`, not negative; NaN for reals below 1.
}]>;
def Lamina_AtanhOp : Lamina_AnalyticFunction<"atanh", "Inverse hyperbolic tangent", [{
    The number whose `tanh` is `x`; infinite at -1 and 1, NaN for reals beyond.
}]>;

//===-- Special functions ------------------------------------------------------------------===//

def Lamina_ErfOp : Lamina_FloatFunction<"erf", "Error function", [{
    2/sqrt(pi) times the integral of `exp(-t*t)` from 0 to `x`.
}]>;
def Lamina_ErfinvOp : Lamina_FloatFunction<"erfinv", "Inverse error function", [{
    The number whose `erf` is `x`; infinite at -1 and 1, NaN beyond.
}]>;
def Lamina_LgammaOp : Lamina_FloatFunction<"lgamma", "Logarithm of the gamma function", [{
    `log(|gamma(x)|)`; infinite at 0 and at the negative integers.
}]>;
def Lamina_DigammaOp : Lamina_FloatFunction<"digamma", "Derivative of `lgamma`", [{
    NaN at the negative integers; at zero an infinity of the sign opposite to the zero's.
}]>;

//===-- Rounding ---------------------------------------------------------------------------===//

def Lamina_FloorOp : Lamina_FloatFunction<"floor", "Round down", [{
    The largest integer that is not above `x`, as a float.
}]>;
def Lamina_CeilOp : Lamina_FloatFunction<"ceil", "Round up", [{
    The smallest integer that is not below `x`, as a float.
}]>;
def Lamina_RoundOp : Lamina_FloatFunction<"round", "Round to nearest, ties to even", [{
    The nearest integer as a float; of two equally near the even one, so 2.5 becomes 2.
}]>;
def Lamina_TruncOp : Lamina_FloatFunction<"trunc", "Round toward zero", [{
    `x` without its fraction, as a float.
}]>;

} // opDocGroup

#endif // LAMINA_UNARY
