// What is wrong with a call that a rule denies, in words.
#ifndef CALLGATE_CORE_POLICY_EXPLAIN_RULE_CAUSES_H_
#define CALLGATE_CORE_POLICY_EXPLAIN_RULE_CAUSES_H_

#include <string_view>

namespace callgate::policy {

// One cause of one rule; empty for a rule that denies no call. Static.
std::string_view CauseOf(std::string_view rule) noexcept;

}  // namespace callgate::policy

#endif  // CALLGATE_CORE_POLICY_EXPLAIN_RULE_CAUSES_H_
