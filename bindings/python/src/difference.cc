// What two versions of a context decide differently, what some call could use, and what to look at.
#include <string>
#include <utility>
#include <vector>

#include "border.h"
#include "callgate/policy.h"
#include "errors.h"
#include "policy_set.h"
#include "topics.h"

namespace callgate::python {
namespace {

py::tuple Diff(py::handle policy, py::handle context, py::handle other, py::handle other_context) {
  const PolicySet& before = PolicySetOf(policy);
  const PolicySet& after = PolicySetOf(other);
  const Input from(context, "context", Accept::kText);
  const Input to(other_context, "other_context", Accept::kText);
  PolicyDiff diff =
      Take(Raises::kPolicy, WithoutGil([&] { return before.Diff(from.view(), after, to.view()); }));
  return py::tuple(py::cast(std::move(diff.changes)));
}

std::vector<std::string> CouldAllow(py::handle policy, py::handle context, const py::list& tools) {
  const PolicySet& of = PolicySetOf(policy);
  const Input name(context, "context", Accept::kText);
  std::vector<std::string> names;
  for (const py::handle tool : tools) {
    names.emplace_back(Input(tool, "a tool", Accept::kText).view());
  }
  return Take(Raises::kPolicy, WithoutGil([&] { return of.CouldAllow(name.view(), names); }));
}

std::vector<LintWarning> Lint(py::handle policy) {
  const PolicySet& of = PolicySetOf(policy);
  return WithoutGil([&] { return of.Lint(); });
}

void RegisterValues(py::module_& module) {
  py::class_<PolicyChange>(module, "PolicyChange", py::is_final(),
                           "One thing that two versions of a context say differently.")
      .def_property_readonly("effect",
                             [](const PolicyChange& change) { return NameOf(change.effect); })
      .def_readonly("became_allowed", &PolicyChange::became_allowed)
      .def_readonly("capability", &PolicyChange::capability)
      .def_readonly("tool_pattern", &PolicyChange::tool_pattern)
      .def_readonly("witness", &PolicyChange::witness)
      .def_readonly("reason", &PolicyChange::reason)
      .def_readonly("keyword", &PolicyChange::keyword)
      .def_readonly("argument", &PolicyChange::argument)
      .def_readonly("before", &PolicyChange::before)
      .def_readonly("after", &PolicyChange::after)
      .def("__repr__", [](const PolicyChange& change) {
        return "<PolicyChange " + std::string(NameOf(change.effect)) + " of " +
               change.tool_pattern + ": " + change.reason + ">";
      });

  py::class_<LintWarning>(module, "LintWarning", py::is_final(),
                          "Something that loads and is probably not what its author meant.")
      .def_readonly("rule", &LintWarning::rule)
      .def_property_readonly(
          "level", [](const LintWarning& warning) { return Text(LintLevelName(warning.level)); })
      .def_readonly("context", &LintWarning::context)
      .def_readonly("capability", &LintWarning::capability)
      .def_readonly("message", &LintWarning::message)
      .def_property_readonly("where",
                             [](const LintWarning& warning) { return TextOrNone(warning.where); })
      .def("__repr__", [](const LintWarning& warning) {
        return "<LintWarning " + warning.where + ": " + std::string(LintLevelName(warning.level)) +
               ": " + warning.rule + ">";
      });
}

}  // namespace

void RegisterDifference(py::module_& module) {
  RegisterValues(module);
  module.def("policy_diff", &Diff, py::arg("policy"), py::arg("context"), py::arg("other"),
             py::arg("other_context"));
  module.def("policy_could_allow", &CouldAllow, py::arg("policy"), py::arg("context"),
             py::arg("tools"));
  module.def("policy_lint", &Lint, py::arg("policy"));
}

}  // namespace callgate::python
