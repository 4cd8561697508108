/// LLVM's optimiser, set up for kernels.
#include "python/native/JIT/Compile.h"

#include "llvm/Analysis/TargetLibraryInfo.h"
#include "llvm/IR/Function.h"
#include "llvm/IR/Instructions.h"
#include "llvm/IR/PassInstrumentation.h"
#include "llvm/Passes/OptimizationLevel.h"
#include "llvm/Passes/PassBuilder.h"
#include "llvm/Transforms/IPO/GlobalDCE.h"
#include "llvm/Transforms/IPO/MergeFunctions.h"

using namespace llvm;

namespace mlir::lamina::jit {

void setFunctionTargets(Module &module, const TargetMachine &machine, unsigned vectorWidth) {
  for (Function &function : module) {
    if (function.isDeclaration())
      continue;
    function.addFnAttr("target-cpu", machine.getTargetCPU());
    function.addFnAttr("target-features", machine.getTargetFeatureString());
    if (vectorWidth)
      function.addFnAttr("prefer-vector-width", std::to_string(vectorWidth));
    // Kernels neither throw nor are unwound through; without this every one of
    // them carries unwind tables that linking must register.
    function.setDoesNotThrow();
  }
}

void mergeEqualFunctions(Module &module) {
  ModuleAnalysisManager modules;
  FunctionAnalysisManager functions;
  PassBuilder builder;
  builder.registerModuleAnalyses(modules);
  builder.registerFunctionAnalyses(functions);
  modules.registerPass([&] { return FunctionAnalysisManagerModuleProxy(functions); });
  MergeFunctionsPass().run(module, modules);
}

/// Level 1: what loops over arrays need, once. Half the time of LLVM's O1 at nearly the speed of
/// O2, because lowered code has no calls to inline, no exceptions and no pointer-chasing.
static constexpr const char *kFastPipeline =
    "function(sroa,early-cse<memssa>,simplifycfg,instcombine<no-verify-fixpoint>,"
    "loop-mssa(loop-rotate,licm),loop(loop-idiom,indvars,loop-deletion),loop-vectorize,"
    "instcombine<no-verify-fixpoint>,simplifycfg,loop-mssa(licm),early-cse)";

static Expected<ModulePassManager> buildPipeline(PassBuilder &builder, unsigned optLevel) {
  ModulePassManager passes;
  switch (optLevel) {
  case 0:
    return builder.buildO0DefaultPipeline(OptimizationLevel::O0);
  case 1:
    if (Error error = builder.parsePassPipeline(passes, kFastPipeline))
      return std::move(error);
    return std::move(passes);
  case 2:
    return builder.buildPerModuleDefaultPipeline(OptimizationLevel::O2);
  default:
    return builder.buildPerModuleDefaultPipeline(OptimizationLevel::O3);
  }
}

static void dropUncalled(Module &module, ModuleAnalysisManager &modules) {
  for (Function &function : module)
    if (function.hasFnAttribute(kOnDemand))
      function.setLinkage(GlobalValue::InternalLinkage);
  GlobalDCEPass().run(module, modules);
}

/// Moves a shuffle of vectors behind the operands that its block makes later.
///
/// SROA of LLVM 22 joins vectors that were stored side by side into an array. It does so at the
/// store to the last place, also where others come later.
static void sinkBehindOperands(ShuffleVectorInst &shuffle) {
  Instruction *last = &shuffle;
  for (Value *operand : shuffle.operands())
    if (auto *maker = dyn_cast<Instruction>(operand);
        maker && maker->getParent() == shuffle.getParent() && last->comesBefore(maker))
      last = maker;
  if (last != &shuffle)
    shuffle.moveAfter(last);
}

static void sinkShuffles(Function &function) {
  for (BasicBlock &block : function)
    for (Instruction &instruction : make_early_inc_range(block))
      if (auto *shuffle = dyn_cast<ShuffleVectorInst>(&instruction))
        sinkBehindOperands(*shuffle);
}

Error optimize(Module &module, TargetMachine &machine, unsigned optLevel) {
  PipelineTuningOptions tuning;
  tuning.LoopVectorization = optLevel >= 1;
  tuning.LoopInterleaving = optLevel >= 2;
  tuning.SLPVectorization = optLevel >= 2;
  PassInstrumentationCallbacks callbacks;
  callbacks.registerAfterPassCallback([](StringRef pass, Any ir, const PreservedAnalyses &) {
    if (auto *function = any_cast<const Function *>(&ir); function && pass == "SROAPass")
      sinkShuffles(const_cast<Function &>(**function));
  });
  PassBuilder builder(&machine, tuning, std::nullopt, &callbacks);

  LoopAnalysisManager loops;
  FunctionAnalysisManager functions;
  CGSCCAnalysisManager components;
  ModuleAnalysisManager modules;
  TargetLibraryInfoImpl library(machine.getTargetTriple());
  functions.registerPass([&] { return TargetLibraryAnalysis(library); });
  builder.registerModuleAnalyses(modules);
  builder.registerCGSCCAnalyses(components);
  builder.registerFunctionAnalyses(functions);
  builder.registerLoopAnalyses(loops);
  builder.crossRegisterProxies(loops, functions, components, modules);

  Expected<ModulePassManager> passes = buildPipeline(builder, optLevel);
  if (!passes)
    return passes.takeError();
  passes->run(module, modules);
  dropUncalled(module, modules);
  return Error::success();
}

} // namespace mlir::lamina::jit
