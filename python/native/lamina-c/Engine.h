/// Object code in this process.
#ifndef LAMINA_C_ENGINE_H
#define LAMINA_C_ENGINE_H

#include "python/native/lamina-c/Support.h"

#ifdef __cplusplus
extern "C" {
#endif

/// One object linked into this process, with symbols of its own.
typedef struct LaminaProgram LaminaProgram;

/// Links `object`, as laminaCompile produced it in this process or another.
/// Undefined symbols resolve to lamina's runtime, then to the process (libm,
/// libc). The bytes are copied. `name` appears in error messages.
LAMINA_EXPORTED LaminaProgram *laminaProgramLoad(LaminaBytes object, const char *name,
                                                 char **error);

/// The address of `symbol`; null with an error if it is not defined.
LAMINA_EXPORTED void *laminaProgramLookup(LaminaProgram *program, const char *symbol, char **error);

/// Releases the program's memory: no address taken from it may be used again.
LAMINA_EXPORTED void laminaProgramUnload(LaminaProgram *program);

#ifdef __cplusplus
}
#endif

#endif // LAMINA_C_ENGINE_H
