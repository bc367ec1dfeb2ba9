#include "core/policy/counterexample/witness.h"

#include <algorithm>

#include "core/policy/counterexample/witness_pieces.h"
#include "core/policy/evaluate/capability_check.h"
#include "core/policy/evaluate/evaluate.h"

namespace callgate::policy {
namespace {

constexpr std::size_t kMaxCandidateCalls = 40;  // that the child allows and are built on

class WitnessSearch {
 public:
  WitnessSearch(const ContextReach& parent, const ContextReach& child, const Uncovered& uncovered,
                TrialBudget& budget)
      : parent_(parent),
        child_(child),
        uncovered_(uncovered),
        budget_(budget),
        on_tool_(parent.On(uncovered.tool)) {}

  std::optional<Witness> Run() {
    const Reached inner = child_[uncovered_.capability];
    std::vector<Reached> outer;
    for (const std::uint32_t i : on_tool_) outer.push_back(parent_[i]);
    if (uncovered_.denied != nullptr) {
      firing_ = PiecesFiring(*uncovered_.denied, inner, parent_, child_);
    }
    const FurtherPieces further =
        PiecesInstead(inner, *uncovered_.command, outer, uncovered_.denied);
    std::size_t built_on = 0;
    ForEachCandidateCall(inner.capability, *uncovered_.command, MatchingArguments(inner.capability),
                         further, [&](const CallBuilder& builder) {
                           if (budget_.spent()) return false;
                           const auto allowing = TryCall(builder);
                           if (!allowing) return true;
                           if (!found_) BuildOn(builder, *allowing);
                           return !found_ && ++built_on < kMaxCandidateCalls;
                         });
    return found_;
  }

 private:
  // Positions of the parent's capabilities that allow a call, ascending.
  using Allowing = std::vector<std::uint32_t>;

  // The parent's capabilities that allow a call which the child allows, through the capability in
  // question; nullopt where it does not. When the parent denies the call, the witness is found.
  std::optional<Allowing> TryCall(const CallBuilder& builder) {
    if (!budget_.Take()) return std::nullopt;
    std::string json = builder.Json();
    const auto parsed = json::Parse(json);
    if (!parsed) return std::nullopt;
    const Arguments arguments(parsed->root());
    const auto passes = [&](const Reached& one) {
      return Check(one.capability, arguments).passed();
    };
    if (!passes(child_[uncovered_.capability])) return std::nullopt;
    if (!Evaluate(child_.context(), uncovered_.tool, parsed->root()).allowed) return std::nullopt;
    if (!Evaluate(parent_.context(), uncovered_.tool, parsed->root()).allowed) {
      found_ = Witness{uncovered_.tool, std::move(json)};
      return Allowing{};
    }
    Allowing allowing;
    for (const std::uint32_t i : on_tool_) {
      if (passes(parent_[i])) allowing.push_back(i);
    }
    return allowing;
  }

  // For each of the parent's capabilities that allow the call, adds a piece that makes it refuse,
  // and none that refused allow.
  void BuildOn(CallBuilder builder, Allowing allowing) {
    for (const Fragment& piece : firing_) {
      if (found_ || budget_.spent()) return;
      CallBuilder next = builder;
      if (next.Add(piece)) (void)TryCall(next);
    }
    if (uncovered_.denied != nullptr) return;
    const Reached inner = child_[uncovered_.capability];
    std::size_t i = 0;
    while (i < allowing.size()) {
      const Reached outer = parent_[allowing[i]];
      const ConstraintSet gaps = FindGaps(outer, inner, *uncovered_.command);
      bool refused = false;
      for (const Fragment& piece : PiecesBetween(inner, outer, gaps)) {
        CallBuilder next = builder;
        if (!next.Add(piece)) continue;
        const auto left = TryCall(next);
        if (found_ || budget_.spent()) return;
        if (!left || left->size() == allowing.size() ||
            !std::includes(allowing.begin(), allowing.end(), left->begin(), left->end())) {
          continue;
        }
        builder = std::move(next);
        allowing = *left;
        refused = true;
        break;
      }
      i = refused ? 0 : i + 1;
    }
  }

  const ContextReach& parent_;
  const ContextReach& child_;
  const Uncovered& uncovered_;
  TrialBudget& budget_;
  const Positions on_tool_;  // the parent's capabilities
  std::vector<Fragment> firing_;
  std::optional<Witness> found_;
};

}  // namespace

std::optional<Witness> FindWitness(const ContextReach& parent, const ContextReach& child,
                                   const Uncovered& uncovered, TrialBudget& budget) {
  return WitnessSearch(parent, child, uncovered, budget).Run();
}

}  // namespace callgate::policy
