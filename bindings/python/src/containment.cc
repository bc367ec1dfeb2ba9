// Whether one context is within another, and the call that shows that it is not.
#include <string>

#include "border.h"
#include "callgate/policy.h"
#include "errors.h"
#include "policy_set.h"
#include "topics.h"

namespace callgate::python {
namespace {

Containment Contains(py::handle policy, py::handle parent, py::handle child) {
  const PolicySet& of = PolicySetOf(policy);
  const Input outer(parent, "parent", Accept::kText);
  const Input inner(child, "child", Accept::kText);
  return Take(Raises::kPolicy, WithoutGil([&] { return of.Contains(outer.view(), inner.view()); }));
}

std::string ReprContainment(const Containment& containment) {
  if (containment.contained) return "<Containment: contained>";
  return "<Containment: not contained, " + containment.reason + ">";
}

}  // namespace

void RegisterContainment(py::module_& module) {
  py::class_<Witness>(module, "Witness", py::is_final(),
                      "A call that shows a difference between two contexts.")
      .def_readonly("tool", &Witness::tool)
      .def_property_readonly("arguments",
                             [](const Witness& witness) { return Bytes(witness.arguments); })
      .def("__repr__", [](const Witness& witness) { return "<Witness " + witness.tool + ">"; });

  py::class_<Containment>(module, "Containment", py::is_final(),
                          "Whether every call that a child allows, its parent allows too.")
      .def_readonly("contained", &Containment::contained)
      .def_readonly("witness", &Containment::witness)
      .def_readonly("reason", &Containment::reason)
      .def("__bool__", [](const Containment& containment) { return containment.contained; })
      .def("__repr__", &ReprContainment);
  module.def("policy_contains", &Contains, py::arg("policy"), py::arg("parent"), py::arg("child"));
}

}  // namespace callgate::python
