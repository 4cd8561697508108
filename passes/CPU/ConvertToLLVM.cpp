/// lamina-cpu-convert-to-llvm: everything that is left, to the LLVM dialect, in one conversion.
#include "mlir/Analysis/DataLayoutAnalysis.h"
#include "mlir/Conversion/AffineToStandard/AffineToStandard.h"
#include "mlir/Conversion/ArithToLLVM/ArithToLLVM.h"
#include "mlir/Conversion/ComplexToLLVM/ComplexToLLVM.h"
#include "mlir/Conversion/ControlFlowToLLVM/ControlFlowToLLVM.h"
#include "mlir/Conversion/FuncToLLVM/ConvertFuncToLLVM.h"
#include "mlir/Conversion/IndexToLLVM/IndexToLLVM.h"
#include "mlir/Conversion/LLVMCommon/ConversionTarget.h"
#include "mlir/Conversion/LLVMCommon/TypeConverter.h"
#include "mlir/Conversion/MathToLLVM/MathToLLVM.h"
#include "mlir/Conversion/MathToLibm/MathToLibm.h"
#include "mlir/Conversion/MemRefToLLVM/MemRefToLLVM.h"
#include "mlir/Conversion/UBToLLVM/UBToLLVM.h"
#include "mlir/Conversion/VectorToLLVM/ConvertVectorToLLVM.h"
#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Arith/Transforms/Passes.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "passes/CPU/BoolMemory.h"
#include "passes/CPU/HostCall.h"
#include "passes/Passes.h"

namespace mlir::lamina {
#define GEN_PASS_DEF_LAMINACPUCONVERTTOLLVM
#include "passes/Passes.h.inc"
} // namespace mlir::lamina

using namespace mlir;
using namespace mlir::lamina;

namespace {
/// A math op as a call of the C library, where the lowering of `math` to LLVM loses accuracy.
template <typename OpTy> struct CallLibm : OpRewritePattern<OpTy> {
  CallLibm(MLIRContext *context, StringRef name)
      : OpRewritePattern<OpTy>(context, /*benefit=*/3), name(name) {}

  LogicalResult matchAndRewrite(OpTy op, PatternRewriter &rewriter) const override {
    Type type = op.getType();
    if (!type.isF32() && !type.isF64())
      return failure();
    std::string symbol = type.isF32() ? name + "f" : name;
    auto module = op->template getParentOfType<ModuleOp>();
    if (!module.lookupSymbol(symbol)) {
      OpBuilder::InsertionGuard guard(rewriter);
      rewriter.setInsertionPointToStart(module.getBody());
      auto function =
          func::FuncOp::create(rewriter, op.getLoc(), symbol, rewriter.getFunctionType(type, type));
      function.setPrivate();
    }
    rewriter.replaceOpWithNewOp<func::CallOp>(op, symbol, type, op->getOperands());
    return success();
  }

  std::string name;
};

/// What parameters are to the caller means nothing to LLVM. Its translation would warn of each such
/// attribute, and print the function for it.
void eraseDescriptors(func::FuncOp function) {
  for (unsigned index : llvm::seq(function.getNumArguments()))
    for (NamedAttribute attribute : function_interface_impl::getArgAttrs(function, index))
      if (isa_and_present<LaminaDialect>(attribute.getNameDialect()))
        function.removeArgAttr(index, attribute.getName());
}

struct CpuConvertToLLVM : lamina::impl::LaminaCpuConvertToLLVMBase<CpuConvertToLLVM> {
  void runOnOperation() override {
    MLIRContext *context = &getContext();
    getOperation().walk(eraseDescriptors);
    LowerToLLVMOptions options(context);
    options.useBarePtrCallConv = true;
    LLVMTypeConverter converter(context, options, &getAnalysis<DataLayoutAnalysis>());
    RewritePatternSet patterns(context);
    populateAffineToStdConversionPatterns(patterns);
    patterns.add<CallLibm<math::ExpM1Op>>(context, "expm1");
    patterns.add<CallLibm<math::Log1pOp>>(context, "log1p");
    populateMathToLLVMConversionPatterns(converter, patterns, /*approximateLog1p=*/false,
                                         /*benefit=*/2);
    populateMathToLibmConversionPatterns(patterns);
    populateComplexToLLVMConversionPatterns(converter, patterns);
    arith::populateArithExpandOpsPatterns(patterns);
    arith::populateArithToLLVMConversionPatterns(converter, patterns);
    cf::populateControlFlowToLLVMConversionPatterns(converter, patterns);
    index::populateIndexToLLVMConversionPatterns(converter, patterns);
    ub::populateUBToLLVMConversionPatterns(converter, patterns);
    populateVectorToLLVMConversionPatterns(converter, patterns);
    populateBoolMemoryPatterns(converter, patterns);
    populateHostCallPatterns(converter, patterns);
    populateFinalizeMemRefToLLVMConversionPatterns(converter, patterns);
    populateFuncToLLVMConversionPatterns(converter, patterns);

    LLVMConversionTarget target(*context);
    target.addLegalOp<ModuleOp>();
    if (failed(applyFullConversion(getOperation(), target, std::move(patterns))))
      signalPassFailure();
  }
};
} // namespace
