// A type of the C API, because `evaluate` is the shortest call there is: pybind11's dispatch would
// take as long as the decision.
#include "policy_set.h"

#include <array>
#include <new>
#include <utility>

#include "c_api.h"
#include "decision.h"
#include "topics.h"

namespace callgate::python {
namespace {

struct PolicySetObject {
  PyObject_HEAD PolicySet policy;
};

PyTypeObject* policy_set_type = nullptr;  // set once, when the module is imported

void Deallocate(PyObject* self) {
  PyTypeObject* const type = Py_TYPE(self);
  reinterpret_cast<PolicySetObject*>(self)->policy.~PolicySet();
  type->tp_free(self);
  Py_DECREF(type);
}

constexpr Parameters<3> kEvaluate = {{"context", "tool", "arguments"},
                                     3,
                                     "evaluate() takes context, tool and arguments",
                                     "evaluate"};

PyObject* Evaluate(PyObject* self, PyObject* const* values, Py_ssize_t positional,
                   PyObject* names) noexcept {
  std::array<PyObject*, 3> bound{};
  if (!Bind(kEvaluate, values, positional, names, bound)) return nullptr;
  return Guarded([&] {
    const PolicySet& policy = reinterpret_cast<PolicySetObject*>(self)->policy;
    const Input context(bound[0], "context", Accept::kText);
    const Input tool(bound[1], "tool", Accept::kText);
    const JsonInput arguments(bound[2], "arguments");
    return Wrap(WithoutGilWhenLarge(arguments.view().size(), [&] {
      return policy.Evaluate(context.view(), tool.view(), arguments.view());
    }));
  });
}

PyMethodDef methods[] = {
    {"evaluate", reinterpret_cast<PyCFunction>(Slot(Evaluate)), METH_FASTCALL | METH_KEYWORDS,
     "evaluate($self, context, tool, arguments)\n--\n\n"
     "Decides one call. Pure: no rate is charged.\n\n"
     "``arguments`` is a mapping or, faster, JSON text. An unknown context denies with\n"
     "``SCOPE_NOT_FOUND``; a malformed tool name or arguments deny with ``INVALID_ENVELOPE``."},
    {nullptr, nullptr, 0, nullptr},
};

}  // namespace

py::object Wrap(PolicySet policy, py::handle type) {
  auto* const allocated = reinterpret_cast<PyTypeObject*>(type.ptr());
  auto object = py::reinterpret_steal<py::object>(allocated->tp_alloc(allocated, 0));
  if (!object) throw py::error_already_set();
  new (&reinterpret_cast<PolicySetObject*>(object.ptr())->policy) PolicySet(std::move(policy));
  return object;
}

py::handle PolicySetType() { return reinterpret_cast<PyObject*>(policy_set_type); }

const PolicySet& PolicySetOf(py::handle object) {
  if (!PyObject_TypeCheck(object.ptr(), policy_set_type)) {
    throw py::type_error("expected a PolicySet");
  }
  return reinterpret_cast<PolicySetObject*>(object.ptr())->policy;
}

void RegisterPolicySet(py::module_& module) {
  PyType_Slot slots[] = {
      {Py_tp_dealloc, Slot(Deallocate)},
      {Py_tp_methods, methods},
      {Py_tp_doc, const_cast<char*>("The base of callgate.PolicySet.")},
      {0, nullptr},
  };
  PyType_Spec spec = {"callgate._native.PolicySet", sizeof(PolicySetObject), 0,
                      Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE | Py_TPFLAGS_DISALLOW_INSTANTIATION,
                      slots};
  policy_set_type = AddType(module, spec, "PolicySet");
}

}  // namespace callgate::python
