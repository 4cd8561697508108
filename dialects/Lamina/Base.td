#ifndef LAMINA_BASE
#define LAMINA_BASE

include "dialects/Lamina/Attributes.td"
include "dialects/Lamina/Dialect.td"
include "dialects/Lamina/Interfaces.td"
include "dialects/Lamina/Types.td"
include "mlir/Interfaces/InferTypeOpInterface.td"
include "mlir/Interfaces/SideEffectInterfaces.td"

// All arrays of the operation are tensors, or all are refs.
def Lamina_OneWorld : NativeOpTrait<"OneWorld"> {
  let cppNamespace = "::mlir::lamina";
}
// Pure on tensors; on refs it reads its operands and allocates its results.
def Lamina_ComputeEffects : NativeOpTrait<"ComputeEffects"> {
  let cppNamespace = "::mlir::lamina";
}
// Element i of every result depends on element i of every operand only.
def Lamina_Pointwise : NativeOpTrait<"Pointwise"> {
  let cppNamespace = "::mlir::lamina";
}

// Result types follow from operands and attributes: the operation defines `inferTypes`, which is
// called only after operands and attributes were found to be of the declared kinds.
def Lamina_InferTypesMethod : NativeOpTrait<"InferTypes", [], [{
    static ::llvm::LogicalResult inferTypes(const TypeInference &on, Adaptor adaptor,
                                            ::llvm::SmallVectorImpl<::mlir::Type> &types);
  }], [{
    ::llvm::LogicalResult $cppClass::inferReturnTypes(
        ::mlir::MLIRContext *context, std::optional<::mlir::Location> location,
        ::mlir::ValueRange operands, ::mlir::DictionaryAttr attributes,
        ::mlir::OpaqueProperties properties, ::mlir::RegionRange regions,
        ::llvm::SmallVectorImpl<::mlir::Type> &types) {
      return inferTypesOf<$cppClass>(context, location, operands, attributes, properties, regions,
                                     types);
    }
  }]> {
  let cppNamespace = "::mlir::lamina";
}
def Lamina_InferTypes : TraitList<[DeclareOpInterfaceMethods<InferTypeOpInterface>,
                                   Lamina_InferTypesMethod]>;

// An attribute that is one of the strings an enum spells. Plain strings keep an operation's
// parameters the same in Python and here; C++ reads them through the op's `getKind`.
class Lamina_Keyword<string enumName, string what> : ConfinedAttr<StrAttr, [
    AttrConstraint<CPred<"::mlir::lamina::symbolize" # enumName #
                         "(::llvm::cast<::mlir::StringAttr>($_self).getValue()).has_value()">,
                   what>]>;

// One element: a float or integer attribute of the element type, for complex ones the pair
// `[re, im]`.
def Lamina_Scalar : Attr<CPred<"::mlir::lamina::isScalarAttr($_self)">,
    "number, or pair of floats for a complex number"> {
  let storageType = "::mlir::Attribute";
  let returnType = "::mlir::Attribute";
  let convertFromStorage = "$_self";
}

class Lamina_Op<string mnemonic, list<Trait> traits = []>
    : Op<Lamina_Dialect, mnemonic, traits>;

// An operation that computes fresh arrays from its operands.
class Lamina_ComputeOp<string mnemonic, list<Trait> traits = []>
    : Lamina_Op<mnemonic, !listconcat([Lamina_OneWorld, Lamina_ComputeEffects,
                                       MemoryEffectsOpInterface], traits)>;

class Lamina_InferredOp<string mnemonic, list<Trait> traits = []>
    : Lamina_ComputeOp<mnemonic, !listconcat(traits, [Lamina_InferTypes])>;

// The usual shape of documentation: prose, then IR. Prose is indented by four, and the IR follows it,
// so that the printer of the reference pages can take the indentation away.
class Lamina_Described<string prose, string ir> {
  string text = prose # "\n\n    ```mlir\n    " # !subst("\n", "\n    ", ir) # "\n    ```\n";
}

#endif // LAMINA_BASE
