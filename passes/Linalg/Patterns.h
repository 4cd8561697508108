/// The lowerings to linalg, one population per op family, and the scalar arithmetic of each op.
#ifndef LAMINA_LINALG_PATTERNS_H
#define LAMINA_LINALG_PATTERNS_H

#include "dialects/Lamina/Lamina.h"
#include "mlir/Transforms/DialectConversion.h"
#include "passes/Linalg/Building.h"

namespace mlir::lamina {

/// Lowers one op: converted operands in, tensors out. Failure leaves the op, which the pass
/// reports.
template <typename OpTy> struct Lowering : OpConversionPattern<OpTy> {
  using OpConversionPattern<OpTy>::OpConversionPattern;

  /// The values that replace the results of `op`.
  virtual FailureOr<SmallVector<Value>> lower(OpTy op, typename OpTy::Adaptor adaptor,
                                              ImplicitLocOpBuilder &b) const = 0;

  LogicalResult matchAndRewrite(OpTy op, typename OpTy::Adaptor adaptor,
                                ConversionPatternRewriter &rewriter) const override {
    ImplicitLocOpBuilder b(op.getLoc(), rewriter);
    FailureOr<SmallVector<Value>> results = lower(op, adaptor, b);
    if (failed(results))
      return rewriter.notifyMatchFailure(op, "not supported for these types");
    rewriter.replaceOp(op, *results);
    return success();
  }

  /// The type of result `i` after conversion.
  RankedTensorType resultType(OpTy op, unsigned i = 0) const {
    return cast<RankedTensorType>(this->getTypeConverter()->convertType(op->getResultTypes()[i]));
  }
};

void populateContractionLowerings(const TypeConverter &converter, RewritePatternSet &patterns);
void populateConvolutionLowerings(const TypeConverter &converter, RewritePatternSet &patterns);
void populateCustomCallLowerings(const TypeConverter &converter, RewritePatternSet &patterns);
void populateElementwiseLowerings(const TypeConverter &converter, RewritePatternSet &patterns);
void populateFactoryLowerings(const TypeConverter &converter, RewritePatternSet &patterns);
void populateIndexingLowerings(const TypeConverter &converter, RewritePatternSet &patterns);
void populatePlacementLowerings(const TypeConverter &converter, RewritePatternSet &patterns);
void populateReductionLowerings(const TypeConverter &converter, RewritePatternSet &patterns);
void populateScanLowerings(const TypeConverter &converter, RewritePatternSet &patterns);
void populateScatterLowerings(const TypeConverter &converter, RewritePatternSet &patterns);
void populateSortLowerings(const TypeConverter &converter, RewritePatternSet &patterns);
void populateStructureLowerings(const TypeConverter &converter, RewritePatternSet &patterns);
void populateViewLowerings(const TypeConverter &converter, RewritePatternSet &patterns);

/// The scalar of type `type` that the elementwise `op` computes from `args`, or null if its element
/// type has no such arithmetic. The signedness of integers is that of the op's own operands.
Value emitScalar(ImplicitLocOpBuilder &b, Operation *op, ValueRange args, Type type);
Value emitRealScalar(ImplicitLocOpBuilder &b, Operation *op, ValueRange args);
Value emitIntegerScalar(ImplicitLocOpBuilder &b, Operation *op, ValueRange args, bool isUnsigned);
Value emitComplexScalar(ImplicitLocOpBuilder &b, Operation *op, ValueRange args);
/// `x` as a scalar of type `to`; `isUnsigned` says how an integer `x` extends (true for booleans).
Value emitCast(ImplicitLocOpBuilder &b, Value x, Type to, bool isUnsigned);

/// The scalar attribute `value` with an integer made signless, of type `type`.
Attribute signlessScalar(Attribute value, Type type);

} // namespace mlir::lamina

#endif // LAMINA_LINALG_PATTERNS_H
