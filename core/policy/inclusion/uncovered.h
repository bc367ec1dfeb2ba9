// What one context allows beyond another.
#ifndef CALLGATE_CORE_POLICY_INCLUSION_UNCOVERED_H_
#define CALLGATE_CORE_POLICY_INCLUSION_UNCOVERED_H_

#include <cstddef>
#include <string>

#include "core/policy/inclusion/context_reach.h"

namespace callgate::policy {

// What of a child a parent does not cover: one capability on one tool, with one sort of command.
struct Uncovered {
  std::size_t capability = 0;  // of the child
  std::string tool;
  const CommandClass* command = nullptr;
  const DenyEntry* denied = nullptr;  // the parent's entry that stops it; else none covers it
  Gaps gaps = 0;                      // 0: no capability of the parent is on the tool
  std::size_t closest = 0;            // the parent's capability that leaves the fewest gaps

  // Calls cannot tell the two apart: only a limit exceeds.
  bool is_limit() const noexcept { return gaps == kRateGap; }
};

}  // namespace callgate::policy

#endif  // CALLGATE_CORE_POLICY_INCLUSION_UNCOVERED_H_
