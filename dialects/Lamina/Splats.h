/// Arrays of one repeated element, known at compile time. Only tensors count: what a ref holds
/// changes.
#ifndef LAMINA_SPLATS_H
#define LAMINA_SPLATS_H

#include "mlir/IR/Attributes.h"
#include "mlir/IR/Value.h"

namespace mlir::lamina {

/// The element of a tensor made by `lamina.full`, or null.
Attribute splatOf(Value value);

/// The integer or boolean `value` repeated everywhere.
bool isIntSplat(Value array, int64_t value);

/// The float `value` repeated everywhere, with the sign of a zero.
bool isFloatSplat(Value array, double value);

/// Whether integers of this element type are extended with zeros and ordered as unsigned.
bool isZeroExtended(Type element);

/// What the elementwise `op` gives for splat operands of these elements, computed exactly as at run
/// time; null if this is not known.
Attribute evaluateSplat(Operation *op, ArrayRef<Attribute> operands);

} // namespace mlir::lamina

#endif // LAMINA_SPLATS_H
