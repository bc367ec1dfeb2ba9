// Which entries of declared commands are within which.
#ifndef CALLGATE_CORE_POLICY_INCLUSION_COMMAND_RULE_RELATIONS_H_
#define CALLGATE_CORE_POLICY_INCLUSION_COMMAND_RULE_RELATIONS_H_

#include <functional>
#include <string>

#include "core/policy/model/schema.h"

namespace callgate::policy {

// Every string that `inner` accepts, `outer` accepts.
using IsSchemaWithin = std::function<bool(const Schema& inner, const Schema& outer)>;

// One entry of `outer` accepts every argv that `inner` accepts. False where that is not certain.
[[nodiscard]] bool IsRuleWithin(const CommandRule& inner, const CommandRule& outer,
                                const IsSchemaWithin& is_within);

// `outer` accepts every value, and every sibling that continues it, that `inner` accepts: each
// entry, with each word of its `then` by itself, is within one. False where that is not certain.
[[nodiscard]] bool IsCommandWithin(const CommandKind& inner, const CommandKind& outer,
                                   const IsSchemaWithin& is_within);
// The first words of the first entry of `inner` that none of `outer` accepts all of; empty where
// there is none.
[[nodiscard]] std::string FindRuleBeyond(const CommandKind& inner, const CommandKind& outer,
                                         const IsSchemaWithin& is_within);

}  // namespace callgate::policy

#endif  // CALLGATE_CORE_POLICY_INCLUSION_COMMAND_RULE_RELATIONS_H_
