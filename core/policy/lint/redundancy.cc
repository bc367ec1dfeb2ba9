#include "core/policy/lint/redundancy.h"

#include <algorithm>

#include "core/policy/inclusion/domain_relations.h"
#include "core/policy/inclusion/schema_constants.h"
#include "core/policy/inclusion/sights.h"
#include "core/policy/lint/tool_words.h"

namespace callgate::policy {
namespace {

bool HasKind(const DenyEntry& entry) {
  return !std::holds_alternative<std::monostate>(entry.argument);
}

bool ShareTools(const ToolPattern& one, const ToolPatterns& patterns) {
  return std::ranges::any_of(patterns.list, [&](const ToolPattern& other) {
    return IsAsWide(one, other) || IsAsWide(other, one);
  });
}

// What entries see of `inner` they see of `outer` as well.
bool SeesAsMuch(const DeclaredArguments& outer, const DeclaredArguments& inner) {
  const bool in_others = inner.other != nullptr && SeesAnything(*inner.other);
  if (in_others && (outer.other == nullptr || !SeeAlike(*outer.other, *inner.other) ||
                    outer.members.size() != inner.members.size())) {
    return false;
  }
  return std::ranges::all_of(inner.members, [&](const DeclaredMember& member) {
    const DeclaredMember* const other = FindMember(outer.members, member.name);
    if (other == nullptr) return !in_others && !SeesAnything(*member.schema);
    return SeeAlike(*other->schema, *member.schema) || !SeesAnything(*member.schema);
  });
}

bool IsWithin(const DenyEntry& inner, const DenyEntry& outer) {
  if (!IsAsWide(outer.tool_pattern, inner.tool_pattern)) return false;
  if (!HasKind(outer)) return true;
  if (inner.argument.index() != outer.argument.index()) return false;
  if (const auto* path = std::get_if<PathEntry>(&inner.argument)) {
    return PathSet::OfDenied(*path).IsWithin(
        PathSet::OfDenied(std::get<PathEntry>(outer.argument)));
  }
  if (const auto* domain = std::get_if<DomainEntry>(&inner.argument)) {
    return DeniesWithin(*domain, std::get<DomainEntry>(outer.argument));
  }
  return DeniesWithin(std::get<CommandEntry>(inner.argument),
                      std::get<CommandEntry>(outer.argument));
}

}  // namespace

Redundancy::Redundancy(const ContextReach& reach, ToolNeighbours& neighbours, Findings& findings)
    : reach_(reach),
      neighbours_(neighbours),
      findings_(findings),
      deleted_(reach.size()),
      is_too_wide_(reach.size()) {
  has_kinds_ = std::ranges::any_of(context().deny_list, HasKind);
  if (!has_kinds_) return;
  for (const Capability& capability : context().capabilities) Count(capability, 1);
}

void Redundancy::Count(const Capability& capability, int by) {
  for (const std::string& key : capability.path_arguments) added_[0][key] += by;
  for (const std::string& key : capability.domain_arguments) added_[1][key] += by;
  for (const std::string& key : capability.command_arguments) added_[2][key] += by;
}

void Redundancy::LintCapability(std::size_t capability) {
  if (reach_[capability].reach.allows_nothing || !neighbours_.MayLook()) return;
  const ToolPatterns& pattern = context().capabilities[capability].tool_pattern;
  for (const std::uint32_t other : reach_.AsWideAs(pattern)) {
    if (!neighbours_.Look()) return;
    if (other == capability || deleted_[other] || !IsInVain(capability, other)) continue;
    // Of two that say the same, the later one is in vain.
    const ToolPatterns& wide = context().capabilities[other].tool_pattern;
    if (other > capability && IsAsWide(pattern, wide) && IsInVain(other, capability)) continue;
    if (HoldsStar(wide) && !HoldsStar(pattern)) {
      is_too_wide_[other] = true;
      findings_.OfCapability(other)(
          "lint.star", "allows whatever capability " + std::to_string(capability) + " (" +
                           pattern.text +
                           ") does, which makes that one useless; name the tools "
                           "that this one is for, or delete that one");
    } else {
      findings_.OfCapability(capability)("lint.shadowed",
                                         "capability " + std::to_string(other) + " (" + wide.text +
                                             ") allows whatever this one does; delete this one");
    }
    deleted_[capability] = true;
    Count(context().capabilities[capability], -1);
    return;
  }
}

bool Redundancy::IsInVain(std::size_t capability, std::size_t other) const {
  return IsCovered(capability, other) && ChargesAlike(capability, other) &&
         IsSeenAlike(capability, other);
}

bool Redundancy::IsCovered(std::size_t capability, std::size_t other) const {
  const Reached inner = reach_[capability];
  return std::ranges::all_of(inner.reach.commands, [&](const CommandClass& command_class) {
    return FindGaps(reach_[other], inner, command_class).empty();
  });
}

// Calls of the capability go to `other`, where that is the first with room, or to one before it.
bool Redundancy::ChargesAlike(std::size_t capability, std::size_t other) const {
  const auto& all = context().capabilities;
  if (all[other].rate_limit) return false;
  if (other < capability) return true;
  bool alike = true;
  neighbours_.ForEach(all[capability].tool_pattern, [&](std::size_t next) {
    if (next <= capability || next > other || deleted_[next]) return true;
    alike =
        !all[next].rate_limit && all[next].max_response_size == all[capability].max_response_size;
    return alike;
  });
  return alike && neighbours_.MayLook();
}

bool Redundancy::IsSeenAlike(std::size_t capability, std::size_t other) const {
  if (!has_kinds_) return true;
  const Capability& inner = context().capabilities[capability];
  const Capability& outer = context().capabilities[other];
  if (!KeepsAddedKeys(inner)) return false;
  const bool is_seen = std::ranges::any_of(context().deny_list, [&](const DenyEntry& entry) {
    return HasKind(entry) && ShareTools(entry.tool_pattern, inner.tool_pattern);
  });
  if (!is_seen) return true;
  if (inner.arguments.has_value() != outer.arguments.has_value()) return false;
  if (inner.arguments) return SeesAsMuch(*outer.arguments, *inner.arguments);
  const auto text = [](const std::optional<PathEntry>& base) {
    return base ? std::string_view(base->text) : std::string_view();
  };
  return text(inner.base_directory) == text(outer.base_directory);
}

bool Redundancy::KeepsAddedKeys(const Capability& capability) const {
  const auto keeps = [&](const KeyList& keys, std::size_t list) {
    return std::ranges::all_of(
        keys, [&](const std::string& key) { return added_[list].find(key)->second > 1; });
  };
  return keeps(capability.path_arguments, 0) && keeps(capability.domain_arguments, 1) &&
         keeps(capability.command_arguments, 2);
}

void Redundancy::LintDenyList(const std::vector<bool>& is_reported) {
  const auto& entries = context().deny_list;
  for (std::size_t first = 0; first < entries.size();) {
    // One text may stand for two entries; it is in vain when both are.
    std::size_t end = first + 1;
    while (end < entries.size() && entries[end].nth == entries[first].nth) {
      ++end;
    }
    bool dead = !is_reported[first];
    bool reaches_nothing = true;
    for (std::size_t i = first; dead && i < end; ++i) {
      const bool on_no_tool = IsOnNoTool(entries[i].tool_pattern);
      reaches_nothing = reaches_nothing && on_no_tool;
      dead = dead && (on_no_tool || IsWithinAnother(i, first, end));
    }
    if (dead) {
      findings_.OfDenyEntry(first)(
          "lint.dead-deny",
          "the deny entry for " + entries[first].tool_pattern.text +
              (reaches_nothing ? " stops no tool that a capability allows; delete it, or write the "
                                 "tool as its server names it"
                               : " stops nothing that another does not stop; delete it"));
    }
    first = end;
  }
}

bool Redundancy::IsOnNoTool(const ToolPattern& pattern) const {
  bool found = false;
  neighbours_.ForEach(pattern, [&](std::size_t) {
    found = true;
    return false;
  });
  return !found && neighbours_.MayLook();
}

// Some entry outside [first, end) stops whatever this one does; of two that say the same, the
// later one is in vain.
bool Redundancy::IsWithinAnother(std::size_t entry, std::size_t first, std::size_t end) {
  const auto& entries = context().deny_list;
  for (std::size_t i = 0; i < entries.size(); ++i) {
    if (i >= first && i < end) continue;
    if (++pairs_ > kMostPairs) return false;
    if (!IsWithin(entries[entry], entries[i])) continue;
    if (i > entry && IsWithin(entries[i], entries[entry])) continue;
    return true;
  }
  return false;
}

}  // namespace callgate::policy
