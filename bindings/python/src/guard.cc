// A type of the C API, as PolicySet and for its reason: `check` is as short.
#include "callgate/guard.h"

#include <array>
#include <chrono>
#include <memory>
#include <new>
#include <utility>

#include "border.h"
#include "c_api.h"
#include "decision.h"
#include "errors.h"
#include "limits.h"
#include "policy_set.h"
#include "topics.h"

namespace callgate::python {
namespace {

struct GuardObject {
  PyObject_HEAD std::unique_ptr<Guard> guard;
};

PyTypeObject* guard_type = nullptr;  // set once, when the module is imported

void Deallocate(PyObject* self) {
  PyTypeObject* const type = Py_TYPE(self);
  reinterpret_cast<GuardObject*>(self)->guard.~unique_ptr();
  type->tp_free(self);
  Py_DECREF(type);
}

Guard& GuardOf(py::handle object) {
  if (!PyObject_TypeCheck(object.ptr(), guard_type)) throw py::type_error("expected a Guard");
  return *reinterpret_cast<GuardObject*>(object.ptr())->guard;
}

// The wall clock is read here: asking Python for it would take as long as the decision.
Time NowFrom(PyObject* now) {
  if (now == nullptr || now == Py_None) {
    return std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
  }
  const py::object milliseconds = py::module_::import("callgate._time").attr("milliseconds");
  return TimeFrom(milliseconds(py::handle(now)).cast<long long>());
}

constexpr Parameters<5> kCheck = {{"subject", "context", "tool", "arguments", "now"},
                                  4,
                                  "check() takes subject, context, tool, arguments and, by name, "
                                  "now",
                                  "check"};

PyObject* Check(PyObject* self, PyObject* const* values, Py_ssize_t positional,
                PyObject* names) noexcept {
  std::array<PyObject*, 5> bound{};
  if (!Bind(kCheck, values, positional, names, bound)) return nullptr;
  return Guarded([&] {
    Guard& guard = *reinterpret_cast<GuardObject*>(self)->guard;
    const Input subject(bound[0], "subject", Accept::kText);
    const Input context(bound[1], "context", Accept::kText);
    const Input tool(bound[2], "tool", Accept::kText);
    const JsonInput arguments(bound[3], "arguments");
    const Time now = NowFrom(bound[4]);
    return Wrap(WithoutGilWhenLarge(arguments.view().size(), [&] {
      return guard.Check(subject.view(), context.view(), tool.view(), arguments.view(), now);
    }));
  });
}

PyMethodDef methods[] = {
    {"check", reinterpret_cast<PyCFunction>(Slot(Check)), METH_FASTCALL | METH_KEYWORDS,
     "check($self, subject, context, tool, arguments, *, now=None)\n--\n\n"
     "Decides one call of ``subject`` under ``context``, and charges it if it is allowed.\n\n"
     "``arguments`` is a mapping or, faster, JSON text; ``now`` is seconds since 1970, an aware\n"
     "datetime, or None for the wall clock. Denies as ``PolicySet.evaluate``, and with\n"
     "``RATE_LIMIT_EXCEEDED`` (``retry_after`` says when there is room), ``LEDGER_FULL`` where\n"
     "the table of rates is full, ``CLOCK_STEPPED`` where no limit has room while ``now`` is\n"
     "behind the latest that was seen, and ``INVALID_ARGUMENT`` for a subject that is not 1 to\n"
     "256 bytes of UTF-8 without control characters. The ``capability`` of what is allowed is\n"
     "the one that was charged."},
    {nullptr, nullptr, 0, nullptr},
};

py::object Create(py::handle type, py::handle policy, py::handle limits) {
  auto guard = std::make_unique<Guard>(PolicySetOf(policy), LimitsFrom(limits));
  auto* const allocated = reinterpret_cast<PyTypeObject*>(type.ptr());
  auto object = py::reinterpret_steal<py::object>(allocated->tp_alloc(allocated, 0));
  if (!object) throw py::error_already_set();
  new (&reinterpret_cast<GuardObject*>(object.ptr())->guard) std::unique_ptr(std::move(guard));
  return object;
}

void SetPolicy(py::handle guard, py::handle policy) {
  GuardOf(guard).SetPolicy(PolicySetOf(policy));
}

py::object PolicyOf(py::handle guard, py::handle type) {
  return Wrap(GuardOf(guard).policy(), type);
}

void ResetClock(py::handle guard, long long now) {
  Take(Raises::kCallgate, GuardOf(guard).ResetClock(TimeFrom(now)));
}

}  // namespace

void RegisterGuard(py::module_& module) {
  PyType_Slot slots[] = {
      {Py_tp_dealloc, Slot(Deallocate)},
      {Py_tp_methods, methods},
      {Py_tp_doc, const_cast<char*>("The base of callgate.Guard.")},
      {0, nullptr},
  };
  PyType_Spec spec = {"callgate._native.Guard", sizeof(GuardObject), 0,
                      Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE | Py_TPFLAGS_DISALLOW_INSTANTIATION,
                      slots};
  guard_type = AddType(module, spec, "Guard");
  module.def("create_guard", &Create, py::arg("type"), py::arg("policy"), py::arg("limits"));
  module.def("guard_set_policy", &SetPolicy, py::arg("guard"), py::arg("policy"));
  module.def("guard_policy", &PolicyOf, py::arg("guard"), py::arg("type"));
  module.def("guard_reset_clock", &ResetClock, py::arg("guard"), py::arg("now"));
}

}  // namespace callgate::python
