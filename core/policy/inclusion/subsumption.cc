#include "core/policy/inclusion/subsumption.h"

#include <algorithm>
#include <iterator>
#include <optional>

#include "core/policy/inclusion/declared_subsumption.h"
#include "core/policy/inclusion/domain_relations.h"
#include "core/policy/inclusion/keyword_text.h"
#include "core/policy/inclusion/word_gap.h"

namespace callgate::policy {
namespace {

constexpr ConstraintSet kAddedKeys = {Constraint::kPathArguments, Constraint::kDomainArguments,
                                      Constraint::kCommandArguments};

// The first path entry of `inner` that none of `outer` is around.
auto FindPathBeyond(const Capability& inner, const Capability& outer) {
  return std::ranges::find_if_not(*inner.path_allowlist, [&](const PathEntry& entry) {
    const PathSet paths = PathSet::OfAllowed(entry);
    return std::ranges::any_of(*outer.path_allowlist, [&](const PathEntry& around) {
      return paths.IsWithin(PathSet::OfAllowed(around));
    });
  });
}

bool ArePathsWithin(const Capability& inner, const Capability& outer) {
  return FindPathBeyond(inner, outer) == inner.path_allowlist->end();
}

// From whatever directory a path is read.
bool AllowsEveryPath(const Capability& capability) {
  return std::any_of(
      capability.path_allowlist->begin(), capability.path_allowlist->end(),
      [](const PathEntry& entry) { return PathSet().IsWithin(PathSet::OfAllowed(entry)); });
}

auto FindDomainBeyond(const Capability& inner, const Capability& outer) {
  return std::ranges::find_if_not(*inner.domain_allowlist, [&](const DomainEntry& entry) {
    return std::ranges::any_of(*outer.domain_allowlist, [&](const DomainEntry& around) {
      return AllowsWithin(entry, around);
    });
  });
}

bool AreDomainsWithin(const Capability& inner, const Capability& outer) {
  return FindDomainBeyond(inner, outer) == inner.domain_allowlist->end();
}

// `inner` could take the key for a command where `outer` takes it for arguments without one.
bool CouldBeArgs(const std::string& folded) noexcept {
  return folded.ends_with("args") || folded.ends_with("arguments") || folded.ends_with("argv") ||
         folded.ends_with("flags");
}

bool ArePatternsWithin(const Capability& inner, const Capability& outer) {
  return std::all_of(
      outer.argument_patterns.begin(), outer.argument_patterns.end(), [&](const auto& keyed) {
        const auto same = inner.argument_patterns.find(keyed.first);
        return same != inner.argument_patterns.end() && same->second.text() == keyed.second.text();
      });
}

bool IsOnlyWithin(const Capability& inner, const Capability& outer) {
  if (!outer.only_arguments) return true;
  return inner.only_arguments && IsSubset(*inner.only_arguments, *outer.only_arguments);
}

// Of two capabilities in the short form, for one sort of command. Values, or commands, that only
// `inner` leaves unjudged are a gap of the list that would judge them, and of that alone.
class Comparison {
 public:
  Comparison(const Reached& outer, const Reached& inner, const CommandClass& command_class)
      : outer_(outer.capability),
        inner_(inner.capability),
        outer_reach_(outer.reach),
        inner_reach_(inner.reach),
        paths_(outer_.path_allowlist && inner_.path_allowlist),
        domains_(outer_.domain_allowlist && inner_.domain_allowlist),
        commands_(outer_.command_allowlist && inner_.command_allowlist),
        class_(command_class),
        holds_command_(command_class.kind == CommandClass::Kind::kWords) {
    if (commands_ && holds_command_) word_gap_ = FindWordGap(outer_, command_class.words);
  }

