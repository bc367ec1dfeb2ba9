// What callgate.PolicySet does apart from evaluate.
#include "callgate/policy.h"

#include <string>
#include <vector>

#include "border.h"
#include "errors.h"
#include "limits.h"
#include "policy_set.h"
#include "topics.h"

namespace callgate::python {
namespace {

// REQUIRES: `type` is a subclass of _native.PolicySet. callgate/_policy.py passes its own.
py::object Parse(py::handle type, py::handle text, py::handle filename, py::handle limits) {
  const Input document(text, "text");
  const Input name(filename, "filename", Accept::kText);
  const Limits bounds = LimitsFrom(limits);
  return Wrap(Take(Raises::kPolicy, WithoutGil([&] {
                     return PolicySet::Parse(document.view(), name.view(), bounds);
                   })),
              type);
}

py::object Load(py::handle type, py::handle path, py::handle limits) {
  const std::string name(Input(path, "path", Accept::kBytes).view());
  const Limits bounds = LimitsFrom(limits);
  return Wrap(Take(Raises::kPolicy, WithoutGil([&] { return PolicySet::Load(name, bounds); })),
              type);
}

// Each fault as (where, line, column, rule, found, message).
py::list ListOf(const std::vector<LoadFault>& faults) {
  py::list list;
  for (const LoadFault& fault : faults) {
    list.append(py::make_tuple(fault.where, fault.line, fault.column, fault.rule, fault.found,
                               fault.message));
  }
  return list;
}

py::list Check(py::handle text, py::handle filename, py::handle limits) {
  const Input document(text, "text");
  const Input name(filename, "filename", Accept::kText);
  const Limits bounds = LimitsFrom(limits);
  return ListOf(WithoutGil([&] { return PolicySet::Check(document.view(), name.view(), bounds); }));
}

py::list CheckFiles(py::handle path, py::handle limits) {
  const std::string name(Input(path, "path", Accept::kBytes).view());
  const Limits bounds = LimitsFrom(limits);
  return ListOf(WithoutGil([&] { return PolicySet::CheckFiles(name, bounds); }));
}

}  // namespace

void RegisterPolicy(py::module_& module) {
  module.def("parse_policy", &Parse, py::arg("type"), py::arg("text"), py::arg("filename"),
             py::arg("limits"));
  module.def("load_policy", &Load, py::arg("type"), py::arg("path"), py::arg("limits"));
  module.def("check_policy", &Check, py::arg("text"), py::arg("filename"), py::arg("limits"));
  module.def("check_policy_files", &CheckFiles, py::arg("path"), py::arg("limits"));
  module.def("context_names",
             [](py::handle policy) { return PolicySetOf(policy).context_names(); });
  module.def("policy_digest", [](py::handle policy) { return Text(PolicySetOf(policy).Digest()); });
}

}  // namespace callgate::python
