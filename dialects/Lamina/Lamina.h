/// The lamina dialect: types, attributes, interfaces and every operation.
#ifndef LAMINA_LAMINA_H
#define LAMINA_LAMINA_H

#include "mlir/Bytecode/BytecodeOpInterface.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/BuiltinAttributes.h"
#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/Dialect.h"
#include "mlir/IR/DialectImplementation.h"
#include "mlir/IR/OpDefinition.h"
#include "mlir/IR/OpImplementation.h"
#include "mlir/IR/PatternMatch.h"
#include "mlir/IR/TypeUtilities.h"
#include "mlir/Interfaces/DestinationStyleOpInterface.h"
#include "mlir/Interfaces/InferTypeOpInterface.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"

#include "dialects/Lamina/Dialect.h.inc"
#include "dialects/Lamina/Enums.h.inc"
#include "dialects/Lamina/Keywords.h.inc"

#define GET_TYPEDEF_CLASSES
#include "dialects/Lamina/Types.h.inc"

#define GET_ATTRDEF_CLASSES
#include "dialects/Lamina/Attributes.h.inc"

#include "dialects/Lamina/Assembly.h"
#include "dialects/Lamina/Geometry.h"
#include "dialects/Lamina/Inference.h"
#include "dialects/Lamina/Worlds.h"

#include "dialects/Lamina/Interfaces.h.inc"

#define GET_OP_CLASSES
#include "dialects/Lamina/Unary.h.inc"
#define GET_OP_CLASSES
#include "dialects/Lamina/Binary.h.inc"
#define GET_OP_CLASSES
#include "dialects/Lamina/Elementwise.h.inc"
#define GET_OP_CLASSES
#include "dialects/Lamina/View.h.inc"
#define GET_OP_CLASSES
#include "dialects/Lamina/Scatter.h.inc"
#define GET_OP_CLASSES
#include "dialects/Lamina/Reduction.h.inc"
#define GET_OP_CLASSES
#include "dialects/Lamina/Contraction.h.inc"
#define GET_OP_CLASSES
#include "dialects/Lamina/Indexing.h.inc"
#define GET_OP_CLASSES
#include "dialects/Lamina/Factory.h.inc"
#define GET_OP_CLASSES
#include "dialects/Lamina/Structure.h.inc"

#endif // LAMINA_LAMINA_H
