/// C API of the threads that compiled loops run on.
#ifndef LAMINA_C_THREADS_H
#define LAMINA_C_THREADS_H

#include "python/native/lamina-c/Support.h"

#ifdef __cplusplus
extern "C" {
#endif

/// How many threads, the caller among them, a compiled loop may use.
LAMINA_EXPORTED int laminaGetNumThreads(void);

/// Sets that number, at least 1, for loops that start from now on.
LAMINA_EXPORTED void laminaSetNumThreads(int count);

#ifdef __cplusplus
}
#endif

#endif // LAMINA_C_THREADS_H
