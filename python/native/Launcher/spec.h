/// What the launcher knows about one array: dtype, shape, memory layout.
#ifndef LAMINA_LAUNCHER_SPEC_H
#define LAMINA_LAUNCHER_SPEC_H

#include <Python.h>

// One extension module is built from several files: all share the NumPy API
// table that the file with the module's init function imports.
#define PY_ARRAY_UNIQUE_SYMBOL lamina_launcher_numpy
#ifndef LAMINA_LAUNCHER_IMPORTS_NUMPY
#define NO_IMPORT_ARRAY
#endif
#include <numpy/arrayobject.h>

#include <stdbool.h>

typedef struct {
  PyArray_Descr *descr;
  int ndim;
  /// Both in one allocation that `shape` owns; strides in bytes.
  npy_intp *shape;
  npy_intp *strides;
  /// Natural alignment of an element.
  size_t alignment;
  /// Bytes from the lowest to beyond the highest element, and from the lowest
  /// to the first (not zero with negative strides).
  size_t extent;
  size_t origin;
  bool empty;
} Spec;

/// Fills `spec` from a tuple (dtype, shape, strides): strides in elements or
/// None for row-major. `what` names it in errors. False with an exception set;
/// the spec can be cleared either way.
bool lamina_spec_parse(Spec *spec, PyObject *tuple, const char *what);

void lamina_spec_clear(Spec *spec);

/// Whether no two elements of `spec` share memory.
bool lamina_spec_is_injective(const Spec *spec);

/// Sets a TypeError or ValueError that says how `array` differs from `spec`.
void lamina_spec_explain(const Spec *spec, PyArrayObject *array, const char *function,
                         Py_ssize_t index);

/// A new array of this layout in an aligned block; null with an exception set.
PyObject *lamina_spec_new_array(const Spec *spec);

/// Slow parts of lamina_spec_matches.
bool lamina_spec_same_descr(const Spec *spec, PyArray_Descr *descr);
bool lamina_spec_same_strides(const Spec *spec, const npy_intp *strides);

/// Whether `array` has the dtype, shape and strides of `spec`.
static inline bool lamina_spec_matches(const Spec *spec, PyArrayObject *array) {
  size_t bytes = (size_t)spec->ndim * sizeof(npy_intp);
  if (PyArray_NDIM(array) != spec->ndim || memcmp(PyArray_SHAPE(array), spec->shape, bytes) != 0)
    return false;
  if (memcmp(PyArray_STRIDES(array), spec->strides, bytes) != 0 &&
      !lamina_spec_same_strides(spec, PyArray_STRIDES(array)))
    return false;
  PyArray_Descr *descr = PyArray_DESCR(array);
  return descr == spec->descr || lamina_spec_same_descr(spec, descr);
}

#endif // LAMINA_LAUNCHER_SPEC_H
