/// lamina-cpu-merge-kernels: functions that are equal become one.
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/OperationSupport.h"
#include "passes/Passes.h"

namespace mlir::lamina {
#define GEN_PASS_DEF_LAMINACPUMERGEKERNELS
#include "passes/Passes.h.inc"
} // namespace mlir::lamina

using namespace mlir;
using namespace mlir::lamina;

static NamedAttrList attributesWithoutName(func::FuncOp function) {
  NamedAttrList attributes(function->getAttrDictionary());
  attributes.erase(SymbolTable::getSymbolAttrName());
  return attributes;
}

/// Equal for equal functions.
static llvm::hash_code hashOf(func::FuncOp function) {
  llvm::hash_code hash =
      hash_value(attributesWithoutName(function).getDictionary(function.getContext()));
  function.getBody().walk([&](Operation *op) {
    hash = llvm::hash_combine(
        hash, OperationEquivalence::computeHash(op, OperationEquivalence::ignoreHashValue,
                                                OperationEquivalence::ignoreHashValue,
                                                OperationEquivalence::IgnoreLocations));
  });
  return hash;
}

static bool areEqual(func::FuncOp a, func::FuncOp b) {
  return attributesWithoutName(a) == attributesWithoutName(b) &&
         OperationEquivalence::isRegionEquivalentTo(&a.getBody(), &b.getBody(),
                                                    OperationEquivalence::IgnoreLocations);
}

namespace {
struct CpuMergeKernels : lamina::impl::LaminaCpuMergeKernelsBase<CpuMergeKernels> {
  void runOnOperation() override {
    DenseMap<size_t, SmallVector<func::FuncOp>> known;
    DenseMap<StringAttr, FlatSymbolRefAttr> kept;
    for (auto function : llvm::make_early_inc_range(getOperation().getOps<func::FuncOp>())) {
      if (!function.isPrivate() || function.isExternal())
        continue;
      auto &candidates = known[hashOf(function)];
      auto *equal =
          llvm::find_if(candidates, [&](func::FuncOp f) { return areEqual(f, function); });
      if (equal == candidates.end()) {
        candidates.push_back(function);
        continue;
      }
      kept[function.getSymNameAttr()] = FlatSymbolRefAttr::get(*equal);
      function.erase();
    }
    getOperation().walk([&](func::CallOp call) {
      if (FlatSymbolRefAttr callee = kept.lookup(call.getCalleeAttr().getAttr()))
        call.setCalleeAttr(callee);
    });
  }
};
} // namespace
