/// What every program that uses lamina registers: shared by the C API and lamina-opt.
#ifndef LAMINA_REGISTRATION_H
#define LAMINA_REGISTRATION_H

#include "mlir/IR/DialectRegistry.h"

namespace mlir::lamina {

/// The lamina dialect, every upstream dialect and the interfaces between them.
void registerDialects(DialectRegistry &registry);

/// Every pass and pipeline of lamina; safe to call more than once.
void registerPasses();

} // namespace mlir::lamina

#endif // LAMINA_REGISTRATION_H
