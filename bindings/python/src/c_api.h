// For the few types that are written against the C API, because they are used at every call.
#ifndef CALLGATE_BINDINGS_PYTHON_C_API_H_
#define CALLGATE_BINDINGS_PYTHON_C_API_H_

#include <pybind11/pybind11.h>

#include <array>
#include <cstddef>
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

// The parameters of a function that is called with METH_FASTCALL | METH_KEYWORDS.
template <std::size_t N>
struct Parameters {
  std::array<const char*, N> names;
  std::size_t required;     // that many, the first; the others are by name only
  const char* expectation;  // "evaluate() takes context, tool and arguments"
  const char* function;     // "evaluate"
};

// Values by position and by name, null where an optional one is not given; false, with a TypeError
// that shows no value, where they do not fit.
template <std::size_t N>
bool Bind(const Parameters<N>& parameters, PyObject* const* values, Py_ssize_t by_position,
          PyObject* names, std::array<PyObject*, N>& bound) {
  const auto positional = static_cast<std::size_t>(by_position);
  const std::size_t named =
      names == nullptr ? 0 : static_cast<std::size_t>(PyTuple_GET_SIZE(names));
  bool fits = positional <= parameters.required && positional + named >= parameters.required;
  for (std::size_t i = 0; fits && i < positional; ++i) bound[i] = values[i];
  for (std::size_t i = 0; fits && i < named; ++i) {
    PyObject* const name = PyTuple_GET_ITEM(names, static_cast<Py_ssize_t>(i));
    std::size_t at = positional;
    while (at < N && PyUnicode_CompareWithASCIIString(name, parameters.names[at]) != 0) ++at;
    if (at == N || bound[at] != nullptr) {
      PyErr_Format(PyExc_TypeError, "%s() got an unexpected keyword argument '%.100U'",
                   parameters.function, name);
      return false;
    }
    bound[at] = values[positional + i];
  }
  for (std::size_t i = 0; fits && i < parameters.required; ++i) fits = bound[i] != nullptr;
  if (!fits) PyErr_SetString(PyExc_TypeError, parameters.expectation);
  return fits;
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
