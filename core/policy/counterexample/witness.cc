#include "core/policy/counterexample/witness.h"

#include <algorithm>

#include "core/policy/counterexample/declared_calls.h"
#include "core/policy/counterexample/shorter_calls.h"
#include "core/policy/counterexample/witness_pieces.h"
#include "core/policy/evaluate/capability_check.h"
#include "core/policy/evaluate/deny_list.h"
#include "core/policy/evaluate/evaluate.h"
#include "core/policy/inclusion/declared_subsumption.h"
#include "core/policy/inclusion/domain_relations.h"
#include "core/policy/inclusion/entry_relations.h"

namespace callgate::policy {
namespace {

constexpr std::size_t kMaxCandidateCalls = 120;   // that the child allows and are built on
constexpr std::size_t kBytesOfTrial = 512;        // a longer call counts as several
constexpr std::size_t kMaxChanges = 8;            // of one call of declared arguments
constexpr std::size_t kCapabilitiesOfTrial = 32;  // a call of a tool with more counts as several
constexpr std::size_t kMaxNeighbours = 48;  // capabilities of the parent whose values are tried
constexpr std::size_t kMaxShortened = 16;   // times that a witness becomes shorter

class WitnessSearch {
 public:
  WitnessSearch(const ContextReach& parent, const ContextReach& child, const Reached& inner,
                const Uncovered& uncovered, const IsWitness& is_witness, TrialBudget& budget)
      : parent_(parent),
        child_(child),
        inner_(inner),
        uncovered_(uncovered),
        is_witness_(is_witness),
        budget_(budget),
        on_tool_(parent.On(uncovered.tool)),
        child_on_tool_(child.On(uncovered.tool)) {}

  std::optional<Witness> Run() {
    Search();
    for (std::size_t i = 0; i < kMaxShortened && Shorten(); ++i) {
    }
    return found_;
  }

 private:
  void Search() {
    const Reached& inner = inner_;
    if (inner.capability.arguments) return RunDeclared();
    std::vector<Reached> outer;
    for (const std::uint32_t i : on_tool_) outer.push_back(parent_[i]);
    if (uncovered_.denied != nullptr) {
      firing_ = PiecesFiring(*uncovered_.denied, inner, parent_, child_);
    }
    if (uncovered_.denied == nullptr) {
      // What no one else allows shows most plainly that this does.
      const std::optional<Capability> alone = WithoutCovered(inner.capability, outer);
      if (alone) TryCalls({*alone, inner.reach}, outer);
    }
    if (!found_) TryCalls(inner, outer);
  }

  // A call with less in it shows the same. False where none does.
  bool Shorten() {
    if (!found_) return false;
    const auto parsed = json::Parse(found_->arguments);
    if (!parsed) return false;
    Witness longer = std::move(*found_);
    found_.reset();
    for (std::string& shorter : ShorterOf(parsed->root())) {
      (void)TryCall(std::move(shorter));
      if (found_) return true;
      if (budget_.spent()) break;
    }
    found_ = std::move(longer);
    return false;
  }

  // The capability with only those entries of its lists that are within no list of `outer`; nullopt
  // where that is all or none of them.
  static std::optional<Capability> WithoutCovered(Capability capability,
                                                  const std::vector<Reached>& outer) {
    bool changed = false;
    const auto keep = [&](auto& list, auto other_list, auto&& is_within) {
      if (!list) return;
      auto left = *list;
      std::erase_if(left, [&](const auto& entry) {
        return std::ranges::any_of(outer, [&](const Reached& other) {
          const auto& around = other.capability.*other_list;
          return around && std::ranges::any_of(
                               *around, [&](const auto& one) { return is_within(entry, one); });
        });
      });
      if (left.empty() || left.size() == list->size()) return;
      list = std::move(left);
      changed = true;
    };
    keep(capability.path_allowlist, &Capability::path_allowlist,
         [](const PathEntry& entry, const PathEntry& around) {
           return PathSet::OfAllowed(entry).IsWithin(PathSet::OfAllowed(around));
         });
    keep(capability.domain_allowlist, &Capability::domain_allowlist, AllowsWithin);
    return changed ? std::optional(std::move(capability)) : std::nullopt;
  }

  void TryCalls(const Reached& inner, const std::vector<Reached>& outer) {
    const FurtherPieces further =
        PiecesInstead(inner, *uncovered_.command, outer, uncovered_.denied);
    std::size_t built_on = 0;
    ForEachCandidateCall(inner.capability, *uncovered_.command,
                         MatchingArguments(inner.capability, *uncovered_.command), further,
                         [&](const CallBuilder& builder) {
                           if (budget_.spent()) return false;
                           const auto allowing = TryCall(builder);
                           if (!allowing) return true;
                           if (!found_) BuildOn(builder, *allowing);
                           return !found_ && ++built_on < kMaxCandidateCalls;
                         });
  }

  // Positions of the parent's capabilities that allow a call, ascending.
  using Allowing = std::vector<std::uint32_t>;

  // The parent's capabilities that allow a call which the child allows, through the capability in
  // question; nullopt where it does not. When the parent denies the call, the witness is found.
  std::optional<Allowing> TryCall(const CallBuilder& builder) { return TryCall(builder.Json()); }

