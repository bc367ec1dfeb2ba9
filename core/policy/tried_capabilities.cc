#include "core/policy/tried_capabilities.h"

#include "core/policy/capability_check.h"
#include "core/policy/compiled_context.h"

namespace callgate::policy {

std::vector<TriedCapability> TriedWithoutRoom(const Context& context, std::string_view tool,
                                              json::Value arguments, std::string_view rule) {
  Positions capabilities;
  context.compiled->capabilities().Find(tool, capabilities);
  const Arguments walked(arguments);
  std::vector<TriedCapability> tried;
  for (const std::uint32_t i : capabilities) {
    const Answer answer = Check(context.capabilities[i], walked);
    if (answer.stage == Stage::kPassed) {
      tried.push_back({i, ErrorCode::kRateLimitExceeded, rule, ""});
    } else {
      tried.push_back({i, answer.code, answer.fault.rule, walked.PointerTo(answer.fault.item)});
    }
  }
  return tried;
}

}  // namespace callgate::policy
