#ifndef LAMINA_KEYWORDS
#define LAMINA_KEYWORDS

include "mlir/IR/EnumAttr.td"

// The values of string parameters. Ops hold the string itself; C++ reads the enum.
class Lamina_KeywordEnum<string name, string what, list<I32EnumAttrCase> cases>
    : I32EnumAttr<name, what, cases> {
  let cppNamespace = "::mlir::lamina";
  let genSpecializedAttr = 0;
}

def Lamina_Predicate : Lamina_KeywordEnum<"Predicate", "how `lamina.compare` compares",
    [I32EnumAttrCase<"Eq", 0, "eq">, I32EnumAttrCase<"Ne", 1, "ne">,
     I32EnumAttrCase<"Lt", 2, "lt">, I32EnumAttrCase<"Le", 3, "le">,
     I32EnumAttrCase<"Gt", 4, "gt">, I32EnumAttrCase<"Ge", 5, "ge">]>;

def Lamina_Combine : Lamina_KeywordEnum<"Combine", "what `lamina.scatter` does with an element",
    [I32EnumAttrCase<"Set", 0, "set">, I32EnumAttrCase<"Add", 1, "add">,
     I32EnumAttrCase<"Mul", 2, "mul">, I32EnumAttrCase<"Amax", 3, "amax">,
     I32EnumAttrCase<"Amin", 4, "amin">]>;

#endif // LAMINA_KEYWORDS
