// Values that the entries of contexts tell apart, as JSON, to build calls from.
#ifndef CALLGATE_CORE_POLICY_COUNTEREXAMPLE_CANDIDATE_VALUES_H_
#define CALLGATE_CORE_POLICY_COUNTEREXAMPLE_CANDIDATE_VALUES_H_

#include <string>
#include <string_view>
#include <vector>

#include "core/policy/counterexample/call_builder.h"
#include "core/policy/inclusion/context_reach.h"

namespace callgate::policy {

using JsonTexts = std::vector<std::string>;

// At the end, unless it is there already.
void AppendUnique(JsonTexts& values, std::string value);
using Keys = std::vector<std::string>;

// A name that policies hardly hold: what an entry says of it, it says of anything else.
inline constexpr std::string_view kUnlisted = "x-unlisted";

// Values that the capability's lists allow: for every entry one or more.
JsonTexts AllowedPaths(const Capability& capability);  // absolute before relative
JsonTexts AllowedDomains(const Capability& capability);
// Values that a deny entry fires on, malformed ones too.
JsonTexts DeniedPaths(const PathEntry& entry, const Capability& capability);
JsonTexts DeniedDomains(const DomainEntry& entry, const Capability& capability);
// Values that no list of its kind allows, or few.
JsonTexts StrangePaths();
JsonTexts StrangeDomains();

// Keys that the capability takes for the class and does not free, those that only_arguments lists
// first.
Keys KeysOf(const Capability& capability, KeyClasses key_class);
// `key` and spellings that fold to it and are cut into other words.
Keys Spellings(std::string_view key);

// Ways to give a command whose argv begins with `words`.
std::vector<Fragment> CommandsBeginning(const Capability& capability, const Words& words);
// A string for every argument pattern, as a top-level argument, in calls with one sort of command.
// Those that match, where such are found;
Fragment MatchingArguments(const Capability& capability, const CommandClass& command);
// or any that the other constraints let stand there, the `variant`-th of them.
Fragment SatisfyingArguments(const Capability& capability, const CommandClass& command,
                             std::size_t variant);

}  // namespace callgate::policy

#endif  // CALLGATE_CORE_POLICY_COUNTEREXAMPLE_CANDIDATE_VALUES_H_
