#include "core/policy/diff.h"

#include <algorithm>
#include <unordered_map>
#include <unordered_set>

#include "core/policy/beyond.h"
#include "core/policy/containment.h"
#include "core/policy/document_edits.h"
#include "core/policy/variant.h"

namespace callgate::policy {
namespace {

constexpr std::string_view kCapabilities = "capabilities";
constexpr std::string_view kDenyList = "deny_list";
constexpr std::string_view kToolPattern = "tool_pattern";

// Lists of which each entry allows something by itself.
bool AllowsByItself(std::string_view keyword) noexcept {
  return keyword.ends_with("_allowlist") || keyword == "allow" || keyword == "then" ||
         keyword == "enum" || keyword == "type" || keyword == "schemes";
}

// REQUIRES: it says what was there before or after.
std::string ReasonOf(const PolicyChange& change) {
  std::string reason = change.keyword;
  if (!change.argument.empty()) reason += " of " + change.argument;
  if (!change.before) return reason + ": added " + *change.after;
  if (!change.after) return reason + ": removed " + *change.before;
  reason += ": " + *change.before + " became " + *change.after;
  const bool is_pattern = change.keyword == "pattern" || change.keyword == "argument_patterns";
  const bool is_unknown = change.effect == PolicyChange::Effect::kUnknown;
  return is_pattern && is_unknown ? reason + "; patterns are not compared" : reason;
}

// One version.
struct Side {
  explicit Side(const Context& whole)
      : context(whole), reach(whole), document(json::Parse(whole.json, kCanonicalLimits)) {
    if (!document) return;
    const auto definitions = document->root().Find("definitions");
    for (const json::Value one : document->root().Find(kCapabilities)->elements()) {
      capabilities.push_back(WithDefinitions(one, definitions));
    }
    for (const json::Value one : document->root().Find(kDenyList)->elements()) {
      entries.push_back(TextOf(one));
    }
  }

  const Context& context;
  const ContextReach reach;
  const Result<json::Document> document;
  std::vector<std::string> capabilities;  // in canonical form, definitions in their places
  std::vector<std::string> entries;       // of the deny list
};

class Difference {
 public:
  Difference(const Side& before, const Side& after)
      : before_(before),
        after_(after),
        allowed_(before.reach, after.reach),
        denied_(after.reach, before.reach),
        same_(allowed_.empty() && denied_.empty()) {}

  PolicyDiff Run() {
    for (const Pair& pair : PairCapabilities(before_.capabilities, after_.capabilities)) {
      if (pair.before && pair.after) {
        ComparePair(*pair.before, *pair.after);
      } else if (!same_) {
        AddWhole(pair);
      }
    }
    if (!same_) {
      for (const Pair& pair : PairEntries(before_.entries, after_.entries)) AddEntry(pair);
      AddUnexplained(allowed_, true);
      AddUnexplained(denied_, false);
    }
    const auto rank = [](const PolicyChange& change) {
      return std::pair(static_cast<int>(change.effect), change.capability.value_or(kNowhere));
    };
    std::ranges::stable_sort(diff_.changes, {}, rank);
    return std::move(diff_);
  }

 private:
  static constexpr std::size_t kNowhere = static_cast<std::size_t>(-1);
  using Effect = PolicyChange::Effect;

  // What one side allows beyond the other.
  struct Direction {
    Beyond& beyond;
    const Side& outer;
    const Side& own;
    Effect effect;
  };
  Direction Allowing() { return {allowed_, before_, after_, Effect::kAllowed}; }
  Direction Denying() { return {denied_, after_, before_, Effect::kDenied}; }

  // What an edit does in one direction.
  struct Outcome {
    bool counts = false;             // `own` may allow by it what `outer` does not
    bool is_limit = false;           // which no one call shows
    std::optional<Witness> witness;  // that shows it
    bool is_certain() const noexcept { return is_limit || witness.has_value(); }
  };

