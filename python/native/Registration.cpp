#include "python/native/Registration.h"

#include "dialects/Lamina/Lamina.h"
#include "mlir/CAPI/IR.h"
#include "mlir/InitAllDialects.h"
#include "mlir/InitAllExtensions.h"
#include "passes/Passes.h"
#include "python/native/lamina-c/Registration.h"

#include <mutex>

using namespace mlir;

void lamina::registerDialects(DialectRegistry &registry) {
  registerAllDialects(registry);
  registerAllExtensions(registry);
  registry.insert<LaminaDialect>();
  registerBufferization(registry);
}

void lamina::registerPasses() {
  static std::once_flag once;
  std::call_once(once, [] {
    registerLaminaPasses();
    registerPipelines();
  });
}

void laminaRegisterPasses() { lamina::registerPasses(); }

void laminaRegisterDialects(MlirContext context) {
  DialectRegistry registry;
  lamina::registerDialects(registry);
  unwrap(context)->appendDialectRegistry(registry);
}
