// Whether one capability allows everything that another does, constraint by constraint.
#ifndef CALLGATE_CORE_POLICY_INCLUSION_SUBSUMPTION_H_
#define CALLGATE_CORE_POLICY_INCLUSION_SUBSUMPTION_H_

#include <cstdint>
#include <string_view>

#include "core/policy/inclusion/capability_reach.h"

namespace callgate::policy {

// A set of reasons why a capability does not cover another.
using Gaps = std::uint32_t;
inline constexpr Gaps kOnlyArgumentsGap = 1 << 0;
inline constexpr Gaps kPathGap = 1 << 1;
inline constexpr Gaps kBaseGap = 1 << 2;
inline constexpr Gaps kDomainGap = 1 << 3;
inline constexpr Gaps kCommandGap = 1 << 4;
inline constexpr Gaps kExecGap = 1 << 5;
inline constexpr Gaps kKeysGap = 1 << 6;   // added keys
inline constexpr Gaps kFreedGap = 1 << 7;  // freed keys
inline constexpr Gaps kAbsenceGap = 1 << 8;
inline constexpr Gaps kPatternGap = 1 << 9;
inline constexpr Gaps kRateGap = 1 << 10;
inline constexpr Gaps kSubcommandGap = 1 << 11;

// A capability with its reach.
struct Reached {
  const Capability& capability;
  const CapabilityReach& reach;
};

// No gap: every call of `inner` whose command is one of `atom`, an atom of `inner`, `outer` allows,
// and the rate of `inner` is within that of `outer`. Tool patterns are not compared.
Gaps FindGaps(const Reached& outer, const Reached& inner, const CommandClass& atom);

// (calls, per_seconds) of `inner` keeps that of `outer` in every window.
bool IsRateWithin(const Capability& inner, const Capability& outer) noexcept;

// The name of the constraint, as documents write it, of the first gap.
std::string_view NameOf(Gaps gaps) noexcept;

}  // namespace callgate::policy

#endif  // CALLGATE_CORE_POLICY_INCLUSION_SUBSUMPTION_H_
