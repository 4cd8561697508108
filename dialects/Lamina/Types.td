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
  let extraClassDeclaration = [{
    /// ShapedTypeInterface: every ref has a rank.
    bool hasRank() const { return true; }
    RefType cloneWith(std::optional<ArrayRef<int64_t>> shape, Type elementType) const;
  }];
}

// Element types of arrays: signless integers are signed in arithmetic, `ui8` is not.
def Lamina_Element : AnyTypeOf<[AnyFloat, I1, I8, I16, I32, I64, UI8, AnyComplex]>;
def Lamina_Ref : Type<CPred<"::llvm::isa<::mlir::lamina::RefType>($_self)">, "ref",
                      "::mlir::lamina::RefType">;
def Lamina_Array : Type<
    CPred<"::mlir::lamina::isArray($_self)">, "tensor or ref of a supported element type",
    "::mlir::ShapedType">;
// An array of i1.
def Lamina_Mask : Type<
    And<[Lamina_Array.predicate,
         CPred<"::llvm::cast<::mlir::ShapedType>($_self).getElementType().isInteger(1)">]>,
    "tensor or ref of i1", "::mlir::ShapedType">;

#endif // LAMINA_TYPES
