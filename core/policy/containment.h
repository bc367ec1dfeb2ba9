// The ceiling: whether a context stays within another.
#ifndef CALLGATE_CORE_POLICY_CONTAINMENT_H_
#define CALLGATE_CORE_POLICY_CONTAINMENT_H_

#include <functional>
#include <string>
#include <string_view>

#include "callgate/policy.h"
#include "core/policy/counterexample/witness.h"
#include "core/policy/inclusion/context_reach.h"

namespace callgate::policy {

// True only if every call that `child` allows, rates apart, `parent` allows too, and each limit of
// `child` is within that of `parent`. Never a false yes; a no that no call shows says "uncovered:"
// and what exceeds.
// REQUIRES: both came from Compile.
Containment Contains(const Context& parent, const Context& child);

// The same answer without a witness, and with the first reason there is: no call is tried, so that
// who asks does not wait for one.
Containment JudgeContainment(const Context& parent, const Context& child);

// Why something was neither proved nor shown.
inline constexpr std::string_view kTooMuch = "not compared, since the policies are too large";

// What exceeds what, in a sentence.
std::string Describe(const ContextReach& parent, const ContextReach& child,
                     const Uncovered& uncovered);

// Calls `found` for everything that is not covered, capability by capability, until it returns
// false. No call: the child is within the parent. What `steps` does not suffice for, unless it is
// null, is found as well, and not compared.
void ForEachUncovered(const ContextReach& parent, const ContextReach& child,
                      const std::function<bool(const Uncovered&)>& found,
                      TrialBudget* steps = nullptr);

}  // namespace callgate::policy

#endif  // CALLGATE_CORE_POLICY_CONTAINMENT_H_
