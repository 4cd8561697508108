/// Every pass of lamina, and the named pipelines made of them.
#ifndef LAMINA_PASSES_H
#define LAMINA_PASSES_H

#include "dialects/Lamina/Lamina.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Pass/Pass.h"
#include "passes/Verify/Stage.h"

namespace mlir::lamina {

#define GEN_PASS_DECL
#include "passes/Passes.h.inc"

#define GEN_PASS_REGISTRATION
#include "passes/Passes.h.inc"

/// Adds the check that the IR is through `stage`.
void addStageVerifier(OpPassManager &passes, Stage stage);

/// Adds the passes from a traced function of refs to a forward and a backward of tensors.
void addFunctionalPasses(OpPassManager &passes);

/// Adds the passes from functions over tensors to the LLVM dialect, for the CPU. In order: every op
/// to loops over tensors; fusion; results into memory of the caller; buffers, with temporaries in
/// one workspace; loops; LLVM. Functions keep static shapes and pass bare pointers: inputs,
/// outputs, workspace.
void addCpuPasses(OpPassManager &passes);

/// Tells one-shot bufferization of the operations of lamina that it meets.
void registerBufferization(DialectRegistry &registry);

/// Registers the named pipelines, such as `lamina-cpu-pipeline`.
void registerPipelines();

} // namespace mlir::lamina

#endif // LAMINA_PASSES_H
