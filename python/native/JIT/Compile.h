/// From the LLVM dialect to object bytes.
///
/// The steps of laminaCompile, one file each. None of them prints or aborts:
/// what goes wrong comes back as an llvm::Error.
#ifndef LAMINA_JIT_COMPILE_H
#define LAMINA_JIT_COMPILE_H

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/IR/Module.h"
#include "llvm/Support/Error.h"
#include "llvm/Target/TargetMachine.h"

#include <memory>
#include <string>
#include <vector>

namespace mlir {
class ModuleOp;
} // namespace mlir

namespace mlir::lamina::jit {

/// The attribute of functions that optimisation may or may not come to call, such as variants for
/// vectors. Each module that is optimised has its own copies and drops those it has not called.
inline constexpr llvm::StringLiteral kOnDemand = "lamina-on-demand";

/// Translates `module` into an LLVM module for `machine`. MLIR diagnostics
/// become the text of the error.
llvm::Expected<std::unique_ptr<llvm::Module>>
translateToLLVMIR(ModuleOp module, llvm::LLVMContext &context, const llvm::TargetMachine &machine);

/// Names of the functions of `module` that carry `lamina.entry`.
llvm::SmallVector<std::string> entryNames(ModuleOp module);

/// Adds `void <name>_packed(void **)` for each name; see lamina-c/Compiler.h.
llvm::Error emitPackedEntries(llvm::Module &module, llvm::ArrayRef<std::string> names);

/// Lets every function of `module` use all of the machine's features.
/// `vectorWidth` in bits, 0 for the machine's own preference.
void setFunctionTargets(llvm::Module &module, const llvm::TargetMachine &machine,
                        unsigned vectorWidth);

/// Makes equal functions one.
void mergeEqualFunctions(llvm::Module &module);

/// Up to `count` parts of `module`, as bitcode, that together define what it does; none if it is
/// not worth dividing. Gives local symbols of `module` hidden names.
std::vector<llvm::SmallVector<char, 0>> split(llvm::Module &module, unsigned count);

/// A part in another context.
llvm::Expected<std::unique_ptr<llvm::Module>> read(llvm::ArrayRef<char> bitcode,
                                                   llvm::LLVMContext &context);

/// An archive of the parts' objects.
llvm::Error join(llvm::ArrayRef<llvm::SmallVector<char, 0>> objects,
                 llvm::SmallVectorImpl<char> &bytes);

/// Runs LLVM's optimiser at level 0 to 3.
llvm::Error optimize(llvm::Module &module, llvm::TargetMachine &machine, unsigned optLevel);

/// Emits object code, or assembly; consumes the module's IR.
llvm::Error emit(llvm::Module &module, llvm::TargetMachine &machine, llvm::CodeGenFileType type,
                 llvm::SmallVectorImpl<char> &bytes);

} // namespace mlir::lamina::jit

#endif // LAMINA_JIT_COMPILE_H
