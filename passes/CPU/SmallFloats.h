/// Conversions of floats that the CPU has no registers for.
#ifndef LAMINA_CPU_SMALLFLOATS_H
#define LAMINA_CPU_SMALLFLOATS_H

#include "mlir/IR/PatternMatch.h"

namespace mlir::lamina {

/// Conversions between f32 and bf16, f8E4M3FN and f8E5M2 as integer arithmetic. The instruction for
/// bf16 that some CPUs have flushes denormals, and a library call would not vectorise.
void populateSmallFloatPatterns(RewritePatternSet &patterns);

} // namespace mlir::lamina

#endif // LAMINA_CPU_SMALLFLOATS_H
