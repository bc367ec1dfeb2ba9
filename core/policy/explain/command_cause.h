// Why a command is refused, and what would be allowed there.
#ifndef CALLGATE_CORE_POLICY_EXPLAIN_COMMAND_CAUSE_H_
#define CALLGATE_CORE_POLICY_EXPLAIN_COMMAND_CAUSE_H_

#include <optional>
#include <string>
#include <string_view>

#include "callgate/json.h"
#include "core/policy/evaluate/call_paths.h"
#include "core/policy/explain/listed.h"

namespace callgate::policy {

// REQUIRES: `rule` is that by which the kind refuses the command, which is text or a list; `args`
// is what goes on with it.
Cause CauseOfCommand(const CommandKind& kind, json::Value command, std::optional<json::Value> args,
                     std::string_view rule, CallPaths& paths);

// What is wrong with the words of a command, text or list, whatever is allowed: the element of a
// list and the character. REQUIRES: `rule` refuses the command.
std::string OffenceOfCommand(json::Value command, Exec exec, std::string_view rule);

}  // namespace callgate::policy

#endif  // CALLGATE_CORE_POLICY_EXPLAIN_COMMAND_CAUSE_H_
