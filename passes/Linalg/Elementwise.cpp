/// Elementwise ops: one loop nest with identity maps around the op's scalar arithmetic.
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Complex/IR/Complex.h"
#include "passes/Linalg/Combine.h"
#include "passes/Linalg/Patterns.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace mlir::lamina;

namespace {
/// Any op with the trait Pointwise.
struct ElementwiseLowering : ConversionPattern {
  ElementwiseLowering(const TypeConverter &converter, MLIRContext *context)
      : ConversionPattern(converter, MatchAnyOpTypeTag(), /*benefit=*/1, context) {}

  LogicalResult matchAndRewrite(Operation *op, ArrayRef<Value> operands,
                                ConversionPatternRewriter &rewriter) const override {
    if (!isa<LaminaDialect>(op->getDialect()) || !op->hasTrait<Pointwise>())
      return failure();
    // A copy is identity on values; the destination pass decides where values live.
    if (isa<CloneOp>(op)) {
      rewriter.replaceOp(op, operands);
      return success();
    }
    auto type = cast<RankedTensorType>(getTypeConverter()->convertType(op->getResultTypes()[0]));
    ImplicitLocOpBuilder b(op->getLoc(), rewriter);
    bool supported = true;
    Value result = elementwiseLoops(
        b, type.getElementType(), operands, [&](ImplicitLocOpBuilder &inner, ValueRange args) {
          Value scalar =
              emitScalar(inner, op, args.take_front(operands.size()), type.getElementType());
          supported &= static_cast<bool>(scalar);
          return SmallVector<Value>{scalar ? scalar : args.back()};
        });
    if (!supported)
      return op->emitOpError("has no arithmetic for element type ")
             << getElementTypeOrSelf(op->getOperand(0));
    rewriter.replaceOp(op, result);
    return success();
  }
};
} // namespace

void lamina::populateElementwiseLowerings(const TypeConverter &converter,
                                          RewritePatternSet &patterns) {
  patterns.add<ElementwiseLowering>(converter, patterns.getContext());
}

/// Ops that only choose or reassemble: any element type, no arithmetic.
static Value emitStructural(ImplicitLocOpBuilder &b, Operation *op, ValueRange args, Type type) {
  return llvm::TypeSwitch<Operation *, Value>(op)
      .Case([&](CastOp) {
        return emitCast(b, args[0], type, hasUnsignedElements(op->getOperand(0).getType()));
      })
      .Case(
          [&](SelectOp) -> Value { return arith::SelectOp::create(b, args[0], args[1], args[2]); })
      .Case(
          [&](ComplexOp) -> Value { return complex::CreateOp::create(b, type, args[0], args[1]); })
      .Default(Value());
}

Value lamina::emitScalar(ImplicitLocOpBuilder &b, Operation *op, ValueRange args, Type type) {
  if (isa<CastOp, SelectOp, ComplexOp>(op))
    return emitStructural(b, op, args, type);
  Type operand = args.front().getType();
  if (isa<ComplexType>(operand))
    return emitComplexScalar(b, op, args);
  if (isa<IntegerType>(operand))
    return emitIntegerScalar(b, op, args, hasUnsignedElements(op->getOperand(0).getType()));

  // Small floats are computed in f32 and rounded once.
  SmallVector<Value> wide;
  for (Value arg : args)
    wide.push_back(convertFloat(b, arg, computeType(operand)));
  Value result = emitRealScalar(b, op, wide);
  return result && isa<FloatType>(result.getType()) ? convertFloat(b, result, operand) : result;
}
