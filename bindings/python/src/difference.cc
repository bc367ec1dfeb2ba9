// What two versions of a context decide differently, what some call could use, and what to look at.
#include <string>
#include <utility>
#include <vector>

#include "border.h"
#include "callgate/policy.h"
#include "callgate/why_not.h"
#include "decision.h"
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

py::object WhyNotOf(py::handle policy, py::handle context, py::handle tool) {
  const PolicySet& of = PolicySetOf(policy);
  const Input name(context, "context", Accept::kText);
  const Input tool_name(tool, "tool", Accept::kText);
  const auto refusal =
      Take(Raises::kPolicy, WithoutGil([&] { return WhyNot(of, name.view(), tool_name.view()); }));
  if (!refusal) return py::none();
  return py::make_tuple(Text(CodeName(refusal->code)), Text(refusal->rule), Text(refusal->cause));
}

std::vector<LintWarning> Lint(py::handle policy) {
  const PolicySet& of = PolicySetOf(policy);
  return WithoutGil([&] { return of.Lint(); });
}

// Each part as (kind, position, tool_pattern, pointer, where, text).
py::list PartsOf(const std::vector<PolicyPart>& parts) {
  const auto name_of = [](PolicyPart::Kind kind) {
    switch (kind) {
      case PolicyPart::Kind::kCapability:
        return "capability";
      case PolicyPart::Kind::kDenyEntry:
        return "deny entry";
      case PolicyPart::Kind::kArgument:
        return "argument";
      case PolicyPart::Kind::kBranch:
        return "branch";
      case PolicyPart::Kind::kOption:
        return "option";
      case PolicyPart::Kind::kExceptEntry:
        return "except entry";
    }
    return "";
  };
  py::list list;
  for (const PolicyPart& part : parts) {
    list.append(py::make_tuple(name_of(part.kind), part.position, part.tool_pattern, part.pointer,
                               part.where, part.text));
  }
  return list;
}

py::list Parts(py::handle policy, py::handle context) {
  const Input name(context, "context", Accept::kText);
  return PartsOf(Take(Raises::kPolicy, PolicySetOf(policy).Parts(name.view())));
}

py::list Exercised(py::handle policy, py::handle context, py::handle tool, py::handle arguments) {
  const Input name(context, "context", Accept::kText);
  const Input of_tool(tool, "tool", Accept::kText);
  const JsonInput given(arguments, "arguments");
  return PartsOf(Take(Raises::kPolicy,
                      PolicySetOf(policy).Exercised(name.view(), of_tool.view(), given.view())));
}

py::tuple Explain(py::handle policy, py::handle context, py::handle tool, py::handle arguments) {
  const PolicySet& of = PolicySetOf(policy);
  const Input name(context, "context", Accept::kText);
  const Input of_tool(tool, "tool", Accept::kText);
  const JsonInput given(arguments, "arguments");
  Explanation explanation =
      WithoutGil([&] { return of.Explain(name.view(), of_tool.view(), given.view()); });
  return py::make_tuple(Wrap(std::move(explanation.decision)), std::move(explanation.cause),
                        py::tuple(py::cast(explanation.tried)));
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
  module.def("policy_why_not", &WhyNotOf, py::arg("policy"), py::arg("context"), py::arg("tool"));
  module.def("policy_parts", &Parts, py::arg("policy"), py::arg("context"));
  module.def("policy_exercised", &Exercised, py::arg("policy"), py::arg("context"), py::arg("tool"),
             py::arg("arguments"));
  module.def("policy_explain", &Explain, py::arg("policy"), py::arg("context"), py::arg("tool"),
             py::arg("arguments"));
  module.def("policy_lint", &Lint, py::arg("policy"));
}

}  // namespace callgate::python
