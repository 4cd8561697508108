/// The choice a partitioner makes: which forward values the backward gets.
#ifndef LAMINA_PARTITION_SAVEDVALUES_H
#define LAMINA_PARTITION_SAVEDVALUES_H

#include "passes/Partition/JointFunction.h"

namespace mlir::lamina {

/// The forward values to save, in program order. From these and the tangents all
/// gradients can be computed; what is not among them is computed again.
///
/// The default: save what crosses from the forward to the backward, but go on to the
/// operands of a value while computing it again is next to free and saving the
/// operands instead takes no more memory.
SmallVector<Value> chooseSavedValues(const JointFunction &joint);

} // namespace mlir::lamina

#endif // LAMINA_PARTITION_SAVEDVALUES_H
