#ifndef CALLGATE_CORE_POLICY_EVALUATE_TRIED_CAPABILITIES_H_
#define CALLGATE_CORE_POLICY_EVALUATE_TRIED_CAPABILITIES_H_

#include <string_view>
#include <vector>

#include "callgate/json.h"
#include "callgate/tried_capability.h"
#include "core/policy/model/context.h"

namespace callgate::policy {

// For a call that found no room: what every capability whose pattern matches the tool answers to
// it, in order. Those that allow it failed by `rule`, the last of the checks. REQUIRES: `context`
// came from Compile; `arguments` is an object.
std::vector<TriedCapability> TriedWithoutRoom(const Context& context, std::string_view tool,
                                              json::Value arguments, std::string_view rule);

}  // namespace callgate::policy

#endif  // CALLGATE_CORE_POLICY_EVALUATE_TRIED_CAPABILITIES_H_
