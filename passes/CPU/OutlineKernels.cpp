/// lamina-cpu-outline-kernels: loop nests of large programs become functions.
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "passes/CPU/Captures.h"
#include "passes/Passes.h"

namespace mlir::lamina {
#define GEN_PASS_DEF_LAMINACPUOUTLINEKERNELS
#include "passes/Passes.h.inc"
} // namespace mlir::lamina

using namespace mlir;
using namespace mlir::lamina;

static bool isLoopNest(Operation &op) {
  return op.getNumResults() == 0 && isa<linalg::LinalgOp, scf::ForOp>(op);
}

namespace {
struct CpuOutlineKernels : lamina::impl::LaminaCpuOutlineKernelsBase<CpuOutlineKernels> {
  using LaminaCpuOutlineKernelsBase::LaminaCpuOutlineKernelsBase;

  void runOnOperation() override {
    SmallVector<func::FuncOp> entries;
    for (auto function : getOperation().getOps<func::FuncOp>())
      if (function->hasAttr("lamina.entry"))
        entries.push_back(function);
    SymbolTable symbols(getOperation());
    for (func::FuncOp function : entries)
      outlineAll(function, symbols);
    declareScratch(getOperation());
  }

  void outlineAll(func::FuncOp function, SymbolTable &symbols) {
    SmallVector<Operation *> nests;
    for (Operation &op : function.getBody().front())
      if (isLoopNest(op))
        nests.push_back(&op);
    if (static_cast<int64_t>(nests.size()) <= inlineNests)
      return;
    for (Operation *op : nests)
      outline(op, symbols);
  }

  void outline(Operation *op, SymbolTable &symbols) {
    Captures captures(op->getRegions(), op->getOperands());
    if (!captures.canBePassed())
      return;
    auto [body, call] = declareBody(op, "_kernel", {}, captures, symbols);
    // LLVM would put a function that is called once back where it came from.
    OpBuilder b(op->getContext());
    body->setAttr("passthrough", b.getStrArrayAttr({"noinline"}));
    b.setInsertionPointToEnd(&body.getBody().front());
    auto end = func::ReturnOp::create(b, op->getLoc());
    op->moveBefore(end);
  }
};
} // namespace
