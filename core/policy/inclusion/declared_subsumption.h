// Whether one capability covers another where at least one of them declares its arguments.
#ifndef CALLGATE_CORE_POLICY_INCLUSION_DECLARED_SUBSUMPTION_H_
#define CALLGATE_CORE_POLICY_INCLUSION_DECLARED_SUBSUMPTION_H_

#include <optional>

#include "core/policy/inclusion/schema_subsumption.h"
#include "core/policy/inclusion/subsumption.h"

namespace callgate::policy {

// Where `outer` is not certain to accept the arguments that `inner` does; nullopt: it accepts them.
// REQUIRES: one of the two declares its arguments.
std::optional<SchemaGap> FindArgumentsGap(const Reached& outer, const Reached& inner);

}  // namespace callgate::policy

#endif  // CALLGATE_CORE_POLICY_INCLUSION_DECLARED_SUBSUMPTION_H_
