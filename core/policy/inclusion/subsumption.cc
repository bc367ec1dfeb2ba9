#include "core/policy/inclusion/subsumption.h"

#include <algorithm>
#include <array>
#include <utility>

#include "core/policy/evaluate/command_constraint.h"
#include "core/policy/evaluate/path_constraint.h"
#include "core/policy/values/path.h"

namespace callgate::policy {
namespace {

bool HasConstraint(const Capability& capability) noexcept {
  return capability.path_allowlist || capability.domain_allowlist || capability.command_allowlist ||
         !capability.argument_patterns.empty();
}

bool ArePathsWithin(const Capability& inner, const Capability& outer) {
  return std::all_of(
      inner.path_allowlist->begin(), inner.path_allowlist->end(), [&](const PathEntry& entry) {
        const PathSet paths = PathSet::OfAllowed(entry);
        return std::any_of(
            outer.path_allowlist->begin(), outer.path_allowlist->end(),
            [&](const PathEntry& around) { return paths.IsWithin(PathSet::OfAllowed(around)); });
      });
}

bool AreDomainsWithin(const Capability& inner, const Capability& outer) {
  return std::all_of(inner.domain_allowlist->begin(), inner.domain_allowlist->end(),
                     [&](const DomainEntry& entry) {
                       return std::any_of(
                           outer.domain_allowlist->begin(), outer.domain_allowlist->end(),
                           [&](const DomainEntry& around) { return AllowsWithin(entry, around); });
                     });
}

// Paths and domains, where both sides must find the same values. Keys that only `inner` adds are a
// gap too: an object under a class key must hold a key of the class, and they would count as such.
// Keys that only `outer` frees take values away that `inner` found: then `outer` sees absence.
Gaps FindValueGaps(const Reached& outer, const Reached& inner, const KeyList& outer_keys,
                   const KeyList& inner_keys) {
  Gaps gaps = 0;
  if (outer_keys != inner_keys) gaps |= kKeysGap;
  if (!IsSubset(inner.reach.freed, outer.reach.freed)) gaps |= kFreedGap;
  if (!IsSubset(outer.reach.freed, inner.reach.freed) && !outer.capability.allow_absent) {
    gaps |= kAbsenceGap;
  }
  return gaps;
}

Gaps FindPathGaps(const Reached& outer, const Reached& inner) {
  if (!outer.capability.path_allowlist) return 0;
  if (!inner.capability.path_allowlist) return kPathGap;
  Gaps gaps = FindValueGaps(outer, inner, outer.reach.path_keys, inner.reach.path_keys);
  if (!ArePathsWithin(inner.capability, outer.capability)) gaps |= kPathGap;
  if (inner.reach.uses_base &&
      (!outer.capability.base_directory ||
       outer.capability.base_directory->text != inner.capability.base_directory->text)) {
    gaps |= kBaseGap;
  }
  return gaps;
}

Gaps FindDomainGaps(const Reached& outer, const Reached& inner) {
  if (!outer.capability.domain_allowlist) return 0;
  if (!inner.capability.domain_allowlist) return kDomainGap;
  Gaps gaps = FindValueGaps(outer, inner, outer.reach.domain_keys, inner.reach.domain_keys);
  if (!AreDomainsWithin(inner.capability, outer.capability)) gaps |= kDomainGap;
  return gaps;
}

// What follows the words that an entry matched is judged for paths. `inner` judges what follows
// `words`; this says whether `outer` passes those of them that it would judge.
bool DoWordsPass(const Capability& outer, const Words& words, std::size_t matched) {
  if (!outer.path_allowlist) return true;
  return std::all_of(words.begin() + static_cast<std::ptrdiff_t>(std::min(matched, words.size())),
                     words.end(),
                     [&](std::string_view word) { return JudgePathWord(outer, word).empty(); });
}

Gaps FindWordGaps(const Capability& outer, const Words& words) {
  std::size_t matched = 0;
  for (const CommandEntry& entry : *outer.command_allowlist) {
    if (entry.words.size() > matched && entry.Matches(words.data(), words.size())) {
      matched = entry.words.size();
    }
  }
  if (matched == 0) return kCommandGap;
  const Subcommands subcommands = SubcommandsOf(outer, words[0]);
  if (subcommands.held) {
    if (words.size() < 2) return kSubcommandGap;
    const auto& listed = subcommands.listed;
    if (std::find(listed.begin(), listed.end(), words[1]) == listed.end()) return kSubcommandGap;
    matched = std::max<std::size_t>(matched, 2);
  }
  return DoWordsPass(outer, words, matched) ? 0 : kCommandGap;
}

// `inner` could take the key for a command where `outer` takes it for arguments without one.
bool CouldBeArgs(const std::string& folded) noexcept {
  return folded.ends_with("args") || folded.ends_with("arguments") || folded.ends_with("argv") ||
         folded.ends_with("flags");
}

// Where a call holds no command for `inner`, it holds none for `outer` if that looks at fewer keys.
Gaps FindAbsentCommandGaps(const CapabilityReach& outer, const CapabilityReach& inner) {
  Gaps gaps = 0;
  if (!IsSubset(outer.command_keys, inner.command_keys)) gaps |= kKeysGap;
  for (const std::string& key : inner.command_keys) {
    if (CouldBeArgs(key) && !Holds(outer.command_keys, key)) gaps |= kKeysGap;
  }
  if (!IsSubset(inner.freed_commands, outer.freed_commands)) gaps |= kFreedGap;
  return gaps;
}

// Which key holds the command, and that there is one only, both sides must see alike: what one
// takes for a command and the other does not would be a second command, or arguments without one.
Gaps FindCommandGaps(const Reached& outer, const Reached& inner, const CommandClass& atom) {
  if (!outer.capability.command_allowlist) return 0;
  if (!inner.capability.command_allowlist) return kCommandGap;
  if (atom.kind != CommandClass::Kind::kWords) {
    return FindAbsentCommandGaps(outer.reach, inner.reach);
  }
  Gaps gaps = 0;
  if (outer.reach.command_keys != inner.reach.command_keys) gaps |= kKeysGap;
  if (outer.reach.freed_commands != inner.reach.freed_commands) gaps |= kFreedGap;
  if (outer.capability.exec != inner.capability.exec) gaps |= kExecGap;
  return gaps | FindWordGaps(outer.capability, atom.words);
}

Gaps FindPatternGaps(const Capability& outer, const Capability& inner) {
  for (const auto& [key, pattern] : outer.argument_patterns) {
    const auto same = inner.argument_patterns.find(key);
    if (same == inner.argument_patterns.end() || same->second.text() != pattern.text()) {
      return kPatternGap;
    }
  }
  return 0;
}

// `inner` lets absence through, so `outer` must for each of its constraints that a call of the atom
// could be without.
bool IsAbsenceCovered(const Capability& outer, const Capability& inner, const CommandClass& atom) {
  if (!inner.allow_absent || outer.allow_absent) return true;
  return !outer.path_allowlist && !outer.domain_allowlist && outer.argument_patterns.empty() &&
         (!outer.command_allowlist || atom.kind == CommandClass::Kind::kWords);
}

bool IsOnlyWithin(const Capability& inner, const Capability& outer) {
  if (!outer.only_arguments) return true;
  return inner.only_arguments && IsSubset(*inner.only_arguments, *outer.only_arguments);
}

}  // namespace

Gaps FindGaps(const Reached& outer, const Reached& inner, const CommandClass& atom) {
  Gaps gaps = IsRateWithin(inner.capability, outer.capability) ? 0 : kRateGap;
  if (inner.reach.takes_no_argument) {
    // Nothing but the empty call passes.
    if (HasConstraint(outer.capability) && !outer.capability.allow_absent) gaps |= kAbsenceGap;
    return gaps;
  }
  if (!IsOnlyWithin(inner.capability, outer.capability)) gaps |= kOnlyArgumentsGap;
  gaps |= FindPathGaps(outer, inner);
  gaps |= FindDomainGaps(outer, inner);
  gaps |= FindCommandGaps(outer, inner, atom);
  gaps |= FindPatternGaps(outer.capability, inner.capability);
  if (!IsAbsenceCovered(outer.capability, inner.capability, atom)) gaps |= kAbsenceGap;
  return gaps;
}

bool IsRateWithin(const Capability& inner, const Capability& outer) noexcept {
  if (!outer.rate_limit) return true;
  if (!inner.rate_limit) return false;
  const std::uint64_t windows =
      (std::uint64_t{outer.rate_limit->per_seconds} + inner.rate_limit->per_seconds - 1) /
      inner.rate_limit->per_seconds;
  return inner.rate_limit->calls * windows <= outer.rate_limit->calls;
}

std::string_view NameOf(Gaps gaps) noexcept {
  constexpr std::array<std::pair<Gaps, std::string_view>, 12> kNames = {{
      {kOnlyArgumentsGap, "only_arguments"},
      {kPathGap, "path_allowlist"},
      {kBaseGap, "base_directory"},
      {kDomainGap, "domain_allowlist"},
      {kCommandGap, "command_allowlist"},
      {kSubcommandGap, "subcommand_allowlist"},
      {kExecGap, "exec"},
      {kKeysGap, "added keys"},
      {kFreedGap, "free_arguments"},
      {kAbsenceGap, "when_absent"},
      {kPatternGap, "argument_patterns"},
      {kRateGap, "rate_limit"},
  }};
  for (const auto& [gap, name] : kNames) {
    if ((gaps & gap) != 0) return name;
  }
  return {};
}

}  // namespace callgate::policy
