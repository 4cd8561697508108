/// What the launcher knows about one array: dtype, shape, memory layout.
#define PY_SSIZE_T_CLEAN
#include <Python.h>

#include "spec.h"

#include "memory.h"

void lamina_spec_clear(Spec *spec) {
  Py_CLEAR(spec->descr);
  PyMem_Free(spec->shape);
  spec->shape = NULL;
  spec->strides = NULL;
}

/// Reads `length` integers of `sequence` into `out`.
static bool read_integers(PyObject *sequence, Py_ssize_t length, npy_intp *out, const char *what,
                          const char *field) {
  PyObject *fast = PySequence_Fast(sequence, "expected a sequence of integers");
  if (!fast)
    return false;
  bool ok = PySequence_Fast_GET_SIZE(fast) == length;
  if (!ok)
    PyErr_Format(PyExc_ValueError, "%s: %s has %zd entries for %zd dimensions", what, field,
                 PySequence_Fast_GET_SIZE(fast), length);
  for (Py_ssize_t i = 0; ok && i < length; ++i) {
    out[i] = PyNumber_AsSsize_t(PySequence_Fast_GET_ITEM(fast, i), PyExc_OverflowError);
    ok = !(out[i] == -1 && PyErr_Occurred());
  }
  Py_DECREF(fast);
  return ok;
}

static bool too_large(const char *what) {
  PyErr_Format(PyExc_ValueError, "%s: the array is too large", what);
  return false;
}

static bool set_row_major(Spec *spec, const char *what) {
  npy_intp stride = PyDataType_ELSIZE(spec->descr);
  for (int i = spec->ndim - 1; i >= 0; --i) {
    spec->strides[i] = stride;
    npy_intp size = spec->shape[i] > 0 ? spec->shape[i] : 1;
    if (__builtin_mul_overflow(stride, size, &stride))
      return too_large(what);
  }
  return true;
}

static bool scale_strides(Spec *spec, const char *what) {
  npy_intp item = PyDataType_ELSIZE(spec->descr);
  for (int i = 0; i < spec->ndim; ++i)
    if (__builtin_mul_overflow(spec->strides[i], item, &spec->strides[i]))
      return too_large(what);
  return true;
}

/// Computes the memory range that the elements span.
static bool measure(Spec *spec, const char *what) {
  npy_intp below = 0, above = PyDataType_ELSIZE(spec->descr);
  spec->empty = false;
  for (int i = 0; i < spec->ndim; ++i) {
    if (spec->shape[i] < 0) {
      PyErr_Format(PyExc_ValueError, "%s: negative dimension", what);
      return false;
    }
    spec->empty |= spec->shape[i] == 0;
  }
  for (int i = 0; !spec->empty && i < spec->ndim; ++i) {
    npy_intp reach;
    npy_intp *side = spec->strides[i] < 0 ? &below : &above;
    if (__builtin_mul_overflow(spec->strides[i], spec->shape[i] - 1, &reach) ||
        __builtin_add_overflow(*side, reach, side))
      return too_large(what);
  }
  spec->origin = (size_t)-below;
  spec->extent = (size_t)above + spec->origin;
  return true;
}

static bool parse_layout(Spec *spec, PyObject *shape, PyObject *strides, const char *what) {
  Py_ssize_t ndim = PySequence_Size(shape);
  if (ndim < 0)
    return false;
  if (ndim > NPY_MAXDIMS_LEGACY_ITERS) {
    PyErr_Format(PyExc_ValueError, "%s: %zd dimensions, at most %d are supported", what, ndim,
                 NPY_MAXDIMS_LEGACY_ITERS);
    return false;
  }
  spec->ndim = (int)ndim;
  // One entry more than needed, so that rank 0 gets an address too.
  spec->shape = PyMem_Calloc(2 * (size_t)ndim + 1, sizeof(npy_intp));
  if (!spec->shape) {
    PyErr_NoMemory();
    return false;
  }
  spec->strides = spec->shape + ndim;
  if (!read_integers(shape, ndim, spec->shape, what, "shape"))
    return false;
  if (strides == Py_None)
    return set_row_major(spec, what) && measure(spec, what);
  return read_integers(strides, ndim, spec->strides, what, "strides") &&
         scale_strides(spec, what) && measure(spec, what);
}

