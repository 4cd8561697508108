/// What one-shot bufferization has to know of `lamina.host_call`.
#include "mlir/Dialect/Bufferization/IR/DstBufferizableOpInterfaceImpl.h"
#include "passes/Passes.h"

using namespace mlir;
using namespace mlir::bufferization;
using namespace mlir::lamina;

namespace {
struct HostCallBufferization
    : DstBufferizableOpInterfaceExternalModel<HostCallBufferization, HostCallOp> {
  /// Memory for fresh results is only written.
  bool bufferizesToMemoryRead(Operation *op, OpOperand &operand, const AnalysisState &) const {
    auto call = cast<HostCallOp>(op);
    return !call.isDpsInit(&operand) || call.isMutated(operand);
  }

  LogicalResult bufferize(Operation *op, RewriterBase &rewriter,
                          const BufferizationOptions &options, BufferizationState &state) const {
    auto call = cast<HostCallOp>(op);
    auto getBuffers = [&](OperandRange operands, SmallVectorImpl<Value> &buffers) {
      for (Value operand : operands) {
        FailureOr<Value> buffer = getBuffer(rewriter, operand, options, state);
        if (failed(buffer))
          return failure();
        buffers.push_back(*buffer);
      }
      return success();
    };
    SmallVector<Value> inputs, outputs;
    if (failed(getBuffers(call.getInputs(), inputs)) ||
        failed(getBuffers(call.getOutputs(), outputs)))
      return failure();
    HostCallOp::create(rewriter, call.getLoc(), TypeRange(), call.getCallee(), inputs, outputs,
                       call.getArgumentsAttr(), call.getMutates(), call.getHasSideEffect(),
                       call.getElements());
    replaceOpWithBufferizedValues(rewriter, op, outputs);
    return success();
  }
};
} // namespace

void lamina::registerBufferization(DialectRegistry &registry) {
  registry.addExtension(+[](MLIRContext *context, LaminaDialect *) {
    HostCallOp::attachInterface<HostCallBufferization>(*context);
  });
}
