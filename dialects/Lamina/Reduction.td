#ifndef LAMINA_REDUCTION
#define LAMINA_REDUCTION

include "dialects/Lamina/Base.td"

def Lamina_ReductionGroup : OpDocGroup {
  let summary = "Reductions, scans and sort";
  let description = [{
    Operations for which one or several dimensions are special.
  }];
}

let opDocGroup = Lamina_ReductionGroup in {

// Combines the elements along `dims`, which the result lacks.
class Lamina_ReductionOp<string mnemonic, Type array, string what, string prose,
                         string element = "f32"> : Lamina_InferredOp<mnemonic> {
  let summary = what;
  let description = Lamina_Described<prose # [{

    `dims` are different dimensions in any order, and the result lacks them; with no dimensions
    the operation copies.}],
      "%1 = lamina." # mnemonic # " %0 {dims = array<i64: 1>} : tensor<2x3x" # element #
      "> -> tensor<2x" # element # ">">.text;
  let arguments = (ins array:$source, DenseI64ArrayAttr:$dims);
  let results = (outs Lamina_Array:$result);
  let hasFolder = 1;
  let assemblyFormat = "$source attr-dict `:` type($source) `->` type($result)";
  let extraClassDefinition = [{
    ::llvm::LogicalResult $cppClass::inferTypes(const TypeInference &on, Adaptor adaptor,
                                                ::llvm::SmallVectorImpl<::mlir::Type> &types) {
      return inferReduced(on, adaptor.getSource(), adaptor.getDims(), /*emptyIsError=*/}]
      # !if(!or(!eq(mnemonic, "amax"), !eq(mnemonic, "amin")), "true", "false") # [{, types);
    }
    // Over no dimensions nothing is combined.
    ::mlir::OpFoldResult $cppClass::fold(FoldAdaptor) {
      bool copies = getDims().empty() && !isRef(getSource());
      return copies ? ::mlir::OpFoldResult(getSource()) : ::mlir::OpFoldResult();
    }
  }];
}

def Lamina_SumOp : Lamina_ReductionOp<"sum", Lamina_Array, "Sum along dimensions", [{
    The sum of nothing is zero. The element type stays: integers wrap, `i1` is logical or, and the
    floats narrower than `f32` are added in `f32` and rounded once. The order of addition is free.}]>;

def Lamina_ProdOp : Lamina_ReductionOp<"prod", Lamina_Array, "Product along dimensions", [{
    The product of nothing is one. The element type stays: integers wrap, `i1` is logical and, and
    the floats narrower than `f32` are multiplied in `f32` and rounded once. The order is free.}]>;

def Lamina_AmaxOp : Lamina_ReductionOp<"amax", Lamina_OrderedArray, "Largest along dimensions", [{
    NaN if any of the elements is NaN. A dimension in `dims` is not empty.}]>;

def Lamina_AminOp : Lamina_ReductionOp<"amin", Lamina_OrderedArray, "Smallest along dimensions", [{
    NaN if any of the elements is NaN. A dimension in `dims` is not empty.}]>;

def Lamina_AnyOp : Lamina_ReductionOp<"any", Lamina_BoolArray, "Whether one element holds", [{
    Logical or; false of nothing.}], "i1">;

def Lamina_AllOp : Lamina_ReductionOp<"all", Lamina_BoolArray, "Whether every element holds", [{
    Logical and; true of nothing.}], "i1">;

class Lamina_ArgReductionOp<string mnemonic, string what> : Lamina_InferredOp<mnemonic> {
  let summary = "Position of the " # what # " element";
  let description = Lamina_Described<"    The `i64` index along `dim` of the " # what # [{ element, of
    several equal ones the first. NaN beats every number, so the first NaN wins. `dim` is dropped and
    is not empty.}], "%1 = lamina." # mnemonic # " %0 {dim = 1 : i64} : tensor<2x3xf32> -> tensor<2xi64>">.text;
  let arguments = (ins Lamina_OrderedArray:$source, I64Attr:$dim);
  let results = (outs Lamina_IndexArray:$result);
  let assemblyFormat = "$source attr-dict `:` type($source) `->` type($result)";
  let extraClassDefinition = [{
    ::llvm::LogicalResult $cppClass::inferTypes(const TypeInference &on, Adaptor adaptor,
                                                ::llvm::SmallVectorImpl<::mlir::Type> &types) {
      return inferArgReduced(on, adaptor.getSource(), adaptor.getDim(), types);
    }
  }];
}
def Lamina_ArgmaxOp : Lamina_ArgReductionOp<"argmax", "largest">;
def Lamina_ArgminOp : Lamina_ArgReductionOp<"argmin", "smallest">;

// Every element of the result combines the elements up to its own position.
class Lamina_ScanOp<string mnemonic, string what> : Lamina_InferredOp<mnemonic> {
  let summary = "Running " # what;
  let description = Lamina_Described<"    The " # what # [{ of the elements along `dim` up to and
    including each position. The element type stays; floats narrower than `f32` accumulate in `f32`
    and are rounded where they are stored.}], "%1 = lamina." # mnemonic # " %0 {dim = 1 : i64} : tensor<2x3xf32>">.text;
  let arguments = (ins Lamina_Array:$source, I64Attr:$dim);
  let results = (outs Lamina_Array:$result);
  let assemblyFormat = "$source attr-dict `:` type($source)";
  let extraClassDefinition = [{
    ::llvm::LogicalResult $cppClass::inferTypes(const TypeInference &on, Adaptor adaptor,
                                                ::llvm::SmallVectorImpl<::mlir::Type> &types) {
      auto source = llvm::cast<::mlir::ShapedType>(adaptor.getSource().getType());
      types.push_back(source);
      return on.checkDim("dim", adaptor.getDim(), source);
    }
  }];
}
def Lamina_CumsumOp : Lamina_ScanOp<"cumsum", "sum">;
def Lamina_CumprodOp : Lamina_ScanOp<"cumprod", "product">;

def Lamina_SortOp : Lamina_InferredOp<"sort"> {
  let summary = "Sorted elements and where they were";
  let description = Lamina_Described<[{
    `values` are the elements in ascending order along `dim`, or descending; `indices` their `i64`
    positions in the source. The sort is stable: equal elements keep their order, when descending
    too. NaN counts as larger than every number.
  }], [{%values, %indices = lamina.sort %0 {dim = 1 : i64, descending = false}
    : tensor<2x3xf32> -> tensor<2x3xf32>, tensor<2x3xi64>}]>.text;
  let arguments = (ins Lamina_OrderedArray:$source, I64Attr:$dim, BoolAttr:$descending);
  let results = (outs Lamina_OrderedArray:$values, Lamina_IndexArray:$indices);
  let assemblyFormat = "$source attr-dict `:` type($source) `->` type($values) `,` type($indices)";
}

} // opDocGroup

#endif // LAMINA_REDUCTION
