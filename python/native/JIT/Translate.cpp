/// LLVM dialect to LLVM IR.
#include "python/native/JIT/Compile.h"

#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/Diagnostics.h"
#include "mlir/Target/LLVMIR/Dialect/Builtin/BuiltinToLLVMIRTranslation.h"
#include "mlir/Target/LLVMIR/Dialect/LLVMIR/LLVMToLLVMIRTranslation.h"
#include "mlir/Target/LLVMIR/Export.h"
#include "llvm/IR/Verifier.h"
#include "llvm/Support/raw_ostream.h"

using namespace mlir;

namespace {

/// Collects what MLIR reports while it lives.
class DiagnosticText {
public:
  explicit DiagnosticText(MLIRContext *context)
      : handler(context, [this](Diagnostic &diagnostic) {
          append(diagnostic);
          return success();
        }) {}

  /// The reports so far, or `fallback` if there were none.
  std::string take(StringRef fallback) { return text.empty() ? fallback.str() : std::move(text); }

private:
  void append(Diagnostic &diagnostic) {
    if (!text.empty())
      text += '\n';
    llvm::raw_string_ostream(text) << diagnostic.getLocation() << ": " << diagnostic;
    for (Diagnostic &note : diagnostic.getNotes())
      append(note);
  }

  std::string text;
  ScopedDiagnosticHandler handler;
};

} // namespace

namespace mlir::lamina::jit {

static void registerTranslations(MLIRContext &context) {
  DialectRegistry registry;
  registerBuiltinDialectTranslation(registry);
  registerLLVMDialectTranslation(registry);
  context.appendDialectRegistry(registry);
}

llvm::Expected<std::unique_ptr<llvm::Module>>
translateToLLVMIR(ModuleOp module, llvm::LLVMContext &context, const llvm::TargetMachine &machine) {
  registerTranslations(*module.getContext());
  DiagnosticText diagnostics(module.getContext());
  std::unique_ptr<llvm::Module> result = translateModuleToLLVMIR(module, context, "lamina");
  if (!result)
    return llvm::createStringError(diagnostics.take("translation to LLVM IR failed"));
  result->setTargetTriple(machine.getTargetTriple());
  result->setDataLayout(machine.createDataLayout());
  return result;
}

} // namespace mlir::lamina::jit
