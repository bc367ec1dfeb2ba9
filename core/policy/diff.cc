#include "core/policy/diff.h"

#include <algorithm>
#include <unordered_map>
#include <unordered_set>

#include "core/policy/containment.h"
#include "core/policy/edit_judgement.h"
#include "core/policy/version_pairs.h"

namespace callgate::policy {
namespace {

constexpr std::string_view kCapabilities = "capabilities";
constexpr std::string_view kDenyList = "deny_list";

// REQUIRES: it says what was there before or after. `is_starved`: too much was left to compare.
std::string ReasonOf(const PolicyChange& change, bool is_starved) {
  std::string reason = change.keyword;
  if (!change.argument.empty()) reason += " of " + change.argument;
  if (!change.before) {
    reason += ": added " + *change.after;
  } else if (!change.after) {
    reason += ": removed " + *change.before;
  } else {
    reason += ": " + *change.before + " became " + *change.after;
  }
  if (change.effect != PolicyChange::Effect::kUnknown) return reason;
  if (is_starved) return reason + "; " + std::string(kTooMuch);
  const bool is_pattern = change.keyword == "pattern" || change.keyword == "argument_patterns";
  const bool both = change.before && change.after;
  return is_pattern && both ? reason + "; patterns are not compared" : reason;
}

class Difference {
 public:
  Difference(const DiffSide& before, const DiffSide& after)
      : before_(before),
        after_(after),
        allowed_(before.reach, after.reach),
        denied_(after.reach, before.reach) {}

  PolicyDiff Run() {
    for (const Pair& pair : PairCapabilities(before_.capabilities, after_.capabilities)) {
      if (pair.before && pair.after) {
        ComparePair(*pair.before, *pair.after);
      } else {
        AddWhole(pair);
      }
    }
    for (const Pair& pair : PairEntries(before_.entries, after_.entries)) AddEntry(pair);
    AddUnexplained(allowed_, true);
    AddUnexplained(denied_, false);
    const auto rank = [](const PolicyChange& change) {
      return std::pair(static_cast<int>(change.effect), change.capability.value_or(kNowhere));
    };
    std::ranges::stable_sort(diff_.changes, {}, rank);
    return std::move(diff_);
  }

 private:
  static constexpr std::size_t kNowhere = static_cast<std::size_t>(-1);
  using Effect = PolicyChange::Effect;

  // Calls that would show more are tried no longer.
  bool is_starved() const noexcept { return allowed_.spent() || denied_.spent(); }

  DiffDirection Allowing() { return {allowed_, before_, after_, Effect::kAllowed}; }
  DiffDirection Denying() { return {denied_, after_, before_, Effect::kDenied}; }

  void Add(PolicyChange change, Effect effect, std::size_t capability, const DiffSide& own,
           std::optional<Witness> witness = std::nullopt) {
    change.effect = effect;
    change.became_allowed = effect == Effect::kAllowed;
    change.capability = capability;
    if (change.tool_pattern.empty()) {
      change.tool_pattern = own.context.capabilities[capability].tool_pattern.text;
    }
    change.witness = std::move(witness);
    if (change.reason.empty()) change.reason = ReasonOf(change, is_starved());
    diff_.changes.push_back(std::move(change));
  }

  // Allowed or denied where a call shows it.
  void AddShown(PolicyChange change, const DiffDirection& way, std::size_t capability,
                std::optional<Witness> witness) {
    const Effect effect = witness ? way.effect : Effect::kUnknown;
    Add(std::move(change), effect, capability, way.own, std::move(witness));
  }

  // A capability that has no other version.
  void AddWhole(const Pair& pair) {
    const DiffDirection way = pair.after ? Allowing() : Denying();
    const std::size_t capability = pair.after ? *pair.after : *pair.before;
    PolicyChange change;
    change.keyword = kCapabilities;
    (pair.after ? change.after : change.before) =
        way.own.context.capabilities[capability].tool_pattern.text;
    if (!way.beyond.Holds(capability)) {
      return Add(std::move(change), Effect::kNone, capability, way.own);
    }
    AddShown(std::move(change), way, capability,
             way.beyond.FindWitness(capability, OfCapability(way, capability)));
    way.beyond.Explain(capability);
  }