bool lamina_spec_parse(Spec *spec, PyObject *tuple, const char *what) {
  if (!PyTuple_Check(tuple) || PyTuple_GET_SIZE(tuple) != 3) {
    PyErr_Format(PyExc_TypeError, "%s: expected a tuple (dtype, shape, strides), got %R", what,
                 tuple);
    return false;
  }
  if (!PyArray_DescrConverter(PyTuple_GET_ITEM(tuple, 0), &spec->descr))
    return false;
  if (PyDataType_REFCHK(spec->descr) || PyDataType_ELSIZE(spec->descr) == 0) {
    PyErr_Format(PyExc_TypeError, "%s: dtype %R has no fixed-size plain elements", what,
                 spec->descr);
    return false;
  }
  spec->alignment = (size_t)PyDataType_ALIGNMENT(spec->descr);
  return parse_layout(spec, PyTuple_GET_ITEM(tuple, 1), PyTuple_GET_ITEM(tuple, 2), what);
}

bool lamina_spec_is_injective(const Spec *spec) {
  if (spec->empty)
    return true;
  // Dimensions sorted by stride must each step over all that lie below.
  int order[NPY_MAXDIMS_LEGACY_ITERS];
  int count = 0;
  for (int i = 0; i < spec->ndim; ++i) {
    if (spec->shape[i] == 1)
      continue;
    int at = count++;
    for (; at > 0 && spec->strides[order[at - 1]] > spec->strides[i]; --at)
      order[at] = order[at - 1];
    order[at] = i;
  }
  npy_intp reach = PyDataType_ELSIZE(spec->descr);
  for (int i = 0; i < count; ++i) {
    npy_intp stride = spec->strides[order[i]];
    if (stride < reach)
      return false;
    reach += stride * (spec->shape[order[i]] - 1);
  }
  return true;
}

bool lamina_spec_same_descr(const Spec *spec, PyArray_Descr *descr) {
  return PyArray_EquivTypes(spec->descr, descr);
}

bool lamina_spec_same_strides(const Spec *spec, const npy_intp *strides) {
  if (spec->empty)
    return true;
  // The stride of a dimension of size one is never used.
  for (int i = 0; i < spec->ndim; ++i)
    if (spec->shape[i] != 1 && spec->strides[i] != strides[i])
      return false;
  return true;
}

static PyObject *integers(int length, const npy_intp *values) {
  PyObject *tuple = PyTuple_New(length);
  for (int i = 0; tuple && i < length; ++i) {
    PyObject *value = PyLong_FromSsize_t(values[i]);
    if (!value)
      Py_CLEAR(tuple);
    else
      PyTuple_SET_ITEM(tuple, i, value);
  }
  return tuple;
}

/// Sets an error with two tuples of integers, expected and got.
static void explain_integers(const char *function, Py_ssize_t index, const char *field,
                             PyObject *expected, PyObject *got) {
  if (expected && got)
    PyErr_Format(PyExc_ValueError, "%s: input %zd: expected %s %R, got %R", function, index, field,
                 expected, got);
  Py_XDECREF(expected);
  Py_XDECREF(got);
}

void lamina_spec_explain(const Spec *spec, PyArrayObject *array, const char *function,
                         Py_ssize_t index) {
  PyArray_Descr *descr = PyArray_DESCR(array);
  if (!lamina_spec_same_descr(spec, descr)) {
    PyErr_Format(PyExc_TypeError, "%s: input %zd: expected dtype %S, got %S", function, index,
                 spec->descr, descr);
    return;
  }
  int ndim = PyArray_NDIM(array);
  if (ndim != spec->ndim ||
      memcmp(PyArray_SHAPE(array), spec->shape, (size_t)ndim * sizeof(npy_intp)) != 0) {
    explain_integers(function, index, "shape", integers(spec->ndim, spec->shape),
                     integers(ndim, PyArray_SHAPE(array)));
    return;
  }
  explain_integers(function, index, "strides in bytes", integers(ndim, spec->strides),
                   integers(ndim, PyArray_STRIDES(array)));
}

PyObject *lamina_spec_new_array(const Spec *spec) {
  void *block;
  PyObject *owner = lamina_buffer_new(spec->extent, &block);
  if (!owner)
    return NULL;
  Py_INCREF(spec->descr);
  PyObject *array = PyArray_NewFromDescr(&PyArray_Type, spec->descr, spec->ndim, spec->shape,
                                         spec->strides, (char *)block + spec->origin,
                                         NPY_ARRAY_WRITEABLE | NPY_ARRAY_ALIGNED, NULL);
  if (!array) {
    Py_DECREF(owner);
    return NULL;
  }
  if (PyArray_SetBaseObject((PyArrayObject *)array, owner) < 0)
    Py_CLEAR(array);
  return array;
}
