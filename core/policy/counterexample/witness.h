// Calls that show what a relation between contexts says, evaluated on both sides before they are
// given out.
#ifndef CALLGATE_CORE_POLICY_COUNTEREXAMPLE_WITNESS_H_
#define CALLGATE_CORE_POLICY_COUNTEREXAMPLE_WITNESS_H_

#include <cstddef>
#include <optional>

#include "callgate/witness.h"
#include "core/policy/inclusion/context_reach.h"

namespace callgate::policy {

// How many calls may still be tried.
class TrialBudget {
 public:
  explicit TrialBudget(std::size_t trials) noexcept : left_(trials) {}
  // False when none may.
  bool Take() noexcept {
    if (spent()) return false;
    --left_;
    return true;
  }
  bool spent() const noexcept { return left_ == 0; }

 private:
  std::size_t left_;
};

// A call that the child allows and the parent denies, of what `uncovered` says; nullopt where none
// is found.
std::optional<Witness> FindWitness(const ContextReach& parent, const ContextReach& child,
                                   const Uncovered& uncovered, TrialBudget& budget);

}  // namespace callgate::policy

#endif  // CALLGATE_CORE_POLICY_COUNTEREXAMPLE_WITNESS_H_