  void ComparePair(std::size_t before, std::size_t after) {
    const auto old_one = json::Parse(before_.capabilities[before], kCanonicalLimits);
    const auto new_one = json::Parse(after_.capabilities[after], kCanonicalLimits);
    if (!old_one || !new_one) return;
    const std::vector<Edit> edits = CompareCapabilities(old_one->root(), new_one->root());
    std::vector<const Edit*> denied_after;
    std::vector<const Edit*> denied_before;
    for (const Edit& edit : edits) {
      PolicyChange change;
      change.keyword = edit.keyword;
      change.argument = edit.argument;
      change.before = edit.before;
      change.after = edit.after;
      if (edit.keyword == NameOf(Constraint::kMaxResponseSize)) {
        AddResponseSize(std::move(change), before, after);
        continue;
      }
      const EditPlace old_place{before, old_one->root(), edit.before_path};
      const EditPlace new_place{after, new_one->root(), edit.after_path};
      EditOutcome allows = JudgeEdit(edit, Allowing(), old_place, new_place);
      EditOutcome denies = JudgeEdit(edit, Denying(), new_place, old_place);
      if (allows.is_denied) denied_after.push_back(&edit);
      if (denies.is_denied) denied_before.push_back(&edit);
      const bool is_unknown = (allows.counts && !allows.is_certain()) ||  //
                              (denies.counts && !denies.is_certain());
      const bool is_none = !allows.counts && !denies.counts;
      if (allows.is_certain()) {
        Add(change, Effect::kAllowed, after, after_, std::move(allows.witness));
      }
      if (denies.is_certain()) {
        Add(change, Effect::kDenied, before, before_, std::move(denies.witness));
      }
      if (is_unknown) Add(change, Effect::kUnknown, after, after_);
      if (is_none) Add(std::move(change), Effect::kNone, after, after_);
    }
    ExplainDenied(denied_after, Allowing(), before, after);
    ExplainDenied(denied_before, Denying(), after, before);
  }

  // Calls do not tell these apart, but answers.
  void AddResponseSize(PolicyChange change, std::size_t before, std::size_t after) {
    const auto old_size = before_.context.capabilities[before].max_response_size;
    const auto new_size = after_.context.capabilities[after].max_response_size;
    const bool grew = old_size && (!new_size || *new_size > *old_size);
    const DiffDirection way = grew ? Allowing() : Denying();
    Add(std::move(change), way.effect, grew ? after : before, way.own);
  }

  void AddEntry(const Pair& pair) {
    const DiffDirection way = pair.before ? Allowing() : Denying();
    const std::size_t position = pair.before ? *pair.before : *pair.after;
    const DenyEntry& entry = way.outer.context.deny_list[position];
    PolicyChange change;
    change.keyword = kDenyList;
    change.tool_pattern = entry.tool_pattern.text;
    const auto parsed = json::Parse(way.outer.entries[position], kCanonicalLimits);
    const bool is_pattern = std::holds_alternative<std::monostate>(entry.argument);
    (pair.before ? change.before : change.after) =
        is_pattern || !parsed ? entry.tool_pattern.text : ShownText(parsed->root());
    way.beyond.Explain(entry);
    if (const auto capability = way.beyond.FirstDeniedBy(entry)) {
      auto shown = way.beyond.FindWitness(entry);
      if (!shown) return AddShown(std::move(change), way, *capability, std::nullopt);
      return AddShown(std::move(change), way, shown->capability, std::move(shown->witness));
    }
    change.reason = ReasonOf(change, false);
    diff_.changes.push_back(std::move(change));
  }

  // What no difference of two documents in one place says: other capabilities say what a deny list
  // looks at, and several may cover together what one does not.
  void AddUnexplained(Beyond& beyond, bool became_allowed) {
    const DiffDirection way = became_allowed ? Allowing() : Denying();
    for (const Uncovered& uncovered : beyond.Unexplained()) {
      PolicyChange change;
      change.keyword = uncovered.denied != nullptr ? kDenyList
                       : uncovered.gaps.empty()    ? kCapabilities
                                                   : NameOf(uncovered.gaps);
      change.reason = Describe(way.outer.reach, way.own.reach, uncovered);
      if (!uncovered.is_compared) {
        Add(std::move(change), Effect::kUnknown, uncovered.capability, way.own);
      } else if (uncovered.is_limit()) {
        Add(std::move(change), way.effect, uncovered.capability, way.own);
      } else {
        AddShown(std::move(change), way, uncovered.capability, beyond.FindWitness(uncovered));
      }
    }
  }

  const DiffSide& before_;
  const DiffSide& after_;
  Beyond allowed_;
  Beyond denied_;
  PolicyDiff diff_;
};

}  // namespace

PolicyDiff Diff(const Context& before, const Context& after) {
  const DiffSide old_side(before);
  const DiffSide new_side(after);
  return Difference(old_side, new_side).Run();
}

}  // namespace callgate::policy
