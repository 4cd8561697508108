/// The call fast path: from NumPy arrays to a compiled function's packed entry.
///
/// A Launcher knows the exact dtype, shape and strides of every argument, so a
/// call is a comparison per input, an allocation per output and one indirect
/// call without the GIL. It knows nothing of MLIR and is the only part of lamina
/// that is compiled for each Python version.
#define PY_SSIZE_T_CLEAN
#include <Python.h>

#define LAMINA_LAUNCHER_IMPORTS_NUMPY
#include "spec.h"

#include "host_call.h"
#include "memory.h"
#include "overlap.h"

#include <stddef.h>
#include <structmember.h>

typedef void (*PackedEntry)(void **arguments);

typedef struct {
  Spec spec;
  /// The compiled function writes this input in place.
  bool written;
} Input;

typedef struct {
  PyObject_HEAD vectorcallfunc vectorcall;
  PackedEntry entry;
  PyObject *name;
  const char *name_utf8;
  PyObject *keepalive;
  Py_ssize_t input_count;
  Input *inputs;
  Py_ssize_t output_count;
  Spec *outputs;
  size_t workspace;
  /// Some input is written.
  bool writes;
  bool check;
} Launcher;

//===- A call ---------------------------------------------------------------===//

static bool check_arity(Launcher *self, Py_ssize_t count, PyObject *keywords) {
  if (keywords && PyTuple_GET_SIZE(keywords) != 0) {
    PyErr_Format(PyExc_TypeError, "%s: takes no keyword arguments", self->name_utf8);
    return false;
  }
  if (count == self->input_count)
    return true;
  PyErr_Format(PyExc_TypeError, "%s: expected %zd inputs, got %zd", self->name_utf8,
               self->input_count, count);
  return false;
}

static bool check_input(Launcher *self, Py_ssize_t index, PyObject *object) {
  const Input *input = &self->inputs[index];
  if (!PyArray_Check(object)) {
    PyErr_Format(PyExc_TypeError, "%s: input %zd: expected a NumPy array, got %s", self->name_utf8,
                 index, Py_TYPE(object)->tp_name);
    return false;
  }
  PyArrayObject *array = (PyArrayObject *)object;
  if (self->check && !lamina_spec_matches(&input->spec, array)) {
    lamina_spec_explain(&input->spec, array, self->name_utf8, index);
    return false;
  }
  if (input->written && !PyArray_ISWRITEABLE(array)) {
    PyErr_Format(PyExc_ValueError, "%s: input %zd is written, but the array is read-only",
                 self->name_utf8, index);
    return false;
  }
  return true;
}

/// Gives compiled code an aligned copy of an input whose elements are not; the
/// dictionary `*staged` keeps it under the input's index.
static void *stage(Launcher *self, Py_ssize_t index, PyObject *array, PyObject **staged) {
  if (!*staged && !(*staged = PyDict_New()))
    return NULL;
  PyObject *copy = lamina_spec_new_array(&self->inputs[index].spec);
  PyObject *key = PyLong_FromSsize_t(index);
  bool ok = copy && key && PyArray_CopyInto((PyArrayObject *)copy, (PyArrayObject *)array) == 0 &&
            PyDict_SetItem(*staged, key, copy) == 0;
  void *data = ok ? PyArray_DATA((PyArrayObject *)copy) : NULL;
  Py_XDECREF(key);
  Py_XDECREF(copy);
  return data;
}

/// Copies what the call wrote into staged inputs back to where it belongs.
static bool unstage(Launcher *self, PyObject *const *inputs, PyObject *staged) {
  Py_ssize_t position = 0;
  PyObject *key, *copy;
  while (PyDict_Next(staged, &position, &key, &copy)) {
    Py_ssize_t index = PyLong_AsSsize_t(key);
    if (self->inputs[index].written &&
        PyArray_CopyInto((PyArrayObject *)inputs[index], (PyArrayObject *)copy) < 0)
      return false;
  }
  return true;
}

static bool bind_inputs(Launcher *self, PyObject *const *inputs, void **arguments,
                        PyObject **staged) {
  for (Py_ssize_t i = 0; i < self->input_count; ++i) {
    if (!check_input(self, i, inputs[i]))
      return false;
    arguments[i] = PyArray_DATA((PyArrayObject *)inputs[i]);
    if ((uintptr_t)arguments[i] % self->inputs[i].spec.alignment == 0)
      continue;
    arguments[i] = stage(self, i, inputs[i], staged);
    if (!arguments[i])
      return false;
  }
  return true;
}

