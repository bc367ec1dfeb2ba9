// Commands that a declared kind is likely to accept, and such as neighbours are likely to refuse.
#ifndef CALLGATE_CORE_POLICY_COUNTEREXAMPLE_COMMAND_TEXTS_H_
#define CALLGATE_CORE_POLICY_COUNTEREXAMPLE_COMMAND_TEXTS_H_

#include "core/policy/counterexample/schema_values.h"

namespace callgate::policy {

// Values as JSON, as ValuesOf gives them. Of neighbours that are kinds of strings, and of the
// operands and options of those that are commands, the operands and options take boundaries.
JsonTexts CommandsOf(const CommandKind& kind, const Neighbours& neighbours);
// Of the argument that continues the command.
JsonTexts ContinuationsOf(const CommandKind& kind, const Neighbours& neighbours);

}  // namespace callgate::policy

#endif  // CALLGATE_CORE_POLICY_COUNTEREXAMPLE_COMMAND_TEXTS_H_
