/// The named pipelines: what `lamina-opt --lamina-<name>-pipeline` and Python run.
#include "mlir/Pass/PassManager.h"
#include "mlir/Pass/PassRegistry.h"
#include "mlir/Transforms/Passes.h"
#include "passes/Passes.h"

using namespace mlir;
using namespace mlir::lamina;

static void addCleanup(OpPassManager &passes) {
  passes.addPass(createCanonicalizerPass());
  passes.addPass(createCSEPass());
}

void lamina::addStageVerifier(OpPassManager &passes, Stage stage) {
  passes.addPass(createLaminaVerifyStage(LaminaVerifyStageOptions{stage}));
}

void lamina::addFunctionalPasses(OpPassManager &passes) {
  passes.addNestedPass<func::FuncOp>(createLaminaFunctionalize());
  addStageVerifier(passes, Stage::Functional);
  addCleanup(passes);
  passes.addNestedPass<func::FuncOp>(createLaminaViewReplay());
  addStageVerifier(passes, Stage::Replayed);
  addCleanup(passes);
  passes.addPass(createLaminaPartition());
  addStageVerifier(passes, Stage::Partitioned);
  addCleanup(passes);
}

void lamina::registerPipelines() {
  PassPipelineRegistration<>(
      "lamina-functional-pipeline",
      "From a traced function of refs to a forward and a backward of tensors", addFunctionalPasses);
  PassPipelineRegistration<>(
      "lamina-cpu-pipeline",
      "From functions of tensors to native code of the CPU, in the LLVM dialect", addCpuPasses);
}
