/// How compiled code calls operations that only the host program knows.
#ifndef LAMINA_C_HOSTCALL_H
#define LAMINA_C_HOSTCALL_H

#include "python/native/lamina-c/Support.h"

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/// One array of a call. The descriptor is that of a ranked memref: two pointers, of which the
/// second is the aligned one, the offset, `rank` sizes and `rank` strides, counted in elements.
typedef struct LaminaHostArray {
  int64_t rank;
  const void *descriptor;
} LaminaHostArray;

/// Runs one call. `description` is JSON: `callee`, the name of the operation; `inputs`, how many
/// of the arrays it only reads, which come first; `elements`, the element type of each array in
/// MLIR's spelling; `mutates`, the operand numbers of the last arrays; and `arguments`, what the
/// operation is given beside arrays, null if nothing. It is the same pointer each time that the
/// same code runs. False if the call failed: compiled code then returns at once.
typedef bool (*LaminaHostCallHandler)(const char *description, int64_t count,
                                      const LaminaHostArray *arrays);

/// Makes `handler` what runs the calls of all compiled code in this process.
LAMINA_EXPORTED void laminaSetHostCallHandler(LaminaHostCallHandler handler);

/// What compiled code calls: the handler. False without one.
LAMINA_EXPORTED bool laminaHostCall(const char *description, int64_t count,
                                    const LaminaHostArray *arrays);

#ifdef __cplusplus
}
#endif

#endif // LAMINA_C_HOSTCALL_H
