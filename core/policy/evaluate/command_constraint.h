// command_allowlist and subcommand_allowlist: the command of a call must be allowed.
#ifndef CALLGATE_CORE_POLICY_EVALUATE_COMMAND_CONSTRAINT_H_
#define CALLGATE_CORE_POLICY_EVALUATE_COMMAND_CONSTRAINT_H_

#include <string_view>

#include "core/policy/evaluate/argument_search.h"
#include "core/policy/model/context.h"

namespace callgate::policy {

// A rule that begins with "path." is about a word of the command that is a path.
// REQUIRES: capability.command_allowlist.
[[nodiscard]] Fault JudgeCommand(const Capability& capability, const Arguments& arguments);

}  // namespace callgate::policy

#endif  // CALLGATE_CORE_POLICY_EVALUATE_COMMAND_CONSTRAINT_H_
