#ifndef LAMINA_ELEMENTWISE
#define LAMINA_ELEMENTWISE

include "dialects/Lamina/Base.td"

class Lamina_BinaryOp<string mnemonic, string what, list<Trait> traits = []>
    : Lamina_ComputeOp<mnemonic, !listconcat([SameOperandsAndResultType, Elementwise], traits)> {
  let summary = what;
  let arguments = (ins Lamina_Array:$lhs, Lamina_Array:$rhs);
  let results = (outs Lamina_Array:$result);
  let assemblyFormat = "$lhs `,` $rhs attr-dict `:` type($result)";
}

def Lamina_AddOp : Lamina_BinaryOp<"add", "Elementwise sum", [Commutative]>;
def Lamina_MulOp : Lamina_BinaryOp<"mul", "Elementwise product", [Commutative]>;

def Lamina_CloneOp : Lamina_ComputeOp<"clone", [SameOperandsAndResultType]> {
  let summary = "Copy into fresh memory";
  let arguments = (ins Lamina_Array:$source);
  let results = (outs Lamina_Array:$result);
  let assemblyFormat = "$source attr-dict `:` type($result)";
}

#endif // LAMINA_ELEMENTWISE
