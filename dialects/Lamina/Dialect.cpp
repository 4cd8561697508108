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

LogicalResult LaminaDialect::verifyRegionArgAttribute(Operation *op, unsigned, unsigned argument,
                                                      NamedAttribute attribute) {
  if (attribute.getName() == "lamina.arg" &&
      !isa<InputAttr, TangentAttr, SavedAttr>(attribute.getValue()))
    return op->emitError("argument ")
           << argument << ": 'lamina.arg' expects #lamina.input, #lamina.tangent or #lamina.saved, got "
           << attribute.getValue();
  return success();
}

LogicalResult LaminaDialect::verifyRegionResultAttribute(Operation *op, unsigned, unsigned result,
                                                         NamedAttribute attribute) {
  if (attribute.getName() == "lamina.result" &&
      !isa<OutputAttr, MutationAttr, GradientAttr, SavedAttr, BaseAttr>(attribute.getValue()))
    return op->emitError("result ")
           << result << ": 'lamina.result' expects #lamina.output, #lamina.mutation, "
           << "#lamina.gradient, #lamina.saved or #lamina.base, got " << attribute.getValue();
  return success();
}
