// What one context allows beyond another, kept so that it can be asked for each difference.
#ifndef CALLGATE_CORE_POLICY_BEYOND_H_
#define CALLGATE_CORE_POLICY_BEYOND_H_

#include <cstddef>
#include <optional>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "core/policy/counterexample/witness.h"
#include "core/policy/inclusion/context_reach.h"

namespace callgate::policy {

// Witnesses are searched for within a budget: where that is spent, none is found any more.
class Beyond {
 public:
  // REQUIRES: both outlive this.
  Beyond(const ContextReach& parent, const ContextReach& child);

  // The child is within the parent.
  bool empty() const noexcept { return kept_.empty() && denied_.empty(); }
  // The capability of the child allows something beyond; on a tool that the pattern matches.
  bool Holds(std::size_t capability) const;
  bool Holds(std::size_t capability, const ToolPattern& tools) const;
  // The first capability of the child of which the parent's entry stops something beyond.
  std::optional<std::size_t> FirstDeniedBy(const DenyEntry& entry) const;

  struct Shown {
    std::size_t capability;
    Witness witness;
  };
  std::optional<Witness> FindWitness(const Uncovered& uncovered);
  std::optional<Witness> FindWitness(std::size_t capability, const IsWitness& is_witness);
  std::optional<Witness> FindWitness(std::size_t capability, const ToolPattern& tools,
                                     const IsWitness& is_witness);
  std::optional<Shown> FindWitness(const DenyEntry& entry);
  // On the tools of the capability, a call of this part of it.
  std::optional<Witness> FindWitness(std::size_t capability, const Reached& part,
                                     const IsWitness& is_witness);

  // Takes from the budget what a look at a capability of so many bytes costs. False where it is
  // spent.
  bool Take(std::size_t bytes);
  bool spent() const noexcept { return budget_.spent(); }

  // A difference says why the capability, or the entry, makes one.
  void Explain(std::size_t capability) { explained_.insert(capability); }
  void Explain(const DenyEntry& entry) { explained_entries_.insert(&entry); }
  // For each capability that no difference was found for, the first that is beyond.
  std::vector<Uncovered> Unexplained() const;

 private:
  const ContextReach& parent_;
  const ContextReach& child_;
  std::unordered_map<std::size_t, std::vector<Uncovered>> kept_;         // by capability
  std::unordered_map<const DenyEntry*, std::vector<Uncovered>> denied_;  // by entry
  std::unordered_set<std::size_t> explained_;
  std::unordered_set<const DenyEntry*> explained_entries_;
  TrialBudget budget_;
};

}  // namespace callgate::policy

#endif  // CALLGATE_CORE_POLICY_BEYOND_H_
