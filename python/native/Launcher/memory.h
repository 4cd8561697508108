/// Aligned memory for outputs and workspaces, kept for reuse.
///
/// A fresh allocation of some megabytes costs more in page faults than many a
/// kernel that fills it, so released blocks go to a small cache by size class.
/// Every function here must be called with the GIL held; it is the only lock.
#ifndef LAMINA_LAUNCHER_MEMORY_H
#define LAMINA_LAUNCHER_MEMORY_H

#include <Python.h>

#include <stdbool.h>

/// Alignment of every block, in bytes: a cache line, a 512-bit vector.
#define LAMINA_BLOCK_ALIGNMENT 64

/// A block of at least `bytes` bytes, uninitialised; null with MemoryError set. If the system has
/// no memory left, the cache is given back first.
void *lamina_block_acquire(size_t bytes);

/// Gives back a block acquired with the same `bytes`.
void lamina_block_release(void *block, size_t bytes);

/// Bytes in the cache now.
size_t lamina_pool_bytes(void);

/// Returns all cached blocks to the system.
void lamina_pool_trim(void);

/// Sets how many bytes may be cached; 0 turns the cache off.
void lamina_pool_set_limit(size_t bytes);

/// Caches as many bytes as keep the process within what it once had in use, and some in any case.
void lamina_pool_choose_limit(void);

/// Prepares the type of the object that owns one block; false on error.
bool lamina_buffer_type_ready(void);

/// A new object that acquires a block and releases it when it dies; stores the
/// block in `*block`. Null with an exception set on failure.
PyObject *lamina_buffer_new(size_t bytes, void **block);

#endif // LAMINA_LAUNCHER_MEMORY_H
