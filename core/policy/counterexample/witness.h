// Calls that show what a relation between contexts says, evaluated on both sides before they are
// given out.
#ifndef CALLGATE_CORE_POLICY_COUNTEREXAMPLE_WITNESS_H_
#define CALLGATE_CORE_POLICY_COUNTEREXAMPLE_WITNESS_H_

#include <algorithm>
#include <cstddef>
#include <functional>
#include <optional>
#include <string_view>

#include "callgate/witness.h"
#include "core/policy/evaluate/argument_search.h"
#include "core/policy/inclusion/context_reach.h"

namespace callgate::policy {

// How many calls may still be tried. There is no clock here: a long call counts as several.
class TrialBudget {
 public:
  explicit TrialBudget(std::size_t trials) noexcept : left_(trials) {}
  // Takes so many. False when none is left.
  bool Take(std::size_t cost) noexcept {
    if (spent()) return false;
    left_ -= std::min(left_, cost);
    return true;
  }
  bool spent() const noexcept { return left_ == 0; }
  // Another that is for part of it, at most `trials`; what was not taken of that, GiveBack returns.
  TrialBudget Part(std::size_t trials) noexcept {
    const std::size_t part = std::min(left_, trials);
    left_ -= part;
    return TrialBudget(part);
  }
  void GiveBack(const TrialBudget& part) noexcept { left_ += part.left_; }

 private:
  std::size_t left_;
};

// A call that the child allows and the parent denies.
struct TriedCall {
  std::string_view tool;
  const Arguments& arguments;
  bool by_deny_list;  // the parent's denies it
};
// Whether such a call is a witness of what is in question. Empty: every one is.
using IsWitness = std::function<bool(const TriedCall&)>;

// A call that the child allows and the parent denies, of what `uncovered` says; nullopt where none
// is found.
std::optional<Witness> FindWitness(const ContextReach& parent, const ContextReach& child,
                                   const Uncovered& uncovered, TrialBudget& budget);
// The same among the calls of `inner` alone, which need not be a capability of the child: a part of
// one that is in question. `uncovered.command` is a class of it.
std::optional<Witness> FindWitness(const ContextReach& parent, const ContextReach& child,
                                   const Reached& inner, const Uncovered& uncovered,
                                   TrialBudget& budget, const IsWitness& is_witness);

}  // namespace callgate::policy

#endif  // CALLGATE_CORE_POLICY_COUNTEREXAMPLE_WITNESS_H_
