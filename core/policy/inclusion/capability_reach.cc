#include "core/policy/inclusion/capability_reach.h"

#include <algorithm>
#include <initializer_list>

#include "core/base/ascii.h"
#include "core/policy/evaluate/path_constraint.h"
#include "core/policy/inclusion/schema_constants.h"
#include "core/policy/model/command_entry.h"
#include "core/policy/model/constraint.h"

namespace callgate::policy {
namespace {

constexpr KeyClasses kNeverFreed = kArgsKey | kEnvKey | kShellKey | kPortKey;

std::string_view WithoutNonLetters(std::string_view key) noexcept {
  while (!key.empty() && !base::IsAsciiLetter(key.back())) key.remove_suffix(1);
  return key;
}

// Keys are cut into words at capitals, and folding forgets those: `runcommand` is no command key,
// but `runCommand` is.
bool CouldBeCommandKey(std::string_view folded) noexcept {
  folded = WithoutNonLetters(folded);
  if (folded.ends_with('s')) folded.remove_suffix(1);
  const auto ends_in = [](std::string_view key, std::initializer_list<std::string_view> words) {
    return std::ranges::any_of(words, [key](std::string_view word) { return key.ends_with(word); });
  };
  if (ends_in(folded, {"command", "cmd", "program", "executable", "script"})) return true;
  if (!folded.ends_with("line")) return false;
  return ends_in(WithoutNonLetters(folded.substr(0, folded.size() - 4)), {"command", "cmd"});
}

// The constraint is there and judges values: without any, a call is refused where absence is.
template <Constraint kConstraint>
bool Judges(const Capability& capability) noexcept {
  switch (kConstraint) {
    case Constraint::kPathAllowlist:
      return capability.path_allowlist.has_value();
    case Constraint::kDomainAllowlist:
      return capability.domain_allowlist.has_value();
    case Constraint::kCommandAllowlist:
      return capability.command_allowlist.has_value();
    case Constraint::kArgumentPatterns:
      return !capability.argument_patterns.empty();
    case Constraint::kArguments:
    case Constraint::kOtherArguments:
    case Constraint::kOnlyArguments:
    case Constraint::kBaseDirectory:
    case Constraint::kSubcommandAllowlist:
    case Constraint::kExec:
    case Constraint::kPathArguments:
    case Constraint::kDomainArguments:
    case Constraint::kCommandArguments:
    case Constraint::kFreeArguments:
    case Constraint::kWhenAbsent:
    case Constraint::kRateLimit:
    case Constraint::kMaxResponseSize:
      return false;
  }
  return false;
}

KeyClasses ClassesOf(std::string_view folded) { return ClassifyKey(folded, folded); }

// Some key of a capability's patterns is one that only_arguments never lets through.
bool HasBarredPattern(const Capability& capability) {
  for (const auto& [key, pattern] : capability.argument_patterns) {
    const auto& only = *capability.only_arguments;
    if (std::none_of(only.begin(), only.end(),
                     [&](const std::string& listed) { return FoldKey(listed) == key; })) {
      return true;
    }
  }
  return false;
}

// A list of several commands may stand in some call.
bool MayHoldSeveral(const Capability& capability) {
  if (!capability.command_allowlist) return false;
  if (!capability.only_arguments) return true;
  const auto& only = *capability.only_arguments;
  return std::any_of(only.begin(), only.end(), [&](const std::string& key) {
    const std::string folded = FoldKey(key);
    const KeyClasses classes = ClassifyKey(key, folded);
    if ((classes & kCommandKey) != 0) return true;
    return (classes & (kArgsKey | kEnvKey | kShellKey)) == 0 &&
           !capability.argument_patterns.contains(folded);
  });
}

// only_arguments lets through some key that may hold a command, or an object with one in it.
bool CanHoldCommand(const Capability& capability) {
  const auto& only = *capability.only_arguments;
  return std::any_of(only.begin(), only.end(), [&](const std::string& key) {
    const std::string folded = FoldKey(key);
    const KeyClasses classes = ClassifyKey(key, folded);
    if ((classes & kCommandKey) != 0 || Holds(capability.command_arguments, folded)) return true;
    return (classes & (kArgsKey | kEnvKey | kShellKey)) == 0 &&
           !capability.argument_patterns.contains(folded);
  });
}

bool TakesNone(const DeclaredArguments& arguments) {
  return arguments.members.empty() && arguments.other == nullptr;
}

// Keys of a capability that limits its arguments to such as can hold no object, so that what may
// stand in the call is known. `hidden` says for one key whether a string under it passes unjudged.
template <typename Hidden>
bool Hides(const Capability& capability, Hidden hidden) {
  if (!capability.only_arguments) return true;
  for (const std::string& key : *capability.only_arguments) {
    const std::string folded = FoldKey(key);
    const KeyClasses classes = ClassifyKey(key, folded);
    const bool is_string = capability.argument_patterns.contains(folded);
    // Deny entries see more in the words of a command than the lists do.
    if ((classes & (kCommandKey | kArgsKey)) != 0) return true;
    if (Holds(capability.command_arguments, folded)) return true;
    const bool is_empty = capability.command_allowlist && (classes & (kEnvKey | kShellKey)) != 0;
    if (!is_string && !is_empty) return true;  // an object, with any key in it
    if (Frees(capability.free_arguments, folded, classes) || hidden(folded, classes)) return true;
  }
  return false;
}

}  // namespace

CapabilityReach::CapabilityReach(const Capability& capability)
    : path_keys(WithoutBuiltIn(capability.path_arguments, kPathKey)),
      domain_keys(WithoutBuiltIn(capability.domain_arguments, kDomainKey)),
      command_keys(WithoutBuiltIn(capability.command_arguments, kCommandKey)),
      freed(WithoutBuiltIn(capability.free_arguments, kNeverFreed)),
      commands(CommandClassesOf(capability)) {
  // The first word is judged as a path, if it looks like one.
  std::erase_if(commands, [&](const CommandClass& command_class) {
    return command_class.kind == CommandClass::Kind::kWords && capability.path_allowlist &&
           !JudgePathWord(capability, command_class.words[0]).empty();
  });
  for (const std::string& key : freed) {
    if (CouldBeCommandKey(key)) freed_commands.push_back(key);
  }
  if (capability.path_allowlist && capability.base_directory) {
    for (const PathEntry& entry : *capability.path_allowlist) {
      uses_base = uses_base || !PathSet::OfAllowed(entry).From(*capability.base_directory).empty();
    }
  }
  takes_several = MayHoldSeveral(capability);
  allows_nothing = FindImpossible(capability, *this).has_value();
  takes_no_argument = capability.arguments ? TakesNone(*capability.arguments)
                                           : capability.only_arguments.has_value() &&
                                                 capability.only_arguments->empty();
  // No text or glob key is of another class by its name. A deny entry reads globs, and reaches more
  // by them than the list judged.
  const auto unjudged = [](KeyClasses which, const KeyList& added) {
    return [which, &added](std::string_view key, KeyClasses classes) {
      return (classes & which) != 0 && !Holds(added, key);
    };
  };
  hides_paths = !capability.path_allowlist ||
                Hides(capability, unjudged(kTextKey | kGlobKey, capability.path_arguments));
  // They see hosts under `ip` and `address`, too.
  const auto unjudged_host = [&](std::string_view key, KeyClasses classes) {
    return (classes & kDomainKey) == 0 &&
           unjudged(kTextKey | kAddressKey, capability.domain_arguments)(key, classes);
  };
  hides_domains = !capability.domain_allowlist || Hides(capability, unjudged_host);
  hides_commands = !capability.command_allowlist || !freed_commands.empty();
}

std::optional<Impossible> FindImpossible(const Capability& capability,
                                         const CapabilityReach& reach) {
  if (capability.arguments) {
    for (const DeclaredMember& member : capability.arguments->members) {
      if (!member.optional && AcceptsNothing(*member.schema) && !AcceptsNull(*member.schema)) {
        return Impossible{Constraint::kArguments, member.name};
      }
    }
    return std::nullopt;
  }
  const auto of = [](Constraint constraint) { return Impossible{constraint, {}}; };
  const bool has_commands = capability.command_allowlist.has_value();
  if (capability.allow_absent) return std::nullopt;
  if (capability.path_allowlist && capability.path_allowlist->empty()) {
    return of(Constraint::kPathAllowlist);
  }
  if (capability.domain_allowlist && capability.domain_allowlist->empty()) {
    return of(Constraint::kDomainAllowlist);
  }
  if (reach.commands.empty()) return of(Constraint::kCommandAllowlist);
  if (!capability.only_arguments) return std::nullopt;
  const bool holds_nothing =
      capability.only_arguments->empty() &&
      (capability.path_allowlist || capability.domain_allowlist || has_commands);
  if (HasBarredPattern(capability) || (has_commands && !CanHoldCommand(capability)) ||
      holds_nothing) {
    return of(Constraint::kOnlyArguments);
  }
  return std::nullopt;
}

std::string SentenceOf(const Impossible& impossible) {
  const std::string name(NameOf(impossible.constraint));
  if (!impossible.argument.empty()) {
    return "no value is allowed for the argument " + std::string(impossible.argument);
  }
  return impossible.constraint == Constraint::kOnlyArguments
             ? "only_arguments keeps out the argument that has to be there"
             : name + " allows nothing";
}

bool CouldBe(KeyClasses classes, std::string_view folded) noexcept {
  for (std::size_t i = 0; i < folded.size(); ++i) {
    const std::string_view end = folded.substr(i);
    if ((ClassifyKey(end, end) & classes) != 0) return true;
  }
  return false;
}

bool JudgesValues(const Capability& capability) noexcept {
  return AnyConstraint([&]<Constraint kConstraint>() { return Judges<kConstraint>(capability); });
}

KeyList WithoutBuiltIn(const KeyList& keys, KeyClasses key_class) {
  KeyList rest;
  for (const std::string& key : keys) {
    if ((ClassesOf(key) & key_class) == 0) rest.push_back(key);
  }
  return rest;
}

bool IsSubset(const KeyList& inner, const KeyList& outer) {
  return std::includes(outer.begin(), outer.end(), inner.begin(), inner.end());
}

}  // namespace callgate::policy
