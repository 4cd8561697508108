#ifndef LAMINA_INDEXING
#define LAMINA_INDEXING

include "dialects/Lamina/Base.td"

def Lamina_IndexingGroup : OpDocGroup {
  let summary = "Indexing and data movement";
  let description = [{
    Elements chosen by index arrays, or moved without arithmetic. An index out of range is an
    error of the program that runs.
  }];
}

let opDocGroup = Lamina_IndexingGroup in {

def Lamina_GatherOp : Lamina_InferredOp<"gather"> {
  let summary = "Elements picked along one dimension";
  let description = Lamina_Described<[{
    The result has the shape of `index`, whose number takes the place of the coordinate along `dim`:
    for `dim = 1`, `result[i][j] = x[i][index[i][j]]`. The ranks are equal and `index` is no larger
    than `x` in the other dimensions. Indices are not negative.
  }], [{%2 = lamina.gather %x, %index {dim = 1 : i64}
    : (tensor<2x5xf32>, tensor<2x3xi64>) -> tensor<2x3xf32>}]>.text;
  let arguments = (ins Lamina_Array:$x, Lamina_IndexArray:$index, I64Attr:$dim);
  let results = (outs Lamina_Array:$result);
  let assemblyFormat = "$x `,` $index attr-dict `:` functional-type(operands, results)";
}

def Lamina_ScatterOp : Lamina_InferredOp<"scatter"> {
  let summary = "An array with elements replaced or combined along one dimension";
  let description = Lamina_Described<[{
    A copy of `x` in which, for `dim = 1`, `x[i][index[i][j]]` becomes `src[i][j]` (`reduce` is
    `set`) or is combined with it (`add`, `mul`, `amax`, `amin`; NaN wins a maximum). Every element
    of `index` acts. `index` is no larger than `src`, and no larger than `x` except along `dim`.
    Which of several elements set to one place stays is unspecified. Indices are not negative.
  }], [{%3 = lamina.scatter %x, %index, %src {dim = 1 : i64, reduce = "add"}
    : (tensor<2x5xf32>, tensor<2x3xi64>, tensor<2x3xf32>) -> tensor<2x5xf32>}]>.text;
  let arguments = (ins Lamina_Array:$x, Lamina_IndexArray:$index, Lamina_Array:$src, I64Attr:$dim,
                       Lamina_Keyword<"Combine", "one of set, add, mul, amax, amin">:$reduce);
  let results = (outs Lamina_Array:$result);
  let assemblyFormat = "$x `,` $index `,` $src attr-dict `:` functional-type(operands, results)";
  let extraClassDeclaration = [{
    Combine getKind() { return *symbolizeCombine(getReduce()); }
  }];
}

def Lamina_IndexOp : Lamina_InferredOp<"index"> {
  let summary = "Elements picked by coordinates";
  let description = Lamina_Described<[{
    `x[indices[0], indices[1], ...]`: the k index arrays have one shape `S` and select in the k
    leading dimensions, so the result has shape `S` followed by the remaining dimensions of `x`.
    Negative indices count from the end.
  }], [{%2 = lamina.index %x, %rows, %columns
    : (tensor<4x5x6xf32>, tensor<7xi64>, tensor<7xi64>) -> tensor<7x6xf32>}]>.text;
  let arguments = (ins Lamina_Array:$x, Variadic<Lamina_IndexArray>:$indices);
  let results = (outs Lamina_Array:$result);
  let assemblyFormat = "$x `,` $indices attr-dict `:` functional-type(operands, results)";
}

def Lamina_IndexPutOp : Lamina_InferredOp<"index_put"> {
  let summary = "An array with elements replaced by coordinates";
  let description = Lamina_Described<[{
    A copy of `x` whose `lamina.index` with the same indices is `values`, or, with `accumulate`, in
    which every element of `values` is added to its place, as often as the place occurs. Without
    `accumulate`, which of several values for one place stays is unspecified.
  }], [{%3 = lamina.index_put %x, %values, %rows {accumulate = true}
    : (tensor<4x5xf32>, tensor<7x5xf32>, tensor<7xi64>) -> tensor<4x5xf32>}]>.text;
  let arguments = (ins Lamina_Array:$x, Lamina_Array:$values, Variadic<Lamina_IndexArray>:$indices,
                       BoolAttr:$accumulate);
  let results = (outs Lamina_Array:$result);
  let assemblyFormat = "$x `,` $values `,` $indices attr-dict `:` functional-type(operands, results)";
}

def Lamina_ConcatOp : Lamina_InferredOp<"concat"> {
  let summary = "Arrays joined along one dimension";
  let description = Lamina_Described<[{
    The operands follow one another along `dim` and agree in element type and in every other size.
  }], [{%2 = lamina.concat %0, %1 {dim = 0 : i64}
    : (tensor<2x3xf32>, tensor<4x3xf32>) -> tensor<6x3xf32>}]>.text;
  let arguments = (ins Variadic<Lamina_Array>:$sources, I64Attr:$dim);
  let results = (outs Lamina_Array:$result);
  let assemblyFormat = "$sources attr-dict `:` functional-type(operands, results)";
  let hasFolder = 1;
}

def Lamina_PadOp : Lamina_InferredOp<"pad"> {
  let summary = "An array surrounded and spread by a value";
  let description = Lamina_Described<[{
    In dimension `i`, `interior[i]` copies of `value` go between neighbours, `low[i]` before the
    first element and `high[i]` after the last. Negative `low` and `high` cut that many off what
    the interior made. `value` is of the element type.
  }], [{%1 = lamina.pad %0 {low = array<i64: 1>, high = array<i64: 0>, interior = array<i64: 1>,
                    value = 0.0 : f32} : tensor<3xf32> -> tensor<6xf32>}]>.text;
  let arguments = (ins Lamina_Array:$source, DenseI64ArrayAttr:$low, DenseI64ArrayAttr:$high,
                       DenseI64ArrayAttr:$interior, Lamina_Scalar:$value);
  let results = (outs Lamina_Array:$result);
  let assemblyFormat = "$source attr-dict `:` type($source) `->` type($result)";
  let hasFolder = 1;
}

def Lamina_FlipOp : Lamina_InferredOp<"flip"> {
  let summary = "Reversed order along dimensions";
  let description = Lamina_Described<[{
    A copy, not a view: strides are never negative.
  }], "%1 = lamina.flip %0 {dims = array<i64: 1>} : tensor<2x3xf32>">.text;
  let arguments = (ins Lamina_Array:$source, DenseI64ArrayAttr:$dims);
  let results = (outs Lamina_Array:$result);
  let assemblyFormat = "$source attr-dict `:` type($source)";
  let hasFolder = 1;
}

} // opDocGroup

#endif // LAMINA_INDEXING
