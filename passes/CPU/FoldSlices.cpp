#include "passes/CPU/FoldSlices.h"

#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Dialect/Tensor/Transforms/Transforms.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"

using namespace mlir;
using namespace mlir::lamina;

LogicalResult lamina::foldSlices(Operation *op) {
  MLIRContext *context = op->getContext();
  RewritePatternSet patterns(context);
  tensor::populateFoldTensorEmptyPatterns(patterns);
  tensor::populateMergeConsecutiveInsertExtractSlicePatterns(patterns);
  for (RegisteredOperationName name : context->getRegisteredOperations())
    if (isa<tensor::TensorDialect, scf::SCFDialect>(name.getDialect()))
      name.getCanonicalizationPatterns(patterns, context);
  return applyPatternsGreedily(op, std::move(patterns));
}
