#ifndef LAMINA_VIEW
#define LAMINA_VIEW

include "dialects/Lamina/Base.td"

def Lamina_ViewGroup : OpDocGroup {
  let summary = "Views";
  let description = [{
    Other ways to address the elements of an array. On refs the result shares the memory of its
    source, on tensors it is a value of its own. All implement `ViewOpInterface`: a view can be
    replayed on another base and inverted after it was written.
  }];
}

let opDocGroup = Lamina_ViewGroup in {

// A view has no memory effect in either world: on refs it only makes a handle.
class Lamina_ViewOp<string mnemonic, list<Trait> traits = []>
    : Lamina_Op<mnemonic, !listconcat([Pure, Lamina_OneWorld,
        DeclareOpInterfaceMethods<Lamina_ViewOpInterface, ["invert"]>], traits)> {
  let results = (outs Lamina_Array:$result);
  let assemblyFormat = "$source attr-dict `:` type($source) `->` type($result)";
  let hasFolder = 1;
}

class Lamina_InferredViewOp<string mnemonic> : Lamina_ViewOp<mnemonic, [Lamina_InferTypes]>;

def Lamina_AliasOp : Lamina_InferredViewOp<"alias"> {
  let summary = "Another handle to the same elements";
  let description = Lamina_Described<[{
    In the ref world the result is a distinct handle, as the source program may tell two objects
    apart that share all their elements. On tensors it folds to its source.
  }], "%b = lamina.alias %a : !lamina.ref<4xf32> -> !lamina.ref<4xf32>">.text;
  let arguments = (ins Lamina_Array:$source);
}

//===-- Order and number of dimensions -----------------------------------------------------===//

def Lamina_PermuteOp : Lamina_InferredViewOp<"permute"> {
  let summary = "Reorder the dimensions";
  let description = Lamina_Described<[{
    Dimension `i` of the result is dimension `dims[i]` of the source.
  }], "%b = lamina.permute %a {dims = array<i64: 1, 0>} : !lamina.ref<2x3xf32> -> !lamina.ref<3x2xf32>">.text;
  let arguments = (ins Lamina_Array:$source, DenseI64ArrayAttr:$dims);
  let hasCanonicalizer = 1;
}

def Lamina_SqueezeOp : Lamina_InferredViewOp<"squeeze"> {
  let summary = "Drop dimensions of size 1";
  let description = Lamina_Described<[{
    `dims` are the positions in the source, in any order. A dimension of unknown size must be 1
    when the program runs.
  }], "%b = lamina.squeeze %a {dims = array<i64: 1>} : tensor<2x1x3xf32> -> tensor<2x3xf32>">.text;
  let arguments = (ins Lamina_Array:$source, DenseI64ArrayAttr:$dims);
}

def Lamina_UnsqueezeOp : Lamina_InferredViewOp<"unsqueeze"> {
  let summary = "Insert dimensions of size 1";
  let description = Lamina_Described<[{
    `dims` are the positions that the new dimensions have in the result.
  }], "%b = lamina.unsqueeze %a {dims = array<i64: 0, 2>} : tensor<2x3xf32> -> tensor<1x2x1x3xf32>">.text;
  let arguments = (ins Lamina_Array:$source, DenseI64ArrayAttr:$dims);
}

def Lamina_ReshapeOp : Lamina_ViewOp<"reshape"> {
  let summary = "The same elements under another shape";
  let description = Lamina_Described<[{
    Elements keep their row-major order. The result type gives the shape, whose number of elements
    is the source's; one size may be `?` and follows from the others. On refs the strides must
    allow the view: whoever emits the operation sees to that, and clones first where they do not.
  }], "%b = lamina.reshape %a : tensor<2x6xf32> -> tensor<3x4xf32>">.text;
  let arguments = (ins Lamina_Array:$source);
  let hasCanonicalizer = 1;
  let hasVerifier = 1;
}

def Lamina_ExpandOp : Lamina_ViewOp<"expand"> {
  let summary = "Repeat dimensions of size 1";
  let description = Lamina_Described<[{
    Aligned at the last dimension, each size of the source is kept or is 1 and repeated; leading
    dimensions of the result are new. Repeated elements share memory, so an expanded ref that
    repeats anything cannot be written through. A size `?` is kept, never repeated.
  }], "%b = lamina.expand %a : tensor<3x1xf32> -> tensor<2x3x4xf32>">.text;
  let arguments = (ins Lamina_Array:$source);
  let hasCanonicalizer = 1;
  let hasVerifier = 1;
}

//===-- Some of the elements ---------------------------------------------------------------===//

def Lamina_SliceOp : Lamina_InferredViewOp<"slice"> {
  let summary = "A range of every dimension";
  let description = Lamina_Described<[{
    Elements `starts[i], starts[i] + steps[i], ...` below `stops[i]` of each dimension `i`. Steps
    are positive and `0 <= starts[i] <= stops[i]`; bounds are within the size, also where it is
    `?`. A stop of 9223372036854775807 stands for the end of the dimension.
  }], [{%b = lamina.slice %a {starts = array<i64: 0, 1>, stops = array<i64: 4, 6>, steps = array<i64: 1, 2>}
    : tensor<4x6xf32> -> tensor<4x3xf32>}]>.text;
  let arguments = (ins Lamina_Array:$source, DenseI64ArrayAttr:$starts, DenseI64ArrayAttr:$stops,
                       DenseI64ArrayAttr:$steps);
  let hasCanonicalizer = 1;
  let extraClassDeclaration = [{
    /// The stop that stands for the end of a dimension.
    static constexpr int64_t kEnd = std::numeric_limits<int64_t>::max();
  }];
}

def Lamina_DiagonalOp : Lamina_InferredViewOp<"diagonal"> {
  let summary = "A diagonal of two dimensions";
  let description = Lamina_Described<[{
    The elements whose index along `dim2` is `offset` more than their index along `dim1`. The two
    dimensions are dropped and the diagonal becomes the last one; it is empty if `offset` leads
    outside.
  }], [{%b = lamina.diagonal %a {offset = 1 : i64, dim1 = 0 : i64, dim2 = 1 : i64}
    : tensor<3x4xf32> -> tensor<3xf32>}]>.text;
  let arguments = (ins Lamina_Array:$source, I64Attr:$offset, I64Attr:$dim1, I64Attr:$dim2);
}

def Lamina_AsStridedOp : Lamina_InferredViewOp<"as_strided"> {
  let summary = "Elements addressed by strides";
  let description = Lamina_Described<[{
    Element `(i, j, ...)` of the result is number `offset + i * strides[0] + j * strides[1] + ...`
    of the source's elements in row-major order, which must exist. Strides are not negative;
    several elements of the result may be one element of the source.
  }], [{%b = lamina.as_strided %a {sizes = array<i64: 2, 2>, strides = array<i64: 1, 2>, offset = 1 : i64}
    : tensor<6xf32> -> tensor<2x2xf32>}]>.text;
  let arguments = (ins Lamina_Array:$source, DenseI64ArrayAttr:$sizes, DenseI64ArrayAttr:$strides,
                       I64Attr:$offset);
}

def Lamina_UnfoldOp : Lamina_InferredViewOp<"unfold"> {
  let summary = "Sliding windows along one dimension";
  let description = Lamina_Described<[{
    Windows of `size` elements that start every `step` elements along `dim`. `dim` counts the
    windows, and a new last dimension holds the elements of one. Windows overlap if `step < size`.
  }], [{%b = lamina.unfold %a {dim = 0 : i64, size = 3 : i64, step = 1 : i64}
    : tensor<7xf32> -> tensor<5x3xf32>}]>.text;
  let arguments = (ins Lamina_Array:$source, I64Attr:$dim, I64Attr:$size, I64Attr:$step);
  let hasFolder = 0;
}

//===-- Other readings of the same bits ----------------------------------------------------===//

def Lamina_RealOp : Lamina_InferredViewOp<"real"> {
  let summary = "Real parts";
  let description = Lamina_Described<"    The real parts of complex numbers.",
      "%b = lamina.real %a : tensor<4xcomplex<f32>> -> tensor<4xf32>">.text;
  let arguments = (ins Lamina_ComplexArray:$source);
}

def Lamina_ImagOp : Lamina_InferredViewOp<"imag"> {
  let summary = "Imaginary parts";
  let description = Lamina_Described<"    The imaginary parts of complex numbers.",
      "%b = lamina.imag %a : tensor<4xcomplex<f32>> -> tensor<4xf32>">.text;
  let arguments = (ins Lamina_ComplexArray:$source);
}

def Lamina_ViewAsRealOp : Lamina_InferredViewOp<"view_as_real"> {
  let summary = "Complex numbers as pairs";
  let description = Lamina_Described<[{
    A new last dimension of size 2 holds the real and the imaginary part.
  }], "%b = lamina.view_as_real %a : tensor<4xcomplex<f32>> -> tensor<4x2xf32>">.text;
  let arguments = (ins Lamina_ComplexArray:$source);
}

def Lamina_ViewAsComplexOp : Lamina_InferredViewOp<"view_as_complex"> {
  let summary = "Pairs as complex numbers";
  let description = Lamina_Described<[{
    The last dimension, of size 2, holds real and imaginary parts of type `f32` or `f64`. On refs
    the two are adjacent in memory.
  }], "%b = lamina.view_as_complex %a : tensor<4x2xf32> -> tensor<4xcomplex<f32>>">.text;
  let arguments = (ins Lamina_FloatArray:$source);
}

def Lamina_BitcastOp : Lamina_ViewOp<"bitcast"> {
  let summary = "The same bits as another element type";
  let description = Lamina_Described<[{
    The result type names an element type; neither is complex. Where it is narrower or wider than
    the source's, the last dimension has as many more or fewer elements, the lowest bits first, as
    they lie in little-endian memory. An `i1` is a byte that is 0 or 1. Of another byte read as `i1`
    only whether it is 0 is kept.
  }], "%b = lamina.bitcast %a : tensor<4xf32> -> tensor<8xi16>">.text;
  let arguments = (ins Lamina_OrderedArray:$source);
  let hasCanonicalizer = 1;
  let hasVerifier = 1;
}

} // opDocGroup

#endif // LAMINA_VIEW
