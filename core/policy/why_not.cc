#include "callgate/why_not.h"

#include <variant>

#include "core/policy/counterexample/could_allow.h"
#include "core/policy/inclusion/capability_reach.h"
#include "core/policy/inclusion/context_reach.h"
#include "core/policy/inclusion/schema_constants.h"
#include "core/policy/policy_set_state.h"

namespace callgate {
namespace {

using policy::Constraint;

ErrorCode CodeOf(const policy::Schema& schema) {
  if (std::holds_alternative<policy::PathKind>(schema.kind)) return ErrorCode::kPathNotAllowed;
  if (std::holds_alternative<policy::CommandKind>(schema.kind)) {
    return ErrorCode::kCommandNotAllowed;
  }
  return std::holds_alternative<std::monostate>(schema.kind) ? ErrorCode::kArgumentNotAllowed
                                                             : ErrorCode::kDomainNotAllowed;
}

ErrorCode CodeOf(const policy::Capability& capability, const policy::Impossible& impossible) {
  if (impossible.constraint == Constraint::kPathAllowlist) return ErrorCode::kPathNotAllowed;
  if (impossible.constraint == Constraint::kDomainAllowlist) return ErrorCode::kDomainNotAllowed;
  if (impossible.constraint == Constraint::kCommandAllowlist) return ErrorCode::kCommandNotAllowed;
  if (impossible.constraint != Constraint::kArguments) return ErrorCode::kArgumentNotAllowed;
  const auto& members = capability.arguments->members;
  const policy::DeclaredMember* const member = policy::FindMember(members, impossible.argument);
  return member == nullptr ? ErrorCode::kArgumentNotAllowed : CodeOf(*member->schema);
}

// What every call of the tool meets, whatever its arguments are; nullopt where a capability is on
// the tool and no deny entry stops all of it.
std::optional<ToolRefusal> RefusalOfTool(const PolicySet& policy, std::string_view context,
                                         std::string_view tool) {
  Explanation explanation = policy.Explain(context, tool, "{}");
  const Decision& decision = explanation.decision;
  if (decision.allowed() || !decision.details().empty()) return std::nullopt;
  return ToolRefusal{*decision.code(), std::string(decision.rule()), std::move(explanation.cause)};
}

}  // namespace

Result<std::optional<ToolRefusal>> WhyNot(const PolicySet& policy, std::string_view context,
                                          std::string_view tool) {
  const auto allowed = policy.CouldAllow(context, {std::string(tool)});
  if (!allowed) return allowed.error();
  if (!allowed->empty()) return std::optional<ToolRefusal>();
  if (auto refusal = RefusalOfTool(policy, context, tool)) return refusal;
  const auto found = policy.Find(context);
  const policy::ContextReach reach(*found);
  std::optional<ErrorCode> code;
  std::string cause;
  bool is_denied = false;
  for (const std::uint32_t i : reach.On(tool)) {
    const policy::Reached one = reach[i];
    const auto impossible = policy::FindImpossible(one.capability, one.reach);
    is_denied = is_denied || !impossible;
    if (!cause.empty()) cause += "; ";
    cause += "capability " + std::to_string(i) + ": " +
             (impossible ? policy::SentenceOf(*impossible)
                         : std::string("the deny list stops whatever it allows"));
    if (impossible && !code) code = CodeOf(one.capability, *impossible);
  }
  if (is_denied || !code) {
    return std::optional(ToolRefusal{ErrorCode::kToolExplicitlyDenied, "order.deny-first", cause});
  }
  return std::optional(ToolRefusal{*code, "lint.impossible-constraint", cause});
}

}  // namespace callgate
