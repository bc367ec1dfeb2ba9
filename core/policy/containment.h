// The ceiling: whether a context stays within another.
#ifndef CALLGATE_CORE_POLICY_CONTAINMENT_H_
#define CALLGATE_CORE_POLICY_CONTAINMENT_H_

#include <functional>
#include <string>

#include "callgate/policy.h"
#include "core/policy/context_reach.h"

namespace callgate::policy {

// True only if every call that `child` allows, rates apart, `parent` allows too, and each limit of
// `child` is within that of `parent`. Never a false yes; a no that is not certain says "uncovered".
// REQUIRES: both came from Compile.
Containment Contains(const Context& parent, const Context& child);

// What of a child a parent does not cover: one capability on one tool, with one sort of command.
struct Uncovered {
  std::size_t capability = 0;  // of the child
  std::string tool;
  const CommandAtom* command = nullptr;
  const DenyEntry* denied = nullptr;  // the parent's entry that stops it; else none covers it
  Gaps gaps = 0;                      // 0: no capability of the parent is on the tool
  std::size_t closest = 0;            // the parent's capability that leaves the fewest gaps

  // Calls cannot tell the two apart: only a limit exceeds.
  bool is_limit() const noexcept { return gaps == kRateGap; }
};

// What exceeds what, in a sentence.
std::string Describe(const ContextReach& parent, const ContextReach& child,
                     const Uncovered& uncovered);

// Calls `found` for everything that is not covered, capability by capability, until it returns
// false. No call: the child is within the parent.
void ForEachUncovered(const ContextReach& parent, const ContextReach& child,
                      const std::function<bool(const Uncovered&)>& found);

}  // namespace callgate::policy

#endif  // CALLGATE_CORE_POLICY_CONTAINMENT_H_
