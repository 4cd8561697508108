/// One loop at a time, in chunks that workers take from a counter.
///
/// Workers sleep on a futex and spin only for a few microseconds after a loop. A worker that wakes
/// late finds the loop closed and goes back to sleep; nobody waits for it.
#include "python/native/Runtime/ThreadPool.h"

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <climits>
#include <cstdio>
#include <cstdlib>
#include <immintrin.h>
#include <linux/futex.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace {
using mlir::lamina::runtime::RangeKernel;

constexpr int kMaxThreads = 256;
/// Pauses (some 20 ns each) before a waiting thread gives its core back.
constexpr int kSpins = 500;
/// Chunks for each thread, so that one that is interrupted does not keep the others waiting.
constexpr int64_t kChunksPerThread = 4;

void futexWait(std::atomic<int> &word, int expected) {
  syscall(SYS_futex, &word, FUTEX_WAIT_PRIVATE, expected, nullptr, nullptr, 0);
}

void futexWake(std::atomic<int> &word, int threads) {
  syscall(SYS_futex, &word, FUTEX_WAKE_PRIVATE, threads, nullptr, nullptr, 0);
}

int coreCount() {
  cpu_set_t cores;
  if (sched_getaffinity(0, sizeof cores, &cores) != 0)
    return 1;
  return std::clamp(CPU_COUNT(&cores), 1, kMaxThreads);
}

/// A parallel loop: what the workers read, and the counter that hands out its iterations.
struct Loop {
  RangeKernel *kernel;
  void *captures;
  int64_t count;
  int64_t chunk;
  int threads;
  /// Rounding mode and treatment of denormals of the calling thread.
  unsigned floatControl;
};

class Pool {
public:
  bool tryRun(const Loop &next) {
    if (busy.exchange(true, std::memory_order_acquire))
      return false;
    startWorkers(next.threads - 1);
    loop = next;
    position.store(0, std::memory_order_relaxed);
    open.store(true);
    generation.fetch_add(1);
    if (sleeping.load() > 0)
      futexWake(generation, next.threads - 1);
    takeChunks();
    open.store(false);
    waitForWorkers();
    busy.store(false, std::memory_order_release);
    return true;
  }

  std::atomic<int> threads{0}; // 0: all cores

private:
  void takeChunks() {
    const Loop current = loop;
    while (true) {
      int64_t begin = position.fetch_add(current.chunk, std::memory_order_relaxed);
      if (begin >= current.count)
        return;
      current.kernel(begin, std::min(begin + current.chunk, current.count), current.captures);
    }
  }

  /// Workers count themselves in before they look whether the loop is open, so that none can start
  /// a chunk after this saw no worker inside of a closed loop.
  void waitForWorkers() {
    for (int spins = 0; inside.load() > 0; ++spins) {
      if (spins < kSpins)
        _mm_pause();
      else
        sched_yield();
    }
  }

  void startWorkers(int wanted) {
    if (started >= wanted)
      return;
    // Signals are for the threads of the program.
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    for (; started < wanted; ++started) {
      auto *seat = new Seat{this, started};
      pthread_t thread;
      if (pthread_create(&thread, nullptr, enterWorker, seat) != 0) {
        delete seat;
        break;
      }
      pthread_detach(thread);
    }
    pthread_sigmask(SIG_SETMASK, &before, nullptr);
  }

  struct Seat {
    Pool *pool;
    int index;
  };

  static void *enterWorker(void *argument) {
    auto *seat = static_cast<Seat *>(argument);
    Seat own = *seat;
    delete seat;
    own.pool->work(own.index);
    return nullptr;
  }

  [[noreturn]] void work(int index);

  /// Returns when another loop has begun since generation `seen`.
  int awaitLoop(int seen) {
    for (int spins = 0; spins < kSpins; ++spins) {
      if (generation.load() != seen)
        return generation.load();
      _mm_pause();
    }
    sleeping.fetch_add(1);
    while (generation.load() == seen)
      futexWait(generation, seen);
    sleeping.fetch_sub(1);
    return generation.load();
  }

  Loop loop{};
  int started = 0;
  std::atomic<bool> busy{false};
  alignas(64) std::atomic<int64_t> position{0};
  alignas(64) std::atomic<int> generation{0};
  std::atomic<bool> open{false};
  std::atomic<int> sleeping{0};
  alignas(64) std::atomic<int> inside{0};
};

/// Whether this thread is in a parallel loop.
thread_local bool insideLoop = false;

void Pool::work(int index) {
  insideLoop = true;
  int seen = 0;
  while (true) {
    seen = awaitLoop(seen);
    inside.fetch_add(1);
    if (open.load() && index < loop.threads - 1) {
      _mm_setcsr(loop.floatControl);
      takeChunks();
    }
    inside.fetch_sub(1);
  }
}

Pool *volatile currentPool = nullptr;
pthread_mutex_t creation = PTHREAD_MUTEX_INITIALIZER;

/// Threads do not survive a fork. What the child inherits of the pool may be in any state, so it is
/// left alone and a new one made on demand.
void forgetPool() {
  int threads = currentPool ? currentPool->threads.load() : 0;
  currentPool = nullptr;
  pthread_mutex_init(&creation, nullptr);
  insideLoop = false;
  if (threads)
    mlir::lamina::runtime::setThreadCount(threads);
}

/// Never destroyed: workers may be asleep in it while the process exits.
Pool &pool() {
  if (Pool *existing = currentPool)
    return *existing;
  pthread_mutex_lock(&creation);
  static bool registered = false;
  if (!registered)
    registered = pthread_atfork(nullptr, nullptr, forgetPool) == 0;
  if (!currentPool)
    currentPool = new Pool;
  pthread_mutex_unlock(&creation);
  return *currentPool;
}

struct Scratch {
  ~Scratch() { std::free(memory); }

  void *memory = nullptr;
  size_t bytes = 0;
};
thread_local Scratch scratch;
} // namespace

namespace mlir::lamina::runtime {

int threadCount() {
  static const int cores = coreCount();
  int set = pool().threads.load(std::memory_order_relaxed);
  return set ? set : cores;
}

void setThreadCount(int count) { pool().threads.store(std::clamp(count, 1, kMaxThreads)); }

void parallelFor(RangeKernel *kernel, int64_t count, int64_t grain, void *captures) {
  if (count <= 0)
    return;
  if (count <= grain || insideLoop)
    return kernel(0, count, captures);
  int64_t chunks = (count + grain - 1) / grain;
  int threads = static_cast<int>(std::min<int64_t>(threadCount(), chunks));
  int64_t share = (count + threads * kChunksPerThread - 1) / (threads * kChunksPerThread);
  Loop loop{kernel, captures, count, std::max(grain, share), threads, _mm_getcsr()};
  insideLoop = true;
  if (threads == 1 || !pool().tryRun(loop))
    kernel(0, count, captures);
  insideLoop = false;
}

void *threadScratch(int64_t bytes) {
  size_t wanted = (static_cast<size_t>(bytes) + 4095) & ~static_cast<size_t>(4095);
  if (scratch.bytes >= wanted)
    return scratch.memory;
  std::free(scratch.memory);
  scratch.bytes = wanted;
  if (posix_memalign(&scratch.memory, 4096, wanted) != 0) {
    std::fprintf(stderr, "lamina: no memory for %zu bytes of a parallel loop\n", wanted);
    std::abort();
  }
  return scratch.memory;
}

} // namespace mlir::lamina::runtime
