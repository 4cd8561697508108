/// What lowerings know of the target.
#ifndef LAMINA_CPU_VECTORWIDTH_H
#define LAMINA_CPU_VECTORWIDTH_H

#include "mlir/IR/BuiltinOps.h"

namespace mlir::lamina {

/// The bits of a vector of the target: `lamina.vector_bits` of the module around `op`, or 256.
inline int64_t vectorBits(Operation *op) {
  auto bits = op->getParentOfType<ModuleOp>()->getAttrOfType<IntegerAttr>("lamina.vector_bits");
  return bits ? bits.getInt() : 256;
}

} // namespace mlir::lamina

#endif // LAMINA_CPU_VECTORWIDTH_H
