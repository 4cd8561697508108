#ifndef LAMINA_STRUCTURE
#define LAMINA_STRUCTURE

include "dialects/Lamina/Base.td"

def Lamina_AssignOp : Lamina_Op<"assign", [Lamina_OneWorld, SameTypeOperands]> {
  let summary = "Overwrite the memory behind a ref";
  let description = [{
    The only way to change data. An in-place operation of the source program is
    the computation followed by an assignment.
  }];
  let arguments = (ins Arg<Lamina_Ref, "", [MemRead]>:$value, Arg<Lamina_Ref, "", [MemWrite]>:$target);
  let assemblyFormat = "$value `,` $target attr-dict `:` type($target)";
}

#endif // LAMINA_STRUCTURE
