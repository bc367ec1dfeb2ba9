// Why a declared command is refused, in words.
#ifndef CALLGATE_CORE_POLICY_EXPLAIN_COMMAND_CAUSE_H_
#define CALLGATE_CORE_POLICY_EXPLAIN_COMMAND_CAUSE_H_

#include <optional>
#include <string>

#include "callgate/json.h"
#include "core/policy/evaluate/call_paths.h"
#include "core/policy/model/schema.h"

namespace callgate::policy {

// What the entry that got furthest refuses: the word, option or operand, and what would be allowed
// there. Empty where no entry is what refuses the command: it holds what none may.
// REQUIRES: JudgeDeclaredCommand refuses the command with `args`.
std::string CommandCause(const CommandKind& kind, json::Value command,
                         std::optional<json::Value> args, CallPaths& paths);

}  // namespace callgate::policy

#endif  // CALLGATE_CORE_POLICY_EXPLAIN_COMMAND_CAUSE_H_