/// Refuses arrays that share memory with one that the call writes.
static bool check_overlap(Launcher *self, PyObject *const *inputs) {
  Range ranges[self->input_count + 1];
  Py_ssize_t count = 0;
  for (Py_ssize_t i = 0; i < self->input_count; ++i) {
    const Spec *spec = &self->inputs[i].spec;
    if (spec->empty)
      continue;
    uintptr_t begin = (uintptr_t)PyArray_DATA((PyArrayObject *)inputs[i]) - spec->origin;
    ranges[count++] = (Range){begin, begin + spec->extent, i, self->inputs[i].written};
  }
  Py_ssize_t first, second;
  int found = lamina_find_overlap(ranges, count, inputs, &first, &second);
  if (found > 0)
    PyErr_Format(PyExc_ValueError, "%s: inputs %zd and %zd share memory, and the call writes it",
                 self->name_utf8, Py_MIN(first, second), Py_MAX(first, second));
  return found == 0;
}

/// Allocates the outputs; returns them as a list.
static PyObject *bind_outputs(Launcher *self, void **arguments) {
  PyObject *results = PyList_New(self->output_count);
  if (!results)
    return NULL;
  for (Py_ssize_t i = 0; i < self->output_count; ++i) {
    PyObject *array = lamina_spec_new_array(&self->outputs[i]);
    if (!array) {
      Py_DECREF(results);
      return NULL;
    }
    arguments[self->input_count + i] = PyArray_DATA((PyArrayObject *)array);
    PyList_SET_ITEM(results, i, array);
  }
  return results;
}

/// Keeps what an operator of the host still looks at for ever.
static void leak(Launcher *self, PyObject *const *inputs, PyObject *staged, PyObject *results) {
  for (Py_ssize_t i = 0; i < self->input_count; ++i)
    Py_INCREF(inputs[i]);
  Py_XINCREF(staged);
  Py_INCREF(results);
}

/// Runs the compiled function on bound arguments. False, with an exception set, if there is no
/// memory for its workspace or if an operator of the host raised; `*kept` says whether the memory
/// of the call must stay.
static bool run(Launcher *self, void **arguments, bool *kept) {
  void **workspace = &arguments[self->input_count + self->output_count];
  if (self->workspace) {
    *workspace = lamina_block_acquire(self->workspace);
    if (!*workspace)
      return false;
  }
  PyThreadState *thread = PyEval_SaveThread();
  self->entry(arguments);
  PyEval_RestoreThread(thread);
  *kept = lamina_take_kept_memory();
  if (self->workspace && !*kept)
    lamina_block_release(*workspace, self->workspace);
  return !PyErr_Occurred();
}

static PyObject *call_with(Launcher *self, PyObject *const *inputs, PyObject **staged) {
  void *arguments[self->input_count + self->output_count + 1];
  if (!bind_inputs(self, inputs, arguments, staged))
    return NULL;
  if (self->writes && self->check && !check_overlap(self, inputs))
    return NULL;
  PyObject *results = bind_outputs(self, arguments);
  if (!results)
    return NULL;
  bool kept = false;
  if (run(self, arguments, &kept) && (!*staged || unstage(self, inputs, *staged)))
    return results;
  if (kept)
    leak(self, inputs, *staged, results);
  Py_DECREF(results);
  return NULL;
}

static PyObject *launcher_call(PyObject *object, PyObject *const *inputs, size_t flags,
                               PyObject *keywords) {
  Launcher *self = (Launcher *)object;
  if (!check_arity(self, PyVectorcall_NARGS(flags), keywords))
    return NULL;
  if (!self->entry) {
    PyErr_Format(PyExc_RuntimeError, "%s: the code was unloaded", self->name_utf8);
    return NULL;
  }
  PyObject *staged = NULL;
  PyObject *results = call_with(self, inputs, &staged);
  Py_XDECREF(staged);
  return results;
}

//===- Construction ---------------------------------------------------------===//

static bool parse_inputs(Launcher *self, PyObject *sequence) {
  PyObject *fast = PySequence_Fast(sequence, "inputs must be a sequence");
  if (!fast)
    return false;
  Py_ssize_t count = PySequence_Fast_GET_SIZE(fast);
  bool ok = (self->inputs = PyMem_Calloc((size_t)count + 1, sizeof(Input)));
  if (!ok)
    PyErr_NoMemory();
  for (Py_ssize_t i = 0; ok && i < count; ++i) {
    char what[32];
    PyOS_snprintf(what, sizeof what, "inputs[%zd]", i);
    self->input_count = i + 1;
    ok = lamina_spec_parse(&self->inputs[i].spec, PySequence_Fast_GET_ITEM(fast, i), what);
  }
  Py_DECREF(fast);
  return ok;
}

