#ifndef LAMINA_CONTRACTION
#define LAMINA_CONTRACTION

include "dialects/Lamina/Base.td"

def Lamina_ContractionGroup : OpDocGroup {
  let summary = "Contractions";
  let description = [{
    Sums of products.
  }];
}

let opDocGroup = Lamina_ContractionGroup in {

def Lamina_MatmulOp : Lamina_InferredOp<"matmul"> {
  let summary = "Matrix product";
  let description = Lamina_Described<[{
    `lhs[B..., M, K] @ rhs[B..., K, N] -> [B..., M, N]`: both have the same batch dimensions `B`,
    which may be none. Floats narrower than `f32` accumulate in `f32` and are rounded once; integers
    wrap. The order of addition is free. A product over `K = 0` is zero.
  }], [{%2 = lamina.matmul %0, %1
    : (tensor<8x2x3xf32>, tensor<8x3x4xf32>) -> tensor<8x2x4xf32>}]>.text;
  let arguments = (ins Lamina_NumberArray:$lhs, Lamina_NumberArray:$rhs);
  let results = (outs Lamina_NumberArray:$result);
  let assemblyFormat = "$lhs `,` $rhs attr-dict `:` functional-type(operands, results)";
  let hasCanonicalizer = 1;
}

def Lamina_ConvolutionOp : Lamina_InferredOp<"convolution"> {
  let summary = "Convolution with a bank of filters";
  let description = Lamina_Described<[{
    Cross-correlation of the image `x[N, C, *S]` with the filters `w[O, C/groups, *K]`, over any
    number of spatial dimensions: the filters are not flipped and there is no bias. `strides` and
    `dilations` have one entry for each spatial dimension, `padding` has two, `low0, high0, low1,
    high1, ...`: the zeros put before and after, or the elements cut off where it is negative.
    Channels and filters fall into `groups` groups that do not mix. Spatial sizes of the result are
    `(S + low + high - dilation * (K - 1) - 1) / stride + 1`, rounded down and not below 0.
    Accumulation is that of `lamina.matmul`.
  }], [{%2 = lamina.convolution %0, %1 {strides = array<i64: 1, 1>, padding = array<i64: 1, 1, 1, 1>,
                                  dilations = array<i64: 1, 1>, groups = 1 : i64}
    : (tensor<2x3x8x8xf32>, tensor<6x3x3x3xf32>) -> tensor<2x6x8x8xf32>}]>.text;
  let arguments = (ins Lamina_NumberArray:$x, Lamina_NumberArray:$w, DenseI64ArrayAttr:$strides,
                       DenseI64ArrayAttr:$padding, DenseI64ArrayAttr:$dilations, I64Attr:$groups);
  let results = (outs Lamina_NumberArray:$result);
  let assemblyFormat = "$x `,` $w attr-dict `:` functional-type(operands, results)";
  let hasCanonicalizer = 1;
}

} // opDocGroup

#endif // LAMINA_CONTRACTION
