#ifndef LAMINA_SCATTER
#define LAMINA_SCATTER

include "dialects/Lamina/Base.td"

def Lamina_ScatterGroup : OpDocGroup {
  let summary = "Inverses of views";
  let description = [{
    An array with the elements seen through a view replaced: what is left of a write through the
    view when memory becomes values.
  }];
}

let opDocGroup = Lamina_ScatterGroup in {

// Inverses of views: the base with the viewed region replaced.
class Lamina_ViewScatterOp<string mnemonic, dag parameters> : Lamina_InferredOp<mnemonic> {
  let arguments = !con((ins Lamina_Array:$base, Lamina_Array:$update), parameters);
  let results = (outs Lamina_Array:$result);
  let assemblyFormat = "$base `,` $update attr-dict `:` type($base) `,` type($update)";
  let hasFolder = 1;
  let hasCanonicalizer = 1;
}

def Lamina_SliceScatterOp : Lamina_ViewScatterOp<"slice_scatter",
    (ins DenseI64ArrayAttr:$starts, DenseI64ArrayAttr:$stops, DenseI64ArrayAttr:$steps)> {
  let summary = "An array with a slice replaced";
  let description = Lamina_Described<[{
    A copy of `base` whose `lamina.slice` with the same bounds is `update`.
  }], [{%c = lamina.slice_scatter %a, %b {starts = array<i64: 1>, stops = array<i64: 3>, steps = array<i64: 1>}
    : tensor<4xf32>, tensor<2xf32>}]>.text;
}

def Lamina_DiagonalScatterOp : Lamina_ViewScatterOp<"diagonal_scatter",
    (ins I64Attr:$offset, I64Attr:$dim1, I64Attr:$dim2)> {
  let summary = "An array with a diagonal replaced";
  let description = Lamina_Described<[{
    A copy of `base` whose `lamina.diagonal` with the same parameters is `update`.
  }], [{%c = lamina.diagonal_scatter %a, %b {offset = 0 : i64, dim1 = 0 : i64, dim2 = 1 : i64}
    : tensor<3x4xf32>, tensor<3xf32>}]>.text;
}

def Lamina_AsStridedScatterOp : Lamina_ViewScatterOp<"as_strided_scatter",
    (ins DenseI64ArrayAttr:$sizes, DenseI64ArrayAttr:$strides, I64Attr:$offset)> {
  let summary = "An array with a strided region replaced";
  let description = Lamina_Described<[{
    A copy of `base` whose `lamina.as_strided` with the same parameters is `update`. No two
    elements of `update` may go to one element of `base`.
  }], [{%c = lamina.as_strided_scatter %a, %b {sizes = array<i64: 2>, strides = array<i64: 3>, offset = 0 : i64}
    : tensor<2x3xf32>, tensor<2xf32>}]>.text;
}

} // opDocGroup

#endif // LAMINA_SCATTER
