/// Control flow: regions that write their results into one destination.
///
/// A branch, or a turn of a loop, must leave its result where the other one does; results are
/// therefore materialized in tensors that exist before, and no buffer leaves a region.
#include "mlir/Dialect/Bufferization/IR/Bufferization.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "passes/Linalg/Patterns.h"

using namespace mlir;
using namespace mlir::lamina;

static Value condition(ImplicitLocOpBuilder &b, Value predicate) {
  return tensor::ExtractOp::create(b, predicate, ValueRange());
}

/// `values` written into `targets`, and what the targets then hold. A value that may share memory
/// with a target is copied first: two targets may trade places.
static SmallVector<Value> materialized(ImplicitLocOpBuilder &b, ValueRange values,
                                       ValueRange targets) {
  SmallVector<Value> sources, results;
  for (Value value : values) {
    if (!value.getDefiningOp<DestinationStyleOpInterface>())
      value = bufferization::AllocTensorOp::create(b, cast<RankedTensorType>(value.getType()),
                                                   ValueRange(), value);
    sources.push_back(value);
  }
  for (auto [source, target] : llvm::zip_equal(sources, targets))
    results.push_back(
        bufferization::MaterializeInDestinationOp::create(b, source, target).getResult());
  return results;
}

namespace {
struct CondLowering : OpConversionPattern<CondOp> {
  using OpConversionPattern::OpConversionPattern;

  LogicalResult matchAndRewrite(CondOp op, OpAdaptor adaptor,
                                ConversionPatternRewriter &rewriter) const override {
    ImplicitLocOpBuilder b(op.getLoc(), rewriter);
    SmallVector<Value> targets;
    for (Type type : op.getResultTypes()) {
      auto tensor = cast<RankedTensorType>(getTypeConverter()->convertType(type));
      if (!tensor.hasStaticShape())
        return rewriter.notifyMatchFailure(op, "results of unknown size");
      targets.push_back(emptyTensor(b, staticSizes(b, tensor), tensor.getElementType()));
    }
    auto branch = scf::IfOp::create(b, TypeRange(ValueRange(targets)),
                                    condition(b, adaptor.getPred()), /*addThenBlock=*/false,
                                    /*addElseBlock=*/false);
    for (auto [from, to] : {std::pair(&op.getThenRegion(), &branch.getThenRegion()),
                            std::pair(&op.getElseRegion(), &branch.getElseRegion())}) {
      rewriter.inlineRegionBefore(*from, *to, to->end());
      // The yield learns where its values go; they are converted when it is.
      auto yield = cast<YieldOp>(to->front().getTerminator());
      rewriter.modifyOpInPlace(yield, [&] { yield.getValuesMutable().append(targets); });
    }
    rewriter.replaceOp(op, branch);
    return success();
  }
};

struct WhileLowering : OpConversionPattern<WhileOp> {
  using OpConversionPattern::OpConversionPattern;

  LogicalResult matchAndRewrite(WhileOp op, OpAdaptor adaptor,
                                ConversionPatternRewriter &rewriter) const override {
    ImplicitLocOpBuilder b(op.getLoc(), rewriter);
    SmallVector<Type> types;
    if (failed(getTypeConverter()->convertTypes(op.getResultTypes(), types)))
      return failure();
    auto loop = scf::WhileOp::create(b, types, adaptor.getInits());
    rewriter.inlineRegionBefore(op.getCondition(), loop.getBefore(), loop.getBefore().end());
    rewriter.inlineRegionBefore(op.getBody(), loop.getAfter(), loop.getAfter().end());
    for (Region *region : {&loop.getBefore(), &loop.getAfter()})
      if (failed(rewriter.convertRegionTypes(region, *getTypeConverter())))
        return failure();
    rewriter.replaceOp(op, loop);
    return success();
  }
};

/// The ends of regions whose operation was lowered.
struct YieldLowering : OpConversionPattern<YieldOp> {
  using OpConversionPattern::OpConversionPattern;

  LogicalResult matchAndRewrite(YieldOp op, OpAdaptor adaptor,
                                ConversionPatternRewriter &rewriter) const override {
    ImplicitLocOpBuilder b(op.getLoc(), rewriter);
    ValueRange values = adaptor.getValues();
    if (isa<scf::IfOp>(op->getParentOp())) {
      size_t count = values.size() / 2;
      rewriter.replaceOpWithNewOp<scf::YieldOp>(
          op, materialized(b, values.take_front(count), values.drop_front(count)));
      return success();
    }
    auto loop = dyn_cast<scf::WhileOp>(op->getParentOp());
    if (!loop)
      return failure();
    if (op->getParentRegion() == &loop.getBefore())
      rewriter.replaceOpWithNewOp<scf::ConditionOp>(op, condition(b, values.front()),
                                                    loop.getBeforeArguments());
    else
      rewriter.replaceOpWithNewOp<scf::YieldOp>(op,
                                                materialized(b, values, loop.getAfterArguments()));
    return success();
  }
};
} // namespace

void lamina::populateStructureLowerings(const TypeConverter &converter,
                                        RewritePatternSet &patterns) {
  patterns.add<CondLowering, WhileLowering, YieldLowering>(converter, patterns.getContext());
}
