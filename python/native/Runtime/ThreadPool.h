/// The threads that compiled loops run on: one pool for the process.
#ifndef LAMINA_RUNTIME_THREADPOOL_H
#define LAMINA_RUNTIME_THREADPOOL_H

#include <cstdint>

namespace mlir::lamina::runtime {

/// Iterations [begin, end) of one loop; `captures` is what the loop reads from around it.
using RangeKernel = void(int64_t begin, int64_t end, void *captures);

/// Runs iterations [0, count), in chunks of at least `grain`, on the caller and on idle workers,
/// and returns when all are done. Which thread runs which chunk is not determined. Runs on the
/// caller alone if one chunk is enough, inside of another parallel loop, and while another thread
/// has the workers.
void parallelFor(RangeKernel *kernel, int64_t count, int64_t grain, void *captures);

/// At least `bytes` of memory aligned to 64 bytes that belong to the calling thread, until it asks
/// again. Never null: out of memory ends the process, since a loop cannot report it.
void *threadScratch(int64_t bytes);

/// How many threads, the caller among them, loops may use; all cores of the process unless set.
int threadCount();
/// `count` is at least 1. Loops that are running keep their threads.
void setThreadCount(int count);

} // namespace mlir::lamina::runtime

#endif // LAMINA_RUNTIME_THREADPOOL_H
