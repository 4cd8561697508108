/// C API: makes the dialect and the passes of lamina known to MLIR.
#ifndef LAMINA_C_REGISTRATION_H
#define LAMINA_C_REGISTRATION_H

#include "mlir-c/IR.h"

#ifdef __cplusplus
extern "C" {
#endif

/// Registers every pass and pipeline of lamina with MLIR, once for the process.
MLIR_CAPI_EXPORTED void laminaRegisterPasses(void);

/// Adds the lamina dialect and the interfaces its lowering needs to `context`.
MLIR_CAPI_EXPORTED void laminaRegisterDialects(MlirContext context);

#ifdef __cplusplus
}
#endif

#endif // LAMINA_C_REGISTRATION_H
