/// Custom operators called from compiled code: arrays over its memory, and the way back of errors.
///
/// An exception stays set in the thread; compiled code returns at once, and so does the launcher.
#include "spec.h"

#include "host_call.h"

#include "python/native/lamina-c/HostCall.h"

/// Gives a `HostCall` for the description of a call; see lamina.backends.host_calls.
static PyObject *resolver;

static _Thread_local bool kept_memory;

/// The head of a memref descriptor; the sizes and strides follow.
typedef struct {
  char *allocated;
  char *aligned;
  int64_t offset;
  int64_t extents[];
} Descriptor;

static PyObject *wrap_memory(const LaminaHostArray *array, PyArray_Descr *descr, bool writable) {
  const Descriptor *descriptor = array->descriptor;
  npy_intp shape[NPY_MAXDIMS], strides[NPY_MAXDIMS];
  npy_intp item = PyDataType_ELSIZE(descr);
  if (array->rank > NPY_MAXDIMS) {
    PyErr_Format(PyExc_ValueError, "an array of %lld dimensions", (long long)array->rank);
    return NULL;
  }
  for (int64_t i = 0; i < array->rank; ++i) {
    shape[i] = descriptor->extents[i];
    strides[i] = descriptor->extents[array->rank + i] * item;
  }
  Py_INCREF(descr);
  return PyArray_NewFromDescr(&PyArray_Type, descr, (int)array->rank, shape, strides,
                              descriptor->aligned + descriptor->offset * item,
                              writable ? NPY_ARRAY_WRITEABLE : 0, NULL);
}

/// The arrays of a call as a tuple. `call` says their dtypes and how many are read only.
static PyObject *wrap_all(PyObject *call, int64_t count, const LaminaHostArray *arrays) {
  PyObject *dtypes = PyObject_GetAttrString(call, "dtypes");
  PyObject *inputs = dtypes ? PyObject_GetAttrString(call, "inputs") : NULL;
  Py_ssize_t read_only = inputs ? PyLong_AsSsize_t(inputs) : -1;
  PyObject *wrapped = NULL;
  if (read_only >= 0 && (!PyTuple_Check(dtypes) || PyTuple_GET_SIZE(dtypes) != count))
    PyErr_SetString(PyExc_SystemError, "a host call with a wrong number of dtypes");
  else if (read_only >= 0)
    wrapped = PyTuple_New(count);
  for (Py_ssize_t i = 0; wrapped && i < count; ++i) {
    PyObject *descr = PyTuple_GET_ITEM(dtypes, i);
    PyObject *array = wrap_memory(&arrays[i], (PyArray_Descr *)descr, i >= read_only);
    if (array)
      PyTuple_SET_ITEM(wrapped, i, array);
    else
      Py_CLEAR(wrapped);
  }
  Py_XDECREF(inputs);
  Py_XDECREF(dtypes);
  return wrapped;
}

/// Whether anything but `arrays` itself refers to one of them. Views of an array do.
static bool is_kept(PyObject *arrays) {
  for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(arrays); ++i)
    if (Py_REFCNT(PyTuple_GET_ITEM(arrays, i)) > 1)
      return true;
  return false;
}

/// Garbage in a cycle is no reason to complain.
static bool is_kept_for_good(PyObject *arrays) {
  if (!is_kept(arrays))
    return false;
  PyObject *type, *value, *trace;
  PyErr_Fetch(&type, &value, &trace);
  PyGC_Collect();
  PyErr_Restore(type, value, trace);
  return is_kept(arrays);
}

static bool run(const char *description, int64_t count, const LaminaHostArray *arrays) {
  PyObject *text = PyBytes_FromString(description);
  PyObject *call = text ? PyObject_CallOneArg(resolver, text) : NULL;
  Py_XDECREF(text);
  PyObject *wrapped = call ? wrap_all(call, count, arrays) : NULL;
  PyObject *result = wrapped ? PyObject_CallObject(call, wrapped) : NULL;
  bool ok = result != NULL;
  Py_XDECREF(result);
  if (wrapped && is_kept_for_good(wrapped)) {
    kept_memory = true;
    if (ok)
      Py_XDECREF(PyObject_CallMethod(call, "refuse_kept", NULL));
    ok = false;
  }
  Py_XDECREF(wrapped);
  Py_XDECREF(call);
  return ok;
}

static bool call_host(const char *description, int64_t count, const LaminaHostArray *arrays) {
  PyGILState_STATE state = PyGILState_Ensure();
  bool ok = run(description, count, arrays);
  PyGILState_Release(state);
  return ok;
}

bool lamina_take_kept_memory(void) {
  bool kept = kept_memory;
  kept_memory = false;
  return kept;
}

PyObject *lamina_set_host_calls(PyObject *module, PyObject *resolve) {
  Py_INCREF(resolve);
  Py_XSETREF(resolver, resolve);
  Py_RETURN_NONE;
}

PyObject *lamina_host_call_address(PyObject *module, PyObject *unused) {
  return PyLong_FromVoidPtr((void *)(uintptr_t)call_host);
}
