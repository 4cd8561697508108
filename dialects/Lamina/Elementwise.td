#ifndef LAMINA_ELEMENTWISE
#define LAMINA_ELEMENTWISE

include "dialects/Lamina/Base.td"

def Lamina_ElementwiseGroup : OpDocGroup {
  let summary = "Comparison, choice and conversion";
  let description = [{
    Elementwise operations whose operands or results differ in element type, and the copy.
  }];
}

let opDocGroup = Lamina_ElementwiseGroup in {


def Lamina_CompareOp : Lamina_InferredOp<"compare", [Lamina_Pointwise]> {
  let summary = "Comparison to i1";
  let description = Lamina_Described<[{
    Whether `lhs predicate rhs` holds, the predicate being one of `eq ne lt le gt ge`. Every
    comparison with NaN is false except `ne`; 0 equals -0. `ui8` compares unsigned, `i1` orders
    false before true, and complex numbers have only `eq` and `ne`.
  }], [{%2 = lamina.compare %0, %1 {predicate = "lt"} : tensor<4xf32>}]>.text;
  let arguments = (ins Lamina_Array:$lhs, Lamina_Array:$rhs,
                       Lamina_Keyword<"Predicate", "one of eq, ne, lt, le, gt, ge">:$predicate);
  let results = (outs Lamina_BoolArray:$result);
  let assemblyFormat = "$lhs `,` $rhs attr-dict `:` custom<OneType>(type($lhs), type($rhs))";
  let extraClassDeclaration = [{
    Predicate getKind() { return *symbolizePredicate(getPredicate()); }
  }];
  let hasVerifier = 1;
}

def Lamina_SelectOp : Lamina_InferredOp<"select", [Lamina_Pointwise]> {
  let summary = "Choice between two arrays, element by element";
  let description = Lamina_Described<[{
    The element of `on_true` where `pred` holds, of `on_false` elsewhere. The element that was not
    chosen has no influence, even if it is NaN.
  }], "%3 = lamina.select %0, %1, %2 : tensor<4xi1>, tensor<4xf32>">.text;
  let arguments = (ins Lamina_BoolArray:$pred, Lamina_Array:$on_true, Lamina_Array:$on_false);
  let results = (outs Lamina_Array:$result);
  let assemblyFormat = "$pred `,` $on_true `,` $on_false attr-dict `:` type($pred) `,`"
                       "custom<OneType>(type($on_true), type($on_false))";
  let hasFolder = 1;
}

def Lamina_CastOp : Lamina_ComputeOp<"cast", [Lamina_Pointwise]> {
  let summary = "Conversion to another element type";
  let description = Lamina_Described<[{
    The result type names the target. Floats round to nearest even. Floats become integers by
    dropping the fraction; what a NaN or a number out of range becomes is unspecified. Integers wrap,
    extended by sign unless they are `ui8` or `i1`. To `i1` is `x != 0`, so NaN becomes true. Complex
    numbers lose their imaginary part on the way to reals. The result is always a fresh array, even
    if the element type does not change.
  }], "%1 = lamina.cast %0 : tensor<4xf32> -> tensor<4xi64>">.text;
  let arguments = (ins Lamina_Array:$source);
  let results = (outs Lamina_Array:$result);
  let assemblyFormat = "$source attr-dict `:` type($source) `->` type($result)";
  let hasFolder = 1;
  let hasCanonicalizer = 1;
}

def Lamina_ComplexOp : Lamina_InferredOp<"complex", [Lamina_Pointwise]> {
  let summary = "Complex numbers from real and imaginary parts";
  let description = Lamina_Described<[{
    `re + i im`, of two `f32` or two `f64` arrays.
  }], "%2 = lamina.complex %0, %1 : tensor<4xf32> -> tensor<4xcomplex<f32>>">.text;
  let arguments = (ins Lamina_FloatArray:$re, Lamina_FloatArray:$im);
  let results = (outs Lamina_ComplexArray:$result);
  let assemblyFormat = "$re `,` $im attr-dict `:` custom<OneType>(type($re), type($im))"
                       "`->` type($result)";
}

def Lamina_CloneOp : Lamina_InferredOp<"clone", [Lamina_Pointwise]> {
  let summary = "Copy into fresh memory";
  let description = Lamina_Described<[{
    In the ref world the result shares nothing with the source. Tensors have no identity to
    separate, so there a clone folds to its source.
  }], "%1 = lamina.clone %0 : !lamina.ref<4xf32>">.text;
  let arguments = (ins Lamina_Array:$source);
  let results = (outs Lamina_Array:$result);
  let assemblyFormat = "$source attr-dict `:` type($source)";
  let hasFolder = 1;
}

} // opDocGroup

#endif // LAMINA_ELEMENTWISE
