#ifndef LAMINA_TYPES
#define LAMINA_TYPES

include "dialects/Lamina/Dialect.td"
include "mlir/IR/AttrTypeBase.td"
include "mlir/IR/BuiltinTypeInterfaces.td"

def Lamina_RefType : TypeDef<Lamina_Dialect, "Ref",
    [ShapedTypeInterface]> {
  let mnemonic = "ref";
  let summary = "Handle to mutable, possibly shared array memory";
  let description = [{
    A handle whose root is a function argument or the fresh result of an
    operation. View operations make further handles into the same root. The type
    holds the logical shape and the element type; how the memory is laid out is a
    fact about the root, and stands in the `lamina.strides` attribute of the
    function argument it came from.

    Example: `!lamina.ref<4x?xf32>`
  }];
  let parameters = (ins ArrayRefParameter<"int64_t">:$shape, "Type":$elementType);
  let hasCustomAssemblyFormat = 1;
  let genVerifyDecl = 1;
  let extraClassDeclaration = [{
    /// ShapedTypeInterface: every ref has a rank.
    bool hasRank() const { return true; }
    RefType cloneWith(std::optional<ArrayRef<int64_t>> shape, Type elementType) const;
  }];
}

def Lamina_Ref : Type<CPred<"::llvm::isa<::mlir::lamina::RefType>($_self)">, "ref",
                      "::mlir::ShapedType">;
def Lamina_Array : Type<
    CPred<"::mlir::lamina::isArray($_self)">, "tensor or ref of a supported element type",
    "::mlir::ShapedType">;

// Arrays whose elements pass one of the tests of Worlds.h.
class Lamina_ArrayOf<string test, string elements> : Type<
    And<[Lamina_Array.predicate,
         CPred<"::mlir::lamina::" # test # "(::mlir::getElementTypeOrSelf($_self))">]>,
    "tensor or ref of " # elements, "::mlir::ShapedType">;

def Lamina_BoolArray : Lamina_ArrayOf<"isBoolElement", "i1">;
def Lamina_IndexArray : Lamina_ArrayOf<"isIndexElement", "i64">;
def Lamina_IntArray : Lamina_ArrayOf<"isIntElement", "integers (not i1)">;
def Lamina_BitsArray : Lamina_ArrayOf<"isBitsElement", "integers or i1">;
def Lamina_FloatArray : Lamina_ArrayOf<"isFloatElement", "floating-point numbers">;
def Lamina_ComplexArray : Lamina_ArrayOf<"isComplexElement", "complex numbers">;
def Lamina_FloatOrComplexArray
    : Lamina_ArrayOf<"isFloatOrComplexElement", "floating-point or complex numbers">;
def Lamina_IntOrFloatArray
    : Lamina_ArrayOf<"isIntOrFloatElement", "integers (not i1) or floating-point numbers">;
def Lamina_OrderedArray : Lamina_ArrayOf<"isOrderedElement", "elements that are not complex">;
def Lamina_NumberArray : Lamina_ArrayOf<"isNumberElement", "numbers (not i1)">;

#endif // LAMINA_TYPES
