/// Aligned memory for outputs and workspaces, kept for reuse.
#define PY_SSIZE_T_CLEAN
#include <Python.h>

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>

#include "memory.h"

/// From this size on blocks are aligned to huge pages and advised to use them.
#define HUGE_PAGE ((size_t)2 << 20)
#define HUGE_FROM ((size_t)4 << 20)

/// Sizes are rounded up to a quarter of a power of two, which wastes at most a
/// fifth and lets outputs of nearly equal size share blocks.
#define STEPS_LOG2 2
#define SMALLEST_LOG2 6
#define CLASS_COUNT ((64 - SMALLEST_LOG2) << STEPS_LOG2)

typedef struct FreeBlock {
  struct FreeBlock *next;
} FreeBlock;

static FreeBlock *free_blocks[CLASS_COUNT];
static size_t cached_bytes, live_bytes, most_live_bytes;
/// Set by the user, or not at all.
static size_t cache_limit;
static bool has_limit;
/// What is cached at least where nobody set a limit.
#define SMALL_CACHE ((size_t)256 << 20)

/// Without a limit of the user's the process never holds more than it once had in use: large
/// programs find the memory of their last call again.
static size_t current_limit(void) {
  if (has_limit)
    return cache_limit;
  size_t unused = most_live_bytes - live_bytes;
  return unused > SMALL_CACHE ? unused : SMALL_CACHE;
}

static void count_live(size_t size) {
  live_bytes += size;
  if (live_bytes > most_live_bytes)
    most_live_bytes = live_bytes;
  if (cached_bytes > current_limit())
    lamina_pool_trim();
}

/// The class of `bytes` and, in `*rounded`, the size of its blocks.
static int size_class(size_t bytes, size_t *rounded) {
  if (bytes <= (size_t)1 << SMALLEST_LOG2) {
    *rounded = (size_t)1 << SMALLEST_LOG2;
    return 0;
  }
  int power = 63 - __builtin_clzll(bytes - 1);
  int shift = power - STEPS_LOG2;
  size_t step = ((bytes - 1) >> shift) + 1;
  *rounded = step << shift;
  return ((power - SMALLEST_LOG2) << STEPS_LOG2) + (int)(step - ((size_t)1 << STEPS_LOG2));
}

static void *allocate(size_t size) {
  size_t alignment = size >= HUGE_FROM ? HUGE_PAGE : LAMINA_BLOCK_ALIGNMENT;
  void *block = NULL;
  int failure = posix_memalign(&block, alignment, size);
  if (failure && cached_bytes) {
    lamina_pool_trim();
    failure = posix_memalign(&block, alignment, size);
  }
  if (failure) {
    PyErr_NoMemory();
    return NULL;
  }
  // Advice only: a kernel without huge pages ignores it.
  if (size >= HUGE_FROM)
    (void)madvise(block, size, MADV_HUGEPAGE);
  return block;
}

void *lamina_block_acquire(size_t bytes) {
  if (bytes > (size_t)PY_SSIZE_T_MAX) {
    PyErr_NoMemory();
    return NULL;
  }
  size_t size;
  int index = size_class(bytes, &size);
  FreeBlock *block = free_blocks[index];
  if (block) {
    free_blocks[index] = block->next;
    cached_bytes -= size;
  } else if (!(block = allocate(size))) {
    return NULL;
  }
  count_live(size);
  return block;
}

void lamina_block_release(void *block, size_t bytes) {
  size_t size;
  int index = size_class(bytes, &size);
  live_bytes -= size;
  // Blocks of sizes no longer in use would fill the cache for good; starting
  // over is cheaper than tracking their age.
  if (cached_bytes + size > current_limit())
    lamina_pool_trim();
  if (size > current_limit()) {
    free(block);
    return;
  }
  FreeBlock *entry = block;
  entry->next = free_blocks[index];
  free_blocks[index] = entry;
  cached_bytes += size;
}

size_t lamina_pool_bytes(void) { return cached_bytes; }

void lamina_pool_trim(void) {
  for (int index = 0; index < CLASS_COUNT; ++index) {
    FreeBlock *block = free_blocks[index];
    free_blocks[index] = NULL;
    while (block) {
      FreeBlock *next = block->next;
      free(block);
      block = next;
    }
  }
  cached_bytes = 0;
}

void lamina_pool_set_limit(size_t bytes) {
  cache_limit = bytes;
  has_limit = true;
  if (cached_bytes > cache_limit)
    lamina_pool_trim();
}

void lamina_pool_choose_limit(void) { has_limit = false; }

typedef struct {
  PyObject_HEAD void *block;
  size_t bytes;
} Buffer;

static void buffer_dealloc(PyObject *self) {
  Buffer *buffer = (Buffer *)self;
  lamina_block_release(buffer->block, buffer->bytes);
  PyObject_Free(self);
}

static PyTypeObject buffer_type = {
    PyVarObject_HEAD_INIT(NULL, 0).tp_name = "lamina._native.launcher.Buffer",
    .tp_doc = "Owner of one aligned block; the base of an output array.",
    .tp_basicsize = sizeof(Buffer),
    .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_DISALLOW_INSTANTIATION,
    .tp_dealloc = buffer_dealloc,
};

bool lamina_buffer_type_ready(void) { return PyType_Ready(&buffer_type) == 0; }

PyObject *lamina_buffer_new(size_t bytes, void **block) {
  void *memory = lamina_block_acquire(bytes);
  if (!memory)
    return NULL;
  Buffer *buffer = PyObject_New(Buffer, &buffer_type);
  if (!buffer) {
    lamina_block_release(memory, bytes);
    return NULL;
  }
  buffer->block = memory;
  buffer->bytes = bytes;
  *block = memory;
  return (PyObject *)buffer;
}
