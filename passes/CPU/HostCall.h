/// Calls of code that lamina does not see into, from buffers to LLVM.
#ifndef LAMINA_CPU_HOSTCALL_H
#define LAMINA_CPU_HOSTCALL_H

#include "mlir/Conversion/LLVMCommon/TypeConverter.h"
#include "mlir/IR/PatternMatch.h"

namespace mlir::lamina {

/// Turns `lamina.host_call` into a call of `laminaHostCall`, after which the function returns if
/// the call failed.
void populateHostCallPatterns(const LLVMTypeConverter &converter, RewritePatternSet &patterns);

} // namespace mlir::lamina

#endif // LAMINA_CPU_HOSTCALL_H
