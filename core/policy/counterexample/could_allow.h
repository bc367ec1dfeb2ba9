// Whether a context could allow a tool at all, for tool lists.
#ifndef CALLGATE_CORE_POLICY_COUNTEREXAMPLE_COULD_ALLOW_H_
#define CALLGATE_CORE_POLICY_COUNTEREXAMPLE_COULD_ALLOW_H_

#include <optional>
#include <string>
#include <string_view>

#include "core/policy/inclusion/context_reach.h"

namespace callgate::policy {

// True exactly when some call of the tool passes, argument patterns taken as satisfiable: such a
// call is built from equivalence classes and evaluated. False for what is no tool name.
// Time grows with what the capabilities on the tool and the deny list hold, and is bounded.
bool CouldAllow(const Context& context, std::string_view tool);

// The arguments of that call, as JSON; a value under an argument pattern may not match it.
std::optional<std::string> FindCall(const Context& context, std::string_view tool);

}  // namespace callgate::policy

#endif  // CALLGATE_CORE_POLICY_COUNTEREXAMPLE_COULD_ALLOW_H_
