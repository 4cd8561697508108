/// Custom calls: the same call with memory for what it returns.
#include "passes/Linalg/Patterns.h"

using namespace mlir;
using namespace mlir::lamina;

namespace {
struct CustomCallLowering : Lowering<CustomCallOp> {
  using Lowering::Lowering;

  FailureOr<SmallVector<Value>> lower(CustomCallOp op, OpAdaptor adaptor,
                                      ImplicitLocOpBuilder &b) const override {
    SmallVector<Value> inputs, outputs;
    SmallVector<Type> elements;
    for (auto [number, operand] : llvm::enumerate(op.getInputs())) {
      if (llvm::is_contained(op.getMutates(), number))
        continue;
      inputs.push_back(adaptor.getInputs()[number]);
      elements.push_back(getElementTypeOrSelf(operand));
    }
    for (unsigned i : llvm::seq(op.getNumResults() - op.getMutates().size())) {
      RankedTensorType type = resultType(op, i);
      if (!type.hasStaticShape())
        return failure();
      outputs.push_back(emptyTensor(b, staticSizes(b, type), type.getElementType()));
    }
    for (int64_t number : op.getMutates())
      outputs.push_back(adaptor.getInputs()[number]);
    for (Type type : op.getResultTypes())
      elements.push_back(getElementTypeOrSelf(type));
    auto call = HostCallOp::create(b, TypeRange(ValueRange(outputs)), op.getCallee(), inputs,
                                   outputs, op.getArgumentsAttr(), op.getMutates(),
                                   op.getHasSideEffect(), b.getTypeArrayAttr(elements));
    return SmallVector<Value>(call.getResults());
  }
};
} // namespace

void lamina::populateCustomCallLowerings(const TypeConverter &converter,
                                         RewritePatternSet &patterns) {
  patterns.add<CustomCallLowering>(converter, patterns.getContext());
}
