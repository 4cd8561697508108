/// Conventions shared by the C API.
///
/// The C API is what the Python package binds through ctypes. It is plain C and
/// knows nothing of Python, so one liblamina.so serves every Python version.
///
/// A function that can fail takes a `char **error` last. On failure it stores a
/// message there, to be released with laminaStringFree, and returns null or
/// false. Nothing in this API aborts or prints.
#ifndef LAMINA_C_SUPPORT_H
#define LAMINA_C_SUPPORT_H

#include <stdbool.h>
#include <stddef.h>

#define LAMINA_EXPORTED __attribute__((visibility("default")))

#ifdef __cplusplus
extern "C" {
#endif

/// Bytes owned by another object; valid while that object lives.
typedef struct LaminaBytes {
  const char *data;
  size_t size;
} LaminaBytes;

/// Releases a string that a function of this API handed out. Null is allowed.
LAMINA_EXPORTED void laminaStringFree(char *string);

#ifdef __cplusplus
}
#endif

#endif // LAMINA_C_SUPPORT_H
