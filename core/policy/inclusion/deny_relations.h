// Whether the deny entries of one context stop, of what a capability of another accepts, only what
// that other's deny list stops as well.
#ifndef CALLGATE_CORE_POLICY_INCLUSION_DENY_RELATIONS_H_
#define CALLGATE_CORE_POLICY_INCLUSION_DENY_RELATIONS_H_

#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "core/policy/inclusion/context_reach.h"
#include "core/policy/inclusion/sights.h"

namespace callgate::policy {

// The deny entries of a context on one tool, by kind.
struct DenialsByKind {
  DenialsByKind(const Context& context, std::string_view tool);

  bool stops_tool = false;
  std::vector<const DenyEntry*> paths;
  std::vector<const DenyEntry*> domains;
  std::vector<const DenyEntry*> commands;
};

// The child's deny list stops every call of the tool whose command is one of `command_class`.
bool StopsEvery(const DenialsByKind& child, const CommandClass& command_class);

// Which entries of a context's deny list cover what an entry of another covers: kept, since it is
// asked of every tool. Not for several threads.
class DenyCover {
 public:
  // REQUIRES: the context outlives this.
  explicit DenyCover(const Context& context);

  // An entry on the tool covers, of calls of it, whatever `entry` does.
  bool IsCovered(const DenyEntry& entry, std::string_view tool);

 private:
  using Entries = std::vector<const DenyEntry*>;

  const Context& context_;
  std::unordered_map<std::string, Entries> same_;  // by what they say
  std::unordered_map<const DenyEntry*, Entries> around_;
};

// What two deny lists see of the arguments that are declared on one tool.
struct ToolSights {
  ToolSights(const ContextReach& parent, const ContextReach& child, std::string_view name);

  std::string tool;
  Sight parent;
  Sight child;
  // For each of the parent's arguments: some capability of the child declares them so that entries
  // see the same.
  std::vector<bool> alike;
  bool all_alike = true;
};

// One tool, looked at from both sides.
struct DenyQuestion {
  const ContextReach& parent;
  const ContextReach& child;
  const Reached& accepting;  // a capability of the child on the tool
  std::string_view tool;
  const DenialsByKind& child_entries;  // of the child, on the tool; none of them stops the tool
  const ToolSights& sights;
  DenyCover& cover;  // of the child
};

// Whenever `entry`, a deny entry of the parent on the tool, fires on a call that `accepting`
// accepts, an entry of the child fires as well. False where that is not certain.
bool FiresOnlyWithChild(const DenyQuestion& question, const DenyEntry& entry);

}  // namespace callgate::policy

#endif  // CALLGATE_CORE_POLICY_INCLUSION_DENY_RELATIONS_H_
