// Whether the deny entries of one context stop, of what a capability of another accepts, only what
// that other's deny list stops as well.
#ifndef CALLGATE_CORE_POLICY_INCLUSION_DENY_RELATIONS_H_
#define CALLGATE_CORE_POLICY_INCLUSION_DENY_RELATIONS_H_

#include <string>
#include <string_view>
#include <vector>

#include "core/policy/inclusion/context_reach.h"

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

// One tool, looked at from both sides.
struct DenyQuestion {
  const ContextReach& parent;
  const ContextReach& child;
  const Reached& accepting;  // a capability of the child on the tool
  std::string_view tool;
  const DenialsByKind& child_entries;  // of the child, on the tool; none of them stops the tool
};

// Whenever `entry`, a deny entry of the parent on the tool, fires on a call that `accepting`
// accepts, an entry of the child fires as well. False where that is not certain.
bool FiresOnlyWithChild(const DenyQuestion& question, const DenyEntry& entry);

}  // namespace callgate::policy

#endif  // CALLGATE_CORE_POLICY_INCLUSION_DENY_RELATIONS_H_
