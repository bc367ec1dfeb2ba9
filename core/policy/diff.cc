#include "core/policy/diff.h"

#include "core/policy/containment.h"
#include "core/policy/counterexample/witness.h"

namespace callgate::policy {
namespace {

// Bounds of the search for witnesses, for each direction.
constexpr std::size_t kMaxTrials = 200'000;
constexpr std::size_t kMaxTriedForOne = 32;  // places of one capability

void AppendChanges(const ContextReach& parent, const ContextReach& child, bool became_allowed,
                   PolicyDiff& diff) {
  TrialBudget budget(kMaxTrials);
  std::size_t tried = 0;
  bool limit = false;  // the last change is for a limit alone
  ForEachUncovered(parent, child, [&](const Uncovered& uncovered) {
    const bool first = diff.changes.empty() ||
                       diff.changes.back().became_allowed != became_allowed ||
                       diff.changes.back().capability != uncovered.capability;
    if (first) {
      diff.changes.push_back({became_allowed, uncovered.capability,
                              child[uncovered.capability].capability.tool_pattern.text,
                              std::nullopt, "uncovered"});
      tried = 0;
      limit = false;
    }
    PolicyChange& change = diff.changes.back();
    if (change.witness) return true;
    if (uncovered.is_limit()) {
      if (!limit) change.reason = Describe(parent, child, uncovered);
      limit = true;
      return true;
    }
    if (++tried > kMaxTriedForOne) return true;
    change.witness = FindWitness(parent, child, uncovered, budget);
    if (change.witness) change.reason = Describe(parent, child, uncovered);
    return true;
  });
}

}  // namespace

PolicyDiff Diff(const Context& before, const Context& after) {
  const ContextReach before_reach(before);
  const ContextReach after_reach(after);
  PolicyDiff diff;
  AppendChanges(before_reach, after_reach, true, diff);
  AppendChanges(after_reach, before_reach, false, diff);
  return diff;
}

}  // namespace callgate::policy
