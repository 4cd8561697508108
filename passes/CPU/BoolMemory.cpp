#include "passes/CPU/BoolMemory.h"

#include "mlir/Conversion/LLVMCommon/Pattern.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"

using namespace mlir;

namespace {
/// Above the patterns of MemRefToLLVM, which take every other element type.
constexpr unsigned kBenefit = 10;

struct LoadBool : ConvertOpToLLVMPattern<memref::LoadOp> {
  explicit LoadBool(const LLVMTypeConverter &converter)
      : ConvertOpToLLVMPattern(converter, kBenefit) {}

  LogicalResult matchAndRewrite(memref::LoadOp op, OpAdaptor adaptor,
                                ConversionPatternRewriter &rewriter) const override {
    if (!op.getType().isInteger(1))
      return failure();
    Value address = getStridedElementPtr(rewriter, op.getLoc(), op.getMemRefType(),
                                         adaptor.getMemref(), adaptor.getIndices());
    Value byte = LLVM::LoadOp::create(rewriter, op.getLoc(), rewriter.getI8Type(), address,
                                      /*alignment=*/1);
    rewriter.replaceOpWithNewOp<LLVM::TruncOp>(op, rewriter.getI1Type(), byte);
    return success();
  }
};

struct StoreBool : ConvertOpToLLVMPattern<memref::StoreOp> {
  explicit StoreBool(const LLVMTypeConverter &converter)
      : ConvertOpToLLVMPattern(converter, kBenefit) {}

  LogicalResult matchAndRewrite(memref::StoreOp op, OpAdaptor adaptor,
                                ConversionPatternRewriter &rewriter) const override {
    if (!op.getMemRefType().getElementType().isInteger(1))
      return failure();
    Value address = getStridedElementPtr(rewriter, op.getLoc(), op.getMemRefType(),
                                         adaptor.getMemref(), adaptor.getIndices());
    Value byte =
        LLVM::ZExtOp::create(rewriter, op.getLoc(), rewriter.getI8Type(), adaptor.getValue());
    rewriter.replaceOpWithNewOp<LLVM::StoreOp>(op, byte, address, /*alignment=*/1);
    return success();
  }
};
} // namespace

void lamina::populateBoolMemoryPatterns(const LLVMTypeConverter &converter,
                                        RewritePatternSet &patterns) {
  patterns.add<LoadBool, StoreBool>(converter);
}