  // As far as the constraint goes, `outer` allows what `inner` does.
  template <Constraint kConstraint>
  bool Covers() const {
    switch (kConstraint) {
      case Constraint::kArguments:
      case Constraint::kOtherArguments:
        return true;  // neither declares any
      case Constraint::kOnlyArguments:
        return IsOnlyWithin(inner_, outer_);
      case Constraint::kPathAllowlist:
        return !outer_.path_allowlist ||
               (paths_ && ArePathsWithin(inner_, outer_) && CoversMatchedWords());
      case Constraint::kBaseDirectory:
        return !paths_ || !inner_reach_.uses_base ||
               (outer_.base_directory &&
                (outer_.base_directory->text == inner_.base_directory->text ||
                 AllowsEveryPath(outer_)));
      case Constraint::kDomainAllowlist:
        return !outer_.domain_allowlist || (domains_ && AreDomainsWithin(inner_, outer_));
      case Constraint::kCommandAllowlist:
        return !outer_.command_allowlist ||
               (commands_ && word_gap_ != Constraint::kCommandAllowlist);
      case Constraint::kSubcommandAllowlist:
        return word_gap_ != Constraint::kSubcommandAllowlist;
      case Constraint::kExec:
        return !ReadsCommands() || outer_.exec == inner_.exec;
      // Both sides must find the same values. Keys that only `inner` adds are a gap too: an object
      // under a class key must hold a key of the class, and they would count as such.
      case Constraint::kPathArguments:
        return !paths_ || outer_reach_.path_keys == inner_reach_.path_keys;
      case Constraint::kDomainArguments:
        return !domains_ || outer_reach_.domain_keys == inner_reach_.domain_keys;
      case Constraint::kCommandArguments:
        // The words of a command are judged one by one, other values as a whole.
        return (!commands_ || CoversCommandKeys()) &&
               (!finds_values() || outer_reach_.command_keys == inner_reach_.command_keys);
      case Constraint::kFreeArguments:
        return CoversFreed();
      case Constraint::kWhenAbsent:
        return outer_.allow_absent || CoversAbsence();
      case Constraint::kArgumentPatterns:
        return ArePatternsWithin(inner_, outer_);
      case Constraint::kRateLimit:
        return IsRateWithin(inner_, outer_);
      case Constraint::kMaxResponseSize:
        return true;  // limits answers: contexts are compared by the calls that they allow
    }
    return false;
  }

 private:
  bool finds_values() const noexcept { return paths_ || domains_; }

  // Both judge the words of a command that the call may hold.
  bool ReadsCommands() const noexcept {
    if (commands_) return holds_command_;
    return finds_values() && class_.kind != CommandClass::Kind::kAbsent;
  }

  // Without a list of commands `outer` judges as paths also the words that `inner` matched.
  bool CoversMatchedWords() const {
    return outer_.command_allowlist || !holds_command_ || DoWordsPass(outer_, class_.words, 0);
  }

  // Which key holds the command, and that there is one only, both sides must see alike: what one
  // takes for a command and the other does not would be a second command, or arguments without
  // one. Where a call holds no command for `inner`, it holds none for `outer` if that looks at
  // fewer keys.
  bool CoversCommandKeys() const {
    const KeyList& outer = outer_reach_.command_keys;
    const KeyList& inner = inner_reach_.command_keys;
    if (holds_command_) return outer == inner;
    return IsSubset(outer, inner) &&
           std::none_of(inner.begin(), inner.end(), [&](const std::string& key) {
             return CouldBeArgs(key) && !Holds(outer, key);
           });
  }

  bool CoversFreed() const {
    if (finds_values() && !IsSubset(inner_reach_.freed, outer_reach_.freed)) return false;
    if (!commands_) return true;
    const KeyList& outer = outer_reach_.freed_commands;
    const KeyList& inner = inner_reach_.freed_commands;
    return holds_command_ ? outer == inner : IsSubset(inner, outer);
  }

  // `outer` refuses absence. Keys that only it frees take values away that `inner` found: then it
  // sees absence. What `inner` lets be absent, a call may be without.
  bool CoversAbsence() const {
    if (finds_values() && !IsSubset(outer_reach_.freed, inner_reach_.freed)) return false;
    if (!inner_.allow_absent) return true;
    return !outer_.path_allowlist && !outer_.domain_allowlist && outer_.argument_patterns.empty() &&
           (!outer_.command_allowlist || holds_command_);
  }

