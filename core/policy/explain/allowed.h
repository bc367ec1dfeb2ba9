// What would be allowed where a call was refused.
#ifndef CALLGATE_CORE_POLICY_EXPLAIN_ALLOWED_H_
#define CALLGATE_CORE_POLICY_EXPLAIN_ALLOWED_H_

#include <cstdint>
#include <string>
#include <string_view>

#include "core/policy/evaluate/arguments.h"
#include "core/policy/evaluate/call_paths.h"
#include "core/policy/model/context.h"

namespace callgate::policy {

// Behind the cause of a refusal of `item` by `rule` of the capability: "; allowed are /a, /b",
// "; did you mean path?", "; expected at most 20", or nothing.
std::string AllowedInstead(const Capability& capability, const Arguments& arguments,
                           std::uint32_t item, std::string_view rule);

// The same of a string that the schema refuses by the rule.
std::string AllowedBy(const Schema& schema, std::string_view text, std::string_view rule,
                      CallPaths& paths);

// Of a declared command, the cause itself, with what would be allowed; empty where that is no more
// than the rule says.
std::string CauseOfCommand(const Capability& capability, const Arguments& arguments,
                           std::uint32_t item);

}  // namespace callgate::policy

#endif  // CALLGATE_CORE_POLICY_EXPLAIN_ALLOWED_H_
