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

class Lamina_Op<string mnemonic, list<Trait> traits = []>
    : Op<Lamina_Dialect, mnemonic, traits>;

// An operation that computes fresh arrays from its operands.
class Lamina_ComputeOp<string mnemonic, list<Trait> traits = []>
    : Lamina_Op<mnemonic, !listconcat([Lamina_OneWorld, Lamina_ComputeEffects,
                                       MemoryEffectsOpInterface], traits)>;

// Result types follow from operands and attributes.
class Lamina_InferredOp<string mnemonic, list<Trait> traits = []>
    : Lamina_ComputeOp<mnemonic, !listconcat(traits,
        [InferTypeOpAdaptor])>;

#endif // LAMINA_BASE
