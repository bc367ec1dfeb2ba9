#include "core/policy/edit_judgement.h"

#include <algorithm>

#include "core/policy/evaluate/capability_check.h"
#include "core/policy/inclusion/denied_always.h"

namespace callgate::policy {
namespace {

// What a look at a capability of the side costs.
bool Take(const DiffDirection& way, const DiffSide& side, std::size_t capability, std::size_t own) {
  if (way.beyond.Take(side.capabilities[capability].size())) return true;
  way.beyond.Explain(own);
  return false;
}

EditOutcome Shows(const DiffDirection& way, const EditPlace& own, std::optional<Witness> witness) {
  way.beyond.Explain(own.capability);
  return {true, false, std::move(witness)};
}

bool IsByCapability(const TriedCall& call) { return !call.by_deny_list; }

// No other capability of `own` allows the call.
bool IsOfOne(const DiffDirection& way, std::size_t capability, const TriedCall& call) {
  const Positions on_tool = way.own.reach.On(call.tool);
  return std::ranges::none_of(on_tool, [&](std::uint32_t i) {
    return i != capability && Check(way.own.context.capabilities[i], call.arguments).passed();
  });
}
// What an entry of `except` covered that `own` has no more, its deny list stops.
bool IsDenied(const Edit& edit, const DiffDirection& way, const EditPlace& own) {
  const auto entry =
      edit.keyword == "except" ? json::Parse(edit.entry) : Result<json::Document>(Error());
  if (!entry || !entry->root().is_string()) return false;
  const ToolPatterns& tools = way.own.context.capabilities[own.capability].tool_pattern;
  const auto is_denied = [&](const auto& except) {
    return except && IsDeniedAlways(way.own.context, tools, *except);
  };
  const bool is_path =
      own.path.size() > 1 && own.path[own.path.size() - 2] == JsonStep(std::string("path"));
  return is_path ? is_denied(PathEntry::ParseDenied(entry->root().string()))
                 : is_denied(DomainEntry::ParseDenied(entry->root().string()));
}

// Of an entry of tool_pattern.
EditOutcome JudgeTools(const Edit& edit, const DiffDirection& way, const EditPlace& own) {
  const auto parsed = json::Parse(edit.entry);
  const auto pattern =
      parsed ? ToolPattern::Parse(parsed->root().string()) : std::optional<ToolPattern>();
  if (!pattern || !way.beyond.Holds(own.capability, *pattern)) return {};
  way.beyond.Explain(own.capability);
  return {true, false,
          way.beyond.FindWitness(own.capability, *pattern, OfCapability(way, own.capability))};
}

// What `inner` allows, rates apart, `outer` allows.
bool IsCovered(const Reached& inner, const Reached& outer) {
  return inner.reach.allows_nothing ||
         std::ranges::all_of(inner.reach.commands, [&](const CommandClass& command_class) {
           return FindGaps(outer, inner, command_class).Without(kRateGap).empty();
         });
}

}  // namespace

DiffSide::DiffSide(const Context& whole)
    : context(whole), reach(whole), document(json::Parse(whole.json, kCanonicalLimits)) {
  if (!document) return;
  const auto definitions = document->root().Find("definitions");
  for (const json::Value one : document->root().Find("capabilities")->elements()) {
    capabilities.push_back(WithDefinitions(one, definitions));
  }
  for (const json::Value one : document->root().Find("deny_list")->elements()) {
    entries.push_back(TextOf(one));
  }
}

IsWitness OfCapability(const DiffDirection& way, std::size_t capability) {
  return [&way, capability](const TriedCall& call) {
    return IsByCapability(call) || IsOfOne(way, capability, call);
  };
}

EditOutcome JudgeEdit(const Edit& edit, const DiffDirection& way, const EditPlace& outer,
                      const EditPlace& own) {
  if (!way.beyond.Holds(own.capability)) return {};
  const bool gained =
      (way.effect == PolicyChange::Effect::kAllowed ? edit.after : edit.before).has_value();
  if (edit.keyword == NameOf(Constraint::kRateLimit)) {
    if (IsRateWithin(way.own.context.capabilities[own.capability],
                     way.outer.context.capabilities[outer.capability])) {
      return {};
    }
    way.beyond.Explain(own.capability);
    return {true, true, std::nullopt};
  }
  if (edit.keyword == "tool_pattern") return gained ? JudgeTools(edit, way, own) : EditOutcome();
  const bool allows_by_itself = edit.is_entry && AllowsByItself(edit.keyword);
  if (allows_by_itself && !gained) return {};

  // Where the budget is spent, what could make a difference counts as making one.
  if (!Take(way, way.outer, outer.capability, own.capability)) return {true, false, std::nullopt};
  const Reached before = way.outer.reach[outer.capability];
  std::optional<Variant> done = OfEditAlone(edit, gained, outer, own);
  if (done && IsCovered(done->reached(), before)) return {};
  if (done) {
    auto witness = way.beyond.FindWitness(own.capability, done->reached(), IsByCapability);
    if (witness) return Shows(way, own, std::move(witness));
  }

  if (!Take(way, way.own, own.capability, own.capability)) return {true, false, std::nullopt};
  std::optional<Variant> undone = OfEditUndone(edit, gained, outer, own);
  if (undone && IsCovered(way.own.reach[own.capability], undone->reached())) return {};
  if (undone && !gained && IsDenied(edit, way, own)) {
    EditOutcome outcome;
    outcome.is_denied = true;
    return outcome;
  }
  // What cannot change alone is judged with its argument.
  if (!done && !undone) {
    done = OfWholeArgument(own, outer);
    undone = OfWholeArgument(outer, own);
  }
  const auto part = allows_by_itself ? OfEntryAlone(edit, own) : std::nullopt;
  const auto is_decided = [&](const TriedCall& call) {
    const auto passes = [&](const std::optional<Variant>& one) {
      return one && Check(one->reached().capability, call.arguments).passed();
    };
    if (passes(done) && IsByCapability(call)) return true;
    return undone && !passes(undone) && IsOfOne(way, own.capability, call);
  };
  return Shows(way, own,
               part ? way.beyond.FindWitness(own.capability, part->reached(), is_decided)
                    : way.beyond.FindWitness(own.capability, is_decided));
}

void ExplainDenied(const std::vector<const Edit*>& edits, const DiffDirection& way,
                   std::size_t outer, std::size_t own) {
  if (edits.empty()) return;
  std::string text = way.own.capabilities[own];
  for (const Edit* const edit : edits) {
    const auto parsed = json::Parse(text, kCanonicalLimits);
    if (!parsed || !way.beyond.Take(text.size())) return;
    const JsonPath& path =
        way.effect == PolicyChange::Effect::kAllowed ? edit->after_path : edit->before_path;
    text = WithEntryAt(parsed->root(), path, edit->entry);
  }
  const auto whole = Variant::Of(text);
  if (whole && IsCovered(whole->reached(), way.outer.reach[outer])) way.beyond.Explain(own);
}

}  // namespace callgate::policy
