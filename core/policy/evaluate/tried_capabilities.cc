#include "core/policy/evaluate/tried_capabilities.h"

#include "core/policy/evaluate/capability_check.h"
#include "core/policy/evaluate/compiled_context.h"

namespace callgate::policy {

std::vector<TriedCapability> TriedWithoutRoom(const Context& context, std::string_view tool,
                                              json::Value arguments, std::string_view rule) {
  Positions capabilities;
  context.compiled->capabilities().Find(tool, capabilities);
  const Arguments walked(arguments);
  std::vector<TriedCapability> tried;
  for (const std::uint32_t i : capabilities) {
    const CheckResult result = Check(context.capabilities[i], walked);
    if (result.passed()) {
      tried.push_back({i, ErrorCode::kRateLimitExceeded, rule, ""});
    } else {
      tried.push_back({i, result.code, result.fault.rule, walked.PointerTo(result.fault.item)});
    }
  }
  return tried;
}

}  // namespace callgate::policy
