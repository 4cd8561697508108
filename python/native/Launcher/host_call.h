/// Custom operators called from compiled code.
#ifndef LAMINA_LAUNCHER_HOST_CALL_H
#define LAMINA_LAUNCHER_HOST_CALL_H

#include <Python.h>

#include <stdbool.h>

/// The module functions `set_host_calls(resolve)` and `host_call_address()`.
PyObject *lamina_set_host_calls(PyObject *module, PyObject *resolve);
PyObject *lamina_host_call_address(PyObject *module, PyObject *unused);

/// Whether an operator that this thread called kept an array over memory of the running call;
/// asking forgets it. Whoever called the compiled code must then never release that memory.
bool lamina_take_kept_memory(void);

#endif // LAMINA_LAUNCHER_HOST_CALL_H
