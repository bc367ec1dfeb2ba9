#include "core/policy/inclusion/deny_relations.h"

#include <algorithm>

#include "core/policy/inclusion/declared_denials.h"
#include "core/policy/inclusion/domain_relations.h"

namespace callgate::policy {
namespace {

const PathEntry& PathOf(const DenyEntry& entry) { return std::get<PathEntry>(entry.argument); }
const DomainEntry& DomainOf(const DenyEntry& entry) {
  return std::get<DomainEntry>(entry.argument);
}
const CommandEntry& CommandOf(const DenyEntry& entry) {
  return std::get<CommandEntry>(entry.argument);
}

// Both lists must take the same values for paths, or domains. Keys that only the parent adds would
// be judged by its entries alone. Keys that only the child adds would let an object under a class
// key pass its list and be malformed for the parent's, unless the capability refuses such objects;
// likewise arguments that follow a command under such a key. A text or glob key that only the child
// adds would be read whole by its list, and as a text or glob by the parent's.
bool SeeTheSame(const KeyList& parent_keys, const KeyList& child_keys, bool accepting_judges,
                const KeyList& accepting_keys) {
  if (parent_keys == child_keys) return true;
  if (!accepting_judges || accepting_keys != parent_keys)
    return false;  // which the child's include
  return std::ranges::none_of(child_keys, [&](const std::string& key) {
    return !Holds(parent_keys, key) && CouldBe(kTextKey | kGlobKey, key);
  });
}

// The directories that the deny list of a context joins relative paths to that it guesses. `unset`:
// some capability on the tool has none, so every relative path fires.
struct Bases {
  Bases(const ContextReach& context, std::string_view tool) {
    for (const std::uint32_t position : context.On(tool)) {
      const Capability& capability = context.context().capabilities[position];
      if (capability.arguments) continue;
      const auto& base = capability.base_directory;
      if (!base) {
        unset = true;
      } else {
        directories.push_back(&*base);
      }
    }
  }
  bool unset = false;
  std::vector<const PathEntry*> directories;
};

bool DeniesRelative(const std::vector<const DenyEntry*>& entries, const Bases& bases,
                    const PathSet& relative) {
  for (const PathEntry* base : bases.directories) {
    const PathSet paths = relative.JoinedTo(*base);
    for (const DenyEntry* entry : entries) {
      if (paths.IsWithin(PathSet::OfDenied(PathOf(*entry)))) return true;
    }
  }
  return false;
}

// Every relative path that fires the parent's entry fires one of the child's.
bool IsRelativeDenied(const DenyQuestion& question, const PathEntry& entry) {
  const Bases child(question.child, question.tool);
  const auto& entries = question.child_entries.paths;
  const Bases parent(question.parent, question.tool);
  const bool covered =
      std::all_of(parent.directories.begin(), parent.directories.end(), [&](const PathEntry* base) {
        const auto sets = PathSet::OfDenied(entry).From(*base);
        return std::all_of(sets.begin(), sets.end(), [&](const PathSet& relative) {
          return DeniesRelative(entries, child, relative);
        });
      });
  // Under an exempt word a relative path fires only where it is covered.
  if (!covered) return false;
  return child.unset || !parent.unset || DeniesRelative(entries, child, PathSet{});
}

// Nothing but what the capability's own list lets through can reach the parent's entry.
bool NeverMeetsPath(const DenyQuestion& question, const PathEntry& entry) {
  const auto& [capability, reach] = question.accepting;
  if (reach.hides_paths || reach.uses_base) return false;
  if (question.parent.path_keys() != reach.path_keys) return false;
  if (question.parent.command_keys() != reach.command_keys) return false;
  return std::none_of(capability.path_allowlist->begin(), capability.path_allowlist->end(),
                      [&](const PathEntry& allowed) {
                        return PathSet::OfAllowed(allowed).Meets(PathSet::OfDenied(entry));
                      });
}

// Both lists see the words of the same strings: another string is one value as a whole.
bool SeeTheSameWords(const DenyQuestion& question) {
  return question.parent.command_keys() == question.child.command_keys();
}

bool IsPathCovered(const DenyQuestion& question, const DenyEntry& entry) {
  const PathEntry& path = PathOf(entry);
  if (NeverMeetsPath(question, path)) return true;
  if (!SeeTheSameWords(question)) return false;
  const auto& [capability, reach] = question.accepting;
  if (!SeeTheSame(question.parent.path_keys(), question.child.path_keys(),
                  capability.path_allowlist.has_value(), reach.path_keys)) {
    return false;
  }
  return question.cover.IsCovered(entry, question.tool) && IsRelativeDenied(question, path);
}

bool NeverMeetsDomain(const DenyQuestion& question, const DomainEntry& entry) {
  const auto& [capability, reach] = question.accepting;
  if (reach.hides_domains || question.parent.domain_keys() != reach.domain_keys) return false;
  if (question.parent.command_keys() != reach.command_keys) return false;
  return std::none_of(capability.domain_allowlist->begin(), capability.domain_allowlist->end(),
                      [&](const DomainEntry& allowed) { return DeniesSome(allowed, entry); });
}

bool IsDomainCovered(const DenyQuestion& question, const DenyEntry& entry) {
  if (NeverMeetsDomain(question, DomainOf(entry))) return true;
  if (!SeeTheSameWords(question)) return false;
  const auto& [capability, reach] = question.accepting;
  if (!SeeTheSame(question.parent.domain_keys(), question.child.domain_keys(),
                  capability.domain_allowlist.has_value(), reach.domain_keys)) {
    return false;
  }
  return question.cover.IsCovered(entry, question.tool);
}

bool IsCommandCovered(const DenyQuestion& question, const DenyEntry& whole) {
  const CommandEntry& entry = CommandOf(whole);
  // A key that one list takes for a command and the other for none is a second command to one, or
  // the start of arguments without a command to the other.
  const auto& [capability, reach] = question.accepting;
  if (!SeeTheSame(question.parent.command_keys(), question.child.command_keys(),
                  !reach.hides_commands, reach.command_keys)) {
    return false;
  }
  const auto& entries = question.child_entries.commands;
  if (reach.hides_commands || reach.command_keys != question.parent.command_keys()) {
    return question.cover.IsCovered(whole, question.tool);
  }
  // Only what the capability's own list lets through is left, and nothing malformed.
  return std::all_of(
      reach.commands.begin(), reach.commands.end(), [&](const CommandClass& command_class) {
        if (command_class.kind != CommandClass::Kind::kWords) return true;
        const auto denied = DeniedBeginning(command_class.words, entry);
        return !denied || std::any_of(entries.begin(), entries.end(), [&](const DenyEntry* around) {
          return DeniesEvery(CommandOf(*around), *denied, entry.option);
        });
      });
}

// Whatever the parent's entry fires on by a guess, one of the child's fires on that guesses too.
bool IsGuessCovered(const DenyQuestion& question, const DenyEntry& entry) {
  if (!question.cover.IsCovered(entry, question.tool)) return false;
  if (const auto* path = std::get_if<PathEntry>(&entry.argument)) {
    return question.parent.path_keys() == question.child.path_keys() &&
           IsRelativeDenied(question, *path);
  }
  if (std::holds_alternative<DomainEntry>(entry.argument)) {
    return question.parent.domain_keys() == question.child.domain_keys();
  }
  return question.parent.command_keys() == question.child.command_keys();
}

std::string SaidBy(const DenyEntry& entry) {
  if (const auto* path = std::get_if<PathEntry>(&entry.argument)) return "p" + path->text;
  if (const auto* domain = std::get_if<DomainEntry>(&entry.argument)) return "d" + domain->text;
  const auto* const command = std::get_if<CommandEntry>(&entry.argument);
  if (command == nullptr) return {};
  return "c" + command->text + '\n' + command->option;
}

bool Covers(const DenyEntry& around, const DenyEntry& entry) {
  if (around.argument.index() != entry.argument.index()) return false;
  if (const auto* path = std::get_if<PathEntry>(&entry.argument)) {
    return PathSet::OfDenied(*path).IsWithin(PathSet::OfDenied(PathOf(around)));
  }
  if (const auto* domain = std::get_if<DomainEntry>(&entry.argument)) {
    return DeniesWithin(*domain, DomainOf(around));
  }
  const auto* const command = std::get_if<CommandEntry>(&entry.argument);
  return command != nullptr && DeniesWithin(*command, CommandOf(around));
}

// Some capability of the child declares them so that entries see the same.
bool DeclaresAlike(const Sight& parent, const Sight& child, const DeclaredArguments& seen) {
  if (!parent.is_alone && child.is_alone) return false;
  const Schema object = AsObject(seen);
  return std::ranges::any_of(child.arguments, [&](const DeclaredArguments* own) {
    return SeeAlike(object, AsObject(*own));
  });
}

}  // namespace

DenyCover::DenyCover(const Context& context) : context_(context) {
  for (const DenyEntry& entry : context.deny_list) same_[SaidBy(entry)].push_back(&entry);
}

bool DenyCover::IsCovered(const DenyEntry& entry, std::string_view tool) {
  const auto is_on_tool = [&](const DenyEntry* around) {
    return around->tool_pattern.Matches(tool);
  };
  auto found = around_.find(&entry);
  if (found == around_.end()) {
    const auto same = same_.find(SaidBy(entry));
    if (same != same_.end() && std::ranges::any_of(same->second, is_on_tool)) return true;
    Entries around;
    for (const DenyEntry& other : context_.deny_list) {
      if (Covers(other, entry)) around.push_back(&other);
    }
    found = around_.emplace(&entry, std::move(around)).first;
  }
  return std::ranges::any_of(found->second, is_on_tool);
}

ToolSights::ToolSights(const ContextReach& parent_reach, const ContextReach& child_reach,
                       std::string_view name)
    : tool(name), parent(parent_reach, name), child(child_reach, name) {
  for (const DeclaredArguments* seen : parent.arguments) {
    alike.push_back(DeclaresAlike(parent, child, *seen));
    all_alike = all_alike && alike.back();
  }
}

DenialsByKind::DenialsByKind(const Context& context, std::string_view tool) {
  Positions positions;
  context.compiled->deny_list().Find(tool, positions);
  for (const std::uint32_t position : positions) {
    const DenyEntry& entry = context.deny_list[position];
    if (std::holds_alternative<PathEntry>(entry.argument)) {
      paths.push_back(&entry);
    } else if (std::holds_alternative<DomainEntry>(entry.argument)) {
      domains.push_back(&entry);
    } else if (std::holds_alternative<CommandEntry>(entry.argument)) {
      commands.push_back(&entry);
    } else {
      stops_tool = true;
    }
  }
}

bool StopsEvery(const DenialsByKind& child, const CommandClass& command_class) {
  if (child.stops_tool) return true;
  return std::any_of(child.commands.begin(), child.commands.end(), [&](const DenyEntry* entry) {
    return DeniesEvery(CommandOf(*entry), command_class.words);
  });
}

bool FiresOnlyWithChild(const DenyQuestion& question, const DenyEntry& entry) {
  if (std::holds_alternative<std::monostate>(entry.argument)) return false;
  if (question.accepting.reach.takes_no_argument) return true;
  if (question.accepting.capability.arguments) {
    return FiresOnlyWithChildDeclared(question, entry, IsGuessCovered(question, entry));
  }
  if (!SeesOnlyWithChild(question, entry)) return false;
  if (std::holds_alternative<PathEntry>(entry.argument)) {
    return IsPathCovered(question, entry);
  }
  if (std::holds_alternative<DomainEntry>(entry.argument)) {
    return IsDomainCovered(question, entry);
  }
  return IsCommandCovered(question, entry);
}

}  // namespace callgate::policy
