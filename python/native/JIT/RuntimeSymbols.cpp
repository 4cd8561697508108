/// What generated code may call.
#include "python/native/JIT/RuntimeSymbols.h"

#include "python/native/Runtime/ThreadPool.h"
#include "python/native/lamina-c/HostCall.h"

#include <cmath>
#include <cstdint>
#include <cstring>

// The compiler's support library is linked statically and hidden. Only the
// addresses are needed; the true signatures are not expressible in C++17.
#define DECLARE_SUPPORT(name) extern "C" void support_##name() __asm__("__" #name)
DECLARE_SUPPORT(extendhfsf2);
DECLARE_SUPPORT(truncsfhf2);
DECLARE_SUPPORT(truncdfhf2);
DECLARE_SUPPORT(powisf2);
DECLARE_SUPPORT(powidf2);
DECLARE_SUPPORT(mulsc3);
DECLARE_SUPPORT(muldc3);
DECLARE_SUPPORT(divsc3);
DECLARE_SUPPORT(divdc3);
#undef DECLARE_SUPPORT

namespace {

/// Rounds to the nearest bfloat16, ties to even; NaN stays a quiet NaN. A bf16
/// is returned in the low half of a vector register, where a float carrying
/// the same bits sits.
float truncateToBF16(float value) {
  uint32_t bits;
  std::memcpy(&bits, &value, sizeof bits);
  uint32_t half =
      std::isnan(value) ? (bits >> 16) | 0x40 : (bits + 0x7fff + ((bits >> 16) & 1)) >> 16;
  float result;
  std::memcpy(&result, &half, sizeof result);
  return result;
}

/// Narrows through float with rounding to odd, so that the second rounding
/// cannot move a result that the first one already moved.
float truncateDoubleToBF16(double value) {
  float narrow = static_cast<float>(value);
  uint32_t bits;
  std::memcpy(&bits, &narrow, sizeof bits);
  if (!std::isnan(value) && static_cast<double>(narrow) != value && !(bits & 1)) {
    bool roundedAway = std::fabs(static_cast<double>(narrow)) > std::fabs(value);
    bits = roundedAway ? bits - 1 : bits | 1;
    std::memcpy(&narrow, &bits, sizeof narrow);
  }
  return truncateToBF16(narrow);
}

/// The memory layout of a ranked memref descriptor; `rank` sizes, then `rank`
/// strides follow the offset.
struct Descriptor {
  char *allocated;
  char *aligned;
  int64_t offset;
  int64_t extents[];
};

struct UnrankedDescriptor {
  int64_t rank;
  Descriptor *descriptor;
};

struct Strided {
  Strided(const UnrankedDescriptor &ref, int64_t elementSize)
      : data(ref.descriptor->aligned + ref.descriptor->offset * elementSize),
        sizes(ref.descriptor->extents), strides(ref.descriptor->extents + ref.rank) {}

  char *data;
  const int64_t *sizes;
  const int64_t *strides;
};

void copyStrided(int64_t rank, int64_t elementSize, const int64_t *sizes, const char *source,
                 const int64_t *sourceStrides, char *target, const int64_t *targetStrides) {
  if (rank == 0) {
    std::memcpy(target, source, elementSize);
    return;
  }
  if (rank == 1 && sourceStrides[0] == 1 && targetStrides[0] == 1) {
    std::memcpy(target, source, sizes[0] * elementSize);
    return;
  }
  for (int64_t i = 0; i < sizes[0]; ++i)
    copyStrided(rank - 1, elementSize, sizes + 1, source + i * sourceStrides[0] * elementSize,
                sourceStrides + 1, target + i * targetStrides[0] * elementSize, targetStrides + 1);
}

/// memref.copy between layouts that are not both contiguous calls this.
void memrefCopy(int64_t elementSize, const UnrankedDescriptor *from, const UnrankedDescriptor *to) {
  Strided source(*from, elementSize);
  Strided target(*to, elementSize);
  copyStrided(from->rank, elementSize, source.sizes, source.data, source.strides, target.data,
              target.strides);
}

template <typename Function> void *addressOf(Function *function) {
  return reinterpret_cast<void *>(function);
}

} // namespace

namespace mlir::lamina::jit {

llvm::ArrayRef<RuntimeSymbol> runtimeSymbols() {
  static const RuntimeSymbol symbols[] = {
      {"memrefCopy", addressOf(memrefCopy)},
      {"laminaParallelFor", addressOf(runtime::parallelFor)},
      {"laminaThreadScratch", addressOf(runtime::threadScratch)},
      {"laminaHostCall", addressOf(laminaHostCall)},
      {"__truncsfbf2", addressOf(truncateToBF16)},
      {"__truncdfbf2", addressOf(truncateDoubleToBF16)},
      {"__extendhfsf2", addressOf(support_extendhfsf2)},
      {"__truncsfhf2", addressOf(support_truncsfhf2)},
      {"__truncdfhf2", addressOf(support_truncdfhf2)},
      {"__powisf2", addressOf(support_powisf2)},
      {"__powidf2", addressOf(support_powidf2)},
      {"__mulsc3", addressOf(support_mulsc3)},
      {"__muldc3", addressOf(support_muldc3)},
      {"__divsc3", addressOf(support_divsc3)},
      {"__divdc3", addressOf(support_divdc3)},
  };
  return symbols;
}

} // namespace mlir::lamina::jit
