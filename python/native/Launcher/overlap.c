/// Whether arrays that a call writes share memory with others.
///
/// Compiled code is told that what it writes is reached through one pointer only; where that does
/// not hold its results are undefined, so a call has to find out.
#define PY_SSIZE_T_CLEAN
#include <Python.h>

#include "overlap.h"

#include <stdlib.h>

static int compare_begin(const void *left, const void *right) {
  uintptr_t a = ((const Range *)left)->begin, b = ((const Range *)right)->begin;
  return (a > b) - (a < b);
}

/// The exact answer for two arrays whose ranges overlap, such as interleaved columns.
static int share_memory(PyObject *left, PyObject *right) {
  PyObject *numpy = PyImport_ImportModule("numpy");
  if (!numpy)
    return -1;
  PyObject *answer = PyObject_CallMethod(numpy, "shares_memory", "OO", left, right);
  Py_DECREF(numpy);
  if (!answer)
    return -1;
  int shared = PyObject_IsTrue(answer);
  Py_DECREF(answer);
  return shared;
}

int lamina_find_overlap(Range *ranges, Py_ssize_t count, PyObject *const *arrays, Py_ssize_t *first,
                        Py_ssize_t *second) {
  qsort(ranges, (size_t)count, sizeof(Range), compare_begin);
  for (Py_ssize_t i = 0; i < count; ++i)
    for (Py_ssize_t j = i + 1; j < count && ranges[j].begin < ranges[i].end; ++j) {
      if (!ranges[i].written && !ranges[j].written)
        continue;
      *first = ranges[i].index;
      *second = ranges[j].index;
      int shared = share_memory(arrays[*first], arrays[*second]);
      if (shared)
        return shared;
    }
  return 0;
}
