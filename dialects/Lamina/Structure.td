#ifndef LAMINA_STRUCTURE
#define LAMINA_STRUCTURE

include "dialects/Lamina/Base.td"
include "mlir/IR/RegionKindInterface.td"
include "mlir/Interfaces/DestinationStyleOpInterface.td"

def Lamina_StructureGroup : OpDocGroup {
  let summary = "Writes, control flow and calls";
  let description = [{
    The few operations that change memory, and those that carry regions or leave lamina.
  }];
}

let opDocGroup = Lamina_StructureGroup in {

//===-- Writes -----------------------------------------------------------------------------===//

def Lamina_AssignOp : Lamina_Op<"assign", [Lamina_OneWorld]> {
  let summary = "Overwrite the memory behind a ref";
  let description = Lamina_Described<[{
    Every element of `target` becomes that of `value`, which has the same type and may overlap it:
    the value is what it was before the write. This is the only way to change data. An in-place
    operation of the source program is the computation followed by an assignment. If elements of
    `target` overlap, which of several values given to one place stays is unspecified.
  }], "lamina.assign %value, %target : !lamina.ref<4xf32>">.text;
  let arguments = (ins Arg<Lamina_Ref, "", [MemRead]>:$value, Arg<Lamina_Ref, "", [MemWrite]>:$target);
  let assemblyFormat = "$value `,` $target attr-dict `:` custom<OneType>(type($value), type($target))";
  let hasVerifier = 1;
}

def Lamina_SetOp : Lamina_Op<"set", [Lamina_OneWorld]> {
  let summary = "Rebind a handle of the source program to other memory";
  let description = Lamina_Described<[{
    From here on the object that `target` stands for names the memory of `source`, with its shape.
    No data moves. The IR value `target` still means the old memory: later operations on the object
    use `source`. The operation tells the caller, whose own object has to follow if `target` is one
    of its inputs; the last place of an object counts.
  }], "lamina.set %target, %source : !lamina.ref<4xf32>, !lamina.ref<2x3xf32>">.text;
  let arguments = (ins Arg<Lamina_Ref, "", [MemWrite]>:$target, Lamina_Ref:$source);
  let assemblyFormat = "$target `,` $source attr-dict `:` type($target) `,` type($source)";
}

def Lamina_ResizeOp : Lamina_Op<"resize", [Lamina_OneWorld, Lamina_InferTypes]> {
  let summary = "Change the number of elements of memory";
  let description = Lamina_Described<[{
    The result is the same memory with the shape `sizes`, row-major. Elements keep their position in
    memory; what is new when it grows is zero. `source` is all of some memory, an argument or a fresh
    result; neither it nor a view of it is used afterwards. Other memory of the same object, if it
    is an input of the caller, is resized with it.
  }], "%b = lamina.resize %a {sizes = array<i64: 3, 4>} : !lamina.ref<4xf32> -> !lamina.ref<3x4xf32>">.text;
  let arguments = (ins Arg<Lamina_Ref, "", [MemRead, MemWrite]>:$source, DenseI64ArrayAttr:$sizes);
  let results = (outs Lamina_Ref:$result);
  let assemblyFormat = "$source attr-dict `:` type($source) `->` type($result)";
}

//===-- Control flow -----------------------------------------------------------------------===//

def Lamina_YieldOp : Lamina_Op<"yield", [Pure, Terminator, ParentOneOf<["CondOp", "WhileOp"]>]> {
  let summary = "End of a region, with its values";
  let description = Lamina_Described<[{
    What the values mean is said by the operation around the region.
  }], "lamina.yield %0, %1 : tensor<4xf32>, tensor<i64>">.text;
  let arguments = (ins Variadic<Lamina_Array>:$values);
  let builders = [OpBuilder<(ins), [{ /* yields nothing */ }]>];
  let assemblyFormat = "attr-dict ($values^ `:` type($values))?";
}

def Lamina_CondOp : Lamina_Op<"cond", [Lamina_OneWorld, RecursiveMemoryEffects, NoRegionArguments,
    DeclareOpInterfaceMethods<MemoryEffectsOpInterface>,
    SingleBlockImplicitTerminator<"YieldOp">]> {
  let summary = "One of two computations";
  let description = Lamina_Described<[{
    Runs the first region if the 0-d `pred` holds, the second one otherwise. The results are what
    the region that ran yields. Regions use values from outside freely and have no arguments.
  }], [{%1 = lamina.cond %pred : tensor<i1> -> tensor<4xf32> {
  lamina.yield %0 : tensor<4xf32>
} else {
  %2 = lamina.neg %0 : tensor<4xf32>
  lamina.yield %2 : tensor<4xf32>
}
}]>.text;
  let arguments = (ins Lamina_BoolArray:$pred);
  let results = (outs Variadic<Lamina_Array>:$results);
  let regions = (region SizedRegion<1>:$then_region, SizedRegion<1>:$else_region);
  let assemblyFormat = [{
    $pred attr-dict `:` type($pred) (`->` type($results)^)? $then_region `else` $else_region
  }];
  let hasCanonicalizer = 1;
  let hasVerifier = 1;
  let hasRegionVerifier = 1;
}

def Lamina_WhileOp : Lamina_Op<"while", [Lamina_OneWorld, Lamina_InferTypes, RecursiveMemoryEffects,
    SingleBlockImplicitTerminator<"YieldOp">]> {
  let summary = "A computation repeated while a condition holds";
  let description = Lamina_Described<[{
    Carries arrays from turn to turn, `inits` at first. The first region gets them and yields a 0-d
    `i1`. While it holds, the second region gets them and yields their successors, of the same
    types. The results are what was carried last.
  }], [{%1 = lamina.while %0 : tensor<i64> while {
^bb0(%i: tensor<i64>):
  %2 = lamina.compare %i, %n {predicate = "lt"} : tensor<i64>
  lamina.yield %2 : tensor<i1>
} do {
^bb0(%i: tensor<i64>):
  %2 = lamina.add %i, %one : tensor<i64>
  lamina.yield %2 : tensor<i64>
}
}]>.text;
  let arguments = (ins Variadic<Lamina_Array>:$inits);
  let results = (outs Variadic<Lamina_Array>:$results);
  let regions = (region SizedRegion<1>:$condition, SizedRegion<1>:$body);
  let assemblyFormat = [{
    ($inits^ `:` type($inits))? attr-dict `while` $condition `do` $body
  }];
  let hasCanonicalizer = 1;
  let hasRegionVerifier = 1;
}

//===-- Calls ------------------------------------------------------------------------------===//

def Lamina_CustomCallOp : Lamina_Op<"custom_call", [Lamina_OneWorld,
    DeclareOpInterfaceMethods<MemoryEffectsOpInterface>]> {
  let summary = "Call of code that lamina does not see into";
  let description = Lamina_Described<[{
    `callee` names a registered custom operation. It reads its operands and returns fresh arrays,
    which share no memory with them. It writes the operands whose numbers are in `mutates`: refs
    in place; for a tensor, what it holds afterwards is a result. These results come last, in the
    order of `mutates`. With `has_side_effect` the call stays, in its place among others, even if
    nobody uses its results; without, calls of the same arrays may become one.

    `arguments` is there if the operation takes more than its operands, in order: it has an entry
    for each argument, `#lamina.operand<k>` for an array, a number, a string, `unit` for None, an
    element type for a dtype, or an array of those.
  }], [{%2 = lamina.custom_call "my::op"(%0, %1) {mutates = array<i64: 1>}
    : (!lamina.ref<4xf32>, !lamina.ref<4xf32>) -> !lamina.ref<4xf32>
%5:2 = lamina.custom_call "my::op"(%3, %4) {mutates = array<i64: 1>}
    : (tensor<4xf32>, tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>)}]>.text;
  let arguments = (ins StrAttr:$callee, Variadic<Lamina_Array>:$inputs,
                       OptionalAttr<ArrayAttr>:$arguments,
                       DefaultValuedAttr<DenseI64ArrayAttr, "{}">:$mutates,
                       DefaultValuedAttr<BoolAttr, "false">:$has_side_effect);
  let results = (outs Variadic<Lamina_Array>:$results);
  let assemblyFormat = "$callee `(` $inputs `)` attr-dict `:` functional-type($inputs, results)";
  let hasVerifier = 1;
}

def Lamina_HostCallOp : Lamina_Op<"host_call", [AttrSizedOperandSegments,
    DestinationStyleOpInterface, DeclareOpInterfaceMethods<MemoryEffectsOpInterface>]> {
  let summary = "A custom call with the memory that it fills";
  let description = Lamina_Described<[{
    What a `lamina.custom_call` is lowered to. `outs` is memory for its results: fresh ones first,
    then the mutated operands, which `ins` leaves out. It stands for a call of lamina's runtime,
    which finds the operation `callee` by its name; if that raises, the function returns at once.
    `elements` has the element types of `ins` and `outs` as the program knows them.
  }], [{%1 = lamina.host_call "my::op" ins(%a : tensor<4xi8>) outs(%0 : tensor<4xf32>)
    {elements = [ui8, f32]} -> tensor<4xf32>
lamina.host_call "my::op" outs(%m : memref<4xf32>) {elements = [f32], mutates = array<i64: 0>}
}]>.text;
  let arguments = (ins StrAttr:$callee, Variadic<AnyTypeOf<[AnyRankedTensor, AnyMemRef]>>:$inputs,
                       Variadic<AnyTypeOf<[AnyRankedTensor, AnyMemRef]>>:$outputs,
                       OptionalAttr<ArrayAttr>:$arguments,
                       DefaultValuedAttr<DenseI64ArrayAttr, "{}">:$mutates,
                       DefaultValuedAttr<BoolAttr, "false">:$has_side_effect,
                       TypeArrayAttr:$elements);
  let results = (outs Variadic<AnyRankedTensor>:$results);
  let assemblyFormat = [{
    $callee (`ins` `(` $inputs^ `:` type($inputs) `)`)? (`outs` `(` $outputs^ `:` type($outputs) `)`)?
    attr-dict (`->` type($results)^)?
  }];
  let hasVerifier = 1;
  let extraClassDeclaration = [{
    ::mlir::MutableOperandRange getDpsInitsMutable() { return getOutputsMutable(); }
    /// Whether the call reads `output`, an operand among `outs`: it holds what is mutated.
    bool isMutated(::mlir::OpOperand &output);
  }];
}

} // opDocGroup

#endif // LAMINA_STRUCTURE