  void Add(PolicyChange change, Effect effect, std::size_t capability, const Side& own,
           std::optional<Witness> witness = std::nullopt) {
    change.effect = effect;
    change.became_allowed = effect == Effect::kAllowed;
    change.capability = capability;
    if (change.tool_pattern.empty()) {
      change.tool_pattern = own.context.capabilities[capability].tool_pattern.text;
    }
    change.witness = std::move(witness);
    if (change.reason.empty()) change.reason = ReasonOf(change);
    diff_.changes.push_back(std::move(change));
  }

  // Allowed or denied where a call shows it.
  void AddShown(PolicyChange change, const Direction& way, std::size_t capability,
                std::optional<Witness> witness) {
    const Effect effect = witness ? way.effect : Effect::kUnknown;
    Add(std::move(change), effect, capability, way.own, std::move(witness));
  }

  // A capability that has no other version.
  void AddWhole(const Pair& pair) {
    const Direction way = pair.after ? Allowing() : Denying();
    const std::size_t capability = pair.after ? *pair.after : *pair.before;
    PolicyChange change;
    change.keyword = kCapabilities;
    (pair.after ? change.after : change.before) =
        way.own.context.capabilities[capability].tool_pattern.text;
    if (!way.beyond.Holds(capability)) {
      return Add(std::move(change), Effect::kNone, capability, way.own);
    }
    AddShown(std::move(change), way, capability, way.beyond.FindWitness(capability));
    way.beyond.Explain(capability);
  }

