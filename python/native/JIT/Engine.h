/// Object code in this process.
#ifndef LAMINA_JIT_ENGINE_H
#define LAMINA_JIT_ENGINE_H

#include "llvm/ExecutionEngine/Orc/LLJIT.h"
#include "llvm/Support/Error.h"

#include <atomic>
#include <memory>

namespace mlir::lamina::jit {

/// The one ORC session of the process. Every loaded object lives in a library
/// (JITDylib) of its own, so equal symbol names never clash and one object can
/// be unloaded without the others. Safe to use from several threads.
class Engine {
public:
  /// The session, created on first use and never destroyed: kernels may still
  /// be running in other threads while the process exits.
  static llvm::Expected<Engine &> get();

  /// Links `object` into a new library called `name` (made unique).
  llvm::Expected<llvm::orc::JITDylib &> load(llvm::StringRef object, llvm::StringRef name);
  llvm::Expected<void *> lookup(llvm::orc::JITDylib &library, llvm::StringRef symbol);
  llvm::Error unload(llvm::orc::JITDylib &library);

private:
  static llvm::Expected<std::unique_ptr<Engine>> create();

  std::unique_ptr<llvm::orc::LLJIT> jit;
  llvm::orc::JITDylib *runtime = nullptr;
  std::atomic<unsigned> loaded{0};
};

} // namespace mlir::lamina::jit

#endif // LAMINA_JIT_ENGINE_H