  const Capability& outer_;
  const Capability& inner_;
  const CapabilityReach& outer_reach_;
  const CapabilityReach& inner_reach_;
  // Both have the list.
  const bool paths_;
  const bool domains_;
  const bool commands_;
  const CommandClass& class_;
  const bool holds_command_;
  std::optional<Constraint> word_gap_;
};

// The first key that one of the two lists has and the other has not.
std::string FirstApart(const KeyList& a, const KeyList& b) {
  KeyList apart;
  std::ranges::set_symmetric_difference(a, b, std::back_inserter(apart));
  return apart.empty() ? std::string() : apart.front();
}

}  // namespace

ConstraintSet FindGaps(const Reached& outer, const Reached& inner,
                       const CommandClass& command_class) {
  ConstraintSet gaps;
  if (inner.capability.arguments || outer.capability.arguments) {
    if (FindArgumentsGap(outer, inner)) gaps.Add(Constraint::kArguments);
    if (!IsRateWithin(inner.capability, outer.capability)) gaps.Add(Constraint::kRateLimit);
    return gaps;
  }
  if (inner.reach.takes_no_argument) {
    // Nothing but the empty call passes.
    if (JudgesValues(outer.capability) && !outer.capability.allow_absent) {
      gaps.Add(Constraint::kWhenAbsent);
    }
    if (!IsRateWithin(inner.capability, outer.capability)) gaps.Add(Constraint::kRateLimit);
    return gaps;
  }
  const Comparison comparison(outer, inner, command_class);
  (void)AnyConstraint([&]<Constraint kConstraint>() {
    if (!comparison.Covers<kConstraint>()) gaps.Add(kConstraint);
    return false;
  });
  return gaps;
}

std::string FindPart(const Reached& outer, const Reached& inner, const CommandClass& command_class,
                     Constraint gap) {
  const Capability& a = inner.capability;
  const Capability& b = outer.capability;
  switch (gap) {
    case Constraint::kArguments:
    case Constraint::kOtherArguments: {
      const auto found = FindArgumentsGap(outer, inner);
      if (!found) return {};
      return (found->place.empty() ? "" : found->place + ": ") + found->keyword +
             (found->entry.empty() ? "" : " " + found->entry);
    }
    case Constraint::kOnlyArguments:
      if (!a.only_arguments || !b.only_arguments) return {};
      for (const std::string& key : *a.only_arguments) {
        if (!Holds(*b.only_arguments, key)) return key;
      }
      return {};
    case Constraint::kPathAllowlist: {
      if (!a.path_allowlist || !b.path_allowlist) return {};
      const auto entry = FindPathBeyond(a, b);
      return entry == a.path_allowlist->end() ? Joined(command_class.words) : entry->text;
    }
    case Constraint::kBaseDirectory: {
      const auto text = [](const Capability& capability) {
        return capability.base_directory ? capability.base_directory->text : std::string("none");
      };
      return BothTexts(text(a), text(b));
    }
    case Constraint::kDomainAllowlist: {
      if (!a.domain_allowlist || !b.domain_allowlist) return {};
      const auto entry = FindDomainBeyond(a, b);
      return entry == a.domain_allowlist->end() ? std::string() : entry->text;
    }
    case Constraint::kCommandAllowlist:
    case Constraint::kSubcommandAllowlist:
      return Joined(command_class.words);
    case Constraint::kPathArguments:
      return FirstApart(outer.reach.path_keys, inner.reach.path_keys);
    case Constraint::kDomainArguments:
      return FirstApart(outer.reach.domain_keys, inner.reach.domain_keys);
    case Constraint::kCommandArguments:
      return FirstApart(outer.reach.command_keys, inner.reach.command_keys);
    case Constraint::kFreeArguments:
      return FirstApart(outer.reach.freed, inner.reach.freed);
    case Constraint::kArgumentPatterns:
      for (const auto& [key, pattern] : b.argument_patterns) {
        const auto same = a.argument_patterns.find(key);
        const std::string own =
            same == a.argument_patterns.end() ? std::string("none") : same->second.text();
        if (own != pattern.text()) return key + " " + BothTexts(own, pattern.text());
      }
      return {};
    case Constraint::kExec:
      return a.exec == Exec::kShell ? BothTexts("shell", "argv") : BothTexts("argv", "shell");
    case Constraint::kWhenAbsent:
    case Constraint::kRateLimit:
    case Constraint::kMaxResponseSize:
      return {};
  }
  return {};
}

bool IsRateWithin(const Capability& inner, const Capability& outer) noexcept {
  if (!outer.rate_limit) return true;
  if (!inner.rate_limit) return false;
  const std::uint64_t windows =
      (std::uint64_t{outer.rate_limit->per_seconds} + inner.rate_limit->per_seconds - 1) /
      inner.rate_limit->per_seconds;
  return inner.rate_limit->calls * windows <= outer.rate_limit->calls;
}

std::size_t CountOf(ConstraintSet gaps) noexcept {
  return gaps.Without(kAddedKeys).size() + (gaps.Meets(kAddedKeys) ? 1 : 0);
}

std::string_view NameOf(ConstraintSet gaps) noexcept {
  if (gaps.empty()) return {};
  const Constraint first = gaps.first();
  return kAddedKeys.Holds(first) ? "added keys" : NameOf(first);
}

}  // namespace callgate::policy
