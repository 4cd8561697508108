#ifndef LAMINA_ATTRIBUTES
#define LAMINA_ATTRIBUTES

include "dialects/Lamina/Dialect.td"
include "mlir/IR/AttrTypeBase.td"
include "mlir/IR/EnumAttr.td"

class Lamina_Attr<string name, string mnemonic_> : AttrDef<Lamina_Dialect, name> {
  let mnemonic = mnemonic_;
}

// A descriptor says what an argument or a result of a function is to its caller.
class Lamina_IndexedDescriptor<string name, string mnemonic_, string what>
    : Lamina_Attr<name, mnemonic_> {
  let summary = what;
  let parameters = (ins "int64_t":$index);
  let assemblyFormat = "`<` $index `>`";
  let genVerifyDecl = 1;
}

def Lamina_InputAttr : Lamina_IndexedDescriptor<"Input", "input",
    "Argument: the caller's input number `index`">;
def Lamina_SavedAttr : Lamina_IndexedDescriptor<"Saved", "saved",
    "Argument or result: value number `index` that the forward saves for the backward">;
def Lamina_OutputAttr : Lamina_IndexedDescriptor<"Output", "output",
    "Result: the program's output number `index`">;
def Lamina_MutationAttr : Lamina_IndexedDescriptor<"Mutation", "mutation",
    "Result: the data that input number `index` holds afterwards">;
def Lamina_GradientAttr : Lamina_IndexedDescriptor<"Gradient", "gradient",
    "Result: the gradient of input number `index`">;
def Lamina_LeafGradientAttr : Lamina_IndexedDescriptor<"LeafGradient", "leaf_gradient",
    "Result: the gradient of output number `index`, a leaf that the program made">;
def Lamina_BaseAttr : Lamina_IndexedDescriptor<"Base", "base",
    "Result: the fresh memory number `index` that several outputs are views of">;

// What stands for an array among the arguments of a custom operation.
def Lamina_OperandAttr : Lamina_IndexedDescriptor<"Operand", "operand",
    "Argument of a custom call: its operand number `index`">;

def Lamina_RebindAttr : Lamina_Attr<"Rebind", "rebind"> {
  let summary = "Input number `input` looks in the end at what output number `output` is";
  let description = [{
    An entry of `lamina.rebinds` of a function: the program changed the sizes, strides or memory of
    an argument, and the caller's own object has to follow.
  }];
  let parameters = (ins "int64_t":$input, "int64_t":$output);
  let assemblyFormat = "`<` $input `,` $output `>`";
  let genVerifyDecl = 1;
}

def Lamina_TangentOf : I32EnumAttr<"TangentOf", "what a tangent belongs to",
    [I32EnumAttrCase<"Output", 0, "output">, I32EnumAttrCase<"Mutation", 1, "mutation">]> {
  let cppNamespace = "::mlir::lamina";
  let genSpecializedAttr = 0;
}
def Lamina_TangentAttr : Lamina_Attr<"Tangent", "tangent"> {
  let summary = "Argument: the incoming gradient of an output or of a mutated input";
  let parameters = (ins EnumParameter<Lamina_TangentOf>:$of, "int64_t":$index);
  let assemblyFormat = "`<` $of `,` $index `>`";
  let genVerifyDecl = 1;
}

def Lamina_ViewStepAttr : Lamina_Attr<"ViewStep", "view"> {
  let summary = "One view operation of a replay recipe: its name and attributes";
  let description = [{
    Example: `#lamina.view<"permute", {dims = array<i64: 1, 0>}>`. Views whose
    shape stands in their result type (`reshape`, `expand`) carry it as `shape`,
    `bitcast` carries its element type as `dtype`.
  }];
  let parameters = (ins StringRefParameter<>:$name, OptionalParameter<"DictionaryAttr">:$attributes);
  let assemblyFormat = "`<` $name (`,` $attributes^)? `>`";
}

def Lamina_AliasRoot : I32EnumAttr<"AliasRoot", "what memory an output shares",
    [I32EnumAttrCase<"Input", 0, "input">, I32EnumAttrCase<"Fresh", 1, "fresh">,
     I32EnumAttrCase<"Base", 2, "base">, I32EnumAttrCase<"Output", 3, "output">]> {
  let cppNamespace = "::mlir::lamina";
  let genSpecializedAttr = 0;
}
def Lamina_Sharing : I32EnumAttr<"Sharing", "how autograd sees that an output shares memory",
    [I32EnumAttrCase<"View", 0, "view">, I32EnumAttrCase<"Detached", 1, "detached">,
     I32EnumAttrCase<"ViewOfDetached", 2, "view_of_detached">,
     I32EnumAttrCase<"NoGrad", 3, "no_grad">, I32EnumAttrCase<"MultiOutput", 4, "multi_output">,
     I32EnumAttrCase<"CustomFunction", 5, "custom_function">,
     I32EnumAttrCase<"NoGradBefore", 6, "no_grad_before">]> {
  let cppNamespace = "::mlir::lamina";
  let genSpecializedAttr = 0;
}
def Lamina_AliasAttr : Lamina_Attr<"Alias", "alias"> {
  let summary = "An output that shares memory: the root and the views that lead from it";
  let description = [{
    `#lamina.alias<input, 0, []>` is input 0 itself, the very same object;
    `#lamina.alias<input, 0, [#lamina.view<"permute", {dims = array<i64: 1, 0>}>]>`
    its transpose; `#lamina.alias<output, 0, []>` is the same object as output 0.
    A last word says how autograd sees the sharing, if the output is no plain view: it is
    `detached`, a `view_of_detached` memory, a view made under `no_grad`, one of the results of a
    `multi_output` view, made by a `custom_function`, or by a last view in grad mode of one made
    without (`no_grad_before`).
  }];
  let parameters = (ins EnumParameter<Lamina_AliasRoot>:$root, "int64_t":$index,
                        OptionalArrayRefParameter<"ViewStepAttr">:$views,
                        DefaultValuedParameter<"Sharing", "Sharing::View">:$sharing);
  let hasCustomAssemblyFormat = 1;
  let genVerifyDecl = 1;
}

#endif // LAMINA_ATTRIBUTES
