/// Simplifications that belong to no single operation; the dialect's canonicalization runs them.
#ifndef LAMINA_FOLDS_H
#define LAMINA_FOLDS_H

#include "mlir/IR/PatternMatch.h"

namespace mlir::lamina {

void populateElementwiseFolds(RewritePatternSet &patterns);
void populateViewFolds(RewritePatternSet &patterns);

} // namespace mlir::lamina

#endif // LAMINA_FOLDS_H
