// What a capability can be given, apart from how its document writes it: the form in which two
// capabilities are compared.
#ifndef CALLGATE_CORE_POLICY_INCLUSION_CAPABILITY_REACH_H_
#define CALLGATE_CORE_POLICY_INCLUSION_CAPABILITY_REACH_H_

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/policy/inclusion/equivalence_classes.h"
#include "core/policy/model/constraint.h"
#include "core/policy/model/context.h"
#include "core/policy/values/argument_key.h"

namespace callgate::policy {

struct CapabilityReach {
  explicit CapabilityReach(const Capability& capability);

  // Added keys that are not of the class by their name alone.
  KeyList path_keys;
  KeyList domain_keys;
  KeyList command_keys;
  KeyList freed;           // without those that freeing has no effect on
  KeyList freed_commands;  // those of them that some spelling makes a command key
  std::vector<CommandClass> commands;
  bool uses_base = false;          // some relative path is allowed
  bool allows_nothing = false;     // no call passes
  bool takes_several = false;      // some call holds a list of several commands
  bool takes_no_argument = false;  // no argument but null, where it is in the short form
  // Some string could pass without being judged as a path, or as a domain, or a command could
  // without being judged as one, though the capability has a list: a deny list would see it.
  bool hides_paths = true;
  bool hides_domains = true;
  bool hides_commands = true;
};

// What no call can meet.
struct Impossible {
  Constraint constraint;
  std::string_view argument;  // of kArguments: the one that has to be given and accepts nothing
};
// Nullopt where calls may pass. Views the capability.
std::optional<Impossible> FindImpossible(const Capability& capability,
                                         const CapabilityReach& reach);
// "path_allowlist is empty", "no value is allowed for the argument path".
std::string SentenceOf(const Impossible& impossible);

// Some constraint judges the values of a call, and so refuses one without any where absence is
// refused.
bool JudgesValues(const Capability& capability) noexcept;

// Some spelling of the key, which is folded, is of one of the classes by its last word.
bool CouldBe(KeyClasses classes, std::string_view folded) noexcept;

// `keys` without those that are of the class by their name alone.
KeyList WithoutBuiltIn(const KeyList& keys, KeyClasses key_class);
bool IsSubset(const KeyList& inner, const KeyList& outer);

}  // namespace callgate::policy

#endif  // CALLGATE_CORE_POLICY_INCLUSION_CAPABILITY_REACH_H_
