/// Errors across the C boundary.
#ifndef LAMINA_CAPI_SUPPORT_H
#define LAMINA_CAPI_SUPPORT_H

#include "python/native/lamina-c/Support.h"

#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"

namespace mlir::lamina {

/// A copy of `text` that laminaStringFree releases.
char *copyString(llvm::StringRef text);

/// Stores the text of `error` in `*out` and returns null, so that a C function
/// can end with `return fail(...)`.
std::nullptr_t fail(llvm::Error error, char **out);

} // namespace mlir::lamina

#endif // LAMINA_CAPI_SUPPORT_H
