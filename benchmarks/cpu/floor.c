// What the machine can do at best: memory read or copied once, multiply-adds on registers.
#include <stddef.h>
#include <string.h>

// Copies in pieces that the threads share.
void copy(const char *source, char *target, size_t bytes) {
  const size_t piece = 1 << 16;
#pragma omp parallel for schedule(static) if (bytes > 4 * piece)
  for (size_t at = 0; at < bytes; at += piece)
    memcpy(target + at, source + at, bytes - at < piece ? bytes - at : piece);
}

typedef float vector __attribute__((vector_size(64)));
typedef long chunk __attribute__((vector_size(64), aligned(8)));
enum { ACCUMULATORS = 16, LANES = 16, CHUNKS = 8 };

// Reads every byte (but for a rest of less than 512); the sum keeps the compiler from leaving it
// out.
long read(const long *source, size_t bytes) {
  const chunk *chunks = (const chunk *)source;
  const size_t turns = bytes / (sizeof(chunk) * CHUNKS);
  long total = 0;
#pragma omp parallel reduction(+ : total) if (turns > 512)
  {
    chunk sums[CHUNKS] = {0};
#pragma omp for schedule(static)
    for (size_t turn = 0; turn < turns; ++turn)
      for (int i = 0; i < CHUNKS; ++i)
        sums[i] += chunks[turn * CHUNKS + i];
    for (int i = 0; i < CHUNKS; ++i)
      total += sums[i][0];
  }
  return total;
}

// So many floating-point operations, in independent chains that hide the latency of the units.
int multiply_add(long flops) {
  const long turns = flops / (2 * ACCUMULATORS * LANES) + 1;
  int finite = 1;
#pragma omp parallel reduction(&& : finite) if (turns > 4096)
  {
    vector sums[ACCUMULATORS] = {0}, factor = {0};
    factor += 0.5f;
    // Different ones, or the compiler computes equal chains once.
    for (int i = 0; i < ACCUMULATORS; ++i)
      sums[i] += (float)i;
#pragma omp for schedule(static)
    for (long turn = 0; turn < turns; ++turn)
      for (int i = 0; i < ACCUMULATORS; ++i)
        sums[i] = sums[i] * factor + factor;
    float total = 0;
    for (int i = 0; i < ACCUMULATORS; ++i)
      total += sums[i][0];
    finite = total == total;
  }
  return !finite;
}