static bool parse_outputs(Launcher *self, PyObject *sequence) {
  PyObject *fast = PySequence_Fast(sequence, "outputs must be a sequence");
  if (!fast)
    return false;
  Py_ssize_t count = PySequence_Fast_GET_SIZE(fast);
  bool ok = (self->outputs = PyMem_Calloc((size_t)count + 1, sizeof(Spec)));
  if (!ok)
    PyErr_NoMemory();
  for (Py_ssize_t i = 0; ok && i < count; ++i) {
    char what[32];
    PyOS_snprintf(what, sizeof what, "outputs[%zd]", i);
    self->output_count = i + 1;
    ok = lamina_spec_parse(&self->outputs[i], PySequence_Fast_GET_ITEM(fast, i), what);
    if (ok && !lamina_spec_is_injective(&self->outputs[i])) {
      PyErr_Format(PyExc_ValueError, "%s: strides must be positive and keep elements apart", what);
      ok = false;
    }
  }
  Py_DECREF(fast);
  return ok;
}

static bool mark_written(Launcher *self, PyObject *item) {
  Py_ssize_t index = PyNumber_AsSsize_t(item, PyExc_OverflowError);
  if (index == -1 && PyErr_Occurred())
    return false;
  if (index < 0 || index >= self->input_count) {
    PyErr_Format(PyExc_ValueError, "written: there is no input %zd", index);
    return false;
  }
  if (!lamina_spec_is_injective(&self->inputs[index].spec)) {
    PyErr_Format(PyExc_ValueError, "written: elements of input %zd share memory or lie backwards",
                 index);
    return false;
  }
  self->inputs[index].written = true;
  self->writes = true;
  return true;
}

static bool parse_written(Launcher *self, PyObject *sequence) {
  if (!sequence)
    return true;
  PyObject *fast = PySequence_Fast(sequence, "written must be a sequence");
  if (!fast)
    return false;
  bool ok = true;
  for (Py_ssize_t i = 0; ok && i < PySequence_Fast_GET_SIZE(fast); ++i)
    ok = mark_written(self, PySequence_Fast_GET_ITEM(fast, i));
  Py_DECREF(fast);
  return ok;
}

static bool launcher_set_up(Launcher *self, unsigned long long address, PyObject *inputs,
                            PyObject *outputs, Py_ssize_t workspace, PyObject *written) {
  if (address == 0) {
    PyErr_SetString(PyExc_ValueError, "the address of a launcher must not be 0");
    return false;
  }
  if (workspace < 0) {
    PyErr_SetString(PyExc_ValueError, "negative workspace size");
    return false;
  }
  self->vectorcall = launcher_call;
  self->entry = (PackedEntry)(uintptr_t)address;
  self->workspace = (size_t)workspace;
  self->name_utf8 = PyUnicode_AsUTF8(self->name);
  return self->name_utf8 && parse_inputs(self, inputs) && parse_outputs(self, outputs) &&
         parse_written(self, written);
}

static PyObject *launcher_new(PyTypeObject *type, PyObject *args, PyObject *kwargs) {
  static char *names[] = {"address", "inputs", "outputs",   "workspace", "written",
                          "name",    "check",  "keepalive", NULL};
  unsigned long long address;
  PyObject *inputs, *outputs, *written = NULL, *name = NULL, *keepalive = Py_None;
  Py_ssize_t workspace = 0;
  int check = 1;
  if (!PyArg_ParseTupleAndKeywords(args, kwargs, "KOO|n$OUpO", names, &address, &inputs, &outputs,
                                   &workspace, &written, &name, &check, &keepalive))
    return NULL;
  Launcher *self = (Launcher *)type->tp_alloc(type, 0);
  if (!self)
    return NULL;
  Py_INCREF(keepalive);
  self->keepalive = keepalive;
  self->check = check;
  Py_XINCREF(name);
  self->name = name ? name : PyUnicode_FromString("kernel");
  if (!self->name || !launcher_set_up(self, address, inputs, outputs, workspace, written))
    Py_CLEAR(self);
  return (PyObject *)self;
}

static int launcher_traverse(PyObject *object, visitproc visit, void *arg) {
  Launcher *self = (Launcher *)object;
  Py_VISIT(self->keepalive);
  return 0;
}

static int launcher_clear(PyObject *object) {
  Launcher *self = (Launcher *)object;
  // What else is in the cycle may still call this, but the code may be gone.
  self->entry = NULL;
  Py_CLEAR(self->keepalive);
  return 0;
}

static void launcher_dealloc(PyObject *object) {
  Launcher *self = (Launcher *)object;
  PyObject_GC_UnTrack(object);
  for (Py_ssize_t i = 0; i < self->input_count; ++i)
    lamina_spec_clear(&self->inputs[i].spec);
  for (Py_ssize_t i = 0; i < self->output_count; ++i)
    lamina_spec_clear(&self->outputs[i]);
  PyMem_Free(self->inputs);
  PyMem_Free(self->outputs);
  Py_CLEAR(self->name);
  Py_CLEAR(self->keepalive);
  Py_TYPE(object)->tp_free(object);
}

