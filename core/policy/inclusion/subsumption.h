// Whether one capability allows everything that another does, constraint by constraint.
#ifndef CALLGATE_CORE_POLICY_INCLUSION_SUBSUMPTION_H_
#define CALLGATE_CORE_POLICY_INCLUSION_SUBSUMPTION_H_

#include <cstddef>
#include <string>
#include <string_view>

#include "core/policy/inclusion/capability_reach.h"
#include "core/policy/model/constraint.h"

namespace callgate::policy {

// A capability with its reach.
struct Reached {
  const Capability& capability;
  const CapabilityReach& reach;
};

// The constraints of `outer` that do not cover those of `inner`. None: every call of `inner` whose
// command is one of `command_class`, a class of `inner`, `outer` allows, and the rate of `inner` is
// within that of `outer`. Tool patterns are not compared.
ConstraintSet FindGaps(const Reached& outer, const Reached& inner,
                       const CommandClass& command_class);

// What of a constraint exceeds, as text: an entry of a list, a key, the first words of a command;
// of declared arguments the argument, its keyword and the entry there. Empty where that is the
// whole constraint, or one of the two has none. REQUIRES: `gap` is one of FindGaps.
std::string FindPart(const Reached& outer, const Reached& inner, const CommandClass& command_class,
                     Constraint gap);

// Of calls, nothing exceeds but their number.
inline constexpr ConstraintSet kRateGap = {Constraint::kRateLimit};
// (calls, per_seconds) of `inner` keeps that of `outer` in every window.
bool IsRateWithin(const Capability& inner, const Capability& outer) noexcept;

// Added keys are one gap, whatever the classes that they are added to.
std::size_t CountOf(ConstraintSet gaps) noexcept;
// The name of the first gap, as documents write it; empty without one.
std::string_view NameOf(ConstraintSet gaps) noexcept;

}  // namespace callgate::policy

#endif  // CALLGATE_CORE_POLICY_INCLUSION_SUBSUMPTION_H_
