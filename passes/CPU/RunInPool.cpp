/// lamina-cpu-run-in-pool: calls that may be split run on the threads of the process.
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"
#include "passes/Passes.h"

namespace mlir::lamina {
#define GEN_PASS_DEF_LAMINACPURUNINPOOL
#include "passes/Passes.h.inc"
} // namespace mlir::lamina

using namespace mlir;
using namespace mlir::lamina;

/// See runtime::parallelFor.
static constexpr StringLiteral kParallelFor = "laminaParallelFor";

namespace {
struct CpuRunInPool : lamina::impl::LaminaCpuRunInPoolBase<CpuRunInPool> {
  void runOnOperation() override {
    SmallVector<LLVM::CallOp> calls;
    getOperation().walk([&](LLVM::CallOp call) {
      if (call->hasAttr("lamina.parallel"))
        calls.push_back(call);
    });
    for (LLVM::CallOp call : calls)
      runInPool(call);
  }

  void runInPool(LLVM::CallOp call) {
    ImplicitLocOpBuilder b(call.getLoc(), call);
    auto captures = call.getArgOperands().drop_front(2);
    auto record =
        LLVM::LLVMStructType::getLiteral(&getContext(), llvm::to_vector(captures.getTypes()));
    Value memory = allocateAtEntry(call, record);
    for (auto [index, value] : llvm::enumerate(captures)) {
      Value field = LLVM::GEPOp::create(b, memory.getType(), record, memory,
                                        ArrayRef<LLVM::GEPArg>{0, int32_t(index)});
      LLVM::StoreOp::create(b, value, field);
    }
    LLVM::LLVMFuncOp kernel = kernelOf(call, record);
    Value address = LLVM::AddressOfOp::create(b, kernel);
    Value grain = LLVM::ConstantOp::create(b, b.getI64Type(), call->getAttr("lamina.parallel"));
    LLVM::CallOp::create(b, poolEntry(b),
                         ValueRange{address, call.getArgOperands()[1], grain, memory});
    call.erase();
  }

  /// In the entry block, so that a loop around the call does not grow the stack.
  Value allocateAtEntry(LLVM::CallOp call, Type record) {
    Block &entry = call->getParentOfType<LLVM::LLVMFuncOp>().getBody().front();
    auto b = ImplicitLocOpBuilder::atBlockBegin(call.getLoc(), &entry);
    Value one = LLVM::ConstantOp::create(b, b.getI64Type(), b.getI64IntegerAttr(1));
    return LLVM::AllocaOp::create(b, LLVM::LLVMPointerType::get(&getContext()), record, one);
  }

  /// A function (begin, end, captures) that calls the callee with what the record holds.
  LLVM::LLVMFuncOp kernelOf(LLVM::CallOp call, LLVM::LLVMStructType record) {
    std::string name = (*call.getCallee() + "_range").str();
    if (auto known = getOperation().lookupSymbol<LLVM::LLVMFuncOp>(name))
      return known;
    auto module = OpBuilder::atBlockEnd(getOperation().getBody());
    Type pointer = LLVM::LLVMPointerType::get(&getContext()), index = module.getI64Type();
    auto type = LLVM::LLVMFunctionType::get(LLVM::LLVMVoidType::get(&getContext()),
                                            {index, index, pointer});
    auto kernel =
        LLVM::LLVMFuncOp::create(module, call.getLoc(), name, type, LLVM::Linkage::Internal);
    auto b = ImplicitLocOpBuilder::atBlockBegin(call.getLoc(), kernel.addEntryBlock(module));
    SmallVector<Value> arguments{kernel.getArgument(0), kernel.getArgument(1)};
    for (auto [position, field] : llvm::enumerate(record.getBody())) {
      Value address = LLVM::GEPOp::create(b, pointer, record, kernel.getArgument(2),
                                          ArrayRef<LLVM::GEPArg>{0, int32_t(position)});
      arguments.push_back(LLVM::LoadOp::create(b, field, address));
    }
    LLVM::CallOp::create(b, TypeRange(), call.getCalleeAttr(), arguments);
    LLVM::ReturnOp::create(b, ValueRange());
    return kernel;
  }

  LLVM::LLVMFuncOp poolEntry(ImplicitLocOpBuilder &b) {
    if (auto known = getOperation().lookupSymbol<LLVM::LLVMFuncOp>(kParallelFor))
      return known;
    auto module = OpBuilder::atBlockBegin(getOperation().getBody());
    Type pointer = LLVM::LLVMPointerType::get(&getContext()), index = b.getI64Type();
    auto type = LLVM::LLVMFunctionType::get(LLVM::LLVMVoidType::get(&getContext()),
                                            {pointer, index, index, pointer});
    return LLVM::LLVMFuncOp::create(module, b.getLoc(), kParallelFor, type);
  }
};
} // namespace
