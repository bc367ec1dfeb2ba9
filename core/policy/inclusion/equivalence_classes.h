// The finitely many classes of tools and of commands that the entries of two contexts tell apart,
// the atoms of docs/policy.md. What holds for the representative of a class holds for all in it.
#ifndef CALLGATE_CORE_POLICY_INCLUSION_EQUIVALENCE_CLASSES_H_
#define CALLGATE_CORE_POLICY_INCLUSION_EQUIVALENCE_CLASSES_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/policy/inclusion/entry_relations.h"
#include "core/policy/model/context.h"

namespace callgate::policy {

// The tools that the patterns of two contexts tell apart, each as one name: those written in a
// pattern, and below every prefix, and anywhere, a name that nothing else mentions.
class ToolClasses {
 public:
  ToolClasses(const Context& a, const Context& b);

  // The classes that one of `patterns`, those of a capability of one of the contexts, matches.
  std::vector<std::string> Of(const ToolPatterns& patterns) const;

 private:
  void Append(const ToolPattern& pattern, std::vector<std::string>& classes) const;
  std::string Fresh(std::string_view stem) const;

  std::vector<std::string_view> exact_;  // sorted and unique, as are
  std::vector<std::string_view> stems_;  // those of prefix patterns, and the empty one
};

// The commands of a call, as far as one capability tells them apart.
struct CommandClass {
  enum class Kind : std::uint8_t {
    kAny,     // the capability does not look at commands
    kAbsent,  // the call holds none
    kWords,   // argv begins with `words`; what follows is free
  };
  Kind kind = Kind::kAny;
  Words words;
};

// The classes of commands that a capability accepts: an entry that is also held to subcommands
// gives one for each of them.
std::vector<CommandClass> CommandClassesOf(const Capability& capability);

// The subcommands that `program` is held to, by name or by its last segment; empty with `held`
// false where there are none.
struct Subcommands {
  bool held = false;
  std::vector<std::string_view> listed;
};
Subcommands SubcommandsOf(const Capability& capability, std::string_view program);

}  // namespace callgate::policy

#endif  // CALLGATE_CORE_POLICY_INCLUSION_EQUIVALENCE_CLASSES_H_
