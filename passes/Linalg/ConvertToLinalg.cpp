/// lamina-convert-to-linalg: every op of the tensor world as loops over tensors.
#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Bufferization/IR/Bufferization.h"
#include "mlir/Dialect/Complex/IR/Complex.h"
#include "mlir/Dialect/ControlFlow/IR/ControlFlow.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Func/Transforms/FuncConversions.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "passes/Linalg/Patterns.h"
#include "passes/Passes.h"

namespace mlir::lamina {
#define GEN_PASS_DEF_LAMINACONVERTTOLINALG
#include "passes/Passes.h.inc"
} // namespace mlir::lamina

using namespace mlir;
using namespace mlir::lamina;

/// linalg and arith know only signless integers; which arithmetic `ui8` needs was decided from the
/// original type.
static TypeConverter signlessTypes() {
  TypeConverter converter;
  converter.addConversion([](Type type) { return type; });
  converter.addConversion([](IntegerType type) -> Type {
    return type.isSignless() ? type : IntegerType::get(type.getContext(), type.getWidth());
  });
  converter.addConversion([&](RankedTensorType type) -> Type {
    auto element = dyn_cast<IntegerType>(type.getElementType());
    if (!element || element.isSignless())
      return type;
    return type.clone(IntegerType::get(type.getContext(), element.getWidth()));
  });
  return converter;
}

namespace {
/// An array without elements needs no computation.
struct EmptyResult : ConversionPattern {
  EmptyResult(const TypeConverter &converter, MLIRContext *context)
      : ConversionPattern(converter, MatchAnyOpTypeTag(), /*benefit=*/10, context) {}

  LogicalResult matchAndRewrite(Operation *op, ArrayRef<Value>,
                                ConversionPatternRewriter &rewriter) const override {
    bool isEmpty = llvm::all_of(op->getResultTypes(), [](Type type) {
      auto tensor = dyn_cast<RankedTensorType>(type);
      return tensor && tensor.hasStaticShape() && tensor.getNumElements() == 0;
    });
    if (!isa<LaminaDialect>(op->getDialect()) || !isEmpty || op->getNumResults() == 0 ||
        op->getNumRegions() || !isMemoryEffectFree(op))
      return failure();
    ImplicitLocOpBuilder b(op->getLoc(), rewriter);
    SmallVector<Value> results;
    for (Type type : op->getResultTypes()) {
      auto tensor = cast<RankedTensorType>(getTypeConverter()->convertType(type));
      results.push_back(emptyTensor(b, staticSizes(b, tensor), tensor.getElementType()));
    }
    rewriter.replaceOp(op, results);
    return success();
  }
};

struct ConvertToLinalg : lamina::impl::LaminaConvertToLinalgBase<ConvertToLinalg> {
  void runOnOperation() override {
    TypeConverter converter = signlessTypes();
    ConversionTarget target(getContext());
    target.addIllegalDialect<LaminaDialect>();
    target.addLegalOp<HostCallOp>();
    target.addLegalDialect<affine::AffineDialect, arith::ArithDialect,
                           bufferization::BufferizationDialect, complex::ComplexDialect,
                           linalg::LinalgDialect, math::MathDialect, scf::SCFDialect,
                           tensor::TensorDialect>();
    target.addDynamicallyLegalOp<func::FuncOp>([&](func::FuncOp function) {
      return converter.isSignatureLegal(function.getFunctionType());
    });
    target.addDynamicallyLegalOp<func::CallOp, func::ReturnOp>(
        [&](Operation *op) { return converter.isLegal(op); });

    RewritePatternSet patterns(&getContext());
    patterns.add<EmptyResult>(converter, &getContext());
    populateContractionLowerings(converter, patterns);
    populateConvolutionLowerings(converter, patterns);
    populateCustomCallLowerings(converter, patterns);
    populateElementwiseLowerings(converter, patterns);
    populateFactoryLowerings(converter, patterns);
    populateIndexingLowerings(converter, patterns);
    populatePlacementLowerings(converter, patterns);
    populateReductionLowerings(converter, patterns);
    populateScanLowerings(converter, patterns);
    populateScatterLowerings(converter, patterns);
    populateSortLowerings(converter, patterns);
    populateStructureLowerings(converter, patterns);
    populateViewLowerings(converter, patterns);
    populateFunctionOpInterfaceTypeConversionPattern<func::FuncOp>(patterns, converter);
    populateReturnOpTypeConversionPattern(patterns, converter);
    populateCallOpTypeConversionPattern(patterns, converter);
    if (failed(applyPartialConversion(getOperation(), target, std::move(patterns))))
      signalPassFailure();
  }
};
} // namespace