static PyObject *launcher_repr(PyObject *object) {
  Launcher *self = (Launcher *)object;
  return PyUnicode_FromFormat("<Launcher %U: %zd inputs, %zd outputs>", self->name,
                              self->input_count, self->output_count);
}

PyDoc_STRVAR(launcher_doc,
             "Launcher(address, inputs, outputs, workspace=0, *, written=(),\n"
             "         name='kernel', check=True, keepalive=None)\n"
             "\n"
             "Calls the packed entry `void(void **)` at `address` with NumPy arrays.\n"
             "\n"
             "inputs     a tuple (dtype, shape, strides) for each array of a call\n"
             "outputs    the same for each result; allocated by the call\n"
             "workspace  bytes of scratch memory, passed last if not 0\n"
             "written    positions of the inputs that the function writes in place\n"
             "check      False trusts the caller on dtype, shape, strides and overlap\n"
             "keepalive  an object that owns the code\n"
             "\n"
             "Strides count elements; None means row-major. A call takes the input arrays\n"
             "and returns the list of outputs, 64-byte aligned. Arrays whose data is\n"
             "not aligned to their elements are copied in, and out again if written. The\n"
             "GIL is released meanwhile; calls may overlap.\n"
             "\n"
             "A call raises TypeError for a wrong number of inputs, a wrong dtype or an\n"
             "input that is no array, and ValueError for a wrong shape or strides, for a\n"
             "read-only array that would be written, and for one that shares memory with\n"
             "another input.");

static PyMemberDef launcher_members[] = {
    {"name", T_OBJECT, offsetof(Launcher, name), READONLY, NULL},
    {"workspace", T_PYSSIZET, offsetof(Launcher, workspace), READONLY,
     "Bytes of scratch memory per running call."},
    {NULL},
};

static PyTypeObject launcher_type = {
    PyVarObject_HEAD_INIT(NULL, 0).tp_name = "lamina._native.launcher.Launcher",
    .tp_doc = launcher_doc,
    .tp_basicsize = sizeof(Launcher),
    .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC | Py_TPFLAGS_HAVE_VECTORCALL |
                Py_TPFLAGS_IMMUTABLETYPE,
    .tp_new = launcher_new,
    .tp_dealloc = launcher_dealloc,
    .tp_traverse = launcher_traverse,
    .tp_clear = launcher_clear,
    .tp_repr = launcher_repr,
    .tp_members = launcher_members,
    .tp_call = PyVectorcall_Call,
    .tp_vectorcall_offset = offsetof(Launcher, vectorcall),
};

//===- Module ---------------------------------------------------------------===//

static PyObject *pool_bytes(PyObject *module, PyObject *unused) {
  return PyLong_FromSize_t(lamina_pool_bytes());
}

static PyObject *pool_trim(PyObject *module, PyObject *unused) {
  lamina_pool_trim();
  Py_RETURN_NONE;
}

static PyObject *pool_set_limit(PyObject *module, PyObject *bytes) {
  if (bytes == Py_None) {
    lamina_pool_choose_limit();
    Py_RETURN_NONE;
  }
  size_t limit = PyLong_AsSize_t(bytes);
  if (limit == (size_t)-1 && PyErr_Occurred())
    return NULL;
  lamina_pool_set_limit(limit);
  Py_RETURN_NONE;
}

static PyMethodDef module_methods[] = {
    {"pool_bytes", pool_bytes, METH_NOARGS,
     "Bytes of released outputs and workspaces kept for reuse."},
    {"pool_trim", pool_trim, METH_NOARGS, "Return all memory kept for reuse to the system."},
    {"pool_set_limit", pool_set_limit, METH_O,
     "Set how many bytes may be kept for reuse; 0 keeps none. None: what was once in use at most."},
    {"set_host_calls", lamina_set_host_calls, METH_O,
     "Set what gives the callable for a custom operator that compiled code describes."},
    {"host_call_address", lamina_host_call_address, METH_NOARGS,
     "The address of the function that compiled code calls for custom operators."},
    {NULL},
};

static PyModuleDef module_def = {
    PyModuleDef_HEAD_INIT,
    .m_name = "lamina._native.launcher",
    .m_doc = "Calls compiled functions on NumPy arrays.",
    .m_size = -1,
    .m_methods = module_methods,
};

PyMODINIT_FUNC PyInit_launcher(void) {
  import_array();
  if (!lamina_buffer_type_ready() || PyType_Ready(&launcher_type) < 0)
    return NULL;
  PyObject *module = PyModule_Create(&module_def);
  if (!module)
    return NULL;
  Py_INCREF(&launcher_type);
  if (PyModule_AddObject(module, "Launcher", (PyObject *)&launcher_type) == 0)
    return module;
  Py_DECREF(&launcher_type);
  Py_DECREF(module);
  return NULL;
}
