// Deny entries that fire, on what a capability accepts that declares its arguments, only where an
// entry of its own context fires as well.
#ifndef CALLGATE_CORE_POLICY_INCLUSION_DECLARED_DENIALS_H_
#define CALLGATE_CORE_POLICY_INCLUSION_DECLARED_DENIALS_H_

#include "core/policy/inclusion/deny_relations.h"

namespace callgate::policy {

// Of what capabilities of the parent on the tool declare, entries of any call see nothing, or as
// the child's entries do that cover what `entry` does.
bool SeesOnlyWithChild(const DenyQuestion& question, const DenyEntry& entry);

// As FiresOnlyWithChild says. REQUIRES: question.accepting declares its arguments; the entry has a
// kind. `guess_is_covered`: whatever the entry fires on by a guess, an entry of the child that
// guesses as well fires on.
bool FiresOnlyWithChildDeclared(const DenyQuestion& question, const DenyEntry& entry,
                                bool guess_is_covered);

}  // namespace callgate::policy

#endif  // CALLGATE_CORE_POLICY_INCLUSION_DECLARED_DENIALS_H_
