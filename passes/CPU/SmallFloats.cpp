#include "passes/CPU/SmallFloats.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"

using namespace mlir;
using namespace mlir::lamina;

namespace {
/// The layout of a float narrower than f32, and conversions in 32-bit integer arithmetic.
struct SmallFloat {
  /// Bits of the stored mantissa; the bias of the exponent.
  int mantissa, bias;
  /// The code (without sign) that an overflow gives: infinity, or NaN where there is none.
  int overflow;
  /// A quiet NaN without sign.
  int nan;
  int width;

  static std::optional<SmallFloat> of(Type type) {
    if (isa<BFloat16Type>(type))
      return SmallFloat{7, 127, 0x7f80, 0x7fc0, 16};
    if (isa<Float8E4M3FNType>(type))
      return SmallFloat{3, 7, 0x7f, 0x7f, 8};
    if (isa<Float8E5M2Type>(type))
      return SmallFloat{2, 15, 0x7c, 0x7e, 8};
    return std::nullopt;
  }

  int shift() const { return 23 - mantissa; }
  int rebias() const { return (127 - bias) << 23; }
};

struct Bits {
  ImplicitLocOpBuilder &b;

  Value number(int64_t value) {
    return arith::ConstantOp::create(b, b.getI32IntegerAttr(static_cast<int32_t>(value)));
  }
  Value add(Value x, Value y) { return arith::AddIOp::create(b, x, y); }
  Value sub(Value x, Value y) { return arith::SubIOp::create(b, x, y); }
  Value mask(Value x, int64_t bits) { return arith::AndIOp::create(b, x, number(bits)); }
  Value join(Value x, Value y) { return arith::OrIOp::create(b, x, y); }
  Value left(Value x, int by) { return arith::ShLIOp::create(b, x, number(by)); }
  Value right(Value x, int by) { return arith::ShRUIOp::create(b, x, number(by)); }
  Value above(Value x, int64_t y) {
    return arith::CmpIOp::create(b, arith::CmpIPredicate::ugt, x, number(y));
  }
  Value choose(Value condition, Value x, Value y) {
    return arith::SelectOp::create(b, condition, x, y);
  }
  Value ofFloat(Value x) { return arith::BitcastOp::create(b, b.getI32Type(), x); }
  Value toFloat(Value x) { return arith::BitcastOp::create(b, b.getF32Type(), x); }
};

/// To a small float: to nearest, ties to even. From f64 the caller rounds to odd before.
struct Narrow : OpRewritePattern<arith::TruncFOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(arith::TruncFOp op, PatternRewriter &rewriter) const override {
    auto format = SmallFloat::of(op.getType());
    Value source = op.getIn();
    if (!format || source.getType().isF64())
      return failure();
    ImplicitLocOpBuilder builder(op.getLoc(), rewriter);
    Bits b{builder};
    if (!source.getType().isF32())
      source = arith::ExtFOp::create(builder, builder.getF32Type(), source);
    Value bits = b.ofFloat(source);
    Value magnitude = b.mask(bits, 0x7fffffff);
    Value code = rounded(b, magnitude, *format);
    Value overflow = b.number(format->overflow);
    code = arith::MinUIOp::create(builder, code, overflow);
    code = b.choose(b.above(magnitude, 0x7f800000), b.number(format->nan), code);
    Value sign = b.left(b.right(bits, 31), format->width - 1);
    Type integer = builder.getIntegerType(format->width);
    Value result = arith::TruncIOp::create(builder, integer, b.join(code, sign));
    rewriter.replaceOpWithNewOp<arith::BitcastOp>(op, op.getType(), result);
    return success();
  }

  static Value rounded(Bits b, Value magnitude, const SmallFloat &format) {
    Value rebiased = b.sub(magnitude, b.number(format.rebias()));
    Value odd = b.mask(b.right(rebiased, format.shift()), 1);
    Value half = b.number((1 << (format.shift() - 1)) - 1);
    Value normal = b.right(b.add(rebiased, b.add(half, odd)), format.shift());
    if (format.bias == 127)
      return normal;
    // Below the least normal: adding a power of two makes the hardware round at the last bit.
    Value magic = b.number((127 - format.bias + format.shift() + 1) << 23);
    Value sum = arith::AddFOp::create(b.b, b.toFloat(magnitude), b.toFloat(magic));
    Value denormal = b.sub(b.ofFloat(sum), magic);
    Value isNormal = b.above(magnitude, ((128 - format.bias) << 23) - 1);
    return b.choose(isNormal, normal, denormal);
  }
};

/// A small float to a wider one, exactly; folding makes conversions between small ones of it too.
struct Widen : OpRewritePattern<arith::ExtFOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(arith::ExtFOp op, PatternRewriter &rewriter) const override {
    Type from = op.getIn().getType();
    auto format = SmallFloat::of(from);
    if (!format)
      return failure();
    ImplicitLocOpBuilder builder(op.getLoc(), rewriter);
    Bits b{builder};
    Type integer = builder.getIntegerType(format->width);
    Value stored = arith::BitcastOp::create(builder, integer, op.getIn());
    Value bits = arith::ExtUIOp::create(builder, builder.getI32Type(), stored);
    Value wide = b.toFloat(format->bias == 127 ? b.left(bits, 16) : widened(b, bits, *format));
    Type target = op.getType();
    if (target.isF64())
      wide = arith::ExtFOp::create(builder, target, wide);
    else if (!target.isF32())
      wide = arith::TruncFOp::create(builder, target, wide);
    rewriter.replaceOp(op, wide);
    return success();
  }

  static Value widened(Bits b, Value bits, const SmallFloat &format) {
    Value code = b.mask(bits, (1 << (format.width - 1)) - 1);
    Value normal = b.add(b.left(code, format.shift()), b.number(format.rebias()));
    // Below the least normal the code counts units of the last place.
    Value count = arith::UIToFPOp::create(b.b, b.b.getF32Type(), code);
    Value unit = b.toFloat(b.number((128 - format.bias - format.mantissa) << 23));
    Value denormal = b.ofFloat(arith::MulFOp::create(b.b, count, unit));
    Value result = b.choose(b.above(code, (1 << format.mantissa) - 1), normal, denormal);
    if (format.overflow != format.nan) {
      Value offset = b.number(0x7f800000 - (format.overflow << format.shift()));
      Value special = b.add(b.left(code, format.shift()), offset);
      result = b.choose(b.above(code, format.overflow - 1), special, result);
    } else {
      result = b.choose(b.above(code, format.nan - 1), b.number(0x7fc00000), result);
    }
    return b.join(result, b.left(b.right(bits, format.width - 1), 31));
  }
};

/// An integer as a small float, through f32, which holds every integer of 16 bits; the conversion
/// of wider ones was rounded to f32 before.
template <typename OpTy> struct ThroughF32 : OpRewritePattern<OpTy> {
  using OpRewritePattern<OpTy>::OpRewritePattern;

  LogicalResult matchAndRewrite(OpTy op, PatternRewriter &rewriter) const override {
    if (!SmallFloat::of(op.getType()))
      return failure();
    Value wide = OpTy::create(rewriter, op.getLoc(), rewriter.getF32Type(), op.getIn());
    rewriter.replaceOpWithNewOp<arith::TruncFOp>(op, op.getType(), wide);
    return success();
  }
};
} // namespace

void lamina::populateSmallFloatPatterns(RewritePatternSet &patterns) {
  patterns.add<Narrow, Widen, ThroughF32<arith::SIToFPOp>, ThroughF32<arith::UIToFPOp>>(
      patterns.getContext());
}
