// Whether deny entries for commands fire on what is declared as a command.
#ifndef CALLGATE_CORE_POLICY_INCLUSION_DENIED_COMMANDS_H_
#define CALLGATE_CORE_POLICY_INCLUSION_DENIED_COMMANDS_H_

#include <span>

#include "core/policy/model/context.h"

namespace callgate::policy {

// Whenever `entry` fires on a command that `kind` accepts, one of `others`, deny entries for
// commands that see it, fires as well. False where that is not certain.
[[nodiscard]] bool IsDeniedWith(const CommandKind& kind, const CommandEntry& entry,
                                std::span<const DenyEntry* const> others);

}  // namespace callgate::policy

#endif  // CALLGATE_CORE_POLICY_INCLUSION_DENIED_COMMANDS_H_
