// WhyNot: why no call of a tool can pass.
#ifndef CALLGATE_WHY_NOT_H_
#define CALLGATE_WHY_NOT_H_

#include <optional>
#include <string>
#include <string_view>

#include "callgate/policy.h"

namespace callgate {

// For people who write a policy. It quotes short pieces of it, control characters escaped.
struct ToolRefusal {
  ErrorCode code;    // of the denial that every call meets
  std::string rule;  // of the policy reference
  std::string cause;
};

// Nullopt where some call of the tool passes, as PolicySet::CouldAllow says. SCOPE_NOT_FOUND for an
// unknown context.
Result<std::optional<ToolRefusal>> WhyNot(const PolicySet& policy, std::string_view context,
                                          std::string_view tool);

}  // namespace callgate

#endif  // CALLGATE_WHY_NOT_H_
