#include "dialects/Lamina/Folds.h"
#include "dialects/Lamina/Lamina.h"

using namespace mlir;
using namespace mlir::lamina;

#include "dialects/Lamina/Dialect.cpp.inc"

void LaminaDialect::initialize() {
  registerTypes();
  registerAttributes();
  addOperations<
#define GET_OP_LIST
#include "dialects/Lamina/Unary.cpp.inc"
      >();
  addOperations<
#define GET_OP_LIST
#include "dialects/Lamina/Binary.cpp.inc"
      >();
  addOperations<
#define GET_OP_LIST
#include "dialects/Lamina/Elementwise.cpp.inc"
      >();
  addOperations<
#define GET_OP_LIST
#include "dialects/Lamina/View.cpp.inc"
      >();
  addOperations<
#define GET_OP_LIST
#include "dialects/Lamina/Scatter.cpp.inc"
      >();
  addOperations<
#define GET_OP_LIST
#include "dialects/Lamina/Reduction.cpp.inc"
      >();
  addOperations<
#define GET_OP_LIST
#include "dialects/Lamina/Contraction.cpp.inc"
      >();
  addOperations<
#define GET_OP_LIST
#include "dialects/Lamina/Indexing.cpp.inc"
      >();
  addOperations<
#define GET_OP_LIST
#include "dialects/Lamina/Factory.cpp.inc"
      >();
  addOperations<
#define GET_OP_LIST
#include "dialects/Lamina/Structure.cpp.inc"
      >();
}

void LaminaDialect::getCanonicalizationPatterns(RewritePatternSet &patterns) const {
  populateElementwiseFolds(patterns);
  populateViewFolds(patterns);
}
