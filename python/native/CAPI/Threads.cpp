/// C API of the threads that compiled loops run on.
#include "python/native/lamina-c/Threads.h"

#include "python/native/Runtime/ThreadPool.h"

using namespace mlir::lamina;

int laminaGetNumThreads(void) { return runtime::threadCount(); }

void laminaSetNumThreads(int count) { runtime::setThreadCount(count); }
