// Whether a capability in the short form allows whatever one that declares its arguments does: only
// where what it guesses of them cannot differ from what they are declared to be.
#ifndef CALLGATE_CORE_POLICY_INCLUSION_SHORT_COVERAGE_H_
#define CALLGATE_CORE_POLICY_INCLUSION_SHORT_COVERAGE_H_

#include <optional>

#include "core/policy/inclusion/schema_subsumption.h"
#include "core/policy/model/context.h"

namespace callgate::policy {

// The first place of `inner` that `outer`, a capability in the short form, may refuse; the keyword
// is that of `inner`, or the constraint of `outer` that refuses it. Nullopt: there is none.
std::optional<SchemaGap> FindShortGap(const Capability& outer, const DeclaredArguments& inner);

}  // namespace callgate::policy

#endif  // CALLGATE_CORE_POLICY_INCLUSION_SHORT_COVERAGE_H_
