// The rules of lint, by their names, and what authors acknowledge of them.
#ifndef CALLGATE_CORE_POLICY_MODEL_LINT_RULE_H_
#define CALLGATE_CORE_POLICY_MODEL_LINT_RULE_H_

#include <string>
#include <string_view>
#include <vector>

#include "callgate/lint.h"
#include "core/policy/model/source_position.h"

namespace callgate::policy {

struct LintRule {
  std::string_view id;  // "lint.…"
  LintLevel level;
};

// Null for what is no rule. Lives for ever.
[[nodiscard]] const LintRule* FindLintRule(std::string_view id) noexcept;
// The rule whose name is most like the text; empty where none is much like it.
[[nodiscard]] std::string ClosestLintRule(std::string_view text);
// An acknowledgement that nothing needs is found by this rule, which cannot be acknowledged.
inline constexpr std::string_view kAcknowledgedInVain = "lint.acknowledged-in-vain";

// A finding of the rule is known and meant: it is not reported where this stands.
struct Acknowledgement {
  std::string rule;
  std::string reason;
  SourcePosition position;
};
using Acknowledgements = std::vector<Acknowledgement>;  // sorted by rule, each once

}  // namespace callgate::policy

#endif  // CALLGATE_CORE_POLICY_MODEL_LINT_RULE_H_
