#include "core/policy/evaluate/capability_check.h"

#include <algorithm>
#include <functional>

#include "core/policy/evaluate/command_constraint.h"
#include "core/policy/evaluate/domain_constraint.h"
#include "core/policy/evaluate/path_constraint.h"
#include "core/policy/evaluate/schema_check.h"
#include "core/policy/model/constraint.h"

namespace callgate::policy {
namespace {

// Calls `judge` with each top-level argument that is not null, until it returns a fault.
template <typename Judge>  // Fault(std::uint32_t item)
Fault ForEachTopLevel(const Arguments& arguments, Judge&& judge) {
  for (std::uint32_t i = 0; i < arguments.size(); i = arguments[i].end) {
    if (arguments[i].value.is_null()) continue;
    if (const Fault fault = judge(i)) return fault;
  }
  return {};
}

Fault JudgeForm(const Capability& capability, const Arguments& arguments) {
  if (arguments.twin() != kNoItem) return {"key.twins", arguments.twin()};
  if (!capability.only_arguments) return {};
  const auto& only = *capability.only_arguments;
  return ForEachTopLevel(arguments, [&](std::uint32_t i) -> Fault {
    const bool listed =
        std::binary_search(only.begin(), only.end(), arguments[i].key, std::less<>());
    return {listed ? "" : "only.other", i};
  });
}

Fault JudgePatterns(const Capability& capability, const Arguments& arguments) {
  for (const auto& [key, pattern] : capability.argument_patterns) {
    bool found = false;
    const Fault fault = ForEachTopLevel(arguments, [&](std::uint32_t i) -> Fault {
      if (arguments[i].folded != key) return {};
      found = true;
      if (!arguments[i].value.is_string()) return {"pattern.not-string", i};
      return {pattern.Matches(arguments[i].value.string()) ? "" : "pattern.whole", i};
    });
    if (fault) return fault;
    if (!found && !capability.allow_absent) return {"pattern.absent"};
  }
  return {};
}

// What one constraint by itself refuses; those that the capability lacks refuse nothing.
template <Constraint kConstraint>
CheckResult Judge(const Capability& capability, const Arguments& arguments, CallPaths& paths) {
  switch (kConstraint) {
    case Constraint::kArguments:
      if (!capability.arguments) return {};
      return CheckDeclared(*capability.arguments, arguments, paths);
    case Constraint::kOnlyArguments:
      return {JudgeForm(capability, arguments), ErrorCode::kArgumentNotAllowed, Stage::kMembers};
    case Constraint::kPathAllowlist:
      if (!capability.path_allowlist) return {};
      return {JudgePaths(capability, arguments), ErrorCode::kPathNotAllowed, Stage::kPaths};
    case Constraint::kDomainAllowlist:
      if (!capability.domain_allowlist) return {};
      return {JudgeDomains(capability, arguments), ErrorCode::kDomainNotAllowed, Stage::kDomains};
    case Constraint::kCommandAllowlist: {
      if (!capability.command_allowlist) return {};
      const Fault fault = JudgeCommand(capability, arguments);
      // A bad path among the words is found while the command is judged, and named as what it is.
      const bool is_path = fault.rule.starts_with("path.");
      return {fault, is_path ? ErrorCode::kPathNotAllowed : ErrorCode::kCommandNotAllowed,
              Stage::kCommands};
    }
    case Constraint::kArgumentPatterns:
      return {JudgePatterns(capability, arguments), ErrorCode::kArgumentNotAllowed, Stage::kValues};
    // Those above read these, which say what values they judge and how; rates are kept by the
    // ledger, and the response size by what measures the result.
    case Constraint::kOtherArguments:
    case Constraint::kBaseDirectory:
    case Constraint::kSubcommandAllowlist:
    case Constraint::kExec:
    case Constraint::kPathArguments:
    case Constraint::kDomainArguments:
    case Constraint::kCommandArguments:
    case Constraint::kFreeArguments:
    case Constraint::kWhenAbsent:
    case Constraint::kRateLimit:
    case Constraint::kMaxResponseSize:
      return {};
  }
  return {};
}

}  // namespace

CheckResult Check(const Capability& capability, const Arguments& arguments, CallPaths& paths) {
  CheckResult result{};
  (void)AnyConstraint([&]<Constraint kConstraint>() {
    const CheckResult judged = Judge<kConstraint>(capability, arguments, paths);
    if (!judged.passed()) result = judged;
    return !judged.passed();
  });
  return result;
}

}  // namespace callgate::policy
