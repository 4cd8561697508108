#include "python/native/lamina-c/HostCall.h"

#include <atomic>

static std::atomic<LaminaHostCallHandler> handler = nullptr;

void laminaSetHostCallHandler(LaminaHostCallHandler chosen) { handler = chosen; }

bool laminaHostCall(const char *description, int64_t count, const LaminaHostArray *arrays) {
  LaminaHostCallHandler chosen = handler;
  return chosen && chosen(description, count, arrays);
}