  std::optional<Allowing> TryCall(std::string json) {
    const std::size_t judges = on_tool_.size() + child_on_tool_.size();
    if (!budget_.Take(1 + json.size() / kBytesOfTrial + judges / kCapabilitiesOfTrial)) {
      return std::nullopt;
    }
    const auto parsed = json::Parse(json);
    if (!parsed) return std::nullopt;
    const Arguments arguments(parsed->root());
    const auto passes = [&](const Reached& one) {
      return Check(one.capability, arguments).passed();
    };
    if (!passes(inner_)) return std::nullopt;
    if (!Evaluate(child_.context(), uncovered_.tool, parsed->root()).allowed) return std::nullopt;
    const Verdict outer = Evaluate(parent_.context(), uncovered_.tool, parsed->root());
    if (!outer.allowed && FiresEntry(arguments)) {
      if (is_witness_ &&
          !is_witness_({uncovered_.tool, arguments, outer.deny_entry != kNoDenyEntry})) {
        return std::nullopt;
      }
      found_ = Witness{uncovered_.tool, std::move(json)};
      return Allowing{};
    }
    Allowing allowing;
    for (const std::uint32_t i : on_tool_) {
      if (passes(parent_[i])) allowing.push_back(i);
    }
    return allowing;
  }

  // What the parent's entry stops, where it is in question, it stops by itself: a call that the
  // parent denies for something else shows nothing of the entry.
  bool FiresEntry(const Arguments& arguments) const {
    if (uncovered_.denied == nullptr) return true;
    Positions entries;
    entries.Append(
        static_cast<std::uint32_t>(uncovered_.denied - parent_.context().deny_list.data()));
    return static_cast<bool>(JudgeDenyList(parent_.context(), entries, on_tool_, arguments));
  }

  // Calls of declared arguments: from one that the child allows, changes that leave fewer
  // capabilities of the parent that do, until none is left.
  void RunDeclared() {
    const Reached& inner = inner_;
    std::vector<const DeclaredArguments*> neighbours;
    std::string first;
    std::vector<std::uint32_t> near;  // the one that comes closest first
    if (std::ranges::binary_search(on_tool_, uncovered_.closest)) {
      near.push_back(static_cast<std::uint32_t>(uncovered_.closest));
    }
    for (const std::uint32_t i : on_tool_) {
      if (near.size() == kMaxNeighbours) break;
      if (near.empty() || i != near.front()) near.push_back(i);
    }
    for (const std::uint32_t i : near) {
      const Capability& outer = parent_[i].capability;
      if (outer.arguments) neighbours.push_back(&*outer.arguments);
      if (const auto gap = FindArgumentsGap(parent_[i], inner); gap && first.empty()) {
        first = gap->place.substr(0, gap->place.find('.'));
      }
    }
    // What a deny entry covers lies at a boundary.
    Schema denied;
    if (uncovered_.denied != nullptr) {
      if (const auto* path = std::get_if<PathEntry>(&uncovered_.denied->argument)) {
        denied.kind = PathKind{{*path}, {*path}, {}, {}};
      } else if (const auto* domain = std::get_if<DomainEntry>(&uncovered_.denied->argument)) {
        denied.kind = HostKind{true, {"https"}, {*domain}, {*domain}};
      } else if (const auto* command = std::get_if<CommandEntry>(&uncovered_.denied->argument)) {
        CommandRule rule;
        rule.words = command->words;
        denied.kind = CommandKind{{rule}, CommandKind::Form::kEither, Exec::kShell, {}};
      }
    }
    const DeclaredCalls calls(ChoicesOf(*inner.capability.arguments, neighbours, {&denied}),
                              [this](const Fragment& members) { return IsSpared(members); });
    for (const DeclaredCalls::Picks& base : calls.Bases()) {
      if (found_ || budget_.spent()) return;
      Change(calls, base, first);
    }
  }

  // The child's deny list does not fire on a call of these members.
  bool IsSpared(const Fragment& members) const {
    if (child_.context().deny_list.empty()) return true;
    const auto parsed = json::Parse(JsonObject(members));
    if (!parsed) return false;
    const Context& context = child_.context();
    Positions entries;
    context.compiled->deny_list().Find(uncovered_.tool, entries);
    if (entries.empty()) return true;
    const std::size_t judges = child_on_tool_.size() / kCapabilitiesOfTrial;
    if (judges > 0 && !budget_.Take(judges)) return true;
    return !JudgeDenyList(context, entries, child_on_tool_, Arguments(parsed->root()));
  }

  void Change(const DeclaredCalls& calls, DeclaredCalls::Picks picks, const std::string& first) {
    auto allowing = TryCall(calls.Json(picks));
    for (std::size_t changes = 0; changes < kMaxChanges && !found_; ++changes) {
      std::optional<DeclaredCalls::Picks> better;
      calls.ForEachChange(picks, first, [&](const DeclaredCalls::Picks& changed) {
        const auto left = TryCall(calls.Json(changed));
        if (found_ || budget_.spent()) return false;
        const bool is_better =
            left && (!allowing || (left->size() < allowing->size() &&
                                   std::includes(allowing->begin(), allowing->end(), left->begin(),
                                                 left->end())));
        if (!is_better) return true;
        better = changed;
        allowing = left;
        return false;
      });
      if (!better) return;
      picks = std::move(*better);
    }
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
    const Reached& inner = inner_;
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
  const Reached inner_;
  const Uncovered& uncovered_;
  const IsWitness& is_witness_;
  TrialBudget& budget_;
  const Positions on_tool_;  // the parent's capabilities
  const Positions child_on_tool_;
  std::vector<Fragment> firing_;
  std::optional<Witness> found_;
};

}  // namespace

std::optional<Witness> FindWitness(const ContextReach& parent, const ContextReach& child,
                                   const Uncovered& uncovered, TrialBudget& budget) {
  return FindWitness(parent, child, child[uncovered.capability], uncovered, budget, {});
}

std::optional<Witness> FindWitness(const ContextReach& parent, const ContextReach& child,
                                   const Reached& inner, const Uncovered& uncovered,
                                   TrialBudget& budget, const IsWitness& is_witness) {
  return WitnessSearch(parent, child, inner, uncovered, is_witness, budget).Run();
}

}  // namespace callgate::policy
