/// What code is generated for.
#ifndef LAMINA_JIT_TARGET_H
#define LAMINA_JIT_TARGET_H

#include "llvm/Support/Error.h"
#include "llvm/Target/TargetMachine.h"

#include <memory>
#include <string>

namespace mlir::lamina::jit {

struct TargetOptions {
  /// Empty means the host.
  std::string cpu;
  /// `+avx2,-fma` style; amends the features of the cpu or of the host.
  std::string features;
  unsigned optLevel = 3;
};

/// Registers LLVM's native target once per process.
void initializeNativeTarget();

std::string hostCPU();
std::string hostFeatures();

/// Fails for a cpu or a feature that LLVM does not know: code generation itself
/// would only print a warning and generate something else.
llvm::Expected<std::unique_ptr<llvm::TargetMachine>>
createTargetMachine(const TargetOptions &options);

/// Bits of the widest vectors that the machine computes floats in.
unsigned vectorBits(const llvm::TargetMachine &machine);

} // namespace mlir::lamina::jit

#endif // LAMINA_JIT_TARGET_H
