/// Whether arrays that a call writes share memory with others.
#ifndef LAMINA_LAUNCHER_OVERLAP_H
#define LAMINA_LAUNCHER_OVERLAP_H

#include "spec.h"

/// The memory of one array: [begin, end) and whether the call writes it.
typedef struct {
  uintptr_t begin, end;
  Py_ssize_t index;
  bool written;
} Range;

/// Finds two of `ranges`, at least one of them written, whose arrays (by index in `arrays`) have an
/// element in common. Reorders `ranges`. Returns 1 with the indices in `first` and `second`, 0 if
/// there are none, -1 with an exception set.
int lamina_find_overlap(Range *ranges, Py_ssize_t count, PyObject *const *arrays, Py_ssize_t *first,
                        Py_ssize_t *second);

#endif // LAMINA_LAUNCHER_OVERLAP_H
