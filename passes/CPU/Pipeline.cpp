/// lamina-cpu-pipeline: from functions over tensors to the LLVM dialect.
#include "mlir/Conversion/Passes.h"
#include "mlir/Dialect/Bufferization/Transforms/Passes.h"
#include "mlir/Dialect/Linalg/Passes.h"
#include "mlir/Dialect/MemRef/Transforms/Passes.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Transforms/Passes.h"
#include "passes/Passes.h"

using namespace mlir;
using namespace mlir::lamina;

/// Tensors to loops over memory that the caller owns.
static void addBufferization(OpPassManager &passes) {
  // Without the elimination of empty tensors results are computed in temporaries and copied.
  passes.addPass(bufferization::createEmptyTensorEliminationPass());
  passes.addNestedPass<func::FuncOp>(createLaminaCpuUpdateInPlace());
  bufferization::OneShotBufferizePassOptions bufferize;
  bufferize.bufferAlignment = 64;
  passes.addPass(bufferization::createOneShotBufferizePass(bufferize));
  passes.addPass(createCSEPass());
  passes.addPass(createCanonicalizerPass());
  passes.addNestedPass<func::FuncOp>(createLaminaCpuLowerContractions());
  passes.addNestedPass<func::FuncOp>(createLaminaCpuTileTransposes());
  passes.addNestedPass<func::FuncOp>(createLaminaCpuOrderLoops());
  passes.addNestedPass<func::FuncOp>(createLaminaCpuRelaxReductions());
  passes.addNestedPass<func::FuncOp>(createLaminaCpuDistributeLoops());
  passes.addPass(createLaminaCpuOutlineParallel());
  passes.addPass(createLaminaCpuOutlineKernels());
  passes.addPass(createLaminaCpuMergeKernels());
  passes.addNestedPass<func::FuncOp>(createLaminaCpuPlanArena());
}

void lamina::addCpuPasses(OpPassManager &passes) {
  passes.addPass(createLaminaConvertToLinalg());
  addStageVerifier(passes, Stage::Linalg);
  passes.addNestedPass<func::FuncOp>(createLaminaCpuFuseElementwise());
  passes.addNestedPass<func::FuncOp>(createLaminaCpuTileContractions());
  passes.addNestedPass<func::FuncOp>(createLaminaCpuTileAndFuse());
  passes.addNestedPass<func::FuncOp>(createLaminaCpuSplitReductions());
  passes.addPass(createCSEPass());
  passes.addPass(createLaminaCpuDestination());
  addBufferization(passes);
  addStageVerifier(passes, Stage::Bufferized);
  passes.addNestedPass<func::FuncOp>(createConvertLinalgToLoopsPass());
  passes.addPass(createConvertComplexToStandardPass());
  passes.addPass(createLaminaCpuCallTrigonometry());
  passes.addNestedPass<func::FuncOp>(createLaminaCpuExpandScalars());
  passes.addPass(memref::createExpandStridedMetadataPass());
  passes.addPass(createLowerAffinePass());
  passes.addPass(createCSEPass());
  passes.addPass(createSCFToControlFlowPass());
  passes.addPass(createLaminaCpuConvertToLLVM());
  passes.addPass(createLaminaCpuRunInPool());
  addStageVerifier(passes, Stage::LLVM);
}
