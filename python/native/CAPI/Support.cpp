/// Errors across the C boundary.
#include "python/native/CAPI/Support.h"

#include <cstdlib>
#include <cstring>

namespace mlir::lamina {

char *copyString(llvm::StringRef text) {
  auto *copy = static_cast<char *>(std::malloc(text.size() + 1));
  if (!copy)
    return nullptr;
  std::memcpy(copy, text.data(), text.size());
  copy[text.size()] = '\0';
  return copy;
}

std::nullptr_t fail(llvm::Error error, char **out) {
  std::string text = llvm::toString(std::move(error));
  if (out)
    *out = copyString(text);
  return nullptr;
}

} // namespace mlir::lamina

void laminaStringFree(char *string) { std::free(string); }
