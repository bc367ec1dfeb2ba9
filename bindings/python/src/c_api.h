// For the few types that are written against the C API, because they are used at every call.
#ifndef CALLGATE_BINDINGS_PYTHON_C_API_H_
#define CALLGATE_BINDINGS_PYTHON_C_API_H_

#include <pybind11/pybind11.h>

#include <new>

namespace callgate::python {

// Runs `work` and hands its exception, if it throws, to Python.
template <typename Work>
PyObject* Guarded(Work&& work) noexcept {
  try {
    return work().release().ptr();
  } catch (pybind11::error_already_set& error) {
    error.restore();
  } catch (const std::bad_alloc&) {
    PyErr_NoMemory();
  }
  return nullptr;
}

template <typename Function>
void* Slot(Function* function) {
  return reinterpret_cast<void*>(function);
}

// The new type stays for good: objects of it may outlive the module.
inline PyTypeObject* AddType(pybind11::module_& module, PyType_Spec& spec, const char* name) {
  PyObject* const type = PyType_FromSpec(&spec);
  if (type == nullptr) throw pybind11::error_already_set();
  module.add_object(name, type);
  return reinterpret_cast<PyTypeObject*>(type);
}

}  // namespace callgate::python

#endif  // CALLGATE_BINDINGS_PYTHON_C_API_H_
