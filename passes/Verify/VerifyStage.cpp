#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "passes/Descriptors.h"
#include "passes/Passes.h"

namespace mlir::lamina {
#define GEN_PASS_DEF_LAMINAVERIFYSTAGE
#include "passes/Passes.h.inc"
} // namespace mlir::lamina

using namespace mlir;
using namespace mlir::lamina;

namespace {
bool anyType(Operation *op, llvm::function_ref<bool(Type)> matches) {
  if (auto function = dyn_cast<FunctionOpInterface>(op))
    return llvm::any_of(function.getArgumentTypes(), matches) ||
           llvm::any_of(function.getResultTypes(), matches);
  return llvm::any_of(op->getOperandTypes(), matches) ||
         llvm::any_of(op->getResultTypes(), matches);
}

bool usesRefs(Operation *op) {
  return anyType(op, [](Type type) { return isRef(type); });
}

bool usesTensors(Operation *op) {
  return anyType(op, [](Type type) { return isa<TensorType>(type); });
}

bool isClone(Operation *op) { return isa<CloneOp>(op); }

template <typename Attr> bool hasArgument(func::FuncOp func) {
  return llvm::any_of(llvm::seq(func.getNumArguments()), [&](unsigned index) {
    return bool(func.getArgAttrOfType<Attr>(index, descriptor::kArgument));
  });
}

template <typename Attr> bool hasResult(func::FuncOp func) {
  return llvm::any_of(llvm::seq(func.getNumResults()), [&](unsigned index) {
    return bool(func.getResultAttrOfType<Attr>(index, descriptor::kResult));
  });
}

bool returnsAlias(Operation *op) {
  auto func = dyn_cast<func::FuncOp>(op);
  return func && llvm::any_of(llvm::seq(func.getNumResults()), [&](unsigned index) {
           return func.getResultAttr(index, descriptor::kAlias) &&
                  func.getResultAttrOfType<OutputAttr>(index, descriptor::kResult);
         });
}

/// Whether the function takes an input that is not what a backward overwrites.
bool takesInput(func::FuncOp func) {
  return llvm::any_of(llvm::seq(func.getNumArguments()), [&](unsigned index) {
    return descriptor::getInput(func, index) && !func.getArgAttr(index, descriptor::kBackward);
  });
}

bool isJoint(Operation *op) {
  auto func = dyn_cast<func::FuncOp>(op);
  return func && takesInput(func) &&
         (hasArgument<TangentAttr>(func) || hasResult<GradientAttr>(func) ||
          hasResult<LeafGradientAttr>(func));
}

/// Of lamina only calls that leave it remain, up to LLVM.
bool isLamina(Operation *op) {
  return isa_and_present<LaminaDialect>(op->getDialect()) && !isa<HostCallOp>(op);
}

bool isNotLLVM(Operation *op) {
  return !isa<ModuleOp>(op) && !isa_and_present<LLVM::LLVMDialect>(op->getDialect());
}

/// What may not remain from a stage on, and the pass that removes it.
struct Rule {
  Stage since;
  bool (*isViolatedBy)(Operation *);
  /// Completes the sentence "'lamina.add' ...".
  StringLiteral what;
  StringLiteral removedBy;
};

constexpr Rule kRules[] = {
    {Stage::Functional, usesRefs, "uses a ref", "lamina-functionalize"},
    {Stage::Functional, isClone, "copies a value", "lamina-functionalize"},
    {Stage::Replayed, returnsAlias, "returns memory that it shares", "lamina-view-replay"},
    {Stage::Partitioned, isJoint, "computes a program and its gradients at once",
     "lamina-partition"},
    {Stage::Linalg, isLamina, "is an operation of lamina", "lamina-convert-to-linalg"},
    {Stage::Bufferized, usesTensors, "uses a tensor", "one-shot-bufferize"},
    {Stage::LLVM, isNotLLVM, "is no operation of llvm", "lamina-cpu-convert-to-llvm"},
};

struct VerifyStage : lamina::impl::LaminaVerifyStageBase<VerifyStage> {
  using LaminaVerifyStageBase::LaminaVerifyStageBase;

  void runOnOperation() override {
    bool valid = true;
    getOperation()->walk([&](Operation *op) {
      for (const Rule &rule : kRules)
        if (rule.since <= stage && rule.isViolatedBy(op)) {
          op->emitError("'") << op->getName() << "' " << rule.what << ": '" << rule.removedBy
                             << "' should have left none";
          valid = false;
          break;
        }
    });
    if (!valid)
      signalPassFailure();
    markAllAnalysesPreserved();
  }
};
} // namespace