  void ComparePair(std::size_t before, std::size_t after) {
    const auto old_one = json::Parse(before_.capabilities[before], kCanonicalLimits);
    const auto new_one = json::Parse(after_.capabilities[after], kCanonicalLimits);
    if (!old_one || !new_one) return;
    for (const Edit& edit : CompareCapabilities(old_one->root(), new_one->root())) {
      PolicyChange change;
      change.keyword = edit.keyword;
      change.argument = edit.argument;
      change.before = edit.before;
      change.after = edit.after;
      if (edit.keyword == NameOf(Constraint::kMaxResponseSize)) {
        AddResponseSize(std::move(change), before, after);
        continue;
      }
      if (same_) continue;
      const Place old_place{before, old_one->root(), edit.before_path};
      const Place new_place{after, new_one->root(), edit.after_path};
      Outcome allows = Judge(edit, Allowing(), old_place, new_place);
      Outcome denies = Judge(edit, Denying(), new_place, old_place);
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
  }

  // Calls do not tell these apart, but answers.
  void AddResponseSize(PolicyChange change, std::size_t before, std::size_t after) {
    const auto old_size = before_.context.capabilities[before].max_response_size;
    const auto new_size = after_.context.capabilities[after].max_response_size;
    const bool grew = old_size && (!new_size || *new_size > *old_size);
    const Direction way = grew ? Allowing() : Denying();
    Add(std::move(change), way.effect, grew ? after : before, way.own);
  }

  // Where something stands in a capability of one side.
  struct Place {
    std::size_t capability;
    json::Value document;
    const JsonPath& path;
  };

  // What the edit lets `own` allow beyond `outer`.
  Outcome Judge(const Edit& edit, const Direction& way, const Place& outer, const Place& own) {
    if (!way.beyond.Holds(own.capability)) return {};
    const bool gained = (way.effect == Effect::kAllowed ? edit.after : edit.before).has_value();
    if (edit.keyword == NameOf(Constraint::kRateLimit)) {
      if (IsRateWithin(way.own.context.capabilities[own.capability],
                       way.outer.context.capabilities[outer.capability])) {
        return {};
      }
      way.beyond.Explain(own.capability);
      return {true, true, std::nullopt};
    }
    if (edit.keyword == kToolPattern) return gained ? JudgeTools(edit, way, own) : Outcome();
    const bool allows_by_itself = edit.is_entry && AllowsByItself(edit.keyword);
    if (allows_by_itself && !gained) return {};

    // Where the budget is spent, what could make a difference counts as making one.
    if (!way.beyond.Take(way.outer.capabilities[outer.capability].size())) {
      way.beyond.Explain(own.capability);
      return {true, false, std::nullopt};
    }
    const std::optional<Variant> alone = OfEditAlone(edit, gained, outer, own);
    if (alone && !Widens(way, outer.capability, *alone)) return {};
    way.beyond.Explain(own.capability);
    std::optional<Witness> witness;
    if (alone) witness = way.beyond.FindWitness(own.capability, alone->reached());
    const auto part = allows_by_itself ? OfEntryAlone(edit, own) : std::nullopt;
    if (!witness && part) witness = way.beyond.FindWitness(own.capability, part->reached());
    if (!witness && !part) witness = way.beyond.FindWitness(own.capability);
    return {true, false, std::move(witness)};
  }

  static Outcome JudgeTools(const Edit& edit, const Direction& way, const Place& own) {
    const auto parsed = json::Parse(edit.entry);
    const auto pattern =
        parsed ? ToolPattern::Parse(parsed->root().string()) : std::optional<ToolPattern>();
    if (!pattern || !way.beyond.Holds(own.capability, *pattern)) return {};
    way.beyond.Explain(own.capability);
    return {true, false, way.beyond.FindWitness(own.capability, *pattern)};
  }

  // `outer` with this edit and no other: of a list that allows by its entries, with this one alone.
  static std::optional<Variant> OfEditAlone(const Edit& edit, bool gained, const Place& outer,
                                            const Place& own) {
    if (!edit.is_entry) {
      const auto value = FindAt(own.document, own.path);
      return Variant::Of(outer.document, outer.path,
                         value ? std::optional(TextOf(*value)) : std::nullopt);
    }
    if (AllowsByItself(edit.keyword)) return OfEntryAlone(edit, outer);
    const auto list = FindAt(outer.document, outer.path);
    if (!list && gained) return Variant::Of(outer.document, outer.path, "[" + edit.entry + "]");
    if (!list || !list->is_array()) return std::nullopt;
    return Variant::Of(outer.document, outer.path,
                       gained ? WithEntry(*list, edit.entry) : WithoutEntry(*list, edit.entry));
  }

  // The capability with that entry alone in the list.
  static std::optional<Variant> OfEntryAlone(const Edit& edit, const Place& place) {
    const bool is_const =
        !place.path.empty() && place.path.back() == JsonStep(std::string("const"));
    return Variant::Of(place.document, place.path, is_const ? edit.entry : "[" + edit.entry + "]");
  }

  // False only where `outer` covers the variant.
  static bool Widens(const Direction& way, std::size_t outer, const Variant& variant) {
    const Reached inner = variant.reached();
    if (inner.reach.allows_nothing) return false;
    return std::ranges::any_of(inner.reach.commands, [&](const CommandClass& command_class) {
      return !FindGaps(way.outer.reach[outer], inner, command_class).Without(kRateGap).empty();
    });
  }

  void AddEntry(const Pair& pair) {
    const Direction way = pair.before ? Allowing() : Denying();
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
    change.reason = ReasonOf(change);
    diff_.changes.push_back(std::move(change));
  }

  // What no difference of two documents in one place says: other capabilities say what a deny list
  // looks at, and several may cover together what one does not.
  void AddUnexplained(Beyond& beyond, bool became_allowed) {
    const Direction way = became_allowed ? Allowing() : Denying();
    for (const Uncovered& uncovered : beyond.Unexplained()) {
      PolicyChange change;
      change.keyword = uncovered.denied != nullptr ? kDenyList
                       : uncovered.gaps.empty()    ? kCapabilities
                                                   : NameOf(uncovered.gaps);
      change.reason = Describe(way.outer.reach, way.own.reach, uncovered);
      if (uncovered.is_limit()) {
        Add(std::move(change), way.effect, uncovered.capability, way.own);
      } else {
        AddShown(std::move(change), way, uncovered.capability, beyond.FindWitness(uncovered));
      }
    }
  }

  const Side& before_;
  const Side& after_;
  Beyond allowed_;
  Beyond denied_;
  const bool same_;  // each is within the other
  PolicyDiff diff_;
};

}  // namespace

PolicyDiff Diff(const Context& before, const Context& after) {
  const Side old_side(before);
  const Side new_side(after);
  return Difference(old_side, new_side).Run();
}

}  // namespace callgate::policy
