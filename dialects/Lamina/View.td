#ifndef LAMINA_VIEW
#define LAMINA_VIEW

include "dialects/Lamina/Base.td"

// A view has no memory effect in either world: on refs it only makes a handle.
class Lamina_ViewOp<string mnemonic, list<Trait> traits = []>
    : Lamina_Op<mnemonic, !listconcat([Pure, Lamina_OneWorld,
        DeclareOpInterfaceMethods<Lamina_ViewOpInterface, ["invert"]>], traits)>;

class Lamina_InferredViewOp<string mnemonic, list<Trait> traits = []>
    : Lamina_ViewOp<mnemonic, !listconcat(traits,
        [InferTypeOpAdaptor])>;

def Lamina_PermuteOp : Lamina_InferredViewOp<"permute"> {
  let summary = "Reorder the dimensions";
  let description = [{
    Dimension `i` of the result is dimension `dims[i]` of the source.

    ```mlir
    %b = lamina.permute %a {dims = array<i64: 1, 0>} : !lamina.ref<2x3xf32> -> !lamina.ref<3x2xf32>
    ```
  }];
  let arguments = (ins Lamina_Array:$source, DenseI64ArrayAttr:$dims);
  let results = (outs Lamina_Array:$result);
  let assemblyFormat = "$source attr-dict `:` type($source) `->` type($result)";
  let hasFolder = 1;
}

#endif // LAMINA_VIEW
